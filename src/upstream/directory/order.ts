import type { ListQuery } from '../../scim/request.ts'
import type { Resource } from '../../scim/resource.ts'
import { compareSortKeys, type SortKey, sortKeyOf } from '../../scim/sort.ts'
import type { DirectoryType } from './model.ts'

/** A resource's place in a sorted list: among equals, the one that was made first comes first. */
export interface Entry {
  readonly seq: number
  readonly key: SortKey
}

export interface Order {
  keyOf(type: DirectoryType, resource: Resource): SortKey
  compare(a: Entry, b: Entry): number
}

/** Texts are ordered by so much of them: a key also travels in a cursor, and so in a URL. */
const maxKeyLength = 200

/** @throws ScimError 400 `invalidPath` for what cannot be sorted by. */
export function orderOf({ sortBy, sortOrder }: ListQuery, types: readonly DirectoryType[]): Order | undefined {
  if (sortBy === undefined) return undefined
  const keys = new Map(types.map((type) => [type.name, sortKeyOf(sortBy, type.definition)]))
  const sign = sortOrder === 'descending' ? -1 : 1
  return {
    keyOf: (type, resource) => shortened(keys.get(type.name)?.(resource)),
    compare: (a, b) => sign * compareSortKeys(a.key, b.key) || a.seq - b.seq,
  }
}

/** Cut between two characters: half of one would not come back from a cursor. */
function shortened(key: SortKey): SortKey {
  if (typeof key !== 'string' || key.length <= maxKeyLength) return key
  const cut = key.slice(0, maxKeyLength)
  return cut.isWellFormed() ? cut : cut.slice(0, -1)
}

/** The first `limit` of many entries: however many are added, no more than twice that number are kept. */
export function firstEntries(limit: number, compare: Order['compare']) {
  let kept: Entry[] = []
  const cut = () => {
    kept = kept.sort(compare).slice(0, limit)
  }
  return {
    add(entry: Entry): void {
      kept.push(entry)
      if (kept.length >= 2 * limit + 100) cut()
    },
    sorted(): readonly Entry[] {
      cut()
      return kept
    },
  }
}
