import type { IncomingResponse } from '../../../ports.ts'
import { ScimError } from '../../../scim/error.ts'
import type { JsonObject } from '../../../scim/json.ts'

/** What the stand-in answers, before it is HTTP. */
export interface Answer {
  readonly status: number
  readonly body?: JsonObject
}

/** A refusal in Microsoft Graph's way: 400 for whatever is wrong with the request, and no `scimType` (facts A8). */
export const bad = (detail: string): ScimError => new ScimError(400, detail)

/** Facts A5: also what a removal of somebody who is no member says, of the group. */
export const absent = (id: string): string =>
  `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`

/** Facts A8: 400, 401, 404, 405, 429, 500 and 504 are all that there are. */
const known = new Set([400, 401, 404, 405, 429, 500, 503, 504])

const mediaType = 'application/scim+json; charset=utf-8'

/** No ETag, no Location, no version: none is documented (facts A1). */
export const respond = ({ status, body }: Answer): IncomingResponse =>
  body === undefined
    ? { status, headers: {}, body: '' }
    : { status, headers: { 'content-type': mediaType }, body: JSON.stringify(body) }

/** An error in the shape of facts A8. */
export function respondError(error: ScimError): IncomingResponse {
  const status = known.has(error.status) ? error.status : 400
  const answer = respond({
    status,
    body: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      detail: error.message,
      status: String(status),
    },
  })
  const { retryAfter, allow } = error
  return {
    ...answer,
    headers: {
      ...answer.headers,
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
      ...(allow === undefined ? {} : { allow }),
    },
  }
}
