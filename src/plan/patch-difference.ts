import type { PatchForms } from '../capabilities.ts'
import { applyPatch } from '../scim/patch-apply.ts'
import type { Conditions, ScimReply } from '../scim/request.ts'
import type { Resource } from '../scim/resource.ts'
import { afresh, again } from './again.ts'
import { looksUpMembers } from './members-read.ts'
import { directly, isBlind } from './patch-pathed.ts'
import { isShown, type Sorted } from './patch-sorted.ts'
import { type Asked, formsOf, heldDefinition, type Planning } from './planning.ts'
import { readBack } from './read.ts'
import { wantsMembers } from './shown.ts'
import type { Plan } from './step.ts'
import { planUpdate, shownAfter } from './update.ts'

interface Parts {
  readonly planning: Planning
  readonly patch: PatchForms
  readonly sorted: Sorted
  readonly conditions: Conditions
}

/** A PATCH by the difference that it makes to what is there: no write at all where it makes none. */
export function* patchByDifference(request: Asked<'patch'>, parts: Parts): Plan<ScimReply> {
  const { planning, patch, sorted, conditions } = parts
  const held = heldDefinition(planning, request.definition)
  const forms = formsOf(planning, request.definition)
  const compared = sorted.operations.filter((one) => !isBlind(one, forms, held))
  const blind = sorted.operations.filter((one) => isBlind(one, forms, held))
  const update = {
    request,
    planning,
    patch,
    conditions,
    after: (before: Resource) => applyPatch(before, compared, request.definition),
    blind: blind.flatMap((one) => directly(one, held, patch) ?? [one]),
    membership: sorted.membership,
  }
  const updated = yield* again(conditions, (isFirst) => planUpdate({ ...update, request: afresh(request, isFirst) }))
  if (!isShown(request)) {
    const etag = updated.reply?.kind === 'resource' ? updated.reply.etag : updated.etag
    return { kind: 'empty', status: 204, ...(etag === undefined ? {} : { etag }) }
  }
  const isMissing = wantsMembers(request.projection) && updated.members === undefined
  if (isMissing && looksUpMembers(request.definition, planning))
    return yield* readBack(request, planning, updated.isChanged)
  return shownAfter(updated, request)
}
