import { unlessRefused } from '../rules/counterexample.ts'
import type { RuleTrace } from '../rules/trace.ts'
import { badRequest, type ScimError, toScimError } from '../scim/error.ts'
import type { JsonObject } from '../scim/json.ts'
import { listBody } from '../scim/list.ts'
import { project } from '../scim/project.ts'
import type { ResourceRequest, ScimReply } from '../scim/request.ts'
import { parseResourceRequest } from '../scim/resource-request.ts'
import type { Trial } from './trial.ts'
import type { TriedCall } from './trial-call.ts'
import { type Price, priceOf } from './trial-price.ts'
import { createRecorder, NeedsRead, type Recorder } from './trial-record.ts'

/** What would become of something, rule by rule. */
export interface Tried {
  readonly operation: 'create' | 'replace' | 'patch' | 'reverse' | 'filter'
  /** What the client would be answered with. */
  readonly status: number
  readonly client: JsonObject | null
  readonly upstream: readonly TriedCall[]
  readonly rules: readonly RuleTrace[]
  readonly notes: readonly string[]
  readonly price: Price
}

/** What may be tried: a body outward, a body inward, or a filter. */
export type Trying =
  | { readonly kind: 'body'; readonly body: JsonObject; readonly id?: string }
  | { readonly kind: 'reverse'; readonly body: JsonObject }
  | { readonly kind: 'filter'; readonly filter: string }

type Outward = Exclude<Trying, { kind: 'reverse' }>
type Told = Pick<Tried, 'rules' | 'notes'>

/**
 * Tries one thing with a tenant's rules and plan: it is parsed as the front door parses, and served by the tenant's own view
 * over an upstream that only writes down. Refusals are the client's, and are no exceptions.
 */
export async function runTrial(trial: Trial, trying: Trying): Promise<Tried> {
  if (trying.kind === 'reverse') return reversed(trial, trying.body)
  const operation = operationOf(trying)
  const recorder = createRecorder(trial.translator.upstream, trial.planning)
  let told: Told = { rules: [], notes: [] }
  const tried = (answer: Answer, notes: readonly string[]): Tried => ({
    operation,
    ...answer,
    upstream: recorder.calls,
    rules: told.rules,
    notes,
    price: priceOf(recorder, trial.planning),
  })
  try {
    const request = await requestOf(trial, trying, operation)
    told = toldOf(trial, request)
    const answer = await carried(trial, request, recorder)
    return tried(answer, [...told.notes, ...recorder.notes()])
  } catch (error) {
    const refusal = toRefusal(error)
    const body = refusal.toBody()
    return tried({ status: refusal.status, client: { ...body, schemas: [...body.schemas] } }, [])
  }
}

const operationOf = (trying: Outward): Exclude<Tried['operation'], 'reverse'> => {
  if (trying.kind === 'filter') return 'filter'
  return 'Operations' in trying.body ? 'patch' : trying.id === undefined ? 'create' : 'replace'
}

const methods = { create: 'POST', replace: 'PUT', patch: 'PATCH', filter: 'GET' } as const

/** Parses as the front door does, dialect included. */
function requestOf({ translator: { client }, dialect }: Trial, trying: Outward, operation: keyof typeof methods) {
  const { id, body } = trying.kind === 'body' ? trying : {}
  if (operation === 'patch' && id === undefined)
    throw badRequest('invalidSyntax', 'a PATCH is of one resource: say which by its id')
  const ask = {
    method: methods[operation],
    segments: [client.type.endpoint.slice(1), ...(id === undefined ? [] : [id])],
    query: new URLSearchParams(trying.kind === 'filter' ? { filter: trying.filter } : {}),
    conditions: {},
    body: () => body ?? {},
  }
  return parseResourceRequest(ask, () => Promise.resolve(client), dialect)
}

/** What a client could be told. What it could not is nobody's fault but ours. */
function toRefusal(error: unknown): ScimError {
  const refusal = toScimError(error)
  if (refusal.status >= 500) throw error
  return refusal
}

type Answer = Pick<Tried, 'status' | 'client'>

async function carried(trial: Trial, request: ResourceRequest, recorder: Recorder): Promise<Answer> {
  try {
    return answerOf(await trial.carry(request, recorder))
  } catch (error) {
    if (error instanceof NeedsRead) return afterRead(trial, request, recorder)
    throw error
  }
}

function answerOf(reply: ScimReply): Answer {
  if (reply.kind === 'resource') return { status: reply.status, client: reply.resource }
  if (reply.kind === 'list') return { status: 200, client: listBody(reply.list) }
  return { status: reply.kind === 'empty' ? reply.status : 200, client: null }
}

/** What would follow once the view has read the resource, as far as that can be said without it. */
function afterRead({ translator }: Trial, request: ResourceRequest, recorder: Recorder): Answer {
  const { toUpstream, toClient, client: definition, upstream } = translator
  if (request.operation === 'replace') {
    const resource = toUpstream(request.resource)
    const shown = recorder.follow({ ...request, definition: upstream, resource }) ?? resource
    return { status: 200, client: project(toClient(shown), request.projection, definition) }
  }
  if (request.operation !== 'patch') return { status: 200, client: null }
  const { kind, operations } = translator.patch(request.operations)
  const change = { ...request, definition: upstream, operations }
  if (operations.length > 0 && kind === 'direct') recorder.follow(change)
  else if (operations.length > 0) recorder.perhaps(change)
  return { status: 204, client: null }
}

function toldOf(trial: Trial, request: ResourceRequest): Told {
  const { translator, scope } = trial
  switch (request.operation) {
    case 'create':
    case 'replace': {
      const built = unlessRefused(() => translator.toUpstream(request.resource))
      const isRead = request.operation === 'replace' && (translator.hidesSomething || scope !== undefined)
      const notes = isRead ? ['reads first: what the client cannot see stays as it is'] : []
      return { rules: trial.traceOutward(request.resource, built), notes }
    }
    case 'patch':
      return { rules: trial.tracePatch(request.operations), notes: patchNotes(trial, request) }
    default:
      return { rules: [], notes: request.operation === 'list' ? filterNotes(trial, request) : [] }
  }
}

function patchNotes({ translator, scope }: Trial, { operations }: Extract<ResourceRequest, { operation: 'patch' }>) {
  const translation = unlessRefused(() => translator.patch(operations))
  if (translation?.kind === 'read') return [`reads first: ${translation.reason}`]
  if (translation?.operations.length === 0) return ['all that it names belongs to the rules: nothing is left to write']
  return scope === undefined ? [] : ["reads first: the tenant's scope must hold for the resource"]
}

function filterNotes({ translator, scope }: Trial, { query }: Extract<ResourceRequest, { operation: 'list' }>) {
  const { filter } = query
  if (filter === undefined) return []
  const wanted = scope === undefined ? filter : ({ kind: 'and', left: filter, right: scope.filter } as const)
  const isVain = unlessRefused(() => translator.filter(wanted))?.kind === 'nothing'
  return isVain ? ['nothing can match: no call is made'] : []
}

function reversed({ translator, scope, traceInward }: Trial, body: JsonObject): Tried {
  const rules = traceInward(body)
  const unfit = rules.filter(({ outcome }) => outcome === 'unfit')
  const client = translator.toClient(body)
  return {
    operation: 'reverse',
    status: 200,
    client: project(client, {}, translator.client),
    upstream: [],
    rules,
    price: { calls: 0, costMicros: 0 },
    notes: [
      ...unfit.map(({ rule }) => `what the upstream holds does not fit ${rule}: it is counted, and no filter finds it`),
      ...(scope?.holds(client) === false ? ["it is out of the tenant's scope: clients are not shown it at all"] : []),
    ],
  }
}
