import type { ScimReply } from '../scim/request.ts'
import { writeConditions } from './conditions.ts'
import type { Asked, Planning } from './planning.ts'
import { forward, type Plan } from './step.ts'

/** A resource's end (RFC 7644 §3.6). @throws ScimError 412 where a version is named and the upstream has none */
export const planDelete = (request: Asked<'delete'>, planning: Planning): Plan<ScimReply> => {
  const { operation, definition, id } = request
  return forward({ operation, definition, id, ...writeConditions(request, planning) })
}
