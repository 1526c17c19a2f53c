import type { Purpose } from '../call.ts'
import { ScimError } from '../scim/error.ts'
import type { JsonObject } from '../scim/json.ts'
import type { Projection, ScimReply } from '../scim/request.ts'
import { isOfId, type Resource, versionOf } from '../scim/resource.ts'
import { askable } from './askable.ts'
import { type Members, membersIn } from './members.ts'
import { looksUpMembers, planMembers } from './members-read.ts'
import { said } from './partial.ts'
import { type Asked, memberFormsOf, type Planning } from './planning.ts'
import { membersShown, wantsMembers, without, withoutMembers } from './shown.ts'
import { ask, type Plan } from './step.ts'
import { together } from './together.ts'

/**
 * One resource. A group whose reads do not show its members is read beside them, unless they are not asked for
 * (`membersOnRead`); it then has a list of them, though it be empty.
 */
export function* planRead(request: Asked<'read'>, planning: Planning, purpose: Purpose = 'forward'): Plan<ScimReply> {
  const { definition, id, projection, ifNoneMatch, ...rest } = request
  const { etag } = planning.capabilities
  // Without versions there is nothing to be unchanged.
  const asked = { ...rest, definition, id, ...(etag && ifNoneMatch !== undefined ? { ifNoneMatch } : {}) }
  if (!looksUpMembers(definition, planning))
    return yield* ask({ request: { ...asked, projection: askable(projection, definition, planning) }, purpose })
  const own = { ...asked, projection: askable(withoutMembers(projection), definition, planning) }
  if (!isAsked(projection, planning)) return yield* ask({ request: own, purpose })
  const [reply, members] = yield* together(ask({ request: own, purpose }), planMembers(id, planning))
  if (reply.kind !== 'resource') return reply
  return { ...reply, resource: { ...reply.resource, members: [...membersShown(members, projection)] } }
}

/**
 * What a write came to, as the client asked to see it.
 * @param isChanged whether something was written: who cannot be shown it must know all the same
 */
export function* readBack(
  { definition, id, projection }: Asked<'patch'>,
  planning: Planning,
  isChanged: boolean,
): Plan<ScimReply> {
  try {
    return yield* planRead({ operation: 'read', definition, id, projection }, planning, 'read')
  } catch (error) {
    if (!isChanged || !(error instanceof ScimError)) throw error
    throw said(
      error,
      `${error.message.replace(/\.$/, '')}. Done: the whole change. Not done: reading it for the answer.`,
    )
  }
}

const isAsked = (projection: Projection, { choices }: Planning): boolean =>
  wantsMembers(projection) && (choices.membersOnRead !== 'request' || (projection.attributes?.length ?? 0) > 0)

/** A resource as it is, read for a write's sake. */
export interface Found {
  readonly resource: Resource
  readonly etag: string | undefined
  /** Where they are a type's own (`memberFormsOf`), they are not in `resource`; absent where nobody asked. */
  readonly members: Members | undefined
}

/** @param wanted whether its members are needed, which are a type's own (`memberFormsOf`) */
export function* readHeld(
  { definition, id, held }: Pick<Asked<'replace'>, 'definition' | 'id' | 'held'>,
  planning: Planning,
  wanted: boolean,
): Plan<Found> {
  const isLookedUp = wanted && looksUpMembers(definition, planning)
  const forms = memberFormsOf(planning, definition)
  const isApart = forms !== undefined
  if (held !== undefined) return yield* fromHeld(held, id, planning, { wanted, isLookedUp, isApart })
  const projection = forms?.onRead === true && !wanted ? { excludedAttributes: [{ name: 'members' }] } : {}
  const read = ask({ request: { operation: 'read', definition, id, projection }, purpose: 'read' })
  const [reply, members] = isLookedUp ? yield* together(read, planMembers(id, planning)) : [yield* read, undefined]
  if (reply.kind !== 'resource') throw new ScimError(502, 'the upstream directory answered without the resource')
  const { resource } = reply
  // What differs from another one says nothing: what is to be done could be left undone.
  if (!isOfId(resource, id)) throw new ScimError(502, 'the upstream directory answered with another resource')
  return {
    resource: isApart ? without(resource, 'members') : resource,
    etag: planning.capabilities.etag ? (reply.etag ?? versionOf(resource)) : undefined,
    members: wanted ? membersIn([...(members ?? listIn(resource))]) : undefined,
  }
}

/** Who read a group without its members has no list of them; who read them has one, though it be empty. */
function* fromHeld(
  held: Resource,
  id: string,
  planning: Planning,
  {
    wanted,
    isLookedUp,
    isApart,
  }: { readonly wanted: boolean; readonly isLookedUp: boolean; readonly isApart: boolean },
): Plan<Found> {
  const isThere = Object.hasOwn(held, 'members') || !isLookedUp
  const members = isThere || !wanted ? listIn(held) : yield* planMembers(id, planning)
  return {
    resource: isApart ? without(held, 'members') : held,
    etag: planning.capabilities.etag ? versionOf(held) : undefined,
    members: wanted ? membersIn([...members]) : undefined,
  }
}

const listIn = (resource: Resource): readonly JsonObject[] => [...membersIn(resource['members']).values()]
