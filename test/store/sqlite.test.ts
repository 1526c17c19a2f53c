import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openTenantStorage } from '../../src/store/sqlite.ts'
import { callRow } from '../support/calls.ts'
import { temporaryFolder, temporaryStorage } from '../support/storage.ts'

describe('the storage of the tenants', () => {
  it('makes a file at the first use only, for nobody else to read', () => {
    const folder = temporaryFolder()
    const storage = temporaryStorage(folder)
    const contoso = storage.of('contoso')
    const file = join(folder, 'tenants', 'contoso.db')
    expect([existsSync(file), storage.exists('contoso'), storage.tenants()]).toEqual([false, false, []])
    contoso.use(({ calls }) => calls.apply([callRow({ id: 'a' })]))
    expect([storage.exists('contoso'), storage.tenants()]).toEqual([true, ['contoso']])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(`${file}-wal`).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'tenants')).mode & 0o777).toBe(0o700)
  })

  it.each(['../x', 'a/b', '', 'A', 'a.b', 'a\0b'])('does not take %j for a tenant', (tenant) => {
    const storage = temporaryStorage()
    expect(() => storage.of(tenant)).toThrow("not a tenant's id")
    expect(storage.exists(tenant)).toBe(false)
  })

  it('keeps tenants apart and finds their rows again after closing', () => {
    const storage = temporaryStorage()
    storage.of('a').use(({ calls }) => calls.apply([callRow({ id: '1' })]))
    storage.of('b').use(({ calls }) => calls.apply([callRow({ id: '2' })]))
    storage.close()
    expect(storage.openCount()).toBe(0)
    expect(storage.of('a').use(({ calls }) => calls.list({})?.calls.map(({ id }) => id))).toEqual(['1'])
    expect(storage.of('b').use(({ calls }) => calls.list({})?.calls.map(({ id }) => id))).toEqual(['2'])
  })

  it('closes the longest unused beyond maxOpen, and never one in use', () => {
    const storage = temporaryStorage(temporaryFolder(), 2)
    const ids = storage.of('outer').use(({ calls }) => {
      for (const tenant of ['a', 'b', 'c', 'd']) {
        storage.of(tenant).use((queries) => queries.calls.apply([callRow({ id: tenant })]))
      }
      calls.apply([callRow({ id: 'outer' })])
      return calls.list({})?.calls.map(({ id }) => id)
    })
    expect(ids).toEqual(['outer'])
    expect(storage.openCount()).toBe(2)
  })

  it('refuses a database of a newer version, and leaves it alone', () => {
    const folder = temporaryFolder()
    const storage = temporaryStorage(folder)
    storage.of('a').use(({ credentials }) => credentials.list())
    storage.close()
    const raw = new Database(join(folder, 'tenants', 'a.db'))
    raw.pragma('user_version = 99')
    raw.close()
    expect(() => storage.of('a').use(({ credentials }) => credentials.list())).toThrow('newer version')
  })

  it('opens one database from two storages at once, as two processes do', () => {
    const folder = temporaryFolder()
    const [one, other] = [temporaryStorage(folder), temporaryStorage(folder)]
    one.of('a').use(({ calls }) => calls.apply([callRow({ id: '1' })]))
    other.of('a').use(({ calls }) => calls.apply([callRow({ id: '2' })]))
    expect(one.of('a').use(({ calls }) => calls.list({})?.calls.length)).toBe(2)
  })

  it('holds ten thousand tenants without a file open for those that are idle', () => {
    const storage = temporaryStorage(temporaryFolder(), 5)
    const all = Array.from({ length: 10_000 }, (_, i) => storage.of(`tenant-${i}`))
    expect(storage.openCount()).toBe(0)
    const openFiles = () => readdirSync('/proc/self/fd').length
    const before = openFiles()
    for (const tenant of all.slice(0, 60)) tenant.use(({ credentials }) => credentials.list())
    expect(storage.openCount()).toBe(5)
    expect(openFiles() - before).toBeLessThanOrEqual(15)
    expect(storage.tenants()).toHaveLength(60)
  })

  it('closes a database that nobody uses', async () => {
    const dataFolder = temporaryFolder()
    const storage = openTenantStorage({ dataFolder, maxOpen: 5, idleMs: 20 })
    storage.of('a').use(({ credentials }) => credentials.list())
    await expect.poll(() => storage.openCount()).toBe(0)
    expect(existsSync(join(dataFolder, 'tenants', 'a.db-wal'))).toBe(false)
  })
})

describe('a database that another process has locked', () => {
  /** Locked against writing as long as the result is held. */
  function locked(folder: string, tenant: string): Database.Database {
    const other = new Database(join(folder, 'tenants', `${tenant}.db`))
    other.exec('BEGIN IMMEDIATE')
    return other
  }
  const opened = (folder: string, busyMs: number) => {
    const storage = openTenantStorage({ dataFolder: folder, maxOpen: 5, idleMs: 60_000, busyMs })
    onTestFinished(() => storage.close())
    return storage
  }
  const busy = expect.objectContaining({ status: 503, retryAfter: '1', cause: expect.any(Error) })

  it('is 503 for its tenant, and for nobody else, until the lock falls', () => {
    const folder = temporaryFolder()
    const storage = opened(folder, 1)
    const write = (tenant: string) => storage.of(tenant).use(({ calls }) => calls.apply([callRow({ id: '1' })]))
    write('a')
    const other = locked(folder, 'a')
    expect(() => write('a')).toThrow(busy)
    expect(() => storage.useUnsynced('a', ({ calls }) => calls.apply([callRow({ id: '2' })]))).toThrow(busy)
    expect(storage.of('a').use(({ calls }) => calls.list({})?.calls.length)).toBe(1)
    write('b')
    other.close()
    write('a')
  })

  it('is 503 where it cannot even be opened', () => {
    const folder = temporaryFolder()
    const storage = opened(folder, 1)
    storage.of('a').use(({ credentials }) => credentials.list())
    storage.close()
    const other = new Database(join(folder, 'tenants', 'a.db'))
    other.pragma('locking_mode = EXCLUSIVE')
    other.exec('BEGIN EXCLUSIVE')
    expect(() => storage.of('a').use(({ credentials }) => credentials.list())).toThrow(busy)
    other.close()
    expect(storage.of('a').use(({ credentials }) => credentials.list())).toEqual([])
  })

  // Each of these would wait for 900 ms: together they would last longer than the test may.
  it('is waited for once, and not by every request', { timeout: 10_000 }, () => {
    const folder = temporaryFolder()
    const storage = opened(folder, 900)
    const write = () => storage.of('a').use(({ calls }) => calls.apply([callRow({ id: '1' })]))
    write()
    const other = locked(folder, 'a')
    for (let time = 0; time < 20; time++) expect(write).toThrow(busy)
    other.close()
    write()
  })
})
