import { ScimError } from '../scim/error.ts'
import type { ScimReply } from '../scim/request.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { afresh, again } from './again.ts'
import { conditioned, writeConditions } from './conditions.ts'
import { patchByDifference } from './patch-difference.ts'
import { patchByPut } from './patch-put.ts'
import { isShown, type Sorted, sortedOut } from './patch-sorted.ts'
import { patchTranslated } from './patch-translated.ts'
import { type Asked, formsOf, memberFormsOf, type Planning } from './planning.ts'
import { readBack } from './read.ts'
import { ask, type Plan } from './step.ts'

/**
 * A change of a resource (RFC 7644 §3.5.2) in the forms that the upstream has: translated where nothing must be known for
 * that, else by the difference that it makes to what is there. Members are added and removed in chunks.
 * @throws ScimError 400 before any call where it cannot be done
 */
export function* planPatch(request: Asked<'patch'>, planning: Planning): Plan<ScimReply> {
  const { patch } = planning.capabilities
  const conditions = writeConditions(request, planning)
  const { held: _, ...asked } = request
  if (patch === false)
    return yield* again(conditions, (isFirst) => patchByPut(afresh(request, isFirst), conditions, planning))
  if (isPatchNative(planning, request.definition)) {
    const reply = yield* ask({ request: conditioned(asked, conditions), purpose: 'forward' })
    // Who does not obey `attributes` does not know that somebody wants to see it.
    return reply.kind === 'empty' && isShown(request) ? yield* readBack(request, planning, true) : reply
  }
  const sorted = sortedOut(request, planning, patch)
  const byDifference = () => patchByDifference(request, { planning, patch, sorted, conditions })
  const { direct, membership } = sorted
  if (direct === undefined) return yield* byDifference()
  try {
    return yield* patchTranslated(request, { planning, direct, membership, conditions })
  } catch (error) {
    if (!mayLackTarget(sorted) || !isNoTarget(error)) throw error
    return yield* byDifference()
  }
}

/**
 * Whether a part of a list is replaced that may not be there: the gateway makes it (contract §12), where servers refuse
 * (RFC 7644 §3.5.2.3). Mostly it is there, and a refusal is not billed: asking first would cost more.
 */
export const mayLackTarget = ({ direct = [], membership }: Sorted): boolean =>
  membership === undefined && direct.some(({ op, path }) => op === 'replace' && path?.filter !== undefined)

/** Not every server says what was wrong with a path. */
const isNoTarget = (error: unknown): boolean =>
  error instanceof ScimError && error.status === 400 && (error.scimType ?? 'noTarget') === 'noTarget'

/** Whether a PATCH can be passed on as it is. */
export function isPatchNative(planning: Planning, definition: ResourceDefinition): boolean {
  const { patch } = planning.capabilities
  if (patch === false || formsOf(planning, definition)?.definition !== undefined) return false
  const isFree = patch.pathless && patch.elements && patch.filters === 'any'
  return isFree && memberFormsOf(planning, definition) === undefined
}
