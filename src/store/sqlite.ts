import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { defaultBusyMs, isBusy, openFile } from '../node/database-file.ts'
import { removeDatabase } from '../node/database-remove.ts'
import { migrate, readMigrations } from '../node/migrate.ts'
import { ScimError } from '../scim/error.ts'
import { type TenantQueries, tenantQueries } from './queries.ts'
import type { TenantStorage } from './storage.ts'

export interface TenantStorageOptions {
  readonly dataFolder: string
  /** How many databases may be open at once (three file descriptors each), those in use at this moment not counted. */
  readonly maxOpen: number
  /** An open database that nobody used for this long is closed. */
  readonly idleMs: number
  /** How long one use waits for a database that another process has locked; the whole process waits with it. */
  readonly busyMs?: number
}

/** Every tenant's own database: `{dataFolder}/tenants/{id}.db`. */
export interface TenantStorages {
  /** Opens nothing yet: the file is made and opened at the first `use`. @throws Error for what cannot be a tenant's id. */
  of(tenant: string): TenantStorage<TenantQueries>
  /** Whether the tenant has a file: a mere look should not make one. */
  exists(tenant: string): boolean
  /** The tenants that have a file, by id. */
  tenants(): string[]
  /** Runs `work` with the ledger's weaker commits: durable only after `checkpoint`. */
  useUnsynced<Result>(tenant: string, work: (queries: TenantQueries) => Result): Result
  /** False: another process kept some rows from being moved to the database file and synced. */
  checkpoint(tenant: string): boolean
  openCount(): number
  isOpen(tenant: string): boolean
  /** Closes the tenant's database now, unless it is in use. */
  release(tenant: string): void
  /**
   * Removes the tenant's database and gives how many calls it held: none where there was no database. Undefined: somebody
   * is using it, here or in another process, and it was left as it is.
   */
  remove(tenant: string): { readonly calls: number } | undefined
  /** Closes all. A later `use` opens again. */
  close(): void
}

interface OpenDatabase {
  readonly database: Database.Database
  readonly queries: TenantQueries
  usedAt: number
  /** SQLite's `busy_timeout`, as it is set now. */
  waitMs: number
  /** Uses under way: more than one where a `use` stands inside another. */
  users: number
}

/** After one use has waited in vain, others do not wait at all for so long: a lock stops nobody else for long. */
const impatientMs = 1000

/** A tenant's id becomes a file's name. */
const tenantId = /^[a-z0-9-]+$/

export function openTenantStorage(options: TenantStorageOptions): TenantStorages {
  const { dataFolder, maxOpen, idleMs, busyMs = defaultBusyMs } = options
  const folder = join(dataFolder, 'tenants')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const migrations = readMigrations('tenant')
  // A Map keeps the order of insertion; each use moves its entry to the end, so that the first is the longest unused.
  const open = new Map<string, OpenDatabase>()
  /** When a use last waited in vain for a tenant's database. */
  const busyAt = new Map<string, number>()
  let sweep: NodeJS.Timeout | undefined

  const fileOf = (tenant: string): string => {
    if (!tenantId.test(tenant)) throw new Error(`not a tenant's id: ${JSON.stringify(tenant)}`)
    return join(folder, `${tenant}.db`)
  }

  const closeUnused = (tenant: string, entry: OpenDatabase): void => {
    if (entry.users > 0) return
    open.delete(tenant)
    entry.database.close()
  }

  const sweepIdle = (): void => {
    sweep = undefined
    const before = performance.now() - idleMs
    for (const [tenant, entry] of open) if (entry.usedAt <= before) closeUnused(tenant, entry)
    scheduleSweep()
  }

  const scheduleSweep = (): void => {
    if (open.size > 0) sweep ??= setTimeout(sweepIdle, idleMs).unref()
  }

  const find = (tenant: string, waitMs: number): OpenDatabase => {
    const file = fileOf(tenant)
    const known = open.get(tenant)
    const entry = known ?? { ...openDatabase(file, folder, { migrations, waitMs }), waitMs, usedAt: 0, users: 0 }
    if (known !== undefined) open.delete(tenant)
    open.set(tenant, entry)
    if (entry.waitMs !== waitMs) {
      entry.database.pragma(`busy_timeout = ${waitMs}`)
      entry.waitMs = waitMs
    }
    return entry
  }

  /** @throws ScimError 503 when another process has locked the database. */
  const using = <Result>(tenant: string, work: (entry: OpenDatabase) => Result): Result => {
    const waited = busyAt.get(tenant)
    const isPatient = waited === undefined || performance.now() - waited >= impatientMs
    try {
      const result = usingOpen(find(tenant, isPatient ? busyMs : 0), work)
      if (waited !== undefined) busyAt.delete(tenant)
      return result
    } catch (error) {
      if (error instanceof ScimError || !isBusy(error)) throw error
      if (isPatient) busyAt.set(tenant, performance.now())
      throw new ScimError(503, "the tenant's database is busy: try again", { retryAfter: '1', cause: error })
    }
  }

  const usingOpen = <Result>(entry: OpenDatabase, work: (entry: OpenDatabase) => Result): Result => {
    entry.users += 1
    try {
      if (open.size > maxOpen) {
        for (const [other, unused] of open) {
          closeUnused(other, unused)
          if (open.size <= maxOpen) break
        }
      }
      return work(entry)
    } finally {
      entry.users -= 1
      entry.usedAt = performance.now()
      scheduleSweep()
    }
  }

  return {
    of: (tenant) => {
      fileOf(tenant)
      return { use: (work) => using(tenant, ({ queries }) => work(queries)) }
    },
    exists: (tenant) => tenantId.test(tenant) && (open.has(tenant) || existsSync(fileOf(tenant))),
    tenants: () =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.db'))
        .map((name) => name.slice(0, -'.db'.length))
        .sort(),
    useUnsynced: (tenant, work) =>
      using(tenant, ({ database, queries }) => {
        database.pragma('synchronous = NORMAL')
        try {
          return work(queries)
        } finally {
          database.pragma('synchronous = FULL')
        }
      }),
    checkpoint: (tenant) => {
      // The last connection that closed checkpointed, and then removed the log: nothing to open the file for.
      if (!open.has(tenant) && !existsSync(`${fileOf(tenant)}-wal`)) return true
      return using(tenant, ({ database }) => checkpoint(database))
    },
    openCount: () => open.size,
    isOpen: (tenant) => open.has(tenant),
    release: (tenant) => {
      const entry = open.get(tenant)
      if (entry !== undefined) closeUnused(tenant, entry)
    },
    remove: (tenant) => {
      const entry = open.get(tenant)
      if (entry !== undefined) closeUnused(tenant, entry)
      busyAt.delete(tenant)
      return open.has(tenant) ? undefined : removeDatabase(fileOf(tenant), folder)
    },
    close: () => {
      clearTimeout(sweep)
      sweep = undefined
      for (const [tenant, entry] of open) closeUnused(tenant, entry)
    },
  }
}

interface Opening {
  readonly migrations: readonly (readonly string[])[]
  readonly waitMs: number
}

function openDatabase(file: string, folder: string, { migrations, waitMs }: Opening) {
  const database = openFile(file, folder, waitMs)
  try {
    migrate(database, migrations)
    return { database, queries: tenantQueries(drizzle(database)) }
  } catch (error) {
    database.close()
    throw error
  }
}

function checkpoint(database: Database.Database): boolean {
  const [row] = database.prepare<[], { log: number; checkpointed: number }>('PRAGMA wal_checkpoint(PASSIVE)').all()
  return row !== undefined && row.log === row.checkpointed
}
