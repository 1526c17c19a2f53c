import { and, desc, eq, gt, inArray, lt, type SQL, sql } from 'drizzle-orm'
import type { RunnableQuery } from 'drizzle-orm/runnable-query'
import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core'
import { changes, operatorLog, suspensions } from './control-tables.ts'

/** A built query that was not run yet. */
export interface ControlStatement extends RunnableQuery<unknown, 'sqlite'> {
  run(): unknown
}

/** What spans the tenants: better-sqlite3 on Node, D1 on Workers. */
export interface ControlStorage {
  readonly db: BaseSQLiteDatabase<'sync' | 'async', unknown>
  /** Runs all of them or none. D1 has no interactive transaction, so a unit of work is a list. */
  atomic(statements: readonly ControlStatement[]): Promise<void>
}

export type Suspension = Readonly<typeof suspensions.$inferSelect>

/** What an operator did. `details` holds names and ids: never a value, a token or a password. */
export interface OperatorEntry {
  readonly operator: string
  readonly action: string
  readonly tenant: string | null
  readonly details: Readonly<Record<string, string>>
}

export interface LoggedEntry extends OperatorEntry {
  readonly seq: number
  /** Milliseconds since the epoch. */
  readonly at: number
}

export interface EntrySearch {
  /** Whose entries: an empty list finds none. `all` brings those of no tenant too. */
  readonly tenants: 'all' | readonly string[]
  readonly limit: number
  /** Only entries older than the one with this `seq`. */
  readonly before?: number | null
}

/** The control store. Its interface is asynchronous because D1's is. */
export interface Control {
  suspensions(): Promise<readonly Suspension[]>
  /** Stops a tenant, logs who did it and announces it, in one unit. A second time keeps the first row. */
  suspend(tenant: string, operator: string, reason?: string): Promise<void>
  /** The opposite of `suspend`, logged and announced likewise. */
  resume(tenant: string, operator: string): Promise<void>
  /** Adds to the operator log, and announces the tenant if there is one. */
  record(entry: OperatorEntry): Promise<void>
  /** The operator log, newest first. */
  entries(search: EntrySearch): Promise<readonly LoggedEntry[]>
  /** Tells every gateway on this store to drop what it remembers of the tenant. */
  announce(tenant: string): Promise<void>
  /** Tenants announced after change number `seq` (0: ever), and the number to ask with next time. */
  changesSince(seq: number): Promise<{ readonly seq: number; readonly tenants: readonly string[] }>
}

export function createControl({ db, atomic }: ControlStorage, now: () => number): Control {
  const log = (entry: OperatorEntry) => db.insert(operatorLog).values({ at: now(), ...entry })
  const change = (tenant: string) => {
    const next = sql<number>`(select coalesce(max(${changes.seq}), 0) + 1 from ${changes})`
    return db
      .insert(changes)
      .values({ tenant, seq: next })
      .onConflictDoUpdate({ target: changes.tenant, set: { seq: sql`excluded.seq` } })
  }

  return {
    suspensions: async () => await db.select().from(suspensions),
    suspend: (tenant, operator, reason) => {
      const row = { tenant, operator, at: now(), reason: reason ?? null }
      const details = reason === undefined ? {} : { reason }
      return atomic([
        db.insert(suspensions).values(row).onConflictDoNothing(),
        log({ operator, action: 'tenant.suspend', tenant, details }),
        change(tenant),
      ])
    },
    resume: (tenant, operator) =>
      atomic([
        db.delete(suspensions).where(eq(suspensions.tenant, tenant)),
        log({ operator, action: 'tenant.resume', tenant, details: {} }),
        change(tenant),
      ]),
    record: (entry) => atomic(entry.tenant === null ? [log(entry)] : [log(entry), change(entry.tenant)]),
    entries: async ({ tenants, limit, before }) =>
      await db
        .select()
        .from(operatorLog)
        .where(and(ofTenants(tenants), before == null ? undefined : lt(operatorLog.seq, before)))
        .orderBy(desc(operatorLog.seq))
        .limit(limit),
    announce: (tenant) => atomic([change(tenant)]),
    changesSince: async (seq) => {
      const rows = await db.select().from(changes).where(gt(changes.seq, seq)).orderBy(changes.seq)
      return { seq: rows.at(-1)?.seq ?? seq, tenants: rows.map(({ tenant }) => tenant) }
    },
  }
}

// One parameter however many names: D1 takes a hundred a statement.
const ofTenants = (tenants: EntrySearch['tenants']): SQL | undefined =>
  tenants === 'all'
    ? undefined
    : inArray(operatorLog.tenant, sql`(select value from json_each(${JSON.stringify(tenants)}))`)
