import { expect } from 'vitest'
import type { JsonObject } from '../../src/scim/json.ts'
import type { Answered } from '../support/gateway.ts'

/** Speaks to the front door as one client does: `path` is what the client appends to its base URL. */
export type Say = (
  method: string,
  path: string,
  body?: JsonObject,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answered>

/** What a client believes that the directory holds of a user. What it never spoke of is left out. */
export interface BelievedUser {
  readonly userName: string
  readonly active: boolean
  readonly displayName: string
  readonly givenName: string
  readonly familyName: string
  readonly mail?: string
  readonly title?: string
  readonly department?: string
  /** A userName. */
  readonly manager?: string
}

/** What a client believes at the end: these users, and these groups with the userNames of their members. */
export interface Believed {
  readonly users: readonly BelievedUser[]
  readonly groups: Readonly<Record<string, readonly string[]>>
}

/** A client's conversation with its service provider, from its own documentation or from recordings. */
export interface Client {
  readonly name: string
  /** The template that an MSP would take for it. */
  readonly template?: string
  /** Extra query that is stuck to the base URL. */
  readonly flag?: string
  converse(say: Say): Promise<Believed>
}

export const core = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
export const coreGroup = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/** A PatchOp with the key that the clients here write. */
export const patchOf = (...operations: JsonObject[]): JsonObject => ({ schemas: [patchOp], Operations: operations })

export const filtered = (path: string, filter: string, more = ''): string =>
  `${path}?filter=${encodeURIComponent(filter)}${more}`

/** The resources of a list; the numbers that clients count by must be integers (facts C2). */
export function listed({ status, body }: Answered): readonly JsonObject[] {
  expect(status, JSON.stringify(body)).toBe(200)
  expect(Number.isInteger(body['totalResults'])).toBe(true)
  const resources = body['Resources'] ?? []
  if (!Array.isArray(resources)) throw new Error('a list without resources')
  return resources.filter((one): one is JsonObject => typeof one === 'object' && one !== null && !Array.isArray(one))
}

/** The id in a created resource: clients keep it, and nothing else, as their link. */
export function madeId({ status, body }: Answered): string {
  expect(status, JSON.stringify(body)).toBe(201)
  const { id } = body
  if (typeof id !== 'string' || id === '') throw new Error('created without an id')
  return id
}

/** A change was made, whether or not it was answered with the resource (facts F). */
export function expectDone({ status, body }: Answered): void {
  expect([200, 204], JSON.stringify(body)).toContain(status)
}
