import { existsSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { isBusy, syncFolder } from './database-file.ts'
import { removeParts } from './tenant-file.ts'

/**
 * Removes a tenant's database and gives how many calls it held. Undefined: another connection has it open. That one would
 * go on with a file that has no name, and on closing take the write-ahead log of whatever bears the name by then.
 */
export function removeDatabase(file: string, folder: string): { readonly calls: number } | undefined {
  removeParts(file)
  if (!existsSync(file)) return { calls: 0 }
  const database = new Database(file, { timeout: 0 })
  try {
    const calls = takeAlone(database)
    // A log without its database would be taken for the next one's of that name: it goes first, and has nothing left to say.
    for (const name of [`${file}-wal`, `${file}-shm`, file]) rmSync(name, { force: true })
    syncFolder(folder)
    return { calls }
  } catch (error) {
    if (isBusy(error)) return undefined
    throw error
  } finally {
    database.close()
  }
}

/** Leaving the write-ahead log works only for the sole connection, and `BEGIN EXCLUSIVE` keeps it the sole one. */
function takeAlone(database: Database.Database): number {
  try {
    database.pragma('journal_mode = DELETE')
    database.exec('BEGIN EXCLUSIVE')
    return Number(database.prepare('SELECT count(*) FROM calls').pluck().get())
  } catch (error) {
    // What is damaged, or has no such table, is to go as well.
    if (isBusy(error)) throw error
    return 0
  }
}
