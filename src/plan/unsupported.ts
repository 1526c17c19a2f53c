import type { PlanChoices } from '../capabilities.ts'
import { badRequest } from '../scim/error.ts'
import { type Holdable, holdableResource } from './holdable.ts'
import { holdableOperations } from './patch-holdable.ts'
import { pathed } from './patch-pathed.ts'
import { formsOf, type Planning, type SingleRequest } from './planning.ts'

/**
 * What of a request the upstream cannot hold, by name: it is left out, and whoever traces the request is told (contract
 * §12). Where it is refused instead (`unsupported: reject`), nobody needs to ask.
 */
export function unsupportedIn(request: SingleRequest, planning: Planning): readonly string[] {
  const forms = formsOf(planning, request.definition)
  if (forms?.definition === undefined) return []
  switch (request.operation) {
    case 'create':
    case 'replace':
      return holdableResource(request.resource, forms).dropped
    case 'patch':
      return holdableOperations(pathed(request.operations, request.definition), forms).dropped
    default:
      return []
  }
}

/** @throws ScimError 400 where what cannot be held is refused */
export function accepted<T>({ held, dropped }: Holdable<T>, { unsupported }: PlanChoices): T {
  if (unsupported === 'reject' && dropped.length > 0)
    throw badRequest('invalidValue', `the upstream directory cannot hold ${dropped.join(', ')}: leave it out`)
  return held
}
