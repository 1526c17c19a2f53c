import { afterAll } from 'vitest'
import type { Capabilities, PlanChoices } from '../../src/capabilities.ts'
import { defaultChoices, planOf, type SingleRequest } from '../../src/plan/plan.ts'
import { entra } from '../../src/plan/presets/entra.ts'
import { runPlan } from '../../src/plan/run.ts'
import type { Step } from '../../src/plan/step.ts'
import { normaliseResource } from '../../src/scim/dialect.ts'
import { ScimError } from '../../src/scim/error.ts'
import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import { parsePatch } from '../../src/scim/patch-parse.ts'
import { parseAttributePath } from '../../src/scim/path.ts'
import type { Projection, ScimReply } from '../../src/scim/request.ts'
import type { ResourceDefinition } from '../../src/scim/schema.ts'
import { groupDefinition, userDefinition } from '../../src/scim/schemas.ts'
import type { EmulateOptions } from '../../src/upstream/directory/emulate/clause.ts'
import { createScimUpstream } from '../../src/upstream/scim/scim.ts'
import { openDirectoryDatabase } from '../support/directory-database.ts'
import { entraClient, entraUser, idsOf } from '../support/entra.ts'
import { createBench } from '../upstream/scim/support.ts'

/** What happens to a step in place of its being carried, or after it. */
export type Fault = (step: Step, index: number) => 'before' | 'after' | undefined

export const refusal = (inDoubt = false) =>
  new ScimError(502, 'the upstream directory broke the connection', { inDoubt, retryAfter: '7' })

/** Plans over the stand-in for Entra, through the real wire: each step is one HTTP request. */
export function throughEntra(capabilities: Capabilities = entra, options: EmulateOptions = {}) {
  const database = openDirectoryDatabase()
  const client = entraClient(options, database)
  const bench = createBench()
  afterAll(async () => {
    await bench.close()
    database.close()
  })
  const upstream = createScimUpstream({
    tenant: 'contoso',
    clause: { kind: 'scim', url: 'https://graph.example/rp/scim', auth: { kind: 'none' } },
    wire: entra.wire,
    ports: { ...bench.ports, fetch: client.standIn.fetch },
    openCall: bench.openCall,
    dialect: 'auto',
    secret: async () => '',
  })
  const steps: Step[] = []
  let made = 0

  /** Serves a request, and gives what it came to. */
  async function serve(request: SingleRequest, { fault, choices }: Serving = {}): Promise<ScimReply> {
    steps.length = 0
    const planning = { capabilities, choices: { ...defaultChoices, ...choices } }
    return runPlan(planOf(request, planning), async (step) => {
      const index = steps.push(step) - 1
      const when = fault?.(step, index)
      if (when === 'before') throw refusal()
      const reply = await upstream.carry(step.request, bench.errand({ purpose: step.purpose }))
      if (when === 'after') throw refusal(step.request.operation !== 'read' && step.request.operation !== 'list')
      return reply
    })
  }

  return {
    client,
    upstream,
    serve,
    steps,
    /** The HTTP requests of the last request that was served, as `PATCH /groups/…`. */
    calls: (): string[] => steps.map(callOf),
    user: (name: string, more: JsonObject = {}) => client.create('/users', entraUser(name, more)),
    /** Makes users and gives their ids. */
    users: async (count: number): Promise<string[]> => {
      const ids: string[] = []
      for (let index = 0; index < count; index++) ids.push(await client.create('/users', entraUser(`m${++made}`)))
      return ids
    },
    group: async (displayName: string, members: readonly string[] = []): Promise<string> => {
      const id = await client.create('/groups', { schemas: [groupDefinition.core.id], displayName })
      for (let at = 0; at < members.length; at += 20) {
        const value = members.slice(at, at + 20).map((one) => ({ value: one }))
        await client.patch(`/groups/${id}`, { op: 'add', path: 'members', value })
      }
      return id
    },
    members: async (id: string): Promise<string[]> =>
      idsOf(await client.get(`/users?count=999&attributes=id&filter=${encodeURIComponent(`groups.value eq "${id}"`)}`))
        .map(String)
        .sort(),
    held: async (path: string): Promise<JsonObject> => (await client.get(path)).body,
  }
}

export interface Serving {
  readonly fault?: Fault
  readonly choices?: Partial<PlanChoices>
}

export type Through = ReturnType<typeof throughEntra>

function callOf({ request }: Step): string {
  const method = { create: 'POST', read: 'GET', list: 'LIST', replace: 'PUT', patch: 'PATCH', delete: 'DELETE' }
  if (request.operation === 'bulk' || request.operation === 'discovery' || request.definition === undefined) return '?'
  if (request.operation === 'patch')
    return `PATCH ${request.operations.map(({ op, path }) => `${op} ${path?.name}${path?.sub ? `.${path.sub}` : ''}`).join(', ')}`
  return `${method[request.operation]} ${request.definition.type.name}`
}

interface Asking {
  readonly definition?: ResourceDefinition
  readonly held?: JsonObject
  readonly ifMatch?: string
  readonly attributes?: readonly string[]
}

const projectionOf = (attributes: readonly string[] | undefined): Projection =>
  attributes === undefined ? {} : { attributes: attributes.map(parseAttributePath) }

/** A client's PUT, read as the front door reads it. */
export function put(id: string, body: JsonObject, { definition = userDefinition, attributes, ...more }: Asking = {}) {
  const resource = normaliseResource(body, definition, 'auto')
  return { operation: 'replace', definition, id, resource, projection: projectionOf(attributes), ...more } as const
}

export function patch(
  id: string,
  operations: readonly JsonObject[],
  { definition = userDefinition, attributes, ...more }: Asking = {},
) {
  const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [...operations] }
  const parsed = parsePatch(body, definition, 'auto')
  return {
    operation: 'patch',
    definition,
    id,
    operations: parsed,
    projection: projectionOf(attributes),
    ...more,
  } as const
}

export function post(body: JsonObject, { definition = userDefinition, attributes }: Asking = {}) {
  const resource = normaliseResource(body, definition, 'auto')
  return { operation: 'create', definition, resource, projection: projectionOf(attributes) } as const
}

export const get = (
  id: string,
  { definition = userDefinition, attributes, ...more }: Asking & { ifNoneMatch?: string } = {},
) => ({ operation: 'read', definition, id, projection: projectionOf(attributes), ...more }) as const

/** The refusal of what must be refused. */
export async function refused(work: Promise<unknown>): Promise<ScimError> {
  try {
    await work
  } catch (error) {
    if (error instanceof ScimError) return error
    throw error
  }
  throw new Error('it was served')
}

export const resourceOf = (reply: ScimReply): JsonObject => {
  if (reply.kind !== 'resource') throw new Error(`a ${reply.kind} reply has no resource`)
  return reply.resource
}

/** The ids in a list of members, sorted. */
export const memberIds = (value: Json | undefined): string[] =>
  (Array.isArray(value) ? value : []).flatMap((one) => (isObject(one) ? [String(one['value'])] : [])).sort()
