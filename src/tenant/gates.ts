import type { Call, Ledger } from '../ledger/ledger.ts'
import { ScimError } from '../scim/error.ts'

/** One tenant's gate: client calls pass it, and all calls are counted between their opening and their close. */
export interface Gate {
  /** @throws ScimError 503 while the tenant's records may not change. */
  admit(): void
  /** Counts a call that begins; the returned function, called any number of times, ends it. */
  count(): () => void
}

/**
 * The gates of all tenants. Whoever takes a tenant's records away must know that no call of it is under way and that none
 * begins any more: also none of a client that was recognised before, and has been sending its body ever since.
 */
export interface Gates {
  of(tenant: string): Gate
  /** Whether no client call of the tenant can begin. */
  isShut(tenant: string): boolean
  /** Calls under way, those that no client made included. */
  underWay(tenant: string): number
  /** Lets no client call begin until `work` has ended. */
  whileShut<Result>(tenant: string, work: () => Promise<Result>): Promise<Result>
}

/** @param isShut whether the tenant's records belong to another gateway, or nobody serves the tenant any more. */
export function createGates(isShut: (tenant: string) => boolean): Gates {
  const underWay = new Map<string, number>()
  const shut = new Map<string, number>()
  const add = (counts: Map<string, number>, tenant: string, change: 1 | -1): void => {
    const count = (counts.get(tenant) ?? 0) + change
    if (count === 0) counts.delete(tenant)
    else counts.set(tenant, count)
  }
  const shutNow = (tenant: string): boolean => shut.has(tenant) || isShut(tenant)
  return {
    isShut: shutNow,
    of: (tenant) => ({
      admit: () => {
        if (!shutNow(tenant)) return
        throw new ScimError(503, 'this tenant is not served here at the moment: try again', { retryAfter: '5' })
      },
      count: () => {
        let ended = false
        add(underWay, tenant, 1)
        return () => {
          if (!ended) add(underWay, tenant, -1)
          ended = true
        }
      },
    }),
    underWay: (tenant) => underWay.get(tenant) ?? 0,
    whileShut: async (tenant, work) => {
      add(shut, tenant, 1)
      try {
        return await work()
      } finally {
        add(shut, tenant, -1)
      }
    },
  }
}

/** A ledger whose calls are counted. */
export const counted = (ledger: Ledger, gate: Gate): Ledger => ({
  open: (opening) => {
    const call = ledger.open(opening)
    const ended = gate.count()
    return { ...call, close: (outcome) => call.close(outcome).finally(ended) } satisfies Call
  },
})

/** A ledger whose calls begin only while the gate is open. */
export const gated = (ledger: Ledger, gate: Gate): Ledger => ({
  open: (opening) => {
    gate.admit()
    return ledger.open(opening)
  },
})
