import { otherVersion } from '../scim/cursor.ts'
import { idOf } from '../scim/resource.ts'
import { compareSortKeys, type SortKey } from '../scim/sort.ts'
import { tooMany } from './budget.ts'
import type { ListCall } from './list-calls.ts'
import { openedCursor, sealedCursor } from './list-cursor.ts'
import { type ListMemory, pageSizeOf } from './list-memory.ts'
import type { Listed, Listing } from './listing.ts'
import { type Reading, whileStill } from './page.ts'
import { type Found, readSequence, startOf } from './sequence.ts'
import { sideBySide } from './side-by-side.ts'
import type { Plan } from './step.ts'

export type KeyOf = (found: Found) => SortKey

export interface WholeQuestion {
  readonly calls: readonly ListCall[]
  /** The order that is made here; absent: as the calls stand, and the upstream's order in each. */
  readonly keyOf?: KeyOf
}

/**
 * A page of what must be read whole: a union, whose calls may give the same resource, or an order that is made here.
 * `totalResults` is exact. A cursor is how many came before.
 * @throws ScimError 400 `tooMany`, `invalidCursor`, `expiredCursor`, `invalidCount`
 */
export function* wholePage(
  listing: Listing,
  question: WholeQuestion,
  reading: Reading,
  memory: ListMemory,
): Plan<Listed> {
  const isByCursor = listing.cursor !== undefined
  const skip = isByCursor ? offsetIn(listing, memory) : (listing.startIndex ?? 1) - 1
  const size = pageSizeOf(listing)
  const first = firstOf(size === 0 ? 0 : skip + size, question, listing)
  const { calls } = question
  if (calls.length > reading.budget.left) throw tooMany(reading.budget, `it is ${calls.length} questions to it`)
  const whole = { ...reading, isWhole: true }
  const read = calls.map((call, number) => () => whileStill(() => allOf(call, number, whole)))
  for (const entries of yield* sideBySide(read)) for (const entry of entries) first.add(entry)
  const entries = first.entries().slice(skip)
  const end = skip + entries.length
  return {
    entries,
    totalResults: first.total(),
    ...(isByCursor ? {} : { startIndex: skip + 1 }),
    ...(isByCursor && size > 0 && end < first.total() ? { nextCursor: sealedCursor([end], listing, memory) } : {}),
  }
}

function offsetIn(listing: Listing, memory: ListMemory): number {
  const opened = openedCursor(listing, memory)
  if (opened === undefined) return 0
  const [offset] = opened
  if (typeof offset !== 'number') throw otherVersion()
  return offset
}

interface Entry extends Found {
  readonly call: number
  readonly number: number
}

function* allOf(call: ListCall, number: number, reading: Reading): Plan<readonly Entry[]> {
  const entries: Entry[] = []
  yield* readSequence({ calls: [call] }, startOf(Number.MAX_SAFE_INTEGER), reading, (found) => {
    entries.push({ ...found, call: number, number: entries.length })
    return true
  })
  return entries
}

/** Keeps the first `wanted` entries in order, each once, and how many there were. */
function firstOf(wanted: number, { keyOf }: WholeQuestion, { sortOrder }: Listing) {
  const direction = sortOrder === 'descending' ? -1 : 1
  const seen = new Set<string>()
  const kept: { readonly entry: Entry; readonly key: SortKey }[] = []
  let anonymous = 0
  return {
    add(entry: Entry): void {
      const id = idOf(entry.resource)
      if (id === undefined) anonymous += 1
      else if (seen.has(`${entry.source.definition.type.name}/${id}`)) return
      else seen.add(`${entry.source.definition.type.name}/${id}`)
      if (wanted > 0) kept.push({ entry, key: keyOf?.(entry) })
    },
    total: () => seen.size + anonymous,
    entries: (): readonly Found[] =>
      kept
        .toSorted(
          (a, b) =>
            direction * compareSortKeys(a.key, b.key) || a.entry.call - b.entry.call || a.entry.number - b.entry.number,
        )
        .slice(0, wanted)
        .map(({ entry: { source, resource } }) => ({ source, resource })),
  }
}
