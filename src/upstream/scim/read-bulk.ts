import { errorUrn } from '../../scim/error.ts'
import { isObject, type Json, type JsonObject } from '../../scim/json.ts'
import type { BulkOperation, BulkResult } from '../../scim/request.ts'
import { attributeIn } from '../../scim/resource.ts'
import { notScim } from './body.ts'
import type { Locations } from './location.ts'
import { relativeOrForeign } from './read-resource.ts'

const methods: Readonly<Record<string, BulkOperation['method']>> = {
  POST: 'POST',
  PUT: 'PUT',
  PATCH: 'PATCH',
  DELETE: 'DELETE',
}

/** A BulkResponse (RFC 7644 §3.7). @throws ScimError 502 where it is none. */
export function readBulk(body: JsonObject, locations: Locations): BulkResult[] {
  const operations = attributeIn(body, 'Operations')
  if (!Array.isArray(operations)) throw notScim('a Bulk answer without operations')
  return operations.map((operation) => {
    if (!isObject(operation)) throw notScim('a Bulk answer with something else than operations')
    return readResult(operation, locations)
  })
}

function readResult(operation: JsonObject, locations: Locations): BulkResult {
  const { method, bulkId, version, location, response } = operation
  const known = typeof method === 'string' ? methods[method.toUpperCase()] : undefined
  const status = statusOf(operation['status'])
  if (known === undefined || status === undefined) throw notScim('a Bulk operation without its method or status')
  const where = typeof location === 'string' ? relativeOrForeign(location, locations) : undefined
  return {
    method: known,
    ...(typeof bulkId === 'string' ? { bulkId } : {}),
    ...(typeof version === 'string' ? { version } : {}),
    ...(where === undefined ? {} : { location: where }),
    status,
    ...(status >= 300 && isObject(response) ? { response: cleanError(response, status, locations) } : {}),
  }
}

/** RFC 7644 §3.7.3 shows a string; numbers and SCIM 1.1's `{ "code": "201" }` are seen. */
function statusOf(value: Json | undefined): number | undefined {
  const status = Number(isObject(value) ? value['code'] : value)
  return Number.isInteger(status) && status >= 100 && status <= 599 ? status : undefined
}

/** The members of RFC 7644 §3.12 and no others: what else an upstream tells of an error is not for its clients. */
function cleanError(error: JsonObject, status: number, locations: Locations): JsonObject {
  const scimType = attributeIn(error, 'scimType')
  const detail = attributeIn(error, 'detail')
  return {
    schemas: [errorUrn],
    status: String(status),
    ...(typeof scimType === 'string' && /^[a-z]{1,40}$/i.test(scimType) ? { scimType } : {}),
    ...(typeof detail === 'string' ? { detail: locations.clean(detail) } : {}),
  }
}
