import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, linkSync, openSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type Database from 'better-sqlite3'
import { syncFolder } from './database-file.ts'

/** What a tenant's database holds. */
export interface Holdings {
  readonly calls: number
  readonly credentials: number
  /** Of the built-in directory. */
  readonly resources: number
}

export function holdingsOf(database: Database.Database): Holdings {
  const count = (table: string): number => Number(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
  return { calls: count('calls'), credentials: count('credentials'), resources: count('resources') }
}

/** Whether calls of it are under way, as far as this database knows. */
export const hasOpenCalls = (database: Database.Database): boolean =>
  database.prepare("SELECT 1 FROM calls WHERE state = 'open' LIMIT 1").get() !== undefined

/** Removes what a process that was killed left of making this file: it holds what somebody may have erased since. */
export function removeParts(file: string): void {
  const folder = dirname(file)
  for (const name of readdirSync(folder)) {
    if (name.startsWith(`.${basename(file)}.`) && /\.[0-9a-f]{12}\.part(-journal|-wal|-shm)?$/.test(name)) {
      rmSync(join(folder, name), { force: true })
    }
  }
}

/**
 * Makes a file that is there whole or not at all, and never writes over one. `write` fills an empty file beside it;
 * `ready` runs when that is durable, before it gets its name.
 * @throws Error when there is a file of that name, then or by the end.
 */
export async function makeWhole<Result>(
  file: string,
  write: (part: string) => Result,
  ready: (result: Result) => Promise<void> = async () => {},
): Promise<Result> {
  const folder = dirname(file)
  removeParts(file)
  const part = join(folder, `.${basename(file)}.${randomBytes(6).toString('hex')}.part`)
  closeSync(openSync(part, 'wx', 0o600))
  try {
    const result = write(part)
    sync(part)
    await ready(result)
    // Unlike a rename, a link never replaces what bears the name already.
    linkSync(part, file)
    syncFolder(folder)
    return result
  } catch (cause) {
    if (existsSync(file)) throw new Error(`${file} exists already: it was left as it is`, { cause })
    throw cause
  } finally {
    for (const name of [part, `${part}-journal`, `${part}-wal`, `${part}-shm`]) rmSync(name, { force: true })
  }
}

function sync(file: string): void {
  const descriptor = openSync(file, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
