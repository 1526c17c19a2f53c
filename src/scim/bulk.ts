import type { Dialect } from './dialect.ts'
import { badRequest, ScimError } from './error.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { requireMessage } from './message.ts'
import type { BulkOperation, ResourceRequest } from './request.ts'
import { attributeIn, isAssigned } from './resource.ts'
import { type DefinitionAt, parseResourceRequest } from './resource-request.ts'

export { referencesOf } from './bulk-refs.ts'
export { bulkFailure, bulkResult, notMade } from './bulk-result.ts'
export { type BulkRun, bulkSideBySide, runBulk } from './bulk-run.ts'

export interface BulkLimits {
  readonly maxOperations: number
}

/** Contract §12: announced in `/ServiceProviderConfig`. */
export const bulkLimits = { maxOperations: 1000, maxPayloadSize: 8 * 1024 * 1024 } as const

export interface Bulk {
  readonly operations: readonly BulkOperation[]
  /** How many errors may happen before the rest is left undone. */
  readonly failOnErrors?: number
}

/**
 * Reads a BulkRequest (RFC 7644 §3.7). What an operation asks for is read later, one by one (`bulkRequest`), so that a
 * mistake in one does not stop the others; only what leaves no operation to speak of is refused here.
 * @throws ScimError 400 `invalidSyntax`, 413 naming the limit
 */
export function parseBulk(body: JsonObject, dialect: Dialect, limits: BulkLimits = bulkLimits): Bulk {
  requireMessage(body, 'BulkRequest', dialect)
  const listed = memberOf(body, 'Operations', dialect)
  if (!Array.isArray(listed)) throw badRequest('invalidSyntax', 'Operations must be a list')
  if (listed.length > limits.maxOperations) {
    const detail = `the ${listed.length} operations exceed maxOperations (${limits.maxOperations})`
    throw new ScimError(413, detail)
  }
  const bulkIds = new Set<string>()
  const operations = listed.map((operation, index) => {
    const parsed = parseOperation(operation, `Operations[${index}]`, dialect)
    if (parsed.bulkId !== undefined) {
      if (bulkIds.has(parsed.bulkId)) throw badRequest('invalidSyntax', `Operations[${index}] repeats its bulkId`)
      bulkIds.add(parsed.bulkId)
    }
    return parsed
  })
  const failOnErrors = failOnErrorsOf(memberOf(body, 'failOnErrors', dialect))
  return { operations, ...(failOnErrors === undefined ? {} : { failOnErrors }) }
}

const memberOf = (object: JsonObject, name: string, dialect: Dialect): Json | undefined =>
  dialect === 'auto' ? attributeIn(object, name) : Object.hasOwn(object, name) ? object[name] : undefined

function failOnErrorsOf(value: Json | undefined): number | undefined {
  if (!isAssigned(value)) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return Math.max(1, value)
  throw badRequest('invalidValue', 'failOnErrors must be an integer')
}

function parseOperation(operation: Json, label: string, dialect: Dialect): BulkOperation {
  if (!isObject(operation)) throw badRequest('invalidSyntax', `${label} must be an object`)
  const method = methodOf(memberOf(operation, 'method', dialect), label, dialect)
  const path = memberOf(operation, 'path', dialect)
  if (typeof path !== 'string' || path === '') throw badRequest('invalidSyntax', `${label} must have a path`)
  const bulkId = textOf(memberOf(operation, 'bulkId', dialect), `${label}.bulkId`)
  if (method === 'POST' && bulkId === undefined)
    throw badRequest('invalidSyntax', `${label} is a POST without a bulkId`)
  const version = textOf(memberOf(operation, 'version', dialect), `${label}.version`)
  const data = memberOf(operation, 'data', dialect)
  if (isAssigned(data) && !isObject(data)) throw badRequest('invalidSyntax', `${label}.data must be an object`)
  if (method !== 'DELETE' && !isObject(data)) throw badRequest('invalidSyntax', `${label} must have data`)
  return {
    method,
    path,
    ...(bulkId === undefined ? {} : { bulkId }),
    ...(version === undefined ? {} : { version }),
    ...(isObject(data) ? { data } : {}),
  }
}

function methodOf(value: Json | undefined, label: string, dialect: Dialect): BulkOperation['method'] {
  const method = typeof value === 'string' && dialect === 'auto' ? value.toUpperCase() : value
  if (method === 'POST' || method === 'PUT' || method === 'PATCH' || method === 'DELETE') return method
  throw badRequest('invalidSyntax', `${label}.method must be POST, PUT, PATCH or DELETE`)
}

function textOf(value: Json | undefined, label: string): string | undefined {
  if (!isAssigned(value) || value === '') return undefined
  if (typeof value === 'string') return value
  throw badRequest('invalidSyntax', `${label} must be a string`)
}

/**
 * One operation as the request it stands for, its references resolved already.
 * @throws ScimError as `parseScimRequest` would for the request alone.
 */
export async function bulkRequest(
  operation: BulkOperation,
  definitionAt: DefinitionAt,
  dialect: Dialect,
): Promise<ResourceRequest> {
  const { method, path, version, data } = operation
  const [route = '', query = ''] = path.split('?', 2)
  const segments = route.replace(/^\//, '').split('/').map(decodeSegment)
  const conditions = version === undefined ? {} : { ifMatch: version }
  const body = () => {
    if (data === undefined) throw badRequest('invalidSyntax', 'the operation has no data')
    return data
  }
  const ask = { method, segments, query: new URLSearchParams(query), conditions, body }
  const request = await parseResourceRequest(ask, definitionAt, dialect)
  if (request.operation === 'list') throw badRequest('invalidSyntax', 'a Bulk cannot hold a search')
  return request
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch (cause) {
    throw badRequest('invalidSyntax', 'the path holds a percent-encoding that is not valid UTF-8', cause)
  }
}
