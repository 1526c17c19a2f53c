import { entraMembers } from '../../../scim/entra-limits.ts'
import { ScimError } from '../../../scim/error.ts'
import { fold } from '../../../scim/fold.ts'
import { isObject, type Json } from '../../../scim/json.ts'
import type { Writing } from '../write.ts'
import { absent, bad } from './answer.ts'
import { isId } from './id.ts'
import { type StandInParts, unknownId } from './parts.ts'
import type { Operation } from './patch-read.ts'

/** One change of a group's members: some more, or one less. */
export type MembershipChange = { readonly add: readonly string[] } | { readonly remove: string }

export const isOfMembers = ({ place }: Operation): boolean =>
  place.extension === undefined && place.attribute.name === 'members'

/**
 * Facts A5: additions stand in one operation, at most twenty; a removal is a request of its own; neither stands beside
 * anything else.
 * @throws ScimError 400
 */
export function readMembership(operations: readonly Operation[]): MembershipChange {
  const [operation, ...others] = operations
  if (operation === undefined || others.length > 0)
    throw bad('A membership change must be the only operation of its request.')
  const { op, path, place, value } = operation
  if (op === 'replace') throw bad('Members cannot be replaced: add them, or remove one.')
  if (place.sub !== undefined) throw bad('The path of a membership change is members, or members[value eq "..."].')
  if (op === 'remove') return { remove: idIn(path.filter) }
  if (path.filter !== undefined) throw bad('Members are added at the path members.')
  return { add: idsIn(value) }
}

function idIn(filter: Operation['path']['filter']): string {
  const isOne = filter?.kind === 'compare' && filter.operator === 'eq' && filter.path.name === 'value'
  if (!isOne || typeof filter.value !== 'string') throw bad('A member is removed at members[value eq "..."].')
  return requireId(filter.value)
}

function idsIn(value: Json | undefined): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) throw bad('The members to add must be a list.')
  if (value.length > entraMembers.addsPerRequest)
    throw bad(`At most ${entraMembers.addsPerRequest} members can be added in one request.`)
  const ids = value.map((one) => {
    const id = isObject(one) && Object.keys(one).length === 1 ? one['value'] : undefined
    if (typeof id !== 'string') throw bad('A member is an object with its value alone.')
    return requireId(id)
  })
  if (new Set(ids).size < ids.length) throw bad('A member is named more than once.')
  return ids
}

function requireId(id: string): string {
  if (!isId(id)) throw bad(`Invalid object identifier '${id.slice(0, 100)}'.`)
  return fold(id)
}

/** @throws ScimError 400 when one of the new members is no user, and then nobody is added; 404 for who is no member. */
export function changeMembership(parts: StandInParts, writing: Writing, id: string, change: MembershipChange): void {
  const { queries, ports } = writing
  const group = queries.byId('Group', id)
  if (group === undefined) throw unknownId(parts, id)
  const changed = 'add' in change ? add(writing, group.seq, change.add) : remove(writing, group, change.remove)
  if (changed) queries.touch([group.seq], ports.now())
}

function add({ queries }: Writing, groupSeq: number, ids: readonly string[]): boolean {
  const nobody = ids.find((one) => queries.byId('User', one) === undefined)
  if (nobody !== undefined) throw bad(absent(nobody))
  return queries.memberships.add(groupSeq, ids) > 0
}

function remove({ queries }: Writing, group: { readonly seq: number; readonly id: string }, id: string): boolean {
  // Facts A5: seen live, and of the group, not of the member.
  if (queries.memberships.remove(group.seq, [id]) === 0) throw new ScimError(404, absent(group.id))
  return true
}
