import { ScimError } from '../scim/error.ts'
import type { ScimRequest } from '../scim/request.ts'
import type { Principal } from './principal.ts'

const readingOperations: ReadonlySet<ScimRequest['operation']> = new Set(['read', 'list', 'discovery'])

/**
 * Lets a request pass that the credential's scope allows.
 * @throws ScimError 403 naming what the credential may not do.
 */
export function permit(principal: Principal, request: ScimRequest): void {
  const { access, resourceTypes } = principal.scope
  if (access === 'read' && !readingOperations.has(request.operation)) {
    throw new ScimError(403, 'this credential may only read')
  }
  if (resourceTypes === undefined || request.operation === 'discovery') return
  if (request.operation === 'bulk' || request.definition === undefined) {
    // A Bulk and a search from the root reach every type: a credential for some of them has no use for either.
    throw new ScimError(403, `this credential is limited to ${resourceTypes.join(', ')}: name the resource type`)
  }
  const asked = request.definition.type.name
  if (!resourceTypes.includes(asked)) throw new ScimError(403, `this credential may not use ${asked} resources`)
}
