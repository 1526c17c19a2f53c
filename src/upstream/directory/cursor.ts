import { openCursor, otherVersion, type CursorScope as SealedFor, sealCursor } from '../../scim/cursor.ts'
import type { Json } from '../../scim/json.ts'

export { cursorTimeout } from '../../scim/cursor.ts'

/** Where a walk stands: behind the resource `seq`, and behind `key` where the walk is sorted. */
export interface Position {
  readonly seq: number
  /** The sort key of that resource; absent in a walk that is not sorted. */
  readonly key?: Json
  /** The page size that the walk began with (RFC 9865 §2.1: it must stay). */
  readonly count: number
  /** How many resources matched when the walk began, where counting again would cost a scan. */
  readonly total?: number
}

/** What a cursor may be used for: it is worthless anywhere else. */
export interface CursorScope extends Pick<SealedFor, 'key' | 'now'> {
  readonly tenant: string
  /** Every parameter of the query but cursor and count, as text. */
  readonly query: string
}

const sealedFor = ({ tenant, query, ...scope }: CursorScope): SealedFor => ({ ...scope, bound: [tenant, query] })

/**
 * A position as a cursor: URL-safe, stateless, signed for this tenant and this query. A position is the last resource
 * seen and no number of resources, so that what is made or deleted meanwhile moves nothing.
 */
export const printCursor = ({ seq, key, count, total }: Position, scope: CursorScope): string =>
  sealCursor([seq, count, total ?? null, ...(key === undefined ? [] : [key])], sealedFor(scope))

/** @throws ScimError 400 `invalidCursor` for what is not a cursor of this tenant and query, `expiredCursor` after an hour. */
export function readCursor(cursor: string, scope: CursorScope): Position {
  const [seq, count, total, key] = openCursor(cursor, sealedFor(scope))
  if (typeof seq !== 'number' || typeof count !== 'number') throw otherVersion()
  return { seq, count, ...(typeof total === 'number' ? { total } : {}), ...(key === undefined ? {} : { key }) }
}
