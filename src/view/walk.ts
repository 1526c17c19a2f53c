import { ScimError } from '../scim/error.ts'
import { project } from '../scim/project.ts'
import type { ListQuery, ListResult } from '../scim/request.ts'
import type { Resource } from '../scim/resource.ts'
import { compareSortKeys, type SortKey, sortKeyOf } from '../scim/sort.ts'
import type { Errand } from '../upstream/upstream.ts'
import { type Carrier, seen } from './carrier.ts'
import { type Budget, Moved, pageBudget, pagesOf, type Source, upstreamPageSize } from './pages.ts'
import type { TypeView } from './type-view.ts'
import { printWalkCursor, readWalkCursor } from './walk-cursor.ts'

/** As the built-in directory has it (RFC 9865 §4). */
const defaultPageSize = 100
const maxPageSize = 1000

export interface Walk {
  readonly carrier: Carrier
  readonly sources: readonly Source[]
  /** The resource type that is asked for; empty for a search from the root. */
  readonly place: string
  readonly query: ListQuery
  /** Whether the order that the client asked for is made here. */
  readonly isSortedHere: boolean
  readonly errand: Errand
}

/**
 * A list that the gateway itself must decide: reads the upstream's pages within the budget, and keeps the page that was
 * asked for. `totalResults` is exact. With an order of its own it keeps as many resources as `startIndex + count`.
 * @throws ScimError 400 `tooMany` beyond the budget, 503 where others change the resources all the time: never a part of
 * the answer for the whole
 */
export async function walk(walking: Walk): Promise<ListResult> {
  const { query, carrier } = walking
  const question = { place: `${carrier.tenant}/${walking.place}`, query }
  const isByCursor = query.cursor !== undefined
  const skip = query.cursor === undefined ? (query.startIndex ?? 1) - 1 : readWalkCursor(query.cursor, question)
  const size = Math.min(query.count ?? defaultPageSize, maxPageSize)
  const { resources, total } = await whileStill((budget) =>
    (walking.isSortedHere ? sorted : inOrder)(walking, { skip, size, budget }),
  )
  const end = skip + resources.length
  return {
    resources,
    totalResults: total,
    ...(isByCursor ? {} : { startIndex: skip + 1 }),
    itemsPerPage: resources.length,
    ...(isByCursor && size > 0 && end < total ? { nextCursor: printWalkCursor(end, question) } : {}),
  }
}

const maxWalks = 3

/** Walks until nothing moved between two pages, within one budget. */
async function whileStill<T>(work: (budget: Budget) => Promise<T>): Promise<T> {
  const budget = { left: pageBudget }
  for (let walks = 1; ; walks++) {
    try {
      return await work(budget)
    } catch (error) {
      if (!(error instanceof Moved)) throw error
      if (walks >= maxWalks)
        throw new ScimError(503, 'others keep changing the resources: try again', { retryAfter: '1', cause: error })
    }
  }
}

interface Window {
  readonly skip: number
  readonly size: number
  readonly budget: Budget
}

interface Found {
  readonly resources: readonly Resource[]
  readonly total: number
}

async function inOrder(walking: Walk, { skip, size, budget }: Window): Promise<Found> {
  const resources: Resource[] = []
  let total = 0
  for await (const { type, client } of matchesOf(walking, budget)) {
    if (total >= skip && resources.length < size) resources.push(project(client, walking.query, type.translator.client))
    total++
  }
  return { resources, total }
}

interface Entry {
  readonly key: SortKey
  /** Equals stay in the upstream's order. */
  readonly number: number
  readonly resource: Resource
}

async function sorted(walking: Walk, { skip, size, budget }: Window): Promise<Found> {
  const { query } = walking
  const direction = query.sortOrder === 'descending' ? -1 : 1
  const compare = (a: Entry, b: Entry): number => direction * compareSortKeys(a.key, b.key) || a.number - b.number
  const keyOf = keysOf(query)
  const wanted = size === 0 ? 0 : skip + size
  let first: Entry[] = []
  let total = 0
  for await (const { type, client } of matchesOf(walking, budget)) {
    const resource = project(client, query, type.translator.client)
    if (wanted > 0) first.push({ key: keyOf(type, client), number: total, resource })
    total++
    if (first.length >= 2 * wanted + upstreamPageSize) first = first.sort(compare).slice(0, wanted)
  }
  return {
    resources: first
      .sort(compare)
      .slice(skip, wanted)
      .map(({ resource }) => resource),
    total,
  }
}

function keysOf({ sortBy }: ListQuery): (type: TypeView, client: Resource) => SortKey {
  const compiled = new Map<TypeView, (resource: Resource) => SortKey>()
  return (type, client) => {
    if (sortBy === undefined) return undefined
    const keyOf = compiled.get(type) ?? sortKeyOf(sortBy, type.translator.client)
    compiled.set(type, keyOf)
    return keyOf(client)
  }
}

interface Match {
  readonly type: TypeView
  readonly client: Resource
}

async function* matchesOf({ carrier, sources, errand }: Walk, budget: Budget): AsyncGenerator<Match> {
  for (const source of sources)
    for await (const page of pagesOf(source, { carrier, errand, budget }))
      for (const resource of page) {
        const client = seen(source.type, resource)
        if (source.matches?.(client) !== false) yield { type: source.type, client }
      }
}
