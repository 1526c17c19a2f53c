import type { JsonObject } from './json.ts'
import type { ListResult } from './request.ts'

export const listResponseUrn = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'

/**
 * A ListResponse (RFC 7644 §3.4.2, RFC 9865 §2). `Resources` is there even when empty, for clients that read it unasked;
 * what the result does not know (`totalResults` under a cursor) is left out.
 */
export function listBody(list: ListResult): JsonObject {
  const { resources, totalResults, startIndex, itemsPerPage, nextCursor } = list
  return {
    schemas: [listResponseUrn],
    ...(totalResults === undefined ? {} : { totalResults }),
    ...(startIndex === undefined ? {} : { startIndex }),
    itemsPerPage,
    ...(nextCursor === undefined ? {} : { nextCursor }),
    Resources: [...resources],
  }
}
