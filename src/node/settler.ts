import type { Backlog } from '../ledger/backlog.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../ports.ts'
import type { TenantStorages } from '../store/sqlite.ts'

/**
 * Brings the backlog into the tenants' databases, a little at a time.
 *
 * Why rows may be committed without a sync: the journal holds them durably until `synced` said that every tenant whose
 * rows a file of the journal holds was checkpointed after they were applied. SQLite syncs the write-ahead log before it
 * copies pages and the database file afterwards, in each checkpoint, also in that of the last connection's closing. So
 * after a power cut a row is in the database or still in the journal, and applying it twice changes nothing.
 */
export interface Settler {
  /** Works for about `budgetMs`; true while there is more to do now. */
  round(budgetMs: number): boolean
  /** Applies everything of one tenant that is durable, its open calls too. @throws what the database threw. */
  flush(tenant: string): void
  /** Whether all that was applied for these tenants is synced; those that are leave the set. Stops at `until`. */
  synced(tenants: Set<string>, until: number): boolean
  /** Whether the tenant's database refuses so many rows that no more are taken. */
  refuses(tenant: string): boolean
  /** Finished calls that wait, without those of tenants whose database fails. */
  waiting(): number
  /** Whether this tenant's database fails, or anybody's. */
  failing(tenant?: string): boolean
}

export interface SettlerOptions {
  readonly backlog: Backlog
  readonly storage: TenantStorages
  readonly log: Log
}

/** Rows of one transaction: about 3 ms. */
const rowsAtOnce = 200
/** Calls of one tenant that wait in memory for its failing database. */
const maxRefused = 5000
const firstRetryMs = 1000
const lastRetryMs = 60_000

interface Failure {
  readonly retryAt: number
  readonly waitMs: number
}

export function createSettler({ backlog, storage, log }: SettlerOptions): Settler {
  /** Tenants whose databases hold rows that may not be synced. */
  const unsynced = new Set<string>()
  const failures = new Map<string, Failure>()

  const applySome = (tenant: string): void => {
    const rows = backlog.some(tenant, rowsAtOnce)
    if (rows.length === 0) return
    storage.useUnsynced(tenant, ({ calls }) => calls.apply(rows))
    unsynced.add(tenant)
    backlog.settled(tenant, rows)
    failures.delete(tenant)
  }

  const failed = (tenant: string, error: unknown): void => {
    const waitMs = Math.min((failures.get(tenant)?.waitMs ?? firstRetryMs / 2) * 2, lastRetryMs)
    failures.set(tenant, { waitMs, retryAt: performance.now() + waitMs })
    log.error(
      { tenant, reason: reasonOf(error), waitMs, alert: 'ledger-apply' },
      "calls cannot be moved into the tenant's database",
    )
  }

  return {
    round: (budgetMs) => {
      const startedAt = performance.now()
      for (const tenant of backlog.waiting()) {
        if ((failures.get(tenant)?.retryAt ?? 0) > startedAt) continue
        try {
          applySome(tenant)
        } catch (error) {
          failed(tenant, error)
        }
        if (performance.now() - startedAt >= budgetMs) return true
      }
      return false
    },
    flush: (tenant) => {
      while (backlog.finished(tenant) > 0) applySome(tenant)
      const open = backlog.open(tenant)
      if (open.length > 0) storage.useUnsynced(tenant, ({ calls }) => calls.apply(open))
    },
    synced: (tenants, until) => {
      for (const tenant of tenants) {
        if (unsynced.has(tenant)) {
          if (!storage.checkpoint(tenant)) return false
          unsynced.delete(tenant)
        }
        tenants.delete(tenant)
        if (performance.now() >= until) break
      }
      return tenants.size === 0
    },
    refuses: (tenant) => failures.has(tenant) && backlog.finished(tenant) >= maxRefused,
    waiting: () => {
      let waiting = backlog.finished()
      for (const tenant of failures.keys()) waiting -= backlog.finished(tenant)
      return waiting
    },
    failing: (tenant) => (tenant === undefined ? failures.size > 0 : failures.has(tenant)),
  }
}
