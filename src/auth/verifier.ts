import type { Principal, Scope } from './principal.ts'
import { hashOf, sameHash } from './token.ts'

/** A stored credential, as far as checking needs it. Times are milliseconds since the epoch. */
export interface KnownCredential {
  readonly id: string
  readonly hash: string
  readonly scope: Scope
  readonly expiresAt: number | null
}

export interface Verifier {
  /** Who presents this secret; undefined when it is unknown, revoked or expired. */
  verify(secret: string): Principal | undefined
  /** Drops what is remembered: the next check reads the store again. */
  forget(): void
}

/**
 * Checks one tenant's minted tokens against the credentials that `live` lists (neither revoked nor, when listed,
 * expired). The list is kept in memory until `forget`, so that a check opens no file.
 */
export function createVerifier(tenant: string, live: () => readonly KnownCredential[], now: () => number): Verifier {
  let known: ReadonlyMap<string, KnownCredential> | undefined
  return {
    verify(secret) {
      const hash = hashOf(secret)
      known ??= new Map(live().map((credential) => [credential.hash, credential]))
      const credential = known.get(hash)
      if (credential === undefined || !sameHash(credential.hash, hash)) return undefined
      if (credential.expiresAt !== null && credential.expiresAt <= now()) return undefined
      return { tenant, credential: credential.id, scope: credential.scope }
    },
    forget() {
      known = undefined
    },
  }
}
