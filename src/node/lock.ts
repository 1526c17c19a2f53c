import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'

export interface Lock {
  release(): void
}

/** A lock that nobody refers to would be closed by the garbage collector, and so released. */
const held = new Set<Database.Database>()

/**
 * Takes the data folder for this process, or gives undefined when a gateway is alive on it. The lock is SQLite's own
 * (fcntl), which the system drops with the process however it dies: there is no stale lock to clean up.
 */
export function tryLock(dataFolder: string, waitMs = 0): Lock | undefined {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  const database = new Database(join(dataFolder, 'gateway.lock'), { timeout: waitMs })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return undefined
    throw error
  }
  held.add(database)
  return {
    release: () => {
      held.delete(database)
      database.close()
    },
  }
}

/** @throws Error when another gateway is alive on this data folder. */
export function lock(dataFolder: string): Lock {
  // A command that looks into the journal holds the lock for a moment.
  const taken = tryLock(dataFolder, 2000)
  if (taken !== undefined) return taken
  throw new Error(`another gateway is running on the data folder ${dataFolder}: stop it first, or set TOLLGATE_DATA`)
}
