import { copyFileSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { catchUp } from './catch-up.ts'
import { migrate, readMigrations } from './migrate.ts'
import type { TenantMove } from './tenant-export.ts'
import { type Holdings, hasOpenCalls, holdingsOf, makeWhole } from './tenant-file.ts'

/** More hours than ten years have. */
const hoursAtOnce = 100_000

/**
 * Takes in what `exportTenant` wrote of this tenant, on another data folder or on the same one after an erasure. A gateway
 * that runs here serves it as soon as its document is there.
 * @throws Error that says what stands against it; then everything is as before.
 */
export async function importTenant(move: TenantMove): Promise<Holdings> {
  const { dataFolder, storage, control, log, tenant, operator } = move
  await catchUp({ dataFolder, storage, log }, tenant)
  if (storage.exists(tenant)) {
    // Whoever died before announcing what was taken in is made good by asking again.
    await control.announce(tenant)
    throw new Error(`there are records of ${tenant} here already: they were left as they are`)
  }
  const database = join(dataFolder, 'tenants', `${tenant}.db`)
  // What a removed database may have left beside it is not this one's.
  for (const name of [`${database}-wal`, `${database}-shm`]) rmSync(name, { force: true })
  // Written down before it is done: the audit log may name an import that failed, but never miss one.
  const holdings = await makeWhole(
    database,
    (part) => copyChecked(move, part),
    ({ calls }) => control.departures.arrive(tenant, operator, { calls: String(calls) }),
  )
  await control.announce(tenant)
  await rollUp(move)
  return holdings
}

/** At once, since the gateway here rolls up only what is called. Should it not come to that, a restart does it. */
async function rollUp({ storage, control, tenant }: TenantMove): Promise<void> {
  const own = storage.of(tenant)
  const hours = own.use(({ usage }) => usage.waiting(hoursAtOnce))
  await control.usage.put(tenant, hours)
  own.use(({ usage }) => usage.rolledUp(hours))
}

function copyChecked({ file, tenant }: TenantMove, part: string): Holdings {
  if (!existsSync(file)) throw new Error(`there is no file ${file}`)
  // Opened, the file itself could be changed: only its copy is.
  copyFileSync(file, part)
  const database = openForeign(part, file)
  try {
    const stranger = strangerIn(database)
    if (stranger !== undefined) throw new Error(`${file} was not written by \`tollgate tenant export\`: ${stranger}`)
    const owner = database.prepare('SELECT tenant FROM exported').pluck().get()
    if (owner !== tenant) throw new Error(`${file} holds the records of ${String(owner)}: its tokens name that tenant`)
    if (hasOpenCalls(database)) throw new Error(`${file} holds calls that are under way: export it anew`)
    migrate(database, readMigrations('tenant'))
    // The control store here knows nothing of the tenant's usage.
    database.exec('DROP TABLE exported; UPDATE usage_hours SET rolled_up = 0')
    return holdingsOf(database)
  } finally {
    database.close()
  }
}

function openForeign(part: string, file: string): Database.Database {
  const database = new Database(part)
  try {
    database.pragma('trusted_schema = OFF')
    database.pragma('cell_size_check = ON')
    const fault = database.pragma('quick_check(1)', { simple: true })
    if (fault !== 'ok') throw new Error(`${file} is damaged: ${String(fault)}`)
    return database
  } catch (cause) {
    database.close()
    if (!(cause instanceof Database.SqliteError)) throw cause
    throw new Error(`${file} is no tenant's database, or is damaged: ${cause.message}`, { cause })
  }
}

/** What does not look like a tenant's database of this version or an older one; undefined when everything does. */
function strangerIn(database: Database.Database): string | undefined {
  const migrations = readMigrations('tenant')
  const version = Number(database.pragma('user_version', { simple: true }))
  if (version > migrations.length) return 'a newer version of the gateway wrote it'
  if (version < 1) return 'it is not a database of the gateway'
  const expected = new Database(':memory:')
  try {
    migrate(expected, migrations.slice(0, version))
    const wanted = objectsIn(expected)
    const found = objectsIn(database)
    const missing = [...wanted, 'table exported'].find((name) => !found.has(name))
    if (missing !== undefined) return `it has no ${missing}`
    const strange = [...found].find((name) => !wanted.has(name) && name !== 'table exported')
    return strange === undefined ? undefined : `it has a ${strange}`
  } finally {
    expected.close()
  }
}

const objectsIn = (database: Database.Database): Set<string> =>
  new Set(
    database
      .prepare<[], string>("SELECT type || ' ' || name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")
      .pluck()
      .all(),
  )
