import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import { patchUrn } from '../scim/patches.ts'
import type { Answered, TestGateway } from '../support/gateway.ts'

export const userUrn = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const groupUrn = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const enterpriseUrn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

/** A client of one tenant of a gateway. */
export interface Client {
  readonly tenant: string
  send(method: string, path: string, body?: Json, headers?: Record<string, string>): Promise<Answered>
  get(path: string, headers?: Record<string, string>): Promise<Answered>
  post(path: string, body: Json): Promise<Answered>
  put(path: string, body: Json, headers?: Record<string, string>): Promise<Answered>
  patch(path: string, operations: readonly JsonObject[], headers?: Record<string, string>): Promise<Answered>
  delete(path: string, headers?: Record<string, string>): Promise<Answered>
  /** Creates a resource and gives its id. @throws Error when it is not created. */
  create(path: string, body: JsonObject): Promise<string>
  /** Names that match a filter. */
  found(filter: string, name?: string): Promise<readonly Json[]>
  /** The attempts of the tenant's latest call: purpose, method, path and status. */
  attempts(): Promise<readonly string[]>
}

export async function clientOf(gateway: TestGateway, tenant: string): Promise<Client> {
  const token = await gateway.mint(tenant)
  const send = (method: string, path: string, body?: Json, headers: Record<string, string> = {}) =>
    gateway.ask(`/t/${tenant}/scim/v2${path}`, { method, token, headers, ...(body === undefined ? {} : { body }) })
  return {
    tenant,
    send,
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body) => send('POST', path, body),
    put: (path, body, headers) => send('PUT', path, body, headers),
    patch: (path, operations, headers) =>
      send('PATCH', path, { schemas: [patchUrn], Operations: [...operations] }, headers),
    delete: (path, headers) => send('DELETE', path, undefined, headers),
    async create(path, body) {
      const { status, body: made, text } = await send('POST', path, body)
      const { id } = made
      if (status !== 201 || typeof id !== 'string') throw new Error(`${status} ${text}`)
      return id
    },
    async found(filter, name = 'userName') {
      const answer = await send('GET', `/Users?filter=${encodeURIComponent(filter)}`)
      if (answer.status !== 200) return [answer.status, answer.body['scimType'] ?? null]
      return listed(answer).map((one) => one[name] ?? null)
    },
    async attempts() {
      const { body } = await gateway.admin(`/tenants/${tenant}/calls?limit=1`)
      const [call] = Array.isArray(body['calls']) ? body['calls'].filter(isObject) : []
      const { body: whole } = await gateway.admin(`/tenants/${tenant}/calls/${String(call?.['id'])}`)
      const attempts = Array.isArray(whole['attempts']) ? whole['attempts'].filter(isObject) : []
      return attempts.map(({ purpose, method, path, status }) => [purpose, method, path, status].join(' '))
    },
  }
}

export function listed({ body }: Answered): JsonObject[] {
  const resources = body['Resources']
  return Array.isArray(resources) ? resources.filter(isObject) : []
}

/** The value with its lists in one order: a multi-valued attribute has none (RFC 7643 §2.4). */
export function unordered(value: Json): Json {
  if (Array.isArray(value))
    return value.map(unordered).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, unordered(value[name] ?? null)]),
  )
}
