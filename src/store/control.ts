import { and, desc, eq, gt, inArray, lt, type SQL, sql } from 'drizzle-orm'
import { announceChange, type ControlStorage, logEntry, type OperatorEntry } from './control-storage.ts'
import { changes, operatorLog, suspensions } from './control-tables.ts'
import { createDepartures, type Departures } from './departures.ts'
import { createDocuments, type Documents } from './documents.ts'
import { createUsageRollups, type UsageRollups } from './usage-rollups.ts'

export type { ControlStatement, ControlStorage, OperatorEntry } from './control-storage.ts'

export type Suspension = Readonly<typeof suspensions.$inferSelect>

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
  readonly documents: Documents
  readonly departures: Departures
  readonly usage: UsageRollups
  suspensions(): Promise<readonly Suspension[]>
  suspension(tenant: string): Promise<Suspension | undefined>
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

export function createControl(storage: ControlStorage, now: () => number): Control {
  const { db, atomic } = storage
  const log = (entry: OperatorEntry) => logEntry(storage, now(), entry)
  const change = (tenant: string) => announceChange(storage, tenant)

  return {
    documents: createDocuments(storage, now),
    departures: createDepartures(storage, now),
    usage: createUsageRollups(storage),
    suspensions: async () => await db.select().from(suspensions),
    suspension: async (tenant) => (await db.select().from(suspensions).where(eq(suspensions.tenant, tenant))).at(0),
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
