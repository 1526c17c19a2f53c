import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core'

/** drizzle's synchronous SQLite interface: better-sqlite3 on Node, a Durable Object's storage on Workers. */
export type TenantDatabase = BaseSQLiteDatabase<'sync', unknown>

/**
 * One tenant's own database. It is opened when used and may be closed between two uses, so that an idle tenant costs no
 * open file: nothing obtained inside `work` may be kept after it returns, and `work` never awaits.
 */
export interface TenantStorage<Queries> {
  use<Result>(work: (queries: Queries) => Result): Result
}
