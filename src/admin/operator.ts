import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

/** A person or script of the MSP. The name is what the operator audit log keeps; it is never a secret. */
export interface Operator {
  readonly name: string
}

/** Who may use the admin API. */
export interface Operators {
  /** Who sends this request; undefined when it carries no credential that is known. */
  identify(request: Pick<Request, 'headers'>): Operator | undefined
}

/** Compares two digests of one length without telling by the time where they differ. */
function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.length ^ right.length
  for (const [at, byte] of left.entries()) difference |= byte ^ (right[at] ?? 0)
  return difference === 0
}

const digest = (token: string): Uint8Array => sha256(utf8ToBytes(token))

/** Operators who share the one admin token (`TOLLGATE_ADMIN_TOKEN`, contract §9), presented as Bearer (RFC 6750 §2.1). */
export function adminTokenOperators(adminToken: string): Operators {
  const expected = digest(adminToken)
  return {
    identify(request) {
      const [, token] = /^bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '') ?? []
      // Digests are compared, not tokens: they have one length whatever was presented.
      return token !== undefined && sameBytes(digest(token), expected) ? { name: 'admin' } : undefined
    },
  }
}
