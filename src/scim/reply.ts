import type { ScimError } from './error.ts'
import { isObject, type JsonObject } from './json.ts'
import { listBody } from './list.ts'
import type { BulkResult, ScimReply } from './request.ts'
import { type Resource, versionOf } from './resource.ts'

export const bulkResponseUrn = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse'
export const scimMediaType = 'application/scim+json'

/** The JSON body of a reply whose locations are absolute already; undefined where the answer has none. */
export function replyBody(reply: ScimReply): JsonObject | undefined {
  switch (reply.kind) {
    case 'resource':
      return reply.resource
    case 'list':
      return listBody(reply.list)
    case 'bulk':
      return { schemas: [bulkResponseUrn], Operations: reply.results.map(bulkResultBody) }
    case 'discovery':
      return reply.body
    case 'empty':
      return undefined
  }
}

/** The HTTP status of a reply. A Bulk is 200 whatever its operations came to (RFC 7644 §3.7.3). */
export const replyStatus = (reply: ScimReply): number =>
  reply.kind === 'resource' || reply.kind === 'empty' ? reply.status : 200

/**
 * The headers of a reply: content type, and of one resource its location and entity tag. RFC 7644 §3.3 wants `Location`
 * on a create; RFC 7643 §3.1 wants `Content-Location` to equal `meta.location`.
 */
export function replyHeaders(reply: ScimReply): Record<string, string> {
  switch (reply.kind) {
    case 'resource': {
      const location = headerText(reply.location ?? locationOf(reply.resource))
      return {
        'Content-Type': scimMediaType,
        ...(location === undefined ? {} : { Location: location, 'Content-Location': location }),
        ...etagHeader(reply.etag ?? versionOf(reply.resource)),
      }
    }
    case 'empty':
      return etagHeader(reply.etag)
    default:
      return { 'Content-Type': scimMediaType }
  }
}

/** The headers of an error answer; its body is `error.toBody()`. */
export function errorHeaders(error: ScimError): Record<string, string> {
  const retryAfter = headerText(error.retryAfter)
  const allow = headerText(error.allow)
  return {
    'Content-Type': scimMediaType,
    ...(retryAfter === undefined ? {} : { 'Retry-After': retryAfter }),
    ...(allow === undefined ? {} : { Allow: allow }),
  }
}

/** `status` is a string here as in an error (contract §12); RFC 7644 §3.7.3 shows both forms. */
function bulkResultBody(result: BulkResult): JsonObject {
  const { status, location, method, bulkId, version, response } = result
  return {
    ...(location === undefined ? {} : { location }),
    method,
    ...(bulkId === undefined ? {} : { bulkId }),
    ...(version === undefined ? {} : { version }),
    status: String(status),
    ...(response === undefined ? {} : { response }),
  }
}

function locationOf(resource: Resource): string | undefined {
  const meta = resource['meta']
  return isObject(meta) && typeof meta['location'] === 'string' ? meta['location'] : undefined
}

function etagHeader(version: string | undefined): Record<string, string> {
  const etag = headerText(version)
  return etag === undefined ? {} : { ETag: etag }
}

/** The text if a header can hold it. Ids and versions come from upstreams: a line break in one must not make a header. */
const headerText = (text: string | undefined): string | undefined =>
  text !== undefined && /^[\x20-\x7e]+$/.test(text) ? text : undefined
