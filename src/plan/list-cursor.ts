import { expiredCursor, openCursor, otherVersion, sealCursor } from '../scim/cursor.ts'
import { badRequest, ScimError } from '../scim/error.ts'
import type { Json } from '../scim/json.ts'
import type { ListCall } from './list-calls.ts'
import { type ListMemory, pageSizeOf, scopeOf } from './list-memory.ts'
import type { Listed, Listing } from './listing.ts'
import { largestPage, type Reading, whileStill } from './page.ts'
import { type Found, type Position, positionIn, positionJson, readSequence, startOf } from './sequence.ts'
import type { Plan } from './step.ts'

/** What the client's cursor says, after it was found to be ours, for this question and this count. */
export function openedCursor(listing: Listing, memory: ListMemory): readonly Json[] | undefined {
  const { cursor = '' } = listing
  if (cursor === '') return undefined
  const [count, ...position] = openCursor(cursor, scopeOf(listing, memory))
  if (count !== pageSizeOf(listing))
    throw badRequest('invalidCount', `count must stay what it was on the first page: ${count}`)
  return position
}

export const sealedCursor = (position: readonly Json[], listing: Listing, memory: ListMemory): string =>
  sealCursor([pageSizeOf(listing), ...position], scopeOf(listing, memory))

/**
 * A page behind a cursor of ours (RFC 9865 §2), which holds where the upstream's own pages stand: nothing is kept here, and
 * it is as stable as the upstream's cursor, or its index, is. Where the upstream decides all, it is one call, and the page
 * holds what that call gave; where the rest is decided here, pages are read until it is full, or the budget is spent: a
 * page may be short, or empty, and still lead to a next one. `totalResults` is told where it is known at no cost.
 * @throws ScimError 400 `invalidCursor`, `expiredCursor`, `invalidCount`
 */
export function* cursorPage(
  listing: Listing,
  calls: readonly ListCall[],
  reading: Reading,
  memory: ListMemory,
): Plan<Listed> {
  const opened = openedCursor(listing, memory)
  const wanted = pageSizeOf(listing)
  const from = opened === undefined ? startOf(firstSize(calls, reading, wanted)) : positionIn(opened)
  if (from === undefined) throw otherVersion()
  const { entries, behind } = yield* resumed(opened !== undefined, readPageFrom({ calls, from, wanted }, reading))
  if (behind === undefined) return { entries, ...(opened === undefined ? { totalResults: entries.length } : {}) }
  return { entries, nextCursor: sealedCursor(positionJson(behind), listing, memory) }
}

/** What the upstream decides itself comes in pages of the client's size. */
const firstSize = (calls: readonly ListCall[], { capabilities }: Reading, wanted: number): number =>
  calls.some(({ judge }) => judge !== undefined)
    ? Number.MAX_SAFE_INTEGER
    : Math.min(wanted, ...calls.map(({ source, query }) => largestPage(capabilities, source.definition, query)))

interface Window {
  readonly calls: readonly ListCall[]
  readonly from: Position
  readonly wanted: number
}

interface PageRead {
  readonly entries: readonly Found[]
  readonly behind: Position | undefined
}

function* readPageFrom({ calls, from, wanted }: Window, reading: Reading): Plan<PageRead> {
  const isNative = calls.every(({ judge }) => judge === undefined)
  const first = reading.budget.left
  return yield* whileStill(function* () {
    const entries: Found[] = []
    const maxPages = isNative ? 1 : Math.min(first, reading.budget.left)
    const behind = yield* readSequence({ calls, maxPages }, from, reading, (found) => {
      entries.push(found)
      return entries.length < wanted
    })
    return { entries, behind }
  })
}

/** A cursor that the upstream no longer takes is no fault of the question: that it took. */
function* resumed<T>(isResumed: boolean, plan: Plan<T>): Plan<T> {
  try {
    return yield* plan
  } catch (error) {
    if (isResumed && error instanceof ScimError && error.status === 400 && error.scimType !== 'tooMany')
      throw expiredCursor('no longer known to the upstream directory', error)
    throw error
  }
}
