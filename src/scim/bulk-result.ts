import { ScimError } from './error.ts'
import { isObject, type JsonObject } from './json.ts'
import type { BulkOperation, BulkResult, ScimReply } from './request.ts'
import { versionOf } from './resource.ts'

/** What an operation's own reply comes to in a BulkResponse (RFC 7644 §3.7.3). Locations stay relative. */
export function bulkResult(operation: BulkOperation, reply: ScimReply): BulkResult {
  const resource = reply.kind === 'resource' ? reply.resource : undefined
  const status = reply.kind === 'resource' || reply.kind === 'empty' ? reply.status : 200
  const etag = reply.kind === 'resource' || reply.kind === 'empty' ? reply.etag : undefined
  const version = etag ?? (resource && versionOf(resource))
  const location =
    (reply.kind === 'resource' ? reply.location : undefined) ?? metaLocation(resource) ?? placeOf(operation)
  return {
    method: operation.method,
    ...(operation.bulkId === undefined ? {} : { bulkId: operation.bulkId }),
    ...(version === undefined ? {} : { version }),
    ...(location === undefined ? {} : { location }),
    status,
  }
}

/** What a refused operation comes to. Only a failed POST has no location. */
export function bulkFailure(operation: BulkOperation, error: ScimError): BulkResult {
  const location = placeOf(operation)
  return {
    method: operation.method,
    ...(operation.bulkId === undefined ? {} : { bulkId: operation.bulkId }),
    ...(location === undefined ? {} : { location }),
    status: error.status,
    response: { ...error.toBody(), schemas: [...error.toBody().schemas] },
    ...(error.inDoubt ? { inDoubt: true } : {}),
  }
}

/** Why an operation fails that refers to a create which was refused. */
export const notMade = (bulkId: string): ScimError =>
  new ScimError(409, `bulkId:${bulkId} cannot be resolved: its own operation did not succeed`)

function placeOf({ method, path }: BulkOperation): string | undefined {
  if (method === 'POST') return undefined
  const [route = ''] = path.split('?', 1)
  return route.startsWith('/') ? route : `/${route}`
}

function metaLocation(resource: JsonObject | undefined): string | undefined {
  const meta = resource?.['meta']
  return isObject(meta) && typeof meta['location'] === 'string' ? meta['location'] : undefined
}
