import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLedger } from '../../src/ledger/create.ts'
import { catchUp } from '../../src/node/catch-up.ts'
import { askOwner, busy, type ErrandAnswer, serveErrands } from '../../src/node/errands.ts'
import { openJournal } from '../../src/node/journal.ts'
import { loneErrands } from '../../src/node/leaving.ts'
import { tryLock, tryRecordsLock } from '../../src/node/lock.ts'
import type { TenantStorages } from '../../src/store/sqlite.ts'
import { callRow, opening } from '../support/calls.ts'
import { keptLog } from '../support/log.ts'
import { temporaryFolder, temporaryStorage } from '../support/storage.ts'

const log = keptLog()

async function open(dataFolder: string) {
  const storage = temporaryStorage(dataFolder)
  const journal = await openJournal({ dataFolder, storage, log })
  onTestFinished(() => journal.drain(0))
  const oneCall = async (tenant: string): Promise<string> => {
    const ledger = createLedger({ tenant, journal, now: Date.now, newId: () => crypto.randomUUID() })
    const call = ledger.open(opening)
    await call.close({ status: 200, scimType: null, bytesOut: 1 })
    return call.callId
  }
  return { storage, journal, oneCall }
}

const idsOf = (storage: TenantStorages, tenant: string): string[] =>
  storage.exists(tenant)
    ? storage
        .of(tenant)
        .use(({ calls }) => calls.list({})?.calls ?? [])
        .map(({ id }) => id)
    : []

/** The journal as a gateway that is killed now would leave it. */
function killedCopy(dataFolder: string): string {
  const copy = temporaryFolder()
  mkdirSync(join(copy, 'journal'))
  for (const name of readdirSync(join(dataFolder, 'journal')))
    writeFileSync(join(copy, 'journal', name), readFileSync(join(dataFolder, 'journal', name)))
  return copy
}

describe('an erasure in the journal', () => {
  it('keeps rows from coming back after a crash, and nobody else from anything', async () => {
    const folder = temporaryFolder()
    const { journal, oneCall } = await open(folder)
    await oneCall('contoso')
    const other = await oneCall('fabrikam')
    await journal.erase('contoso')
    const copy = killedCopy(folder)
    const again = await open(copy)
    await again.journal.flushAll()
    expect(again.storage.tenants()).toEqual(['fabrikam'])
    expect(idsOf(again.storage, 'fabrikam')).toEqual([other])
  })

  it('drops what was waiting in memory, too', async () => {
    const { journal, storage, oneCall } = await open(temporaryFolder())
    await oneCall('contoso')
    await journal.erase('contoso')
    storage.remove('contoso')
    await journal.drain()
    expect(storage.tenants()).toEqual([])
  })

  it('leaves what came after it: the tenant may have come back', async () => {
    const folder = temporaryFolder()
    const { journal, oneCall } = await open(folder)
    await oneCall('contoso')
    await journal.erase('contoso')
    const later = await oneCall('contoso')
    const again = await open(killedCopy(folder))
    again.journal.flush('contoso')
    expect(idsOf(again.storage, 'contoso')).toEqual([later])
  })

  it('is heeded by commands beside the gateway', async () => {
    const folder = temporaryFolder()
    const { journal, oneCall } = await open(folder)
    await oneCall('contoso')
    await journal.erase('contoso')
    const copy = killedCopy(folder)
    const storage = temporaryStorage(copy)
    await catchUp({ dataFolder: copy, storage, log }, 'all')
    expect(storage.tenants()).toEqual([])
  })
})

describe('where no gateway is alive, an erasure', () => {
  it('is written to the journal that a killed one left', async () => {
    const folder = temporaryFolder()
    const { oneCall } = await open(folder)
    await oneCall('contoso')
    const dataFolder = killedCopy(folder)
    const storage = temporaryStorage(dataFolder)
    const errands = loneErrands({ dataFolder, storage, log })
    expect(await errands.erase('contoso')).toEqual({ done: true, calls: 1 })
    expect(existsSync(join(dataFolder, 'tenants', 'contoso.db'))).toBe(false)
    const again = await open(dataFolder)
    await again.journal.flushAll()
    expect(again.storage.tenants()).toEqual([])
  })

  it('is done to a damaged database as well', async () => {
    const dataFolder = temporaryFolder()
    const storage = temporaryStorage(dataFolder)
    writeFileSync(join(dataFolder, 'tenants', 'contoso.db'), 'no database '.repeat(1000))
    expect(await loneErrands({ dataFolder, storage, log }).erase('contoso')).toEqual({ done: true, calls: 0 })
    expect(storage.tenants()).toEqual([])
  })

  it('waits for commands that bring rows in', async () => {
    const dataFolder = temporaryFolder()
    const storage = temporaryStorage(dataFolder)
    storage.of('contoso').use(({ calls }) => calls.apply([callRow({ id: 'call-1' })]))
    const errands = loneErrands({ dataFolder, storage, log })
    const reading = tryRecordsLock(dataFolder, 'shared', 0)
    expect(await errands.erase('contoso')).toMatchObject({ done: false })
    expect(idsOf(storage, 'contoso')).toEqual(['call-1'])
    reading?.release()
    expect(await errands.erase('contoso')).toEqual({ done: true, calls: 1 })
  })
})

describe('a database', () => {
  it('is not removed under another connection', () => {
    const dataFolder = temporaryFolder()
    const storage = temporaryStorage(dataFolder)
    storage.of('contoso').use(({ calls }) => calls.apply([callRow({ id: 'call-1' })]))
    const other = new Database(join(dataFolder, 'tenants', 'contoso.db'))
    other.prepare('SELECT count(*) FROM calls').get()
    expect(storage.remove('contoso')).toBeUndefined()
    expect(idsOf(storage, 'contoso')).toEqual(['call-1'])
    other.close()
    expect(storage.remove('contoso')).toEqual({ calls: 1 })
    expect(readdirSync(join(dataFolder, 'tenants'))).toEqual([])
    expect(storage.remove('contoso')).toEqual({ calls: 0 })
  })

  it('is not removed while it is used here', () => {
    const storage = temporaryStorage()
    storage.of('contoso').use(({ calls }) => {
      calls.apply([callRow({ id: 'call-1' })])
      expect(storage.remove('contoso')).toBeUndefined()
    })
    expect(idsOf(storage, 'contoso')).toEqual(['call-1'])
  })
})

describe('the lock of the records', () => {
  it('is shared by those who bring rows in, and excludes who removes databases', () => {
    const folder = temporaryFolder()
    const one = tryRecordsLock(folder, 'shared', 0)
    const two = tryRecordsLock(folder, 'shared', 0)
    expect([one, two]).not.toContain(undefined)
    expect(tryRecordsLock(folder, 'sole', 0)).toBeUndefined()
    one?.release()
    two?.release()
    const sole = tryRecordsLock(folder, 'sole', 0)
    expect(sole).toBeDefined()
    expect(tryRecordsLock(folder, 'shared', 0)).toBeUndefined()
    sole?.release()
  })
})

describe('an errand', () => {
  const asking = (dataFolder: string, patienceMs = 60_000) =>
    ({ dataFolder, kind: 'erase', tenant: 'contoso', patienceMs }) as const
  const never = () => Promise.reject(new Error('a gateway is alive'))

  function gateway(dataFolder: string, erase: (tenant: string) => Promise<ErrandAnswer>) {
    const held = tryLock(dataFolder)
    const served = serveErrands(dataFolder, { erase, release: never, probe: never, unfit: never })
    return {
      stop: () => {
        served.stop()
        held?.release()
      },
    }
  }

  it('is done by the gateway that is alive, and by nobody else', async () => {
    const folder = temporaryFolder()
    const asked: string[] = []
    const alive = gateway(folder, async (tenant) => {
      asked.push(tenant)
      return { done: true, calls: 7 }
    })
    onTestFinished(alive.stop)
    expect(await askOwner(asking(folder), never)).toEqual({ done: true, calls: 7 })
    expect(asked).toEqual(['contoso'])
  })

  it('is asked again while the answer is busy', async () => {
    const folder = temporaryFolder()
    const answers: ErrandAnswer[] = [busy('calls'), busy('calls'), { done: true, calls: 1 }]
    const alive = gateway(folder, async () => answers.shift() ?? busy('no more'))
    onTestFinished(alive.stop)
    expect(await askOwner(asking(folder), never)).toEqual({ done: true, calls: 1 })
  })

  it('is busy in the end, and says why', async () => {
    const folder = temporaryFolder()
    const alive = gateway(folder, () => Promise.reject(new Error('the disk is full')))
    onTestFinished(alive.stop)
    expect(await askOwner(asking(folder, 0), never)).toEqual(busy(expect.stringContaining('the disk is full')))
  })

  it('is done without a gateway, under the lock of the data folder', async () => {
    const folder = temporaryFolder()
    const answer = await askOwner(asking(folder), async () => {
      expect(tryLock(folder)).toBeUndefined()
      return { done: true, calls: 3 }
    })
    expect(answer).toEqual({ done: true, calls: 3 })
    tryLock(folder)?.release()
  })

  it('falls back to whoever asked when the gateway dies over it', async () => {
    const folder = temporaryFolder()
    const alive = gateway(folder, () => {
      alive.stop()
      return new Promise(() => {})
    })
    expect(await askOwner(asking(folder), async () => ({ done: true, calls: 2 }))).toEqual({ done: true, calls: 2 })
  })
})
