import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { base64url } from 'jose'

/** Bytes of randomness in a minted token: 256 bits (contract §3). */
const secretBytes = 32
const shape = /^tg_([a-z0-9-]{1,63})_([A-Za-z0-9_-]{43})([A-Za-z0-9_-]{6})$/

/** CRC-32 (ISO 3309) of an ASCII text: what scanners for leaked secrets expect of a token's checksum. */
function crc32(text: string): number {
  let crc = 0xffffffff
  for (let at = 0; at < text.length; at += 1) {
    crc ^= text.charCodeAt(at)
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

/** Tells a mistyped or cut-off token from a wrong one before anything is looked up; it protects nothing. */
function checksum(tenant: string, secret: string): string {
  const crc = crc32(`tg_${tenant}_${secret}`)
  return base64url.encode(Uint8Array.of(crc >>> 24, crc >>> 16, crc >>> 8, crc))
}

/** What is stored in place of a secret: its SHA-256 in hex. A secret of 256 random bits needs no slow hash. */
export const hashOf = (secret: string): string => bytesToHex(sha256(utf8ToBytes(secret)))

/** Compares two hashes without telling by the time where they differ. */
export function sameHash(left: string, right: string): boolean {
  let difference = left.length ^ right.length
  for (let at = 0; at < left.length; at += 1) difference |= left.charCodeAt(at) ^ right.charCodeAt(at)
  return difference === 0
}

export interface MintedToken {
  /** `tg_{tenant}_{secret}{checksum}`: shown once, never stored. */
  readonly token: string
  readonly hash: string
}

/** A new token for `tenant`. */
export function mintToken(tenant: string, randomBytes: (count: number) => Uint8Array): MintedToken {
  const secret = base64url.encode(randomBytes(secretBytes))
  const token = `tg_${tenant}_${secret}${checksum(tenant, secret)}`
  return { token, hash: hashOf(token) }
}

/** The tenant that a well-formed token names; undefined when it is malformed or its checksum does not fit. */
export function tenantOfToken(token: string): string | undefined {
  const [, tenant, secret, sum] = shape.exec(token) ?? []
  if (tenant === undefined || secret === undefined) return undefined
  return checksum(tenant, secret) === sum ? tenant : undefined
}
