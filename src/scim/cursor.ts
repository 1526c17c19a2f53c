import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { base64url } from 'jose'
import { badRequest } from './error.ts'
import type { Json } from './json.ts'

/** What a cursor may be used for: it is worthless anywhere else. */
export interface CursorScope {
  /** The tenant's own key. */
  readonly key: Uint8Array
  /** Whom it was given to and what for, as texts: the tenant, the credential, all of the question but cursor and count. */
  readonly bound: readonly string[]
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** RFC 9865 §4, `cursorTimeout`, in seconds. */
export const cursorTimeout = 3600

const macLength = 16

/** A position as a cursor (RFC 9865 §2): URL-safe, stateless, signed for its scope. */
export function sealCursor(position: readonly Json[], scope: CursorScope): string {
  const payload = utf8ToBytes(JSON.stringify([scope.now, ...position]))
  return base64url.encode(concatBytes(sign(payload, scope), payload))
}

/**
 * The position that a cursor holds, as it was sealed.
 * @throws ScimError 400 `invalidCursor` for what was not sealed for this scope, `expiredCursor` after an hour
 */
export function openCursor(cursor: string, scope: CursorScope): readonly Json[] {
  const payload = verified(cursor, scope)
  if (payload === undefined) throw badRequest('invalidCursor', 'the cursor was not given out for this query')
  const [issuedAt, ...position] = payload
  if (typeof issuedAt !== 'number') throw otherVersion()
  if (scope.now - issuedAt > cursorTimeout * 1000) throw expiredCursor(`older than ${cursorTimeout} seconds`)
  return position
}

export const otherVersion = () => badRequest('invalidCursor', 'the cursor is of another version of this gateway')

export const expiredCursor = (why: string, cause?: unknown) =>
  badRequest('expiredCursor', `the cursor is ${why}: begin again with an empty one`, cause)

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
function sign(payload: Uint8Array, { key, bound }: CursorScope): Uint8Array {
  const scope = utf8ToBytes(JSON.stringify(bound))
  return hmac(sha256, key, concatBytes(sha256(scope), payload)).subarray(0, macLength)
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0)
  return difference === 0
}
