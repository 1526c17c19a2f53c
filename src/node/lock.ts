import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import Database from 'better-sqlite3'
import type { Log } from '../ports.ts'
import { isBusy } from './database-file.ts'

export interface Lock {
  release(): void
}

/** A lock that nobody refers to would be closed by the garbage collector, and so released. */
const held = new Set<Database.Database>()

/**
 * Takes the data folder for this process, or gives undefined when a gateway is alive on it. The lock is SQLite's own
 * (fcntl), which the system drops with the process however it dies: there is no stale lock to clean up.
 */
export function tryLock(dataFolder: string): Lock | undefined {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  const database = new Database(join(dataFolder, 'gateway.lock'), { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (isBusy(error)) return undefined
    throw error
  }
  return keep(database)
}

function keep(database: Database.Database): Lock {
  held.add(database)
  return {
    release: () => {
      held.delete(database)
      database.close()
    },
  }
}

/**
 * Keeps tenants' databases from being removed while the journal's rows are brought into them (`shared`), or the opposite
 * (`sole`): rows that were read before a tenant was erased would make its database anew. Undefined when others are at it
 * and were waited for in vain.
 */
export function tryRecordsLock(dataFolder: string, kind: 'shared' | 'sole', waitMs: number): Lock | undefined {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  const database = new Database(join(dataFolder, 'records.lock'), { timeout: waitMs })
  try {
    database.exec(kind === 'sole' ? 'BEGIN EXCLUSIVE' : 'BEGIN; SELECT count(*) FROM sqlite_schema')
  } catch (error) {
    database.close()
    if (isBusy(error)) return undefined
    throw error
  }
  return keep(database)
}

/** A command that brings a large journal into the databases holds the lock for seconds. */
const lockWaitMs = 10_000
const lockEveryMs = 100

/**
 * Takes the data folder for a gateway, waiting for whoever has it: a command's work there ends by itself.
 * @throws Error when it is still taken after `waitMs`: then by a gateway.
 */
export async function lock(dataFolder: string, log: Log, waitMs = lockWaitMs): Promise<Lock> {
  const until = performance.now() + waitMs
  for (let tries = 0; ; tries++) {
    const taken = tryLock(dataFolder)
    if (taken !== undefined) return taken
    if (performance.now() >= until) break
    if (tries === 0) log.info({ waitMs }, 'the data folder is in use: waiting for it')
    await setTimeout(lockEveryMs)
  }
  throw new Error(`another gateway is running on the data folder ${dataFolder}: stop it first, or set TOLLGATE_DATA`)
}
