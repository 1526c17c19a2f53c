import { canonicalPath } from '../../scim/definition.ts'
import type { Filter } from '../../scim/filter.ts'
import { fold } from '../../scim/fold.ts'
import { type AttributePath, printAttributePath } from '../../scim/path.ts'
import type { Lookups } from '../../store/resource-keys.ts'
import { keyText } from './keys.ts'
import type { DirectoryType } from './model.ts'

/** Look-ups that together find every match (and perhaps more), and how many resources they may find. */
interface Narrowed {
  readonly lookups: Lookups
  /** 0: one resource at most; 1: a few; 2: the groups of a member; 3: the members of a group. */
  readonly breadth: number
}

const nothing: Lookups = { ids: [], keys: [], members: [], groups: [] }

/**
 * Look-ups in an index that find every resource of this type which the filter matches; undefined where only a scan can.
 * What they find is no answer yet: the filter itself decides.
 */
export const narrow = (filter: Filter, type: DirectoryType): Lookups | undefined => narrowed(filter, type)?.lookups

/** The same over several resource types. */
export function narrowAll(filter: Filter, types: readonly DirectoryType[]): Lookups | undefined {
  let all: Lookups = nothing
  for (const type of types) {
    const one = narrow(filter, type)
    if (one === undefined) return undefined
    all = unite(all, one)
  }
  return all
}

function narrowed(filter: Filter, type: DirectoryType, within?: AttributePath): Narrowed | undefined {
  switch (filter.kind) {
    case 'and': {
      const left = narrowed(filter.left, type, within)
      const right = narrowed(filter.right, type, within)
      if (left === undefined || right === undefined) return left ?? right
      return left.breadth <= right.breadth ? left : right
    }
    case 'or': {
      const left = narrowed(filter.left, type, within)
      const right = left && narrowed(filter.right, type, within)
      if (left === undefined || right === undefined) return undefined
      return { lookups: unite(left.lookups, right.lookups), breadth: Math.max(left.breadth, right.breadth) }
    }
    case 'elements':
      return narrowed(filter.of, type, filter.path)
    case 'compare':
      if (filter.operator !== 'eq' || filter.value === null || typeof filter.value === 'boolean') return undefined
      return lookUp(within === undefined ? filter.path : inside(within, filter.path), filter.value, type)
    default:
      return undefined
  }
}

const inside = (parent: AttributePath, { name }: AttributePath): AttributePath => ({
  ...parent,
  ...(name === undefined ? {} : { sub: name }),
})

function lookUp(path: AttributePath, value: string | number, type: DirectoryType): Narrowed | undefined {
  const canonical = printAttributePath(canonicalPath(type.definition, path))
  // `emails eq` means `emails.value eq`, as the filter's own comparison has it.
  const keyed = type.keyed.get(canonical) ?? type.keyed.get(`${canonical}.value`)
  if (keyed !== undefined) {
    const leaf = keyed.sub ?? keyed.attribute
    const isText = leaf.type === 'string' || leaf.type === 'reference'
    if (typeof value !== (isText ? 'string' : 'number') || (!isText && leaf.type !== 'integer')) return undefined
    const key = { attribute: keyed.name, value: keyText(String(value), keyed) }
    return { lookups: { ...nothing, keys: [key] }, breadth: keyed.single ? 0 : 1 }
  }
  if (typeof value !== 'string') return undefined
  // Ids compare exactly, `members.value` and `groups.value` without case (RFC 7643 §8.7.1); ids are made in lower case.
  const ids = [...new Set([value, fold(value)])]
  const name = fold(canonical)
  if (name === 'id') return { lookups: { ...nothing, ids: [value] }, breadth: 0 }
  if (type.hasMembers && isValueOf(name, 'members')) return { lookups: { ...nothing, members: ids }, breadth: 2 }
  if (type.hasGroups && isValueOf(name, 'groups')) return { lookups: { ...nothing, groups: ids }, breadth: 3 }
  return undefined
}

const isValueOf = (name: string, attribute: string): boolean => name === attribute || name === `${attribute}.value`

const unite = (a: Lookups, b: Lookups): Lookups => ({
  ids: [...a.ids, ...b.ids],
  keys: [...a.keys, ...b.keys],
  members: [...a.members, ...b.members],
  groups: [...a.groups, ...b.groups],
})
