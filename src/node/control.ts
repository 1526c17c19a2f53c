import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { type Control, createControl } from '../store/control.ts'
import { openFile } from './database-file.ts'
import { migrate, readMigrations } from './migrate.ts'

export interface OpenControl {
  readonly control: Control
  /**
   * Whether anybody, in this process or another, wrote to the control store since this was last asked: 3 µs, so that it
   * can be asked at every request. The first answer is true.
   */
  changed(): boolean
  close(): void
}

/** Opens `{dataFolder}/control.db`, making it if there is none. */
export function openControl(dataFolder: string, now: () => number): OpenControl {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  const file = join(dataFolder, 'control.db')
  const database = openFile(file, dataFolder)
  migrate(database, readMigrations('control'))
  const db = drizzle(database)
  // `data_version` does not move for a connection's own writes, so that one which never writes sees everybody's.
  const watching = openFile(file, dataFolder)
  const version = watching.prepare<[], number>('PRAGMA data_version').pluck()
  let seen: number | undefined
  return {
    control: createControl(
      {
        db,
        atomic: async (statements) =>
          db.transaction(
            () => {
              for (const statement of statements) statement.run()
            },
            { behavior: 'immediate' },
          ),
      },
      now,
    ),
    changed: () => {
      const current = version.get()
      if (current === seen) return false
      seen = current
      return true
    },
    close: () => {
      watching.close()
      database.close()
    },
  }
}
