import { badRequest } from '../../scim/error.ts'
import type { Filter } from '../../scim/filter.ts'
import { fold } from '../../scim/fold.ts'
import { isObject, type Json } from '../../scim/json.ts'
import type { PatchOperation } from '../../scim/patch.ts'
import type { MembershipQueries } from '../../store/memberships.ts'

/** What a request makes of a group's members, however many it has: `keep` those that are not named, or drop them. */
export interface MemberChange {
  readonly keep: boolean
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

/** A whole list of members, as a create or a replace brings it. */
export const wholeList = (value: Json | undefined): MemberChange => ({ keep: false, add: idsIn(value), remove: [] })

/**
 * The member ids of a list, each once. Only the id is taken: `type`, `display` and `$ref` follow from the member itself.
 * @throws ScimError 400 `invalidValue` for an element without an id.
 */
function idsIn(value: Json | undefined): string[] {
  const elements = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]
  return [...new Set(elements.map(idIn))]
}

function idIn(element: Json): string {
  const value = isObject(element) ? element['value'] : element
  if (typeof value === 'string' && value !== '') return value
  const ref = isObject(element) ? element['$ref'] : undefined
  const found = typeof ref === 'string' ? /^\/(?:Users|Groups)\/([\w-]+)$/.exec(ref)?.[1] : undefined
  if (found === undefined) throw badRequest('invalidValue', 'a member needs a value: the id of a user or group')
  return found
}

export interface SplitPatch {
  /** Undefined when no operation touches the members. */
  readonly change: MemberChange | undefined
  readonly others: readonly PatchOperation[]
}

/**
 * Parts a group's patch into what it does to the members as whole elements, which needs none of the members it does not
 * name, and all else. Undefined when an operation looks into the members: then all of them are needed.
 */
export function splitPatch(operations: readonly PatchOperation[]): SplitPatch | undefined {
  const add = new Set<string>()
  const remove = new Set<string>()
  const others: PatchOperation[] = []
  let keep = true
  let touched = false
  for (const operation of operations) {
    if (!isOfMembers(operation)) {
      others.push(operation)
      continue
    }
    touched = true
    const step = stepOf(operation)
    if (step === undefined) return undefined
    if (!step.keep) {
      keep = false
      add.clear()
      remove.clear()
    }
    for (const id of step.remove) {
      add.delete(id)
      remove.add(id)
    }
    for (const id of step.add) {
      remove.delete(id)
      add.add(id)
    }
  }
  return { change: touched ? { keep, add: [...add], remove: [...remove] } : undefined, others }
}

/** Without an attribute's name an operation is about many, `members` perhaps among them. */
const isOfMembers = ({ path }: PatchOperation): boolean =>
  path?.name === undefined || (path.urn === undefined && fold(path.name) === 'members')

function stepOf(operation: PatchOperation): MemberChange | undefined {
  const { op, path } = operation
  if (path?.name === undefined || path.sub !== undefined) return undefined
  if (op === 'remove') {
    if (path.filter === undefined) return { keep: false, add: [], remove: [] }
    const ids = idsEqualTo(path.filter)
    return ids && { keep: true, add: [], remove: ids }
  }
  if (path.filter !== undefined) return undefined
  const { keep, add } = wholeList(operation.value)
  return { keep: op === 'add' || keep, add, remove: [] }
}

/** The ids that `value eq "…"`, or several of them joined by `or`, name; undefined for any other filter. */
function idsEqualTo(filter: Filter): string[] | undefined {
  if (filter.kind === 'or') {
    const left = idsEqualTo(filter.left)
    const right = left && idsEqualTo(filter.right)
    return right && [...left, ...right]
  }
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || typeof filter.value !== 'string') return undefined
  if (fold(filter.path.name ?? '') !== 'value' || filter.path.sub !== undefined) return undefined
  // `members.value` is not case exact (RFC 7643 §8.7.1), and ids are made in lower case.
  return [...new Set([filter.value, fold(filter.value)])]
}

/**
 * Makes the change, in time that grows with what changes. True when a membership came or went; one that is there
 * already, and one to remove that is not, are nobody's error (RFC 7644 §3.5.2, contract §12).
 * @throws ScimError 400 `invalidValue` naming an added member that does not exist.
 */
export function changeMembers(groupSeq: number, change: MemberChange, memberships: MembershipQueries): boolean {
  const { keep, add, remove } = change
  const unknown = add.length === 0 ? undefined : memberships.firstUnknown(add)
  if (unknown !== undefined)
    throw badRequest(
      'invalidValue',
      `members: there is no user or group with the id ${JSON.stringify(unknown.slice(0, 100))}`,
    )
  const gone = keep
    ? remove.length > 0 && memberships.remove(groupSeq, remove) > 0
    : add.length > 0
      ? memberships.retain(groupSeq, add) > 0
      : memberships.clear(groupSeq) > 0
  const come = add.length > 0 && memberships.add(groupSeq, add) > 0
  return gone || come
}
