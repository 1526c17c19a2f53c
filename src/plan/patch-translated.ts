import type { PatchOperation } from '../scim/patch.ts'
import type { Conditions, ScimReply } from '../scim/request.ts'
import { requireConditions } from './conditions.ts'
import { difference, type Membership, membersIn, noMembership } from './members.ts'
import { looksUpMembers, planMembers } from './members-read.ts'
import { isShown } from './patch-sorted.ts'
import { existence, perform } from './perform.ts'
import { type Asked, memberFormsOf, type Planning } from './planning.ts'
import { readBack, readHeld } from './read.ts'
import { ask, type Plan } from './step.ts'
import { type Wanted, writesOf } from './writes.ts'

interface Parts {
  readonly planning: Planning
  readonly direct: readonly PatchOperation[]
  readonly membership: Membership | undefined
  readonly conditions: Conditions
}

/** A PATCH whose attributes need no read; of the members, only a replacement of them all does. */
export function* patchTranslated(request: Asked<'patch'>, parts: Parts): Plan<ScimReply> {
  const { planning, direct: operations, conditions } = parts
  const { definition, id } = request
  const forms = memberFormsOf(planning, definition)
  const { isKnown, ...members } = yield* wantedOf(request, parts)
  const writes = writesOf({ definition, id, conditions, operations, forms, ...members })
  const subject = { definition, id, isKnown, removalOfNobodyIs404: forms?.removalOfNobodyIs404 ?? false }
  if (writes.length === 0) yield* unchanged(request, parts, isKnown || isShown(request))
  const reply = yield* perform(writes, subject)
  if (writes.length === 1 && reply?.kind === 'resource' && forms === undefined) return reply
  if (isShown(request)) return yield* readBack(request, planning, writes.length > 0)
  const etag = writes.length === 1 && reply?.kind === 'empty' ? reply.etag : undefined
  return { kind: 'empty', status: 204, ...(etag === undefined ? {} : { etag }) }
}

/** Nothing is to be changed: is there something that could be, and of the version that the client means? */
function* unchanged(request: Asked<'patch'>, { planning, conditions }: Parts, isThere: boolean): Plan<void> {
  if (conditions.ifMatch !== undefined || conditions.ifNoneMatch !== undefined)
    requireConditions(conditions, (yield* readHeld(request, planning, false)).etag)
  else if (!isThere) yield* ask(existence(request))
}

type Known = Pick<Wanted, 'adds' | 'removals' | 'whole'> & { readonly isKnown: boolean }

/** Who comes and who goes. Where somebody is in the group, the group is there. */
function* wantedOf(request: Asked<'patch'>, { planning, membership = noMembership }: Parts): Plan<Known> {
  if (membership.kind === 'some') return { ...membership, isKnown: false }
  const { definition, id } = request
  if (memberFormsOf(planning, definition)?.replace === true && membership.whole !== undefined)
    return { adds: new Map(), removals: [], whole: membership.whole, isKnown: false }
  if (!looksUpMembers(definition, planning)) {
    const { members = new Map() } = yield* readHeld(request, planning, true)
    return { ...difference(members, membership.after(members)), isKnown: true }
  }
  const members = membersIn([...(yield* planMembers(id, planning))])
  return { ...difference(members, membership.after(members)), isKnown: members.size > 0 }
}
