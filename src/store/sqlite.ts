import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate, readMigrations } from '../node/migrate.ts'
import { type TenantQueries, tenantQueries } from './queries.ts'
import type { TenantStorage } from './storage.ts'

export interface TenantStorageOptions {
  readonly dataFolder: string
  /** How many databases may be open at once (three file descriptors each), those in use at this moment not counted. */
  readonly maxOpen: number
  /** An open database that nobody used for this long is closed. */
  readonly idleMs: number
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
  /** Closes all. A later `use` opens again. */
  close(): void
}

interface OpenDatabase {
  readonly database: Database.Database
  readonly queries: TenantQueries
  usedAt: number
  /** Uses under way: more than one where a `use` stands inside another. */
  users: number
}

/** A tenant's id becomes a file's name. */
const tenantId = /^[a-z0-9-]+$/

export function openTenantStorage({ dataFolder, maxOpen, idleMs }: TenantStorageOptions): TenantStorages {
  const folder = join(dataFolder, 'tenants')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const migrations = readMigrations('tenant')
  // A Map keeps the order of insertion; each use moves its entry to the end, so that the first is the longest unused.
  const open = new Map<string, OpenDatabase>()
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

  const find = (tenant: string): OpenDatabase => {
    const file = fileOf(tenant)
    const known = open.get(tenant)
    const entry = known ?? { ...openDatabase(file, folder, migrations), usedAt: 0, users: 0 }
    if (known !== undefined) open.delete(tenant)
    open.set(tenant, entry)
    return entry
  }

  const using = <Result>(tenant: string, work: (entry: OpenDatabase) => Result): Result => {
    const entry = find(tenant)
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
    close: () => {
      clearTimeout(sweep)
      sweep = undefined
      for (const [tenant, entry] of open) closeUnused(tenant, entry)
    },
  }
}

function openDatabase(file: string, folder: string, migrations: readonly (readonly string[])[]) {
  const database = openFile(file, folder)
  try {
    migrate(database, migrations)
    return { database, queries: tenantQueries(drizzle(database)) }
  } catch (error) {
    database.close()
    throw error
  }
}

/** Opens one of the gateway's databases, making the file if there is none. */
export function openFile(file: string, folder: string): Database.Database {
  if (!existsSync(file)) {
    // SQLite gives its other files this one's mode. The folder is synced so that a new file outlives a power cut.
    closeSync(openSync(file, 'a', 0o600))
    syncFolder(folder)
  }
  // Longer than any write of ours takes, shorter than a client would notice: waiting stops the whole event loop.
  const database = new Database(file, { timeout: 1000 })
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

function checkpoint(database: Database.Database): boolean {
  const [row] = database.prepare<[], { log: number; checkpointed: number }>('PRAGMA wal_checkpoint(PASSIVE)').all()
  return row !== undefined && row.log === row.checkpointed
}
