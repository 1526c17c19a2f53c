import type { IncomingResponse } from '../../ports.ts'
import { ScimError } from '../../scim/error.ts'
import { isObject, type JsonObject, parseJson } from '../../scim/json.ts'

/** @throws ScimError 502 */
export function bodyOf(response: IncomingResponse): JsonObject {
  const body = objectIn(response)
  if (body === undefined) throw notScim('a body that is no JSON object')
  return body
}

/** The body as a JSON object, undefined when it is none. */
export function objectIn({ body }: IncomingResponse): JsonObject | undefined {
  try {
    // Some servers begin their UTF-8 with a byte order mark, which JSON does not allow.
    const parsed = parseJson(body.charCodeAt(0) === 0xfeff ? body.slice(1) : body)
    return isObject(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

export const notScim = (what: string): ScimError =>
  new ScimError(502, 'the upstream directory answered with something that is not SCIM', { cause: new Error(what) })
