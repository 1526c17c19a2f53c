import { badRequest } from '../../scim/error.ts'
import { type Filter, walkFilter } from '../../scim/filter.ts'
import { fold } from '../../scim/fold.ts'
import type { Json } from '../../scim/json.ts'
import { type AttributePath, printAttributePath } from '../../scim/path.ts'
import type { ListResult } from '../../scim/request.ts'
import type { ResourceRow } from '../../store/resources.ts'
import { type CursorScope, type Position, printCursor, readCursor } from './cursor.ts'
import { cursorKey } from './cursor-key.ts'
import { type Listing, rowsOf, shown, sweepOf } from './listing.ts'
import { type Entry, firstEntries, orderOf } from './order.ts'
import type { DirectoryParts } from './parts.ts'
import { sweep } from './sweep.ts'

/**
 * One page of at least one resource by cursor (RFC 9865 §2). `totalResults` is exact, but for filtered walks that are not
 * sorted: there the first page counts, and the others repeat its number.
 * @throws ScimError 400 `invalidCursor`, `expiredCursor`, `invalidCount`; 504 when the deadline passes.
 */
export async function byCursor(
  parts: DirectoryParts,
  listing: Listing,
  pageSize: number,
  cursor: string,
): Promise<ListResult> {
  const scope = scopeOf(parts, listing)
  const position = cursor === '' ? undefined : readCursor(cursor, scope)
  if (position !== undefined && position.count !== pageSize)
    throw badRequest('invalidCount', `count must stay what it was on the first page: ${position.count}`)
  const { rows, next, total } = await pageBehind(parts, listing, { position, pageSize })
  const resources = shown(parts, listing, rows)
  return {
    resources,
    ...(total === undefined ? {} : { totalResults: total }),
    itemsPerPage: resources.length,
    ...(next === undefined ? {} : { nextCursor: printCursor(next, scope) }),
  }
}

interface FoundBehind {
  readonly rows: readonly ResourceRow[]
  /** Where the page ends, when there is more. */
  readonly next: Position | undefined
  readonly total: number | undefined
}

interface Behind {
  readonly position: Position | undefined
  readonly pageSize: number
}

function pageBehind(parts: DirectoryParts, listing: Listing, behind: Behind): Promise<FoundBehind> {
  if (listing.query.sortBy !== undefined) return sortedBehind(parts, listing, behind)
  return listing.query.filter === undefined
    ? Promise.resolve(allBehind(parts, listing, behind))
    : filteredBehind(parts, listing, behind)
}

function allBehind({ storage }: DirectoryParts, { types }: Listing, { position, pageSize }: Behind): FoundBehind {
  const names = types.map(({ name }) => name)
  return storage.use((queries) => {
    const rows = queries.after(names, position?.seq ?? 0, pageSize + 1)
    return { ...cutPage(rows, pageSize), total: queries.count(names) }
  })
}

/** The first page counts all matches; a later one ends as soon as it is full and gives the first one's total. */
async function filteredBehind(
  parts: DirectoryParts,
  listing: Listing,
  { position, pageSize }: Behind,
): Promise<FoundBehind> {
  const rows: ResourceRow[] = []
  let total = 0
  for await (const chunk of sweep(parts, sweepOf(listing, position?.seq ?? 0))) {
    total += chunk.length
    for (const { row } of chunk) if (rows.length <= pageSize) rows.push(row)
    if (position !== undefined && rows.length > pageSize) break
  }
  const counted = position === undefined ? total : position.total
  return { ...cutPage(rows, pageSize, counted), total: counted }
}

function cutPage(rows: readonly ResourceRow[], pageSize: number, total?: number): Pick<FoundBehind, 'rows' | 'next'> {
  const page = rows.slice(0, pageSize)
  const last = page.at(-1)
  const isMore = rows.length > pageSize && last !== undefined
  const counted = total === undefined ? {} : { total }
  return { rows: page, next: isMore ? { seq: last.seq, count: pageSize, ...counted } : undefined }
}

async function sortedBehind(
  parts: DirectoryParts,
  listing: Listing,
  { position, pageSize }: Behind,
): Promise<FoundBehind> {
  const order = orderOf(listing.query, listing.types)
  if (order === undefined) return { rows: [], next: undefined, total: 0 }
  const from = position && entryAt(position)
  const first = firstEntries(pageSize + 1, order.compare)
  let total = 0
  for await (const chunk of sweep(parts, sweepOf(listing, 0)))
    for (const { row, type, resource } of chunk) {
      const entry = { seq: row.seq, key: order.keyOf(type, resource) }
      if (from === undefined || order.compare(entry, from) > 0) first.add(entry)
      total++
    }
  const entries = first.sorted()
  const page = entries.slice(0, pageSize)
  const last = page.at(-1)
  const isMore = entries.length > pageSize && last !== undefined
  const key = last?.key === undefined ? {} : { key: last.key }
  return { rows: rowsOf(parts, page), next: isMore ? { seq: last.seq, count: pageSize, ...key } : undefined, total }
}

const entryAt = ({ seq, key }: Position): Entry => ({
  seq,
  key: typeof key === 'string' || typeof key === 'number' ? key : undefined,
})

/** What a cursor is bound to: this tenant, these types, and every parameter but the page's own. */
function scopeOf({ tenant, ports, storage }: DirectoryParts, { types, query }: Listing): CursorScope {
  const { filter, sortBy, sortOrder = 'ascending', attributes, excludedAttributes } = query
  const names = (paths: readonly AttributePath[] = []) => paths.map((path) => fold(printAttributePath(path)))
  const text = JSON.stringify([
    types.map(({ name }) => name),
    filter === undefined ? null : nodesOf(filter),
    sortBy === undefined ? null : [names([sortBy]), sortOrder],
    names(attributes),
    names(excludedAttributes),
  ])
  return { key: storage.use((queries) => cursorKey(queries, ports)), tenant, query: text, now: ports.now() }
}

/** The filter in an order that tells its tree. Names fold: RFC 9865 §2's second page says `username`, its first `userName`. */
function nodesOf(filter: Filter): Json {
  const nodes: Json[] = []
  walkFilter(filter, (node) => {
    const path = 'path' in node ? fold(printAttributePath(node.path)) : null
    nodes.push([node.kind, path, ...(node.kind === 'compare' ? [node.operator, node.value] : [])])
  })
  return nodes
}
