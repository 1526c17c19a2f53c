import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'

/** How long a database waits for another process's lock unless told: longer than any write of ours takes. */
export const defaultBusyMs = 1000

/**
 * Opens one of the gateway's databases, making the file if there is none.
 * @param waitMs how long it waits for another process's lock, and the whole process with it.
 */
export function openFile(file: string, folder: string, waitMs = defaultBusyMs): Database.Database {
  if (!existsSync(file)) {
    // SQLite gives its other files this one's mode. The folder is synced so that a new file outlives a power cut.
    closeSync(openSync(file, 'a', 0o600))
    syncFolder(folder)
  }
  const database = new Database(file, { timeout: waitMs })
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.pragma('foreign_keys = ON')
  database.pragma('trusted_schema = OFF')
  database.pragma('cache_size = -512')
  return database
}

/** Makes the names in a folder durable. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Whether another process's lock was waited for in vain: drizzle puts errors of its own around SQLite's. */
export const isBusy = (error: unknown): boolean =>
  error instanceof Error &&
  ((error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) || isBusy(error.cause))
