import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import { onTestFinished } from 'vitest'
import { type ResourceQueries, resourceQueries } from '../../src/store/resources.ts'
import type { TenantStorage } from '../../src/store/storage.ts'

export interface DirectoryDatabase {
  readonly client: Database.Database
  readonly queries: ResourceQueries
  readonly storage: TenantStorage<ResourceQueries>
  readonly file: string
  /** The SQL of every statement that ran since the last `statements.length = 0`. */
  readonly statements: string[]
  close(): void
}

/**
 * A real SQLite file with the tenant tables, and what `fill` puts there before statements are written down. `synchronous` is off: what these tests prove has nothing to do with power.
 */
export function openDirectoryDatabase(fill: (queries: ResourceQueries) => void = () => undefined): DirectoryDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-directory-'))
  const file = join(folder, 'tenant.db')
  const first = open(file)
  migrate(first.database, { migrationsFolder: join(import.meta.dirname, '../../migrations/tenant') })
  fill(resourceQueries(first.database))
  first.client.close()
  const statements: string[] = []
  const { client, database } = open(file, { verbose: (sql) => void statements.push(String(sql)) })
  const queries = resourceQueries(database)
  return {
    client,
    queries,
    file,
    statements,
    storage: { use: (work) => work(queries) },
    close: () => {
      client.close()
      rmSync(folder, { recursive: true })
    },
  }
}

function open(file: string, options: Database.Options = {}) {
  const client = new Database(file, options)
  client.pragma('journal_mode = WAL')
  client.pragma('synchronous = OFF')
  return { client, database: drizzle(client) }
}

/** The same, closed when the running test ends. */
export function temporaryDirectoryDatabase(): DirectoryDatabase {
  const opened = openDirectoryDatabase()
  onTestFinished(() => opened.close())
  return opened
}
