import type { PatchForms } from '../capabilities.ts'
import { isSame } from '../scim/equality.ts'
import type { JsonObject } from '../scim/json.ts'
import type { PatchOperation } from '../scim/patch.ts'
import { applyPatch } from '../scim/patch-apply.ts'
import type { Conditions, ScimReply } from '../scim/request.ts'
import type { Resource } from '../scim/resource.ts'
import { changesOf } from './changes.ts'
import { requireConditions, versioned } from './conditions.ts'
import { holdableResource } from './holdable.ts'
import { difference, type Membership, noMembership } from './members.ts'
import { membersAsRead } from './members-read.ts'
import { perform } from './perform.ts'
import { type Asked, formsOf, heldDefinition, memberFormsOf, type Planning } from './planning.ts'
import { type Found, readHeld } from './read.ts'
import { aged, replyOf } from './shown.ts'
import type { Plan } from './step.ts'
import { writesOf } from './writes.ts'

/** A change of one resource that depends on what is there. */
export interface Update {
  readonly request: Asked<'replace'> | Asked<'patch'>
  readonly planning: Planning
  readonly patch: PatchForms
  /** What goes upstream of the client's conditions. */
  readonly conditions: Conditions
  /** What it comes to, all but the members. @throws ScimError 400 */
  after(held: Resource): Resource
  /** Operations on what cannot be compared: sent as they are. */
  readonly blind: readonly PatchOperation[]
  /** Undefined where members are not spoken of. */
  readonly membership: Membership | undefined
}

/** What an update came to. */
export interface Updated {
  /** As it is now. */
  readonly resource: Resource
  /** Whether anything was written. */
  readonly isChanged: boolean
  /** Absent where they were not read. */
  readonly members: readonly JsonObject[] | undefined
  readonly etag: string | undefined
  /** The upstream's own account, where it gave one and there was one call. */
  readonly reply: ScimReply | undefined
}

/** Reads, compares, and writes only what differs: nothing where nothing does (contract §6). */
export function* planUpdate(update: Update): Plan<Updated> {
  const { request, planning, membership, conditions } = update
  const { definition, id } = request
  const found = yield* readHeld(request, planning, membership?.kind === 'all')
  const operations = [...operationsOf(update, found.resource), ...update.blind]
  const forms = memberFormsOf(planning, definition)
  const { adds, removals } = someOf(membership, found)
  const writes = writesOf({
    definition,
    id,
    operations,
    adds,
    removals,
    forms,
    conditions: versioned(conditions, found.etag),
  })
  if (writes.length === 0) requireConditions(conditions, found.etag)
  const subject = { definition, id, isKnown: true, removalOfNobodyIs404: forms?.removalOfNobodyIs404 ?? false }
  const reply = yield* perform(writes, subject)
  const isTold = writes.length === 1 && reply?.kind === 'resource' && forms === undefined
  const changed = applyPatch(found.resource, operations, heldDefinition(planning, definition))
  return {
    resource: writes.length === 0 ? found.resource : aged(changed),
    isChanged: writes.length > 0,
    members:
      membership?.kind === 'all' && found.members !== undefined
        ? membersAsRead(membership.after(found.members), definition, planning, found.members)
        : undefined,
    etag: writes.length === 0 ? found.etag : undefined,
    reply: isTold ? reply : undefined,
  }
}

const someOf = (membership: Membership = noMembership, { members = new Map() }: Found) =>
  membership.kind === 'some' ? membership : difference(members, membership.after(members))

/** Compared is what the upstream can hold, on both sides: what else it shows is its own. */
function operationsOf({ request, planning, patch, after }: Update, held: Resource): readonly PatchOperation[] {
  const wanted = after(held)
  if (isSame(held, wanted)) return []
  const forms = formsOf(planning, request.definition)
  const definition = heldDefinition(planning, request.definition)
  const [before, next] = [held, wanted].map((one) => holdableResource(one, forms).held)
  return before === undefined || next === undefined ? [] : changesOf(before, next, definition, patch)
}

/** The resource as it is now, as the client asked to see it. */
export function shownAfter(
  { resource, members, etag, reply }: Updated,
  { definition, id, projection }: Update['request'],
): ScimReply {
  if (reply?.kind === 'resource') {
    const own = reply.etag === undefined ? {} : { etag: reply.etag }
    return replyOf({ definition, id, projection, resource: reply.resource, ...own })
  }
  return replyOf({ definition, id, projection, resource, etag, members })
}
