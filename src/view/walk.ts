import { badRequest } from '../scim/error.ts'
import { project } from '../scim/project.ts'
import type { ListQuery, ListResult } from '../scim/request.ts'
import type { Resource } from '../scim/resource.ts'
import { compareSortKeys, type SortKey, sortKeyOf } from '../scim/sort.ts'
import type { Errand } from '../upstream/upstream.ts'
import { ask, type Carrier, seen } from './carrier.ts'
import type { TypeView } from './type-view.ts'
import { printWalkCursor, readWalkCursor } from './walk-cursor.ts'

/** Contract §12: upstream pages that one list may read. */
export const pageBudget = 20
const upstreamPageSize = 1000
/** As the built-in directory has it (RFC 9865 §4). */
const defaultPageSize = 100
const maxPageSize = 1000

/** What is asked of one resource type, and what of it is decided here. */
export interface Source {
  readonly type: TypeView
  /** The upstream's part of the question, in its own names. */
  readonly native: Pick<ListQuery, 'filter' | 'sortBy' | 'sortOrder'>
  /** The rest, over the client view; absent where the upstream decides all of it. */
  matches?(client: Resource): boolean
  /** Why it is not all asked of the upstream, for whoever asked too much. */
  readonly reason: string
}

export interface Walk {
  readonly carrier: Carrier
  readonly sources: readonly Source[]
  readonly query: ListQuery
  /** Whether the order that the client asked for is made here. */
  readonly isSortedHere: boolean
  readonly errand: Errand
}

/**
 * A list that the gateway itself must decide: reads the upstream's pages within the budget, and keeps the page that was
 * asked for. `totalResults` is exact. With an order of its own it keeps as many resources as `startIndex + count`.
 * @throws ScimError 400 `tooMany` beyond the budget: never a part of the answer for the whole
 */
export async function walk(walking: Walk): Promise<ListResult> {
  const { query } = walking
  const isByCursor = query.cursor !== undefined
  const skip = query.cursor === undefined ? (query.startIndex ?? 1) - 1 : readWalkCursor(query.cursor, query)
  const size = Math.min(query.count ?? defaultPageSize, maxPageSize)
  const { resources, total } = await (walking.isSortedHere ? sorted : inOrder)(walking, skip, size)
  const end = skip + resources.length
  return {
    resources,
    totalResults: total,
    ...(isByCursor ? {} : { startIndex: skip + 1 }),
    itemsPerPage: resources.length,
    ...(isByCursor && size > 0 && end < total ? { nextCursor: printWalkCursor(end, query) } : {}),
  }
}

interface Found {
  readonly resources: readonly Resource[]
  readonly total: number
}

async function inOrder(walking: Walk, skip: number, size: number): Promise<Found> {
  const resources: Resource[] = []
  let total = 0
  for await (const { type, client } of matchesOf(walking)) {
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

async function sorted(walking: Walk, skip: number, size: number): Promise<Found> {
  const { query } = walking
  const direction = query.sortOrder === 'descending' ? -1 : 1
  const compare = (a: Entry, b: Entry): number => direction * compareSortKeys(a.key, b.key) || a.number - b.number
  const keyOf = keysOf(query)
  const wanted = size === 0 ? 0 : skip + size
  let first: Entry[] = []
  let total = 0
  for await (const { type, client } of matchesOf(walking)) {
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

async function* matchesOf({ carrier, sources, errand }: Walk): AsyncGenerator<Match> {
  const budget = { left: pageBudget }
  for (const source of sources)
    for await (const page of pagesOf(source, { carrier, errand, budget }))
      for (const resource of page) {
        const client = seen(source.type, resource)
        if (source.matches?.(client) !== false) yield { type: source.type, client }
      }
}

interface Paging {
  readonly carrier: Carrier
  readonly errand: Errand
  readonly budget: { left: number }
}

/** The upstream's pages: by cursor where it gives one, else by index. */
async function* pagesOf(source: Source, { carrier, errand, budget }: Paging): AsyncGenerator<readonly Resource[]> {
  const { type, native } = source
  let behind: Pick<ListQuery, 'startIndex' | 'cursor'> = {}
  for (let read = 0, isFirst = true; ; isFirst = false) {
    if (budget.left === 0) throw tooMany(source)
    budget.left -= 1
    const query = { ...native, count: upstreamPageSize, ...behind }
    const request = { operation: 'list', definition: type.translator.upstream, query } as const
    const reply = await ask(request, errand, { carrier, type, purpose: isFirst ? 'forward' : 'page' })
    if (reply.kind !== 'list') return
    const { resources, totalResults = Number.POSITIVE_INFINITY, nextCursor } = reply.list
    read += resources.length
    // A page shows how many it takes: what cannot be done within the budget is not begun.
    const isHopeless = Number.isFinite(totalResults) && totalResults - read > budget.left * resources.length
    if (isHopeless && resources.length > 0) throw tooMany(source)
    yield resources
    const isLast = behind.cursor !== undefined || resources.length === 0 || read >= totalResults
    if (nextCursor === undefined && isLast) return
    behind = nextCursor === undefined ? { startIndex: read + 1 } : { cursor: nextCursor }
  }
}

const tooMany = ({ reason }: Source) =>
  badRequest(
    'tooMany',
    `this cannot be decided within ${pageBudget} pages of the upstream directory (${reason}): ask for less, by an attribute that it compares alike`,
  )
