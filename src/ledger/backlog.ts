import type { CallWithAttempts } from '../store/calls.ts'
import { type CallSoFar, learn, nothingKnown, toRow } from './merge.ts'
import type { JournalRecord, LedgerRecord } from './records.ts'

/** What is durable in the journal and not yet in the tenants' databases. */
export interface Backlog {
  /**
   * Takes in a durable record. `segment` is the number of the journal's file that holds it. The record of an erasure drops
   * what was taken in of its tenant before.
   */
  add(record: JournalRecord, segment: number): void
  /** The call's outcome could not be written down: it becomes in doubt. Does nothing for a call that is not known. */
  abandon(tenant: string, call: string): void
  /** Every call that is still open becomes in doubt: the gateway that would have closed it is gone. */
  abandonAll(): void
  /** Tenants with calls, open or finished. */
  tenants(): readonly string[]
  /** Tenants with finished calls in turn: one whose rows were settled in part goes to the end. */
  waiting(): Iterable<string>
  /** How many finished calls wait, of one tenant or of all. */
  finished(tenant?: string): number
  /** The first finished calls of a tenant. They stay until `settled`. */
  some(tenant: string, limit: number): readonly CallWithAttempts[]
  /** A tenant's open calls as they stand. */
  open(tenant: string): readonly CallWithAttempts[]
  /** These rows are in the tenant's database. */
  settled(tenant: string, rows: readonly CallWithAttempts[]): void
  /** Whether a call that began in this file, or in an older one, is not settled. */
  pins(segment: number): boolean
}

interface Pending<Known> {
  readonly known: Known
  /** The file of its first record. Files are deleted in order, so that one number says which of them a call needs. */
  readonly segment: number
}

interface TenantBacklog {
  readonly open: Map<string, Pending<CallSoFar>>
  readonly finished: Map<string, Pending<CallWithAttempts>>
}

export function createBacklog(): Backlog {
  const tenants = new Map<string, TenantBacklog>()
  const waiting = new Set<string>()
  const pinned = new Map<number, number>()
  let finished = 0

  const pin = (segment: number, change: 1 | -1): void => {
    const count = (pinned.get(segment) ?? 0) + change
    if (count === 0) pinned.delete(segment)
    else pinned.set(segment, count)
  }

  const forget = (tenant: string, own: TenantBacklog): void => {
    if (own.open.size === 0 && own.finished.size === 0) tenants.delete(tenant)
  }

  const finish = (tenant: string, call: string): void => {
    const own = tenants.get(tenant)
    const pending = own?.open.get(call)
    if (own === undefined || pending === undefined) return
    own.open.delete(call)
    const row = toRow(pending.known, 'in-doubt')
    if (row === undefined) {
      pin(pending.segment, -1)
      forget(tenant, own)
      return
    }
    own.finished.set(call, { known: row, segment: pending.segment })
    waiting.add(tenant)
    finished += 1
  }

  const erase = (tenant: string): void => {
    const own = tenants.get(tenant)
    if (own === undefined) return
    for (const { segment } of [...own.open.values(), ...own.finished.values()]) pin(segment, -1)
    finished -= own.finished.size
    waiting.delete(tenant)
    tenants.delete(tenant)
  }

  const add = (record: LedgerRecord, segment: number): void => {
    const own = tenants.get(record.tenant) ?? { open: new Map(), finished: new Map() }
    tenants.set(record.tenant, own)
    let pending = own.open.get(record.call)
    if (pending === undefined) {
      pending = { known: nothingKnown(), segment }
      own.open.set(record.call, pending)
      pin(segment, 1)
    }
    learn(pending.known, record)
    if (record.kind === 'close') finish(record.tenant, record.call)
  }

  return {
    add: (record, segment) => (record.kind === 'erased' ? erase(record.tenant) : add(record, segment)),
    abandon: finish,
    abandonAll: () => {
      for (const [tenant, { open }] of tenants) for (const call of [...open.keys()]) finish(tenant, call)
    },
    tenants: () => [...tenants.keys()],
    waiting: () => waiting,
    finished: (tenant) => (tenant === undefined ? finished : (tenants.get(tenant)?.finished.size ?? 0)),
    some: (tenant, limit) => {
      const rows: CallWithAttempts[] = []
      for (const { known } of tenants.get(tenant)?.finished.values() ?? []) {
        if (rows.length === limit) break
        rows.push(known)
      }
      return rows
    },
    open: (tenant) => {
      const rows = [...(tenants.get(tenant)?.open.values() ?? [])].map(({ known }) => toRow(known, 'open'))
      return rows.filter((row) => row !== undefined)
    },
    settled: (tenant, rows) => {
      const own = tenants.get(tenant)
      if (own === undefined) return
      for (const { id } of rows) {
        const pending = own.finished.get(id)
        if (pending === undefined) continue
        own.finished.delete(id)
        pin(pending.segment, -1)
        finished -= 1
      }
      waiting.delete(tenant)
      if (own.finished.size > 0) waiting.add(tenant)
      forget(tenant, own)
    },
    pins: (segment) => {
      for (const number of pinned.keys()) if (number <= segment) return true
      return false
    },
  }
}
