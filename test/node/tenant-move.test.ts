import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openControl } from '../../src/node/control.ts'
import { exportTenant, type TenantMove } from '../../src/node/tenant-export.ts'
import { importTenant } from '../../src/node/tenant-import.ts'
import { departedReason } from '../../src/store/departures.ts'
import { callRow } from '../support/calls.ts'
import { keptLog } from '../support/log.ts'
import { temporaryFolder, temporaryStorage } from '../support/storage.ts'

const credential = { id: 'cred-1', label: null, hash: 'h', access: 'write', resourceTypes: null } as const

/** A data folder that no gateway runs on. */
function place() {
  const dataFolder = temporaryFolder()
  const storage = temporaryStorage(dataFolder)
  const { control, close } = openControl(dataFolder, Date.now)
  onTestFinished(close)
  const moving = (file: string, tenant = 'contoso'): TenantMove => ({
    ...{ dataFolder, storage, control, log: keptLog(), tenant, file, operator: 'somebody' },
  })
  return { dataFolder, storage, control, moving, database: join(dataFolder, 'tenants', 'contoso.db') }
}

const notes = [{ kind: 'ignored', names: ['nickName'] }] as const

function placeWithRecords() {
  const there = place()
  there.storage.of('contoso').use(({ calls, credentials, usage }) => {
    credentials.insert({ ...credential, createdAt: 1, createdBy: null, expiresAt: null })
    calls.apply([callRow({ id: 'call-1' }), callRow({ id: 'call-2', status: 404, notes })])
    usage.rolledUp(usage.waiting(10))
  })
  return there
}

const actionsOf = async ({ control }: ReturnType<typeof place>) =>
  (await control.entries({ tenants: 'all', limit: 100 })).map(({ action }) => action).reverse()

/** Every table of a database with all its rows. */
function contentsOf(file: string): unknown {
  const database = new Database(file, { readonly: true })
  try {
    const names = database.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
    return Object.fromEntries(names.sort().map((name) => [name, database.prepare(`SELECT * FROM "${name}"`).all()]))
  } finally {
    database.close()
  }
}

describe('an export', () => {
  it('holds all records, is for its owner alone, and shuts the tenant here', async () => {
    const from = placeWithRecords()
    const file = join(temporaryFolder(), 'contoso.tenant')
    expect(await exportTenant(from.moving(file))).toEqual({ calls: 2, credentials: 1, resources: 0 })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await from.control.suspension('contoso')).toMatchObject({ operator: 'somebody', reason: departedReason })
    expect(await actionsOf(from)).toEqual(['tenant.export'])
    expect(readdirSync(join(file, '..'))).toEqual(['contoso.tenant'])
  })

  it('may be repeated into another file', async () => {
    const from = placeWithRecords()
    const folder = temporaryFolder()
    await exportTenant(from.moving(join(folder, 'one')))
    await exportTenant(from.moving(join(folder, 'two')))
    expect(contentsOf(join(folder, 'two'))).toEqual(contentsOf(join(folder, 'one')))
  })

  it.each([
    ['a file that is there already', 'contoso.tenant', (file: string) => writeFileSync(file, 'mine'), /exists already/],
    ['a folder that is not there', 'nowhere/contoso.tenant', () => {}, /the folder .* does not exist/],
  ])('refuses %s and changes nothing', async (_, name, prepare, message) => {
    const from = placeWithRecords()
    const file = join(temporaryFolder(), name)
    prepare(file)
    const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined
    await expect(exportTenant(from.moving(file))).rejects.toThrow(message)
    expect(existsSync(file) ? readFileSync(file, 'utf8') : undefined).toBe(before)
    expect(await from.control.suspensions()).toEqual([])
  })

  it('refuses a tenant without records', async () => {
    const { moving, dataFolder } = place()
    await expect(exportTenant(moving(join(temporaryFolder(), 'x')))).rejects.toThrow('no records of contoso')
    expect(readdirSync(join(dataFolder, 'tenants'))).toEqual([])
  })

  it('refuses while a call is open, and lets the suspension be what it was', async () => {
    const from = placeWithRecords()
    await from.control.suspend('contoso', 'boss', 'unpaid')
    const before = await from.control.suspension('contoso')
    from.storage.of('contoso').use(({ calls }) => calls.apply([callRow({ id: 'call-3', state: 'open', status: null })]))
    const file = join(temporaryFolder(), 'contoso.tenant')
    await expect(exportTenant(from.moving(file))).rejects.toThrow('still under way')
    expect(await from.control.suspension('contoso')).toEqual(before)
    expect(readdirSync(join(file, '..'))).toEqual([])
  })
})

describe('an import', () => {
  async function exported() {
    const from = placeWithRecords()
    const file = join(temporaryFolder(), 'contoso.tenant')
    await exportTenant(from.moving(file))
    return { from, file }
  }

  it('brings everything, and the usage into the overview', async () => {
    const { from, file } = await exported()
    const to = place()
    expect(await importTenant(to.moving(file))).toEqual({ calls: 2, credentials: 1, resources: 0 })
    to.storage.close()
    from.storage.close()
    expect(contentsOf(to.database)).toMatchObject({
      calls: [
        { id: 'call-1', notes: null },
        { id: 'call-2', notes: JSON.stringify(notes) },
      ],
      credentials: [{ hash: 'h' }],
      usage_hours: [{ calls: 2, rolled_up: 2 }],
    })
    expect(contentsOf(to.database)).not.toHaveProperty('exported')
    expect(await to.control.usage.overview({ from: null, to: null, by: 'month' })).toMatchObject([
      { tenant: 'contoso', calls: 2, errors: 1 },
    ])
    expect(await actionsOf(to)).toEqual(['tenant.import'])
    expect((await to.control.changesSince(0)).tenants).toEqual(['contoso'])
    expect(statSync(to.database).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(to.dataFolder, 'tenants')).filter((name) => name.includes('part'))).toEqual([])
  })

  it('leaves the file as it is', async () => {
    const { file } = await exported()
    const before = readFileSync(file)
    await importTenant(place().moving(file))
    expect(readFileSync(file)).toEqual(before)
  })

  it('refuses where there are records, and leaves them; a second import is one', async () => {
    const { file } = await exported()
    const to = place()
    await importTenant(to.moving(file))
    await expect(importTenant(to.moving(file))).rejects.toThrow('records of contoso here already')
    to.storage.of('contoso').use(({ calls }) => expect(calls.list({})?.calls).toHaveLength(2))
  })

  const spoilt: readonly (readonly [string, (database: Database.Database) => void, RegExp])[] = [
    ['of another tenant', (d) => d.exec("UPDATE exported SET tenant = 'fabrikam'"), /the records of fabrikam/],
    ['of a newer version', (d) => d.pragma('user_version = 99'), /a newer version/],
    ['that lacks a table', (d) => d.exec('DROP TABLE memberships'), /has no (table|index) memberships/],
    [
      'with a trigger',
      (d) => d.exec('CREATE TRIGGER t AFTER INSERT ON calls BEGIN DELETE FROM calls; END'),
      /has a trigger t/,
    ],
    ['with calls under way', (d) => d.exec("UPDATE calls SET state = 'open'"), /under way/],
    ['that tenant export did not write', (d) => d.exec('DROP TABLE exported'), /has no table exported/],
  ]
  it.each(spoilt)('refuses a file %s', async (_, spoil, message) => {
    const { file } = await exported()
    const database = new Database(file)
    spoil(database)
    database.close()
    const to = place()
    await expect(importTenant(to.moving(file))).rejects.toThrow(message)
    expect(readdirSync(join(to.dataFolder, 'tenants'))).toEqual([])
    expect(await actionsOf(to)).toEqual([])
  })

  it.each([
    ['no file at all', undefined, /there is no file/],
    ['an empty file', '', /not a database of the gateway/],
    ['a text', 'id: contoso\n'.repeat(500), /no tenant's database/],
  ])('refuses %s', async (_, text, message) => {
    const file = join(temporaryFolder(), 'x')
    if (text !== undefined) writeFileSync(file, text)
    const to = place()
    await expect(importTenant(to.moving(file))).rejects.toThrow(message)
    expect(readdirSync(join(to.dataFolder, 'tenants'))).toEqual([])
  })

  it('refuses a damaged file', async () => {
    const { file } = await exported()
    const bytes = readFileSync(file)
    bytes.fill(0xab, 4096, 3 * 4096)
    writeFileSync(file, bytes)
    const to = place()
    await expect(importTenant(to.moving(file))).rejects.toThrow(/damaged/)
    expect(readdirSync(join(to.dataFolder, 'tenants'))).toEqual([])
  })

  it('clears away what an import that was killed left', async () => {
    const { file } = await exported()
    const to = place()
    mkdirSync(join(to.dataFolder, 'tenants'), { recursive: true })
    writeFileSync(join(to.dataFolder, 'tenants', '.contoso.db.0123456789ab.part'), 'half')
    await importTenant(to.moving(file))
    expect(readdirSync(join(to.dataFolder, 'tenants')).filter((name) => name.includes('part'))).toEqual([])
  })
})
