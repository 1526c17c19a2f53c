import { ScimError } from '../scim/error.ts'
import type { ListCall } from './list-calls.ts'
import { readEach, search } from './list-found.ts'
import { type ListMemory, pageSizeOf, walkKeyOf } from './list-memory.ts'
import { countAll } from './list-total.ts'
import type { Listed, Listing } from './listing.ts'
import { largestPage, type Reading, whileStill } from './page.ts'
import { type Found, type Position, readSequence, startOf } from './sequence.ts'
import type { Plan } from './step.ts'
import type { Mark, Walk } from './walks.ts'

interface Window {
  readonly calls: readonly ListCall[]
  /** Resources that count before the page, and in it. */
  readonly skip: number
  readonly size: number
}

/** What a page came to, and what is to be remembered. */
interface Walked {
  readonly entries: readonly Found[]
  readonly total: number
  readonly walk: Walk
}

/**
 * A page by index of lists that stand one after the other. `totalResults` is exact: as the upstream says, or counted when
 * the walk begins. A page that begins where one ended that was given out within the hour is read from there on, in one call
 * where the upstream decides all; any other place is walked to from the start. So the pages of one walk are as stable as the
 * upstream's cursor is, and their number stays what it was at the first one, unless the end shows another. A walk that is
 * forgotten, here or upstream, is walked again.
 * @throws ScimError 400 `tooMany`
 */
export function* indexPage(
  listing: Listing,
  calls: readonly ListCall[],
  reading: Reading,
  memory: ListMemory,
): Plan<Listed> {
  const skip = (listing.startIndex ?? 1) - 1
  const size = pageSizeOf(listing)
  const window = { calls, skip, size }
  const isDecidedHere = calls.some(({ judge }) => judge !== undefined)
  if (size === 0) return { entries: [], totalResults: yield* countAll(calls, reading), startIndex: skip + 1 }
  const key = walkKeyOf(listing, isDecidedHere ? 'decided' : 'native')
  // The first page begins anew: what it tells is what there is now.
  const known = skip === 0 ? undefined : memory.walks.get(key)
  const begun = known ?? { at: memory.now(), marks: [] }
  const walked = yield* again(known !== undefined, (isForgotten) =>
    (isDecidedHere ? decided : native)(window, isForgotten ? { at: memory.now(), marks: [] } : begun, reading),
  )
  memory.walks.set(key, walked.walk)
  return { entries: walked.entries, totalResults: walked.total, startIndex: skip + 1 }
}

/** What was remembered may be worth nothing upstream any more. */
function* again<T>(isKnown: boolean, work: (isForgotten: boolean) => Plan<T>): Plan<T> {
  try {
    return yield* work(false)
  } catch (error) {
    if (!isKnown || !(error instanceof ScimError) || error.status !== 400 || error.scimType === 'tooMany') throw error
    return yield* work(true)
  }
}

/** All of the answer counts: the page is read, and the number is counted apart, where nobody told it. */
function* native(window: Window, walk: Walk, reading: Reading): Plan<Walked> {
  const { calls, skip, size } = window
  if (walk.total !== undefined && skip >= walk.total) return { entries: [], total: walk.total, walk }
  const mark = nearest(window, markAt(walk, skip), { offset: 0, position: startOf(pageFor(window, reading)) })
  const { entries, reached, behind } = yield* whileStill(() => collect(window, mark, reading))
  const known = walk.total !== undefined && walk.total > reached ? walk.total : undefined
  const total = behind === undefined ? reached : (known ?? (yield* countAll(calls, reading)))
  const position = behind !== undefined && reached === skip + size ? [{ offset: reached, position: behind }] : []
  // More came while it was counted: what was seen is not taken back.
  return { entries, total: Math.max(total, reached), walk: { ...walk, total, marks: [...walk.marks, ...position] } }
}

/** The client's pages in whole pages of the upstream's. A walk to somewhere in the middle takes the largest ones. */
function pageFor({ calls, skip, size }: Window, reading: Reading): number {
  const largest = pageOf(calls, reading)
  return skip > 0 ? largest : Math.ceil(size / Math.ceil(size / largest))
}

/** From where the page is fewer pages away: behind a mark they are as small as those that led to it. */
function nearest({ skip, size }: Window, mark: Mark | undefined, start: Mark): Mark {
  const pagesFrom = ({ offset, position }: Mark): number => Math.ceil((skip + size - offset) / position.size)
  return mark === undefined || pagesFrom(start) < pagesFrom(mark) ? start : mark
}

const markAt = ({ marks }: Walk, skip: number): Mark | undefined =>
  marks.reduce<Mark | undefined>(
    (best, mark) => (mark.offset <= skip && mark.offset >= (best?.offset ?? 0) ? mark : best),
    undefined,
  )

interface Collected {
  readonly entries: readonly Found[]
  /** Resources that count up to where it ended. */
  readonly reached: number
  readonly behind: Position | undefined
}

function* collect({ calls, skip, size }: Window, from: Mark, reading: Reading, maxPages?: number): Plan<Collected> {
  const entries: Found[] = []
  let reached = from.offset
  const limit = maxPages === undefined ? {} : { maxPages }
  const behind = yield* readSequence({ calls, ...limit }, from.position, reading, (found) => {
    reached += 1
    if (reached > skip) entries.push(found)
    return reached < skip + size
  })
  return { entries, reached, behind }
}

/** What counts is found out here. Where much is to be read for it, no more of each resource than decides it. */
function* decided(window: Window, walk: Walk, reading: Reading): Plan<Walked> {
  const { calls } = window
  const canSearch = calls.every((call) => call.narrow !== undefined && narrows(call, reading))
  if (walk.found !== undefined) return yield* fromFound(window, walk, reading)
  if (walk.total !== undefined && window.skip >= walk.total) return { entries: [], total: walk.total, walk }
  const mark = markAt(walk, window.skip)
  if (mark?.offset === window.skip) return yield* fromMark(window, mark, walk, reading)
  if (!canSearch) return yield* readOut(window, walk, reading)
  if (!calls.some(({ expectsMany }) => expectsMany)) {
    const start = { offset: 0, position: startOf(Number.MAX_SAFE_INTEGER) }
    const first = yield* collect(window, start, reading, 1)
    if (first.behind === undefined)
      return { entries: first.entries, total: first.reached, walk: { ...walk, total: first.reached } }
  }
  const { isReadable, ...found } = yield* search(calls, reading)
  return isReadable
    ? yield* fromFound(window, { ...walk, total: found.ids.length, found }, reading)
    : yield* readOut(window, walk, reading)
}

/** Whether the pages that decide are larger than the whole ones. */
const narrows = ({ source, query, narrow }: ListCall, { capabilities }: Reading): boolean =>
  narrow !== undefined &&
  largestPage(capabilities, source.definition, narrow) > largestPage(capabilities, source.definition, query)

/**
 * The page of what was found: resource by resource, or by reading whole pages up to there, whichever is fewer calls and
 * within the budget.
 */
function* fromFound(window: Window, walk: Walk, reading: Reading): Plan<Walked> {
  const { calls, skip, size } = window
  const { ids, read } = walk.found ?? { ids: [], read: 0 }
  const wanted = ids.slice(skip, skip + size)
  const mark = markAt(walk, skip) ?? { offset: 0, position: startOf(Number.MAX_SAFE_INTEGER) }
  const pages = Math.ceil(
    ((skip + wanted.length - mark.offset) / Math.max(1, ids.length)) * (read / pageOf(calls, reading)),
  )
  if (wanted.length <= pages || pages > reading.budget.left)
    return { entries: yield* readEach(calls, wanted, reading), total: ids.length, walk }
  const { entries, reached, behind } = yield* whileStill(() => collect(window, mark, reading))
  const next = behind === undefined ? [] : [{ offset: reached, position: behind }]
  return { entries, total: Math.max(ids.length, reached), walk: { ...walk, marks: [...walk.marks, ...next] } }
}

const pageOf = (calls: readonly ListCall[], { capabilities }: Reading): number =>
  Math.min(...calls.map(({ source, query }) => largestPage(capabilities, source.definition, query)))

/** Reads every page to its end, and remembers where the client's pages begin. */
const readOut = ({ calls, skip, size }: Window, walk: Walk, reading: Reading): Plan<Walked> =>
  whileStill(function* () {
    const entries: Found[] = []
    const marks: Mark[] = []
    let total = 0
    const start = startOf(Number.MAX_SAFE_INTEGER)
    yield* readSequence({ calls }, start, { ...reading, isWhole: true }, (found, behind) => {
      if (total >= skip && total < skip + size) entries.push(found)
      total += 1
      const position = (total - skip) % size === 0 ? behind() : undefined
      if (position !== undefined) marks.push({ offset: total, position })
      return true
    })
    return { entries, total, walk: { ...walk, total, marks } }
  })

function* fromMark(window: Window, mark: Mark, walk: Walk, reading: Reading): Plan<Walked> {
  const { entries, reached, behind } = yield* whileStill(() => collect(window, mark, reading))
  const total = behind === undefined ? reached : Math.max(walk.total ?? 0, reached)
  return { entries, total, walk: { ...walk, total } }
}
