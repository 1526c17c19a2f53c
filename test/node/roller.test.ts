import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLedger } from '../../src/ledger/create.ts'
import { openControl } from '../../src/node/control.ts'
import { type OpenJournal, openJournal } from '../../src/node/journal.ts'
import { createRoller, type RollerOptions, rollUpNow } from '../../src/node/roller.ts'
import { openTenantStorage, type TenantStorages } from '../../src/store/sqlite.ts'
import type { UsageRollups } from '../../src/store/usage-rollups.ts'
import { callRow, opening } from '../support/calls.ts'
import { keptLog } from '../support/log.ts'
import { temporaryFolder } from '../support/storage.ts'

const now = (): number => Date.UTC(2026, 10, 21, 12)
const everything = { from: null, to: null } as const

/** A control store and the tenants' databases, in a folder of their own. The control store can be made to refuse. */
function open(folder = temporaryFolder(), maxOpen = 50) {
  const storage = openTenantStorage({ dataFolder: folder, maxOpen, idleMs: 60_000 })
  const { control, close } = openControl(folder, now)
  onTestFinished(() => {
    storage.close()
    close()
  })
  const log = keptLog()
  const state = { refuses: false }
  const usage: UsageRollups = {
    ...control.usage,
    putAll: async (rollups) => {
      if (state.refuses) throw new Error('database is locked')
      await control.usage.putAll(rollups)
    },
  }
  const overview = async (by: 'hour' | 'day' | 'month' = 'day') =>
    (await control.usage.overview({ ...everything, by })).map(({ tenant, calls }) => [tenant, calls])
  const options = { storage, usage, log, now }
  const roller = async (more: Partial<RollerOptions> = {}) => {
    const made = await createRoller({ ...options, ...more })
    onTestFinished(made.stop)
    return made
  }
  return { folder, storage, usage, log, state, overview, roller, options }
}

let ids = 0
const apply = (storage: TenantStorages, tenant: string, count = 1): void =>
  storage.of(tenant).use(({ calls }) => {
    calls.apply(
      Array.from({ length: count }, () => {
        ids += 1
        return callRow({ id: `call-${ids}` })
      }),
    )
  })

async function oneCall(journal: OpenJournal, tenant: string): Promise<void> {
  ids += 1
  const call = createLedger({ tenant, journal, now, newId: () => `call-${ids}` }).open(opening)
  await call.close({ status: 201, scimType: null, bytesOut: 10 })
}

const filesIn = (folder: string): string[] =>
  readdirSync(join(folder, 'journal')).filter((name) => name.endsWith('.ndjson'))

describe('the roller', () => {
  it('rolls up who is marked, by itself', async () => {
    const { storage, roller, overview } = open()
    const { mark, settled, marks } = await roller()
    for (const [tenant, count] of [['a', 2] as const, ['b', 3] as const]) {
      apply(storage, tenant, count)
      mark(tenant)
    }
    expect([settled('a', marks()), settled('c', marks())]).toEqual([false, true])
    await expect
      .poll(() => overview())
      .toEqual([
        ['a', 2],
        ['b', 3],
      ])
    await expect.poll(() => settled('b', marks())).toBe(true)
  })

  it('rolls a tenant up once in a while, unless somebody waits for what was there before', async () => {
    const { storage, roller, overview } = open()
    const { mark, settled, marks } = await roller()
    apply(storage, 'a')
    mark('a')
    const before = marks()
    await expect.poll(() => settled('a', before)).toBe(true)
    apply(storage, 'a')
    mark('a')
    apply(storage, 'b')
    mark('b')
    await expect.poll(() => overview()).toContainEqual(['b', 1])
    expect(await overview()).toContainEqual(['a', 1])
    // A tenant that is called all the time must not keep a file of the journal for ever.
    expect([settled('a', before), settled('a', marks())]).toEqual([true, false])
    await expect.poll(() => overview()).toContainEqual(['a', 2])
  })

  it('goes on with the next minute', async () => {
    const { storage, roller, overview } = open()
    const { mark } = await roller({ everyMs: 30 })
    for (const calls of [1, 2, 3]) {
      apply(storage, 'a')
      mark('a')
      await expect.poll(() => overview()).toEqual([['a', calls]])
    }
  })

  it('tells all at once on demand', async () => {
    const { storage, roller, overview } = open()
    const { mark, settle } = await roller()
    const tenants = Array.from({ length: 40 }, (_, i) => `tenant-${String(i).padStart(3, '0')}`)
    for (const calls of [1, 2]) {
      for (const tenant of tenants) {
        apply(storage, tenant)
        mark(tenant)
      }
      await settle()
      expect(await overview()).toEqual(tenants.map((tenant) => [tenant, calls]))
    }
  })

  it('begins with the tenants of which the control store knows nothing, be it an old version’s or a lost one', async () => {
    const { storage, roller, overview, usage, options } = open()
    apply(storage, 'a', 2)
    apply(storage, 'b')
    await roller()
    await expect.poll(() => overview()).toHaveLength(2)
    await usage.forget('a')
    apply(storage, 'b')
    await rollUpNow(options, [])
    // Nobody marked the known one.
    expect(await overview()).toEqual([
      ['a', 2],
      ['b', 1],
    ])
  })

  it('leaves databases as it found them: open or closed, and those that are gone', async () => {
    const { storage, roller, overview } = open()
    const { mark, settle } = await roller()
    for (const tenant of ['a', 'b', 'c']) apply(storage, tenant)
    storage.close()
    apply(storage, 'b')
    for (const tenant of ['a', 'b', 'c', 'erased']) mark(tenant)
    await settle()
    expect((await overview()).length).toBe(3)
    expect(['a', 'b', 'c'].map(storage.isOpen)).toEqual([false, true, false])
    expect(storage.tenants()).toEqual(['a', 'b', 'c'])
  })

  it('goes on with the others where one fails, says so, and tries it again', async () => {
    const { folder, storage, roller, overview, log } = open()
    mkdirSync(join(folder, 'tenants'), { recursive: true })
    writeFileSync(join(folder, 'tenants', 'broken.db'), 'no database '.repeat(1000))
    const { mark, settle, settled, marks } = await roller()
    apply(storage, 'fine')
    for (const tenant of ['broken', 'fine']) mark(tenant)
    await settle()
    expect(await overview()).toEqual([['fine', 1]])
    expect([settled('broken', marks()), settled('fine', marks())]).toEqual([false, true])
    expect(log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', fields: expect.objectContaining({ tenant: 'broken' }) }),
    )
    writeFileSync(join(folder, 'tenants', 'broken.db'), '')
    apply(storage, 'broken')
    await settle()
    expect(await overview()).toContainEqual(['broken', 1])
  })

  it('deletes hours that are kept no longer', async () => {
    const { storage, roller, overview } = open()
    const { mark, settle } = await roller()
    storage.of('a').use(({ calls }) => calls.apply([callRow({ id: 'old', at: Date.UTC(2026, 9, 1) })]))
    mark('a')
    await settle()
    expect(await overview('hour')).toEqual([['a', 1]])
    await roller({ everyMs: 20 })
    await expect.poll(() => overview('hour')).toEqual([])
    expect(await overview('day')).toEqual([['a', 1]])
  })
})

describe('a file of the journal', () => {
  const openWith = async (opened: ReturnType<typeof open>) => {
    const roller = await opened.roller()
    const journal = await openJournal({ dataFolder: opened.folder, storage: opened.storage, log: opened.log, roller })
    onTestFinished(() => journal.drain(0))
    return journal
  }

  it('stays until its tenants are rolled up', async () => {
    const opened = open()
    opened.state.refuses = true
    const journal = await openWith(opened)
    for (const tenant of ['a', 'b', 'a']) await oneCall(journal, tenant)
    await journal.drain(500)
    expect(filesIn(opened.folder)).toHaveLength(1)
    expect(await opened.overview()).toEqual([])
    expect(opened.storage.of('a').use(({ calls }) => calls.list({})?.calls.length)).toBe(2)
    // The next gateway finds nothing new in it, but knows whose usage waits.
    opened.state.refuses = false
    const next = await openWith(opened)
    await next.drain()
    expect(filesIn(opened.folder)).toEqual([])
    expect(await opened.overview()).toEqual([
      ['a', 2],
      ['b', 1],
    ])
  })

  it('tells a tenant that the control store knows already', async () => {
    const opened = open()
    const first = await openWith(opened)
    await oneCall(first, 'a')
    await first.drain()
    opened.state.refuses = true
    const second = await openWith(opened)
    await oneCall(second, 'a')
    await second.drain(500)
    opened.state.refuses = false
    const third = await openWith(opened)
    await expect.poll(() => opened.overview(), { timeout: 10_000 }).toEqual([['a', 2]])
    await third.drain()
    expect(filesIn(opened.folder)).toEqual([])
  })

  it('goes while its tenants are called all the time', async () => {
    const opened = open()
    const roller = await opened.roller()
    const { folder, storage, log } = opened
    const journal = await openJournal({ dataFolder: folder, storage, log, roller, segmentBytes: 2000 })
    onTestFinished(() => journal.drain(0))
    const [first = ''] = filesIn(folder)
    const calling = async (): Promise<string[]> => {
      for (let i = 0; i < 5; i += 1) await oneCall(journal, 'a')
      return filesIn(folder)
    }
    await expect.poll(calling, { timeout: 20_000 }).not.toContain(first)
  })
})
