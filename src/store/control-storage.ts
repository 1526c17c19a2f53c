import { sql } from 'drizzle-orm'
import type { RunnableQuery } from 'drizzle-orm/runnable-query'
import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core'
import { changes, operatorLog } from './control-tables.ts'

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

/** What an operator did. `details` holds names and ids: never a value, a token or a password. */
export interface OperatorEntry {
  readonly operator: string
  readonly action: string
  readonly tenant: string | null
  readonly details: Readonly<Record<string, string>>
}

/** Adds to the operator log. */
export const logEntry = ({ db }: ControlStorage, at: number, entry: OperatorEntry) =>
  db.insert(operatorLog).values({ at, ...entry })

/** Tells every gateway on this store that something of the tenant changed. */
export function announceChange({ db }: ControlStorage, tenant: string) {
  const next = sql<number>`(select coalesce(max(${changes.seq}), 0) + 1 from ${changes})`
  return db
    .insert(changes)
    .values({ tenant, seq: next })
    .onConflictDoUpdate({ target: changes.tenant, set: { seq: sql`excluded.seq` } })
}
