import { drizzle } from 'drizzle-orm/durable-sqlite'
import { migrate } from 'drizzle-orm/durable-sqlite/migrator'
import migrations from '../../migrations/tenant/migrations.js'
import { type TenantQueries, tenantQueries } from './queries.ts'
import type { TenantStorage } from './storage.ts'

/** A tenant's own database: the SQLite of its Durable Object. */
export interface ObjectStorage extends TenantStorage<TenantQueries> {
  /** Whether there are tables: a mere look should not make any. */
  exists(): boolean
  /** Makes the tables, or brings them up to date. To be awaited before the first `use`. */
  prepare(): Promise<void>
  /** Erases everything that the object keeps. */
  erase(): Promise<void>
}

export function objectStorage(storage: DurableObjectStorage): ObjectStorage {
  const open = () => {
    const db = drizzle(storage)
    return { db, queries: tenantQueries(db) }
  }
  let { db, queries } = open()
  let hasTables =
    storage.sql.exec("select 1 from sqlite_master where type = 'table' and name = '__drizzle_migrations'").toArray()
      .length > 0
  let preparing: Promise<void> | undefined
  return {
    exists: () => hasTables,
    prepare: () => {
      preparing ??= migrate(db, migrations).then(() => {
        hasTables = true
      })
      return preparing
    },
    use: (work) => work(queries),
    erase: async () => {
      await storage.deleteAlarm()
      await storage.deleteAll()
      hasTables = false
      preparing = undefined
      ;({ db, queries } = open())
    },
  }
}
