import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { base64url } from 'jose'
import { badRequest } from '../../scim/error.ts'
import type { Json } from '../../scim/json.ts'

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
export interface CursorScope {
  /** This tenant's own key. */
  readonly key: Uint8Array
  readonly tenant: string
  /** Every parameter of the query but cursor and count, as text. */
  readonly query: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** RFC 9865 §4, `cursorTimeout`, in seconds. */
export const cursorTimeout = 3600

const macLength = 16

/**
 * A position as a cursor: URL-safe, stateless, signed for this tenant and this query. A position is the last resource
 * seen and no number of resources, so that what is made or deleted meanwhile moves nothing.
 */
export function printCursor(position: Position, scope: CursorScope): string {
  const { seq, key, count, total } = position
  const payload = utf8ToBytes(
    JSON.stringify([scope.now, seq, count, total ?? null, ...(key === undefined ? [] : [key])]),
  )
  return base64url.encode(concatBytes(sign(payload, scope), payload))
}

/** @throws ScimError 400 `invalidCursor` for what is not a cursor of this tenant and query, `expiredCursor` after an hour. */
export function readCursor(cursor: string, scope: CursorScope): Position {
  const payload = verified(cursor, scope)
  if (payload === undefined) throw badRequest('invalidCursor', 'the cursor was not given out for this query')
  const [issuedAt, seq, count, total, key] = payload
  if (typeof issuedAt !== 'number' || typeof seq !== 'number' || typeof count !== 'number')
    throw badRequest('invalidCursor', 'the cursor is of another version of the directory')
  if (scope.now - issuedAt > cursorTimeout * 1000)
    throw badRequest(
      'expiredCursor',
      `the cursor is older than ${cursorTimeout} seconds: begin again with an empty one`,
    )
  return { seq, count, ...(typeof total === 'number' ? { total } : {}), ...(key === undefined ? {} : { key }) }
}

function verified(cursor: string, scope: CursorScope): readonly Json[] | undefined {
  const bytes = decoded(cursor)
  // Decoding passes over stray low bits at the end: only the one spelling that we would print is ours.
  if (bytes === undefined || bytes.length <= macLength || base64url.encode(bytes) !== cursor) return undefined
  const payload = bytes.subarray(macLength)
  if (!isSame(sign(payload, scope), bytes.subarray(0, macLength))) return undefined
  const read: Json = JSON.parse(new TextDecoder().decode(payload))
  return Array.isArray(read) ? read : undefined
}

function decoded(cursor: string): Uint8Array | undefined {
  try {
    return base64url.decode(cursor)
  } catch {
    return undefined
  }
}

/** HMAC-SHA-256 over what the cursor says and what it is for, cut to 128 bits (RFC 2104 §5). */
function sign(payload: Uint8Array, { key, tenant, query }: CursorScope): Uint8Array {
  const bound = utf8ToBytes(JSON.stringify([tenant, query]))
  return hmac(sha256, key, concatBytes(sha256(bound), payload)).subarray(0, macLength)
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0)
  return difference === 0
}
