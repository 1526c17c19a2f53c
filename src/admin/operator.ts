import { hashOf, sameHash } from '../auth/token.ts'

/** A person or script of the MSP. The name is what the operator audit log keeps; it is never a secret. */
export interface Operator {
  readonly name: string
}

/** Who may use the admin API. */
export interface Operators {
  /** Who sends this request; undefined when it carries no credential that is known. */
  identify(request: Pick<Request, 'headers'>): Operator | undefined
}

/** Operators who share the one admin token (`TOLLGATE_ADMIN_TOKEN`, contract §9), presented as Bearer (RFC 6750 §2.1). */
export function adminTokenOperators(adminToken: string): Operators {
  const expected = hashOf(adminToken)
  return {
    identify(request) {
      const [, token] = /^bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '') ?? []
      // Hashes are compared, not tokens: they have one length whatever was presented.
      return token !== undefined && sameHash(hashOf(token), expected) ? { name: 'admin' } : undefined
    },
  }
}
