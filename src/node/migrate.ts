import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type Database from 'better-sqlite3'
import { readMigrationFiles } from 'drizzle-orm/migrator'

/** The statements of each migration, oldest first: drizzle-kit's output under `migrations/{name}`. */
export function readMigrations(name: 'tenant' | 'control'): readonly (readonly string[])[] {
  return readMigrationFiles({ migrationsFolder: findMigrations(name) }).map((migration) => migration.sql)
}

/** Searches upwards: the folder lies one level above the bundle in dist/, two above this file. */
function findMigrations(name: string): string {
  const start = dirname(fileURLToPath(import.meta.url))
  for (let folder = start; ; folder = dirname(folder)) {
    const found = join(folder, 'migrations', name)
    if (existsSync(join(found, 'meta', '_journal.json'))) return found
    if (dirname(folder) === folder) throw new Error(`no folder migrations/${name} above ${start}`)
  }
}

/**
 * Brings a database up to date. `user_version` is the number of migrations it had, so that the usual case costs one
 * read. Not drizzle's own migrator: that looks before its transaction begins, and two processes which open a new tenant
 * at one moment would both make its tables.
 */
export function migrate(database: Database.Database, migrations: readonly (readonly string[])[]): void {
  const had = versionOf(database)
  if (had === migrations.length) return
  if (had > migrations.length) throw new Error(`${database.name} was written by a newer version of the gateway`)
  // A rebuilt table would otherwise take its children along: drizzle-kit's own switch does nothing in a transaction.
  database.pragma('foreign_keys = OFF')
  database
    .transaction(() => {
      for (const statements of migrations.slice(versionOf(database))) {
        for (const statement of statements) database.exec(statement)
      }
      database.pragma(`user_version = ${migrations.length}`)
    })
    .immediate()
  database.pragma('foreign_keys = ON')
}

const versionOf = (database: Database.Database): number => Number(database.pragma('user_version', { simple: true }))
