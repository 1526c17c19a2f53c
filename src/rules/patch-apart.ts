import type { PatchOperation } from '../scim/patch.ts'
import { expand } from '../scim/patch-expand.ts'
import { requireWritable, resolvedPath } from '../scim/patch-target.ts'
import type { PatchPath } from '../scim/path.ts'
import type { BoundRules } from './bound.ts'
import { isOwnFilter } from './reach.ts'

export type PathedOperation = PatchOperation & { readonly path: PatchPath }

/**
 * An operation as operations on single attributes, as applying them takes it, a rule's own value filter spelt as the rule
 * does (`Work` is `work`). The removal of a whole extension stays what it is: what there is of it is not known here.
 * @throws ScimError 400 as applying it would
 */
export function apart(operation: PatchOperation, bound: BoundRules): readonly PathedOperation[] {
  const { client } = bound
  if (operation.op !== 'remove' && operation.path?.name === undefined)
    return expand(operation, client, () => []).map((one) => spelt(one, bound))
  const path = resolvedPath(operation.path ?? {}, client)
  requireWritable(path, client)
  return [spelt({ ...operation, path }, bound)]
}

function spelt(operation: PathedOperation, { claimsOn }: BoundRules): PathedOperation {
  const { path } = operation
  if (path.filter === undefined) return operation
  const own = claimsOn(path).find(
    ({ side, at }) => side === 'client' && at.filter !== undefined && isOwnFilter(path.filter, at.filter),
  )
  if (own?.at.filter === undefined) return operation
  const { sub, value } = own.at.filter
  return { ...operation, path: { ...path, filter: { kind: 'compare', operator: 'eq', path: { name: sub }, value } } }
}
