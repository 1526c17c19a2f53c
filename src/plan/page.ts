import type { Purpose } from '../call.ts'
import type { Capabilities, PageSizes } from '../capabilities.ts'
import { ScimError } from '../scim/error.ts'
import { fold } from '../scim/fold.ts'
import type { ListQuery, ListResult, Projection } from '../scim/request.ts'
import { idOf, type Resource } from '../scim/resource.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { type PageBudget, spend, tooMany } from './budget.ts'
import { meets } from './meets.ts'
import { ask, type Plan } from './step.ts'

/** A list that the upstream can serve as it stands, page after page. */
export interface Asked {
  readonly definition: ResourceDefinition
  readonly query: Omit<ListQuery, 'startIndex' | 'count' | 'cursor'>
  /** Resources that a page is asked to hold. */
  readonly size: number
  /** Why pages must be read, for whoever asked too much. */
  readonly reason: string
  /** What the pages are for; absent: the first one is what the client asked for. */
  readonly purpose?: Purpose
}

/** Where a page begins: behind an upstream cursor, at an index, or, with neither, at the start. */
export interface Place {
  readonly cursor?: string
  readonly startIndex?: number
}

export interface Page {
  readonly resources: readonly Resource[]
  /** Resources in all, where the upstream says so. */
  readonly total?: number
  /** Absent on the last page. */
  readonly next?: Place
}

export interface Reading {
  readonly capabilities: Capabilities
  readonly budget: PageBudget
  /** Whether what cannot be read to its end within the budget is of no use. */
  readonly isWhole?: boolean
  /** Whether only `total` is asked for: then the page leads nowhere. */
  readonly isNumber?: boolean
}

/** What was read does not fit together: resources came or went between two pages. */
export class Moved extends Error {}

/**
 * One page: behind it by cursor where the upstream gives one, else by index.
 * @throws ScimError 400 `tooMany` without a call where the budget is spent; 502 where it ends before it said that it would
 */
export function* readPage(asked: Asked, place: Place, reading: Reading): Plan<Page> {
  spend(reading.budget, asked.reason)
  const { definition, query, size } = asked
  const isFirst = reading.budget.left === reading.budget.most - 1
  const request = { operation: 'list', definition, query: { ...query, count: size, ...place } } as const
  const reply = yield* ask({ request, purpose: asked.purpose ?? (isFirst ? 'forward' : 'page') })
  if (reply.kind !== 'list') throw new ScimError(502, 'the upstream directory answered without a list')
  const { resources, totalResults } = reply.list
  const next = reading.isNumber === true ? undefined : placeBehind(reply.list, place, reading.capabilities)
  return {
    resources,
    ...(totalResults === undefined ? {} : { total: totalResults }),
    ...(next === undefined ? {} : { next }),
  }
}

function placeBehind(list: ListResult, place: Place, { paging }: Capabilities): Place | undefined {
  const { resources, totalResults, nextCursor } = list
  if (nextCursor !== undefined) {
    if (nextCursor === place.cursor) throw new Moved('a page leads to itself')
    return { cursor: nextCursor }
  }
  // RFC 9865 §2: without a cursor behind it, this is the last one.
  if (place.cursor !== undefined) return undefined
  const read = (place.startIndex ?? 1) - 1 + resources.length
  if (totalResults !== undefined && read >= totalResults) return undefined
  if (resources.length > 0 && paging.index) return { startIndex: read + 1 }
  if (totalResults === undefined) return undefined
  throw new ScimError(502, 'the upstream directory shows fewer resources than it says that there are')
}

export interface PageTaken {
  readonly page: Page
  readonly place: Place
}

/**
 * All pages from a place on, until `take` says that it has enough. What cannot be read within the budget is not begun, as
 * soon as a page shows how many there are.
 * @returns where the next page begins; undefined behind the last one
 * @throws Moved where a resource is on two pages, or their number changed between two that go by index
 */
export function* walkPages(
  asked: Asked,
  from: Place,
  reading: Reading,
  take: (taken: PageTaken) => boolean,
): Plan<Place | undefined> {
  const ids = new Set<string>()
  let place: Place | undefined = from
  let firstTotal: number | undefined
  while (place !== undefined) {
    const page: Page = yield* readPage(asked, place, reading)
    requireStill(page.resources, ids)
    // Behind a cursor nothing moves, whatever comes and goes; behind an index everything does.
    if (place.startIndex !== undefined && firstTotal !== page.total && place !== from)
      throw new Moved('the number of resources changed between two pages')
    if (place === from) firstTotal = page.total
    if (!take({ page, place })) return page.next
    if (reading.isWhole === true) requireHope(asked, page, reading.budget)
    place = page.next
  }
  return undefined
}

/** @throws Moved where a resource was on a page before */
function requireStill(resources: readonly Resource[], ids: Set<string>): void {
  const own = resources.flatMap((resource) => idOf(resource) ?? [])
  // Twice on one page it is the upstream's own mistake, and no second walk would mend it.
  if (own.some((id) => ids.has(id))) throw new Moved('a resource is on two pages')
  for (const id of own) ids.add(id)
}

/** A page shows how many it takes. */
function requireHope({ reason }: Asked, { resources, total, next }: Page, budget: PageBudget): void {
  if (next?.startIndex === undefined || total === undefined) return
  if (total - (next.startIndex - 1) > budget.left * resources.length) throw tooMany(budget, reason)
}

const maxWalks = 3

/** Walks until nothing moved between two pages. @throws ScimError 503 after three times */
export function* whileStill<T>(work: () => Plan<T>): Plan<T> {
  for (let walks = 1; ; walks++) {
    try {
      return yield* work()
    } catch (error) {
      if (!(error instanceof Moved)) throw error
      if (walks >= maxWalks)
        throw new ScimError(503, 'others keep changing the resources: try again', { retryAfter: '1', cause: error })
    }
  }
}

/** Every resource of a list, in the upstream's order. @throws ScimError 400 `tooMany`, 502, 503 */
export const readAll = (asked: Asked, reading: Reading): Plan<readonly Resource[]> =>
  whileStill(function* () {
    const all: Resource[] = []
    yield* walkPages(asked, {}, { ...reading, isWhole: true }, ({ page }) => {
      for (const resource of page.resources) all.push(resource)
      return true
    })
    return all
  })

const anySizes: PageSizes = { default: 100, max: 1000 }

/** What one page of a type may hold at most, given what is asked of each resource. */
export function largestPage(
  { paging }: Capabilities,
  definition: ResourceDefinition,
  { attributes = [] }: Projection,
): number {
  const sizes = paging.sizes.get(fold(definition.type.name)) ?? paging.sizes.get('*') ?? anySizes
  const { wide } = sizes
  if (wide === undefined || attributes.length === 0) return sizes.max
  return attributes.some((one) => wide.without.some((other) => meets(definition, one, other))) ? sizes.max : wide.max
}
