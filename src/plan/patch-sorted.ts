import type { PatchForms } from '../capabilities.ts'
import type { PatchOperation } from '../scim/patch.ts'
import { isMembers, type Membership, membershipOf } from './members.ts'
import { holdableOperations } from './patch-holdable.ts'
import { directly, type Pathed, pathed } from './patch-pathed.ts'
import { type Asked, formsOf, heldDefinition, memberFormsOf, type Planning } from './planning.ts'
import { requireKept } from './required.ts'
import { accepted } from './unsupported.ts'

/** A PATCH taken apart. */
export interface Sorted {
  /** All but the members, each with a path. */
  readonly operations: readonly Pathed[]
  /** As they go upstream; undefined where what is there must be known. */
  readonly direct: readonly PatchOperation[] | undefined
  /** Undefined where members are not spoken of. */
  readonly membership: Membership | undefined
}

/** @throws ScimError 400 for what cannot be done, whatever is there */
export function sortedOut(request: Asked<'patch'>, planning: Planning, patch: PatchForms): Sorted {
  const { definition, held } = request
  const all = pathed(request.operations, definition)
  const isApart = (one: Pathed) => memberFormsOf(planning, definition) !== undefined && isMembers(one)
  const others = all.filter((one) => !isApart(one))
  const operations = accepted(holdableOperations(others, formsOf(planning, definition)), planning.choices)
  requireKept(operations, planning, heldDefinition(planning, definition))
  const own = all.filter(isApart)
  const membership = own.length === 0 ? undefined : membershipOf(own)
  // What is there is known already: then what changes nothing costs nothing.
  if (held !== undefined) return { operations, direct: undefined, membership }
  const direct = operations.map((one) => directly(one, heldDefinition(planning, definition), patch))
  const known = direct.flatMap((one) => one ?? [])
  return { operations, direct: direct.includes(undefined) ? undefined : known, membership }
}

/** Whether the client asked for the resource in the answer (RFC 7644 §3.5.2). */
export const isShown = ({ projection }: Asked<'patch'>): boolean => (projection.attributes?.length ?? 0) > 0
