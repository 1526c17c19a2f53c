import type { JsonObject } from '../../scim/json.ts'
import { messageUrn } from '../../scim/message.ts'
import type { BulkOperation } from '../../scim/request.ts'
import type { PreparedRequest } from '../exchange.ts'
import { type Change, placeAt, type Target, write, written } from './write.ts'

/** Of these operations, each written by `writeOperation`, one upstream request. */
export function writeBulk(
  operations: readonly BulkOperation[],
  failOnErrors: number | undefined,
  target: Target,
): PreparedRequest {
  const body: JsonObject = {
    schemas: [messageUrn('BulkRequest')],
    ...(failOnErrors === undefined ? {} : { failOnErrors }),
    Operations: operations.map((operation) => ({ ...operation })),
  }
  return write('POST', placeAt('/Bulk', target), target, { body })
}

/**
 * One operation as the same request would be written by itself. Its query is left out: a projection shapes a body, and
 * the operations of a Bulk are answered without one.
 * @throws ScimError 400 for an id that cannot be one path segment.
 */
export function writeOperation(request: Change, bulkId: string | undefined, target: Target): BulkOperation {
  const { method, place, conditions, body } = written(request, target)
  return {
    method,
    // Colons are plain in a path (RFC 3986 §3.3), and servers look for `bulkId:` as it stands.
    path: place.path.replaceAll('%3A', ':'),
    ...(bulkId === undefined ? {} : { bulkId }),
    ...(conditions?.ifMatch === undefined ? {} : { version: conditions.ifMatch }),
    ...(body === undefined ? {} : { data: body }),
  }
}
