import { ScimError } from '../scim/error.ts'
import type { ListQuery } from '../scim/request.ts'
import { sortKeyOf } from '../scim/sort.ts'
import { pageBudgetOf, spend } from './budget.ts'
import { callsOf, type ListCall, sortsItself } from './list-calls.ts'
import { cursorPage } from './list-cursor.ts'
import { indexPage } from './list-index.ts'
import { withMembers } from './list-members.ts'
import { type ListMemory, pageSizeOf } from './list-memory.ts'
import { countAll } from './list-total.ts'
import { type KeyOf, wholePage } from './list-whole.ts'
import type { Listed, Listing, Source } from './listing.ts'
import { largestPage, type Reading } from './page.ts'
import type { Planning } from './planning.ts'
import { ask, type Plan } from './step.ts'

const advice = 'ask for less, by an attribute that it compares alike'

/**
 * A page of a list (RFC 7644 §3.4.2, RFC 9865) in the fewest calls. What the upstream can do itself is one call, passed
 * through. Else its pages are walked, what it cannot decide is decided here, unions are joined, orders made.
 * By index `totalResults` is exact on every page.
 * @throws ScimError 400 `invalidFilter`, before any call, for what can be decided nowhere; `tooMany` beyond
 * `choices.pageBudget` calls; `invalidCursor`, `expiredCursor`, `invalidCount`; never a part of the answer for the whole
 */
export function* planList(listing: Listing, planning: Planning, memory: ListMemory): Plan<Listed> {
  const { capabilities, choices } = planning
  const budget = pageBudgetOf(choices.pageBudget, advice)
  const asking: Asking = {
    listing,
    planning,
    memory,
    reading: { capabilities, budget },
    order: orderOf(listing, planning),
  }
  const listed = yield* guarded(asking)
  const entries = yield* withMembers(listed.entries, planning, budget)
  return { ...listed, entries }
}

interface Asking {
  readonly listing: Listing
  readonly planning: Planning
  readonly memory: ListMemory
  readonly reading: Reading
  readonly order: Order
}

/** An upstream that was believed to decide all, and shows what it should not, is believed no more. */
function* guarded(asking: Asking): Plan<Listed> {
  const { sources } = asking.listing
  const judged = callsIn(asking, false)
  if (!sources.some(({ isGuard }) => isGuard === true)) return yield* pageOf(judged, asking)
  const listed = yield* pageOf(callsIn(asking, true), asking)
  const isTrue = listed.entries.every(
    ({ source, resource }) => source.isGuard !== true || source.keep?.(resource) !== false,
  )
  return isTrue ? listed : yield* pageOf(judged, asking)
}

interface Calls {
  readonly calls: readonly ListCall[]
  /** Whether two of them may give the same resource. */
  readonly isUnion: boolean
}

function callsIn({ listing, planning, order }: Asking, isTrusting: boolean): Calls {
  const bySource = listing.sources.map((source) => {
    const { sortBy } = source
    const isHere = order.kind === 'here'
    return callsOf(source, {
      planning,
      isTrusting,
      ...(order.kind === 'upstream' ? { order: order.asked } : {}),
      ...(isHere && sortBy !== undefined ? { sortedBy: sortBy } : {}),
    })
  })
  return { calls: bySource.flat(), isUnion: bySource.some((calls) => calls.length > 1) }
}

type Order =
  | { readonly kind: 'none' }
  | { readonly kind: 'upstream'; readonly asked: Pick<ListQuery, 'sortBy' | 'sortOrder'> }
  | { readonly kind: 'here'; readonly keyOf: KeyOf }

function orderOf({ sources, keyOf, sortOrder }: Listing, { capabilities }: Planning): Order {
  const [only] = sources
  if (only === undefined || (keyOf === undefined && sources.every(({ sortBy }) => sortBy === undefined)))
    return { kind: 'none' }
  if (sources.length === 1 && only.sortBy !== undefined && sortsItself(capabilities, only))
    return {
      kind: 'upstream',
      asked: { sortBy: only.sortBy, ...(sortOrder === undefined ? {} : { sortOrder }) },
    }
  return orderHere({ sources, ...(keyOf === undefined ? {} : { keyOf }) })
}

function* pageOf({ calls, isUnion }: Calls, asking: Asking): Plan<Listed> {
  const { listing, reading, memory, planning } = asking
  const isByCursor = listing.cursor !== undefined
  const startIndex = isByCursor ? {} : { startIndex: listing.startIndex ?? 1 }
  const [only] = calls
  if (only === undefined) return { entries: [], totalResults: 0, ...startIndex }
  const order = isUnion && asking.order.kind === 'upstream' ? orderHere(listing) : asking.order
  if (isUnion || order.kind === 'here') {
    const keyOf = order.kind === 'here' ? { keyOf: order.keyOf } : {}
    return yield* wholePage(listing, { calls, ...keyOf }, reading, memory)
  }
  if (calls.length === 1 && passes(only, listing, planning)) return yield* passedOn(only, asking)
  if (!isByCursor) return yield* indexPage(listing, calls, reading, memory)
  if (pageSizeOf(listing) === 0) return { entries: [], totalResults: yield* countAll(calls, reading) }
  return yield* cursorPage(listing, calls, reading, memory)
}

/** An upstream orders each answer for itself: what joins them orders them again. */
function orderHere({ sources, keyOf }: Pick<Listing, 'sources' | 'keyOf'>): Order {
  const keys = new Map(sources.map((source) => [source, source.sortBy && sortKeyOf(source.sortBy, source.definition)]))
  return {
    kind: 'here',
    keyOf: ({ source, resource }) => (keyOf === undefined ? keys.get(source)?.(resource) : keyOf(source, resource)),
  }
}

/** Whether the upstream pages as the client does, and knows all that the client may want to know. */
function passes({ judge }: ListCall, { cursor, count }: Listing, { capabilities: { paging } }: Planning): boolean {
  if (judge !== undefined || !paging.index) return false
  if (count === 0 && !paging.countZero) return false
  return cursor === undefined ? paging.totals : paging.cursor
}

/** The client's own question about the page, as it is. */
function* passedOn({ source, query, reason }: ListCall, { listing, reading }: Asking): Plan<Listed> {
  const { startIndex, count, cursor } = listing
  spend(reading.budget, reason)
  const paging = {
    ...(startIndex === undefined ? {} : { startIndex }),
    ...(count === undefined ? {} : { count: countFor(source, query, count, reading) }),
    ...(cursor === undefined ? {} : { cursor }),
  }
  const request = { operation: 'list', definition: source.definition, query: { ...query, ...paging } } as const
  const reply = yield* ask({ request, purpose: 'forward' })
  if (reply.kind !== 'list') throw new ScimError(502, 'the upstream directory answered without a list')
  const { resources, itemsPerPage: _, ...told } = reply.list
  return { ...told, entries: resources.map((resource) => ({ source, resource })) }
}

/** No more than is known to be obeyed: what `*` says of all types is a guess. */
function countFor({ definition }: Source, query: ListQuery, count: number, { capabilities }: Reading): number {
  const isKnown = capabilities.paging.sizes.has(definition.type.name.toLowerCase())
  return isKnown ? Math.min(count, largestPage(capabilities, definition, query)) : count
}
