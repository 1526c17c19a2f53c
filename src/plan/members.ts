import { badRequest } from '../scim/error.ts'
import type { Filter } from '../scim/filter.ts'
import { walkFilter } from '../scim/filter.ts'
import { fold } from '../scim/fold.ts'
import { isObject, type Json, type JsonObject } from '../scim/json.ts'
import { compileElementFilter } from '../scim/match.ts'
import { printPatchPath } from '../scim/path.ts'
import { attributeIn } from '../scim/resource.ts'
import type { Pathed } from './patch-pathed.ts'

/**
 * Members by what tells them apart, in the order in which they were named. Ids compare exactly (RFC 7643 §3.1), but GUIDs
 * have no case (RFC 9562 §4): who is there as `6A..` is not to be removed since the client wrote `6a..`.
 */
export type Members = ReadonlyMap<string, JsonObject>

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const keyOf = (id: string): string => (guid.test(id) ? fold(id) : id)

/** What is to become of a group's members. */
export type Membership =
  /** These come and those go, whoever else is there. */
  | { readonly kind: 'some'; readonly adds: Members; readonly removals: readonly string[] }
  /** Only a read tells who comes and who goes. `whole`: who is there afterwards, whoever was there before. */
  | { readonly kind: 'all'; after(held: Members): Members; readonly whole?: Members }

export const noMembership: Membership = { kind: 'some', adds: new Map(), removals: [] }

/** The elements of a list of members, each member once. @throws ScimError 400 where one has no id */
export function membersIn(value: Json | undefined): Members {
  const list = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]
  const members = new Map<string, JsonObject>()
  for (const element of list) {
    const member = typeof element === 'string' ? { value: element } : element
    const id = isObject(member) ? attributeIn(member, 'value') : undefined
    if (!isObject(member) || typeof id !== 'string' || id === '')
      throw badRequest('invalidValue', 'a member must have the id of a resource as its value')
    if (!members.has(keyOf(id))) members.set(keyOf(id), member)
  }
  return members
}

export const isMembers = ({ path }: Pathed): boolean => path.urn === undefined && fold(path.name ?? '') === 'members'

/** The ids as they were written. */
export const idsOf = (members: Iterable<JsonObject>): readonly string[] =>
  [...members].flatMap((member) => {
    const id = attributeIn(member, 'value')
    return typeof id === 'string' ? [id] : []
  })

/** What the upstream is told of a member: who it is. */
export const bare = (members: Members): Members =>
  new Map(idsOf(members.values()).map((value) => [keyOf(value), { value }]))

type Change = (held: Map<string, JsonObject>) => void

/**
 * What operations on members come to, one after the other: who is added and then removed again is removed. Nothing is
 * read where only some are named.
 * @throws ScimError 400 for what cannot be done to a member
 */
export function membershipOf(operations: readonly Pathed[]): Membership {
  const named = new Map<string, Named>()
  let isWhole = false
  const changes: MemberChange[] = []
  for (const operation of operations) {
    const change = changeOf(operation)
    isWhole ||= change.isWhole
    if (!isWhole) for (const [key, one] of change.named) named.set(key, one)
    changes.push(change)
  }
  if (!isWhole) {
    const chosen = (comes: boolean) => [...named.values()].filter((one) => one.comes === comes).map(({ id }) => id)
    const adds = new Map(chosen(true).map((value) => [keyOf(value), { value }]))
    return { kind: 'some', adds, removals: chosen(false) }
  }
  const after = (held: Members): Members => {
    const members = new Map(held)
    for (const { apply } of changes) apply(members)
    return members
  }
  return { kind: 'all', after, ...(changes.some(({ isTotal }) => isTotal) ? { whole: bare(after(new Map())) } : {}) }
}

/** A member that comes, or goes. */
interface Named {
  readonly id: string
  readonly comes: boolean
}

interface MemberChange {
  /** Whether who is there must be known for it. */
  readonly isWhole: boolean
  /** Whether it leaves nobody of those that were there, whoever they were. */
  readonly isTotal: boolean
  readonly named: ReadonlyMap<string, Named>
  readonly apply: Change
}

function changeOf(operation: Pathed): MemberChange {
  const { op, path } = operation
  if (op !== 'remove' && 'value' in operation) {
    if (path.filter !== undefined || path.sub !== undefined)
      throw badRequest('invalidPath', `${printPatchPath(path)}: a member is added or removed, not changed`)
    const members = membersIn(operation.value)
    return {
      isWhole: op === 'replace',
      isTotal: op === 'replace',
      named: new Map(idsOf(members.values()).map((id) => [keyOf(id), { id, comes: true }])),
      apply: (held) => {
        if (op === 'replace') held.clear()
        for (const [id, member] of members) if (!held.has(id)) held.set(id, member)
      },
    }
  }
  if (path.sub !== undefined)
    throw badRequest('invalidPath', `${printPatchPath(path)}: a member is added or removed, not changed`)
  if (path.filter === undefined)
    return { isWhole: true, isTotal: true, named: new Map(), apply: (held) => held.clear() }
  return removalBy(path.filter)
}

function removalBy(filter: Filter): MemberChange {
  const ids = idsIn(filter)
  if (ids !== undefined)
    return {
      isWhole: false,
      isTotal: false,
      named: new Map(ids.map((id) => [keyOf(id), { id, comes: false }])),
      apply: (held) => {
        for (const id of ids) held.delete(keyOf(id))
      },
    }
  requireByValue(filter)
  const chosen = compileElementFilter(filter, undefined)
  return {
    isWhole: true,
    isTotal: false,
    named: new Map(),
    apply: (held) => {
      for (const [key, member] of held) if (chosen(member)) held.delete(key)
    },
  }
}

/** `value eq "x" or value eq "y"`: whom it names; undefined for any other filter. */
function idsIn(filter: Filter): readonly string[] | undefined {
  const ids: string[] = []
  let rest: Filter | undefined = filter
  // Chains lean to the left: a loop, for they may have thousands of parts.
  while (rest !== undefined) {
    const one: Filter = rest.kind === 'or' ? rest.right : rest
    if (one.kind !== 'compare' || one.operator !== 'eq' || typeof one.value !== 'string') return undefined
    if (one.path.sub !== undefined || fold(one.path.name ?? '') !== 'value') return undefined
    ids.push(one.value)
    rest = rest.kind === 'or' ? rest.left : undefined
  }
  return ids.reverse()
}

/** @throws ScimError 400 where it asks for what nobody knows of a member here */
function requireByValue(filter: Filter): void {
  walkFilter(filter, (node) => {
    if (node.kind !== 'compare' && node.kind !== 'present' && node.kind !== 'elements') return
    if (fold(node.path.name ?? '') === 'value' && node.path.sub === undefined && node.kind !== 'elements') return
    throw badRequest('invalidFilter', 'members can be chosen by their value only')
  })
}

/** Who comes and who goes, given who is there. */
export function difference(held: Members, after: Members): Extract<Membership, { kind: 'some' }> {
  const adds = new Map([...after].filter(([key]) => !held.has(key)))
  const gone = new Map([...held].filter(([key]) => !after.has(key)))
  return { kind: 'some', adds: bare(adds), removals: idsOf(gone.values()) }
}
