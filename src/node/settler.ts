import type { Backlog } from '../ledger/backlog.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../ports.ts'
import type { TenantStorages } from '../store/sqlite.ts'
import type { Roller } from './roller.ts'

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
  /** A name for what was applied so far. */
  applied(): number
  /**
   * Whether all that was applied for these tenants is synced, and what had been `applied` by then is rolled up; those of
   * whom this is true leave the set. Stops at `until`.
   */
  synced(tenants: Set<string>, applied: number, until: number): boolean
  /** Whether the tenant's database refuses so many rows that no more are taken. */
  refuses(tenant: string): boolean
  /** Finished calls that wait, without those of tenants whose database fails. */
  waiting(): number
  /** Whether this tenant's database fails, or anybody's. */
  failing(tenant?: string): boolean
  /** The tenant's database is gone, and nothing is left to bring into it. */
  forget(tenant: string): void
}

export interface SettlerOptions {
  readonly backlog: Backlog
  readonly storage: TenantStorages
  readonly log: Log
  /** Is told whose rows were applied, whether or not they were new. */
  readonly applied?: ((tenant: string) => void) | undefined
  /** Absent: nobody rolls up. */
  readonly roller?: Pick<Roller, 'marks' | 'settled'> | undefined
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

export function createSettler({ backlog, storage, log, applied: told, roller }: SettlerOptions): Settler {
  /** Tenants whose databases hold rows that may not be synced. */
  const unsynced = new Set<string>()
  const failures = new Map<string, Failure>()

  const applySome = (tenant: string): void => {
    const rows = backlog.some(tenant, rowsAtOnce)
    if (rows.length === 0) return
    storage.useUnsynced(tenant, ({ calls }) => calls.apply(rows))
    unsynced.add(tenant)
    // Also where nothing was new: a gateway that was killed may have applied the rows and not rolled them up.
    told?.(tenant)
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
    applied: () => roller?.marks() ?? 0,
    synced: (tenants, applied, until) => {
      for (const tenant of tenants) {
        // Whoever is not rolled up has its turn without delay; the others need not wait for it.
        if (roller?.settled(tenant, applied) === false) continue
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
    forget: (tenant) => {
      unsynced.delete(tenant)
      failures.delete(tenant)
    },
  }
}
