import type { RuleTrace } from '../rules/trace.ts'
import type { FilterTranslation } from '../rules/translator.ts'
import { badRequest, type ScimError, toScimError } from '../scim/error.ts'
import { type Filter, parseFilter, printFilter } from '../scim/filter.ts'
import type { JsonObject } from '../scim/json.ts'
import { printPatch } from '../scim/patch-print.ts'
import { project } from '../scim/project.ts'
import type { ScimRequest } from '../scim/request.ts'
import { parseResourceRequest } from '../scim/resource-request.ts'
import type { TenantDocument } from './schema.ts'
import type { Trial } from './trial.ts'

/** A call that the upstream would get. */
export interface TriedCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  readonly path: string
  /** Null where there is none, or where only what is read before tells it. */
  readonly body: JsonObject | null
  /** Whether it depends on what the calls before it find. */
  readonly afterRead: boolean
}

/** What would become of something, rule by rule. */
export interface Tried {
  readonly operation: 'create' | 'replace' | 'patch' | 'reverse' | 'filter'
  /** What the client would be answered with. */
  readonly status: number
  readonly client: JsonObject | null
  readonly upstream: readonly TriedCall[]
  readonly rules: readonly RuleTrace[]
  readonly notes: readonly string[]
}

/** What may be tried: a body outward, a body inward, or a filter. */
export type Trying =
  | { readonly kind: 'body'; readonly body: JsonObject; readonly id?: string }
  | { readonly kind: 'reverse'; readonly body: JsonObject }
  | { readonly kind: 'filter'; readonly filter: string }

/** Tries one thing with a tenant's rules, as the front door would serve it. Refusals are the client's, and are no exceptions. */
export async function runTrial(trial: Trial, document: TenantDocument, trying: Trying): Promise<Tried> {
  if (trying.kind === 'reverse') return reversed(trial, trying.body)
  if (trying.kind === 'filter') return filtered(trial, trying.filter)
  const operation = 'Operations' in trying.body ? 'patch' : trying.id === undefined ? 'create' : 'replace'
  try {
    return tried(trial, await requestOf(trial, document, { ...trying, operation }))
  } catch (error) {
    return refused(operation, toRefusal(error), [])
  }
}

const methods = { create: 'POST', replace: 'PUT', patch: 'PATCH' } as const

/** Parses as the front door does, dialect included. */
function requestOf(
  { client }: Trial,
  { frontDoor }: TenantDocument,
  { body, id, operation }: Extract<Trying, { kind: 'body' }> & { readonly operation: keyof typeof methods },
): Promise<ScimRequest> {
  if (operation === 'patch' && id === undefined)
    throw badRequest('invalidSyntax', 'a PATCH is of one resource: say which by its id')
  const segments = [client.type.endpoint.slice(1), ...(id === undefined ? [] : [id])]
  const ask = { method: methods[operation], segments, query: new URLSearchParams(), conditions: {} }
  return parseResourceRequest({ ...ask, body: () => body }, () => Promise.resolve(client), frontDoor.dialect)
}

/** What a client could be told. What it could not is nobody's fault but ours. */
function toRefusal(error: unknown): ScimError {
  const refusal = toScimError(error)
  if (refusal.status >= 500) throw error
  return refusal
}

const refused = (operation: Tried['operation'], error: ScimError, rules: readonly RuleTrace[]): Tried => ({
  operation,
  status: error.status,
  client: { ...error.toBody(), schemas: [...error.toBody().schemas] },
  upstream: [],
  rules,
  notes: [],
})

function tried(trial: Trial, request: ScimRequest): Tried {
  if (request.operation === 'create' || request.operation === 'replace') return written(trial, request)
  if (request.operation === 'patch') return patched(trial, request)
  throw new TypeError(`${request.operation} cannot be tried`)
}

function written(trial: Trial, request: Extract<ScimRequest, { operation: 'create' | 'replace' }>): Tried {
  const { operation, resource } = request
  const { endpoint } = trial.definition.type
  try {
    const body = trial.toUpstream(resource)
    const isRead = operation === 'replace' && trial.hidesSomething
    const path = operation === 'create' ? endpoint : pathOf(trial, request.id)
    return {
      operation,
      status: operation === 'create' ? 201 : 200,
      client: project(trial.toClient(body), {}, trial.client),
      upstream: [...(isRead ? [reading(path)] : []), { method: methods[operation], path, body, afterRead: isRead }],
      rules: trial.traceOutward(resource, body),
      notes: isRead ? ['reads first: what the client cannot see stays as it is'] : [],
    }
  } catch (error) {
    return refused(operation, toRefusal(error), trial.traceOutward(resource, undefined))
  }
}

function patched(trial: Trial, { id, operations }: Extract<ScimRequest, { operation: 'patch' }>): Tried {
  const path = pathOf(trial, id)
  const rules = trial.tracePatch(operations)
  try {
    const translation = trial.patch(operations)
    const isRead = translation.kind === 'read'
    const body = isRead ? null : printPatch(translation.operations)
    const isIdle = !isRead && translation.operations.length === 0
    const patch: TriedCall = { method: 'PATCH', path, body, afterRead: isRead }
    return {
      operation: 'patch',
      status: 204,
      client: null,
      upstream: isIdle ? [] : isRead ? [reading(path), patch] : [patch],
      rules,
      notes: isRead
        ? [`reads first: ${translation.reason}`]
        : isIdle
          ? ['all that it names belongs to the rules: nothing is left to write']
          : [],
    }
  } catch (error) {
    return refused('patch', toRefusal(error), rules)
  }
}

const pathOf = ({ definition }: Trial, id: string): string => `${definition.type.endpoint}/${encodeURIComponent(id)}`
const reading = (path: string): TriedCall => ({ method: 'GET', path, body: null, afterRead: false })

function reversed(trial: Trial, body: JsonObject): Tried {
  const rules = trial.traceInward(body)
  const unfit = rules.filter(({ outcome }) => outcome === 'unfit')
  return {
    operation: 'reverse',
    status: 200,
    client: project(trial.toClient(body), {}, trial.client),
    upstream: [],
    rules,
    notes: unfit.map(
      ({ rule }) => `what the upstream holds does not fit ${rule}: it is counted, and no filter finds it`,
    ),
  }
}

function filtered(trial: Trial, text: string): Tried {
  try {
    const translation = trial.filter(parseFilter(text))
    const filter = 'filter' in translation ? translation.filter : undefined
    return {
      operation: 'filter',
      status: 200,
      client: null,
      upstream: translation.kind === 'nothing' ? [] : [listing(trial, filter)],
      rules: [],
      notes: [filterNote(translation)],
    }
  } catch (error) {
    return refused('filter', toRefusal(error), [])
  }
}

function listing({ definition }: Trial, filter: Filter | undefined): TriedCall {
  const query = filter === undefined ? '' : `?filter=${encodeURIComponent(printFilter(filter))}`
  return { method: 'GET', path: `${definition.type.endpoint}${query}`, body: null, afterRead: false }
}

function filterNote(translation: FilterTranslation): string {
  if (translation.kind === 'exact') return 'the upstream decides it alone'
  if (translation.kind === 'nothing') return 'nothing can match: no call is made'
  const narrowed = translation.filter === undefined ? 'cannot narrow it down' : 'narrows it down'
  return `the upstream ${narrowed}, and the rest is decided here, a call a page: ${translation.reason}`
}
