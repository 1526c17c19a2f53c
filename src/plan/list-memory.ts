import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { CursorScope } from '../scim/cursor.ts'
import type { Listing } from './listing.ts'
import type { Walks } from './walks.ts'

/** What a tenant keeps from one page of a list to the next. */
export interface ListMemory {
  readonly tenant: string
  readonly walks: Walks
  /** Signs this tenant's cursors. */
  cursorKey(): Uint8Array
  /** Milliseconds since the epoch. */
  now(): number
}

/** RFC 9865 §4, as the built-in directory has them. */
export const defaultPageSize = 100
export const maxPageSize = 1000

/** Resources that a page of the client's holds at most. */
export const pageSizeOf = ({ count }: Listing): number => Math.min(count ?? defaultPageSize, maxPageSize)

export const scopeOf = ({ credential, question }: Listing, { tenant, cursorKey, now }: ListMemory): CursorScope => ({
  key: cursorKey(),
  bound: [tenant, credential, question],
  now: now(),
})

/** Whose walk it is, and of what. */
export const walkKeyOf = (listing: Listing, kind: string): string =>
  bytesToHex(sha256(utf8ToBytes(JSON.stringify([listing.credential, kind, pageSizeOf(listing), listing.question]))))
