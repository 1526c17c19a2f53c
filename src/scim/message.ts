import type { Dialect } from './dialect.ts'
import { badRequest } from './error.ts'
import type { JsonObject } from './json.ts'
import { attributeIn, isAssigned } from './resource.ts'

const prefix = 'urn:ietf:params:scim:api:messages:2.0:'

/** The protocol's messages (RFC 7644 §8.2) that a client sends. */
export type Message = 'PatchOp' | 'BulkRequest' | 'SearchRequest'

export const messageUrn = (message: Message): string => prefix + message

/**
 * Checks that a body says it is this message. Real clients leave `schemas` out (facts, part F), so that only a body that
 * says it is something else is refused, unless the dialect is strict.
 * @throws ScimError 400 `invalidSyntax`
 */
export function requireMessage(body: JsonObject, message: Message, dialect: Dialect): void {
  const urn = messageUrn(message)
  const schemas = attributeIn(body, 'schemas')
  if (!isAssigned(schemas) && dialect === 'auto') return
  const named = Array.isArray(schemas) ? schemas : [schemas]
  const wanted = urn.toLowerCase()
  if (named.some((name) => typeof name === 'string' && name.toLowerCase() === wanted)) return
  throw badRequest('invalidSyntax', `schemas must hold ${JSON.stringify(urn)}`)
}
