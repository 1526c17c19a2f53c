import type { ListResult } from '../../scim/request.ts'
import type { ResourceRow } from '../../store/resources.ts'
import { byCursor } from './list-cursor.ts'
import { type Listing, rowsOf, shown, sweepOf } from './listing.ts'
import { firstEntries, orderOf } from './order.ts'
import { type DirectoryParts, defaultPageSize, maxPageSize } from './parts.ts'
import { sweep } from './sweep.ts'

/**
 * One page (RFC 7644 §3.4.2.4, RFC 9865 §2). By index: `totalResults` is exact on every page; a sorted page keeps as many
 * sort keys as `startIndex + count`, any other keeps itself alone. By cursor: made or deleted resources move nothing.
 * @throws ScimError 400, or 504 when the deadline passes.
 */
export async function list(parts: DirectoryParts, listing: Listing): Promise<ListResult> {
  const { cursor, count = defaultPageSize } = listing.query
  const pageSize = Math.min(count, maxPageSize)
  if (cursor === undefined) return byIndex(parts, listing, pageSize)
  if (pageSize > 0) return byCursor(parts, listing, pageSize, cursor)
  // RFC 9865 §2: a count of 0 asks for the number alone.
  const { total } = await pageAt(parts, listing, { skip: 0, pageSize })
  return { resources: [], totalResults: total, itemsPerPage: 0 }
}

async function byIndex(parts: DirectoryParts, listing: Listing, pageSize: number): Promise<ListResult> {
  const skip = (listing.query.startIndex ?? 1) - 1
  const { rows, total } = await pageAt(parts, listing, { skip, pageSize })
  const resources = shown(parts, listing, rows)
  return { resources, totalResults: total, startIndex: skip + 1, itemsPerPage: resources.length }
}

interface Found {
  readonly rows: readonly ResourceRow[]
  readonly total: number
}

async function pageAt(
  parts: DirectoryParts,
  listing: Listing,
  { skip, pageSize }: { skip: number; pageSize: number },
): Promise<Found> {
  const { query, types } = listing
  const order = pageSize === 0 ? undefined : orderOf(query, types)
  if (query.filter === undefined && order === undefined) {
    const names = types.map(({ name }) => name)
    return parts.storage.use((queries) => ({
      rows: pageSize === 0 ? [] : queries.page(names, skip, pageSize),
      total: queries.count(names),
    }))
  }
  const first = order && firstEntries(skip + pageSize, order.compare)
  const rows: ResourceRow[] = []
  let total = 0
  for await (const chunk of sweep(parts, sweepOf(listing, 0)))
    for (const { row, type, resource } of chunk) {
      if (order !== undefined) first?.add({ seq: row.seq, key: order.keyOf(type, resource) })
      else if (total >= skip && rows.length < pageSize) rows.push(row)
      total++
    }
  return { rows: first === undefined ? rows : rowsOf(parts, first.sorted().slice(skip)), total }
}
