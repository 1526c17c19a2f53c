import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLedger } from '../../src/ledger/create.ts'
import { parseRecord } from '../../src/ledger/records.ts'
import { catchUp } from '../../src/node/catch-up.ts'
import { type JournalOptions, type OpenJournal, openJournal } from '../../src/node/journal.ts'
import { tryLock } from '../../src/node/lock.ts'
import type { Write } from '../../src/node/segment.ts'
import type { CallRow } from '../../src/store/calls.ts'
import type { TenantStorages } from '../../src/store/sqlite.ts'
import { opening } from '../support/calls.ts'
import { keptLog } from '../support/log.ts'
import { temporaryFolder, temporaryStorage } from '../support/storage.ts'

async function open(dataFolder: string, options: Partial<JournalOptions> = {}) {
  const storage = options.storage ?? temporaryStorage(dataFolder)
  const log = keptLog()
  const journal = await openJournal({ dataFolder, log, ...options, storage })
  onTestFinished(() => journal.drain(0))
  return { storage, log, journal }
}

let ids = 0
const newId = (): string => {
  ids += 1
  return `call-${String(ids).padStart(8, '0')}`
}

const ledgerOf = (journal: OpenJournal, tenant: string) => createLedger({ tenant, journal, now: Date.now, newId })

/** A whole call with one attempt; resolves with its id when its outcome is durable. */
async function oneCall(journal: OpenJournal, tenant: string): Promise<string> {
  const call = ledgerOf(journal, tenant).open(opening)
  const attempt = await call.begin({ purpose: 'forward', method: 'POST', path: '/Users' })
  attempt.answered(201)
  await call.close({ status: 201, scimType: null, bytesOut: 10 })
  return call.callId
}

const rowsOf = (storage: TenantStorages, tenant: string): readonly CallRow[] =>
  storage.of(tenant).use(({ calls }) => calls.list({ limit: 1000 })?.calls ?? [])
const idsOf = (storage: TenantStorages, tenant: string): string[] => rowsOf(storage, tenant).map(({ id }) => id)
const filesIn = (dataFolder: string): string[] =>
  readdirSync(join(dataFolder, 'journal')).filter((name) => name.endsWith('.ndjson'))

/** Leaves a journal as a killed gateway does: the promise's files, and no end of anything. */
const leave = (dataFolder: string, number: number, text: string): void => {
  mkdirSync(join(dataFolder, 'journal'), { recursive: true })
  writeFileSync(join(dataFolder, 'journal', `${String(number).padStart(12, '0')}.ndjson`), text)
}

describe('the journal', () => {
  it('holds a call on disk when its promise resolves, and in the database after flush', async () => {
    const folder = temporaryFolder()
    const { journal, storage } = await open(folder)
    const id = await oneCall(journal, 'contoso')
    const text = filesIn(folder).map((name) => readFileSync(join(folder, 'journal', name), 'utf8'))
    expect(
      text
        .join('')
        .trim()
        .split('\n')
        .map((line) => parseRecord(line)?.kind),
    ).toEqual([...['open', 'intent', 'answered', 'close']])
    journal.flush('contoso')
    expect(rowsOf(storage, 'contoso')).toMatchObject([{ id, state: 'closed', status: 201, upstreamCalls: 1 }])
  })

  it('shows open calls after flush, and closes their rows later', async () => {
    const { journal, storage } = await open(temporaryFolder())
    const call = ledgerOf(journal, 'a').open(opening)
    await call.begin({ purpose: 'forward', method: 'GET', path: '/Users/{id}' })
    journal.flush('a')
    expect(rowsOf(storage, 'a')).toMatchObject([{ state: 'open', status: null, upstreamCalls: 1 }])
    await call.close({ status: 200, scimType: null, bytesOut: 1 })
    journal.flush('a')
    expect(rowsOf(storage, 'a')).toMatchObject([{ id: call.callId, state: 'closed', status: 200 }])
  })

  it('brings rows into the databases by itself', async () => {
    const { journal, storage } = await open(temporaryFolder())
    const id = await oneCall(journal, 'a')
    await expect.poll(() => idsOf(storage, 'a')).toEqual([id])
  })

  it('keeps every acknowledged call once, in its own tenant, in order, however calls overlap', async () => {
    const plans = fc.array(fc.record({ tenant: fc.constantFrom('a', 'b', 'c'), turns: fc.nat(6) }), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(plans, fc.integer({ min: 200, max: 4000 }), async (plan, segmentBytes) => {
        const folder = temporaryFolder()
        const { journal, storage } = await open(folder, { segmentBytes })
        const made = await Promise.all(
          plan.map(async ({ tenant, turns }) => {
            for (let i = 0; i < turns; i += 1) await new Promise((resolve) => setImmediate(resolve))
            return { tenant, id: await oneCall(journal, tenant) }
          }),
        )
        await journal.drain()
        for (const tenant of ['a', 'b', 'c']) {
          const expected = made.filter((call) => call.tenant === tenant).map(({ id }) => id)
          expect(idsOf(storage, tenant).sort()).toEqual(expected.sort())
        }
        expect(filesIn(folder)).toEqual([])
        storage.close()
      }),
      { numRuns: 25 },
    )
  })

  it('brings everything of all tenants into the databases, but of one that fails', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'tenants'))
    writeFileSync(join(folder, 'tenants', 'broken.db'), 'no database '.repeat(1000))
    const { journal, storage } = await open(folder)
    const made = await Promise.all(['a', 'b', 'broken', 'b'].map((tenant) => oneCall(journal, tenant)))
    const call = ledgerOf(journal, 'c').open(opening)
    await call.begin({ purpose: 'forward', method: 'GET', path: '/Users' })
    await journal.flushAll()
    expect([...idsOf(storage, 'a'), ...idsOf(storage, 'b')].sort()).toEqual([made[0], made[1], made[3]])
    expect(rowsOf(storage, 'c')).toMatchObject([{ state: 'open' }])
  })

  it('begins new files, and deletes the old ones once their calls are in the databases', async () => {
    const folder = temporaryFolder()
    const { journal, storage } = await open(folder, { segmentBytes: 1000 })
    const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => oneCall(journal, i % 2 === 0 ? 'a' : 'b')))
    for (let i = 0; i < 10; i += 1) ids.push(await oneCall(journal, 'a'))
    expect(filesIn(folder).length).toBeGreaterThan(1)
    await expect.poll(() => filesIn(folder).length, { timeout: 10_000 }).toBe(1)
    expect([...idsOf(storage, 'a'), ...idsOf(storage, 'b')].sort()).toEqual(ids.sort())
  })

  it('keeps a file while a call that began in it is open', async () => {
    const folder = temporaryFolder()
    const { journal } = await open(folder, { segmentBytes: 500 })
    const call = ledgerOf(journal, 'a').open(opening)
    await call.begin({ purpose: 'forward', method: 'GET', path: '/Users' })
    const [first = ''] = filesIn(folder)
    for (let i = 0; i < 5; i += 1) await oneCall(journal, 'b')
    await journal.drain()
    expect(filesIn(folder)).toContain(first)
  })

  it('waits when too many calls wait for the databases', async () => {
    const { journal, storage } = await open(temporaryFolder(), { maxWaiting: 3 })
    for (let made = 1; made <= 30; made += 1) {
      await oneCall(journal, 'a')
      expect(rowsOf(storage, 'a').length).toBeGreaterThanOrEqual(made - 3)
    }
  })

  it('takes nothing more once it drains', async () => {
    const { journal } = await open(temporaryFolder())
    await journal.drain()
    await expect(oneCall(journal, 'a')).rejects.toMatchObject({ status: 503 })
  })

  it('writes credentials their last use', async () => {
    const { journal, storage } = await open(temporaryFolder())
    const credential = { id: 'cred-1', label: null, hash: 'h', access: 'write', resourceTypes: null } as const
    storage.of('a').use(({ credentials }) => {
      credentials.insert({ ...credential, createdAt: 1, createdBy: null, expiresAt: null })
    })
    await oneCall(journal, 'a')
    journal.flush('a')
    const [row] = storage.of('a').use(({ credentials }) => credentials.list())
    expect(row?.lastUsedAt).toBe(rowsOf(storage, 'a')[0]?.at)
  })
})

describe('a disk that fails', () => {
  /** Writes half of what it is given, and then nothing, while `full` is true. */
  function failingDisk() {
    const state = { full: false }
    const write: Write = async (descriptor, bytes, offset) => {
      if (!state.full) return writeSync(descriptor, bytes, offset)
      writeSync(descriptor, bytes, offset, Math.ceil((bytes.length - offset) / 2))
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    }
    return { state, write }
  }

  it('refuses calls while it is full, keeps no trace of them, and serves again afterwards', async () => {
    const folder = temporaryFolder()
    const { state, write } = failingDisk()
    const { journal, storage } = await open(folder, { write })
    const before = await oneCall(journal, 'a')
    state.full = true
    const refused = await Promise.allSettled([oneCall(journal, 'a'), oneCall(journal, 'b'), oneCall(journal, 'a')])
    expect(refused).toMatchObject(Array.from({ length: 3 }, () => ({ status: 'rejected', reason: { status: 503 } })))
    state.full = false
    const after = await oneCall(journal, 'a')
    const text = filesIn(folder).map((name) => readFileSync(join(folder, 'journal', name), 'utf8'))
    expect(
      text
        .join('')
        .trimEnd()
        .split('\n')
        .filter((line) => parseRecord(line) === undefined),
    ).toEqual([])
    await journal.drain()
    expect(idsOf(storage, 'a').sort()).toEqual([before, after])
    expect(storage.exists('b')).toBe(false)
  })

  it('leaves a call in doubt whose attempt began before and whose outcome could not be written', async () => {
    const folder = temporaryFolder()
    const { state, write } = failingDisk()
    const { journal, storage } = await open(folder, { write })
    const call = ledgerOf(journal, 'a').open(opening)
    await call.begin({ purpose: 'forward', method: 'POST', path: '/Users' })
    state.full = true
    await expect(call.close({ status: 201, scimType: null, bytesOut: 1 })).rejects.toMatchObject({ status: 503 })
    state.full = false
    await oneCall(journal, 'a')
    await journal.drain()
    expect(rowsOf(storage, 'a').find(({ id }) => id === call.callId)?.state).toBe('in-doubt')
    expect(filesIn(folder)).toEqual([])
  })

  it('accepts writes that take only some of the bytes', async () => {
    const write: Write = async (descriptor, bytes, offset) =>
      writeSync(descriptor, bytes, offset, Math.min(7, bytes.length - offset))
    const { journal, storage } = await open(temporaryFolder(), { write })
    const id = await oneCall(journal, 'a')
    journal.flush('a')
    expect(idsOf(storage, 'a')).toEqual([id])
  })
})

describe('a tenant whose database fails', () => {
  it('has no further calls beyond a bound, but those that began may end', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'tenants'), { recursive: true })
    writeFileSync(join(folder, 'tenants', 'broken.db'), 'this is no database, whatever its name says. '.repeat(100))
    const { journal } = await open(folder)
    const begun = ledgerOf(journal, 'broken').open(opening)
    await begun.begin({ purpose: 'forward', method: 'POST', path: '/Users' })
    const refused = async () => {
      const calls = await Promise.allSettled(Array.from({ length: 500 }, () => oneCall(journal, 'broken')))
      return calls.some(({ status }) => status === 'rejected')
    }
    await expect.poll(refused, { timeout: 20_000 }).toBe(true)
    await expect(oneCall(journal, 'broken')).rejects.toMatchObject({ status: 503 })
    await begun.close({ status: 201, scimType: null, bytesOut: 1 })
    const records = filesIn(folder).flatMap((name) =>
      readFileSync(join(folder, 'journal', name), 'utf8')
        .split('\n')
        .map(parseRecord),
    )
    expect(records).toContainEqual(expect.objectContaining({ kind: 'close', call: begun.callId, status: 201 }))
  })

  it('stops no other, and loses nothing', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'tenants'), { recursive: true })
    writeFileSync(join(folder, 'tenants', 'broken.db'), 'this is no database, whatever its name says. '.repeat(100))
    const { journal, storage, log } = await open(folder, { maxWaiting: 5 })
    const broken = await Promise.all(Array.from({ length: 20 }, () => oneCall(journal, 'broken')))
    const fine = await Promise.all(Array.from({ length: 20 }, () => oneCall(journal, 'fine')))
    await expect.poll(() => idsOf(storage, 'fine').length).toBe(20)
    expect(idsOf(storage, 'fine').sort()).toEqual(fine.sort())
    expect(log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', fields: expect.objectContaining({ tenant: 'broken' }) }),
    )
    await journal.drain(1000)
    writeFileSync(join(folder, 'tenants', 'broken.db'), '')
    const next = await open(folder, { storage })
    next.journal.flush('broken')
    expect(idsOf(storage, 'broken').sort()).toEqual(broken.sort())
  })
})

describe('what a killed gateway left', () => {
  const lines = (records: readonly object[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('')
  const opened = (tenant: string, call: string) => ({ kind: 'open', tenant, call, at: 1000, ...opening })
  const intended = (tenant: string, call: string) => ({
    ...{ kind: 'intent', tenant, call, seq: 1, purpose: 'forward', method: 'POST', path: '/Users' },
  })
  const closed = (tenant: string, call: string) => ({
    ...{ kind: 'close', tenant, call, status: 201, scimType: null, operation: 'User.create', resourceType: 'User' },
    ...{ resourceId: '1', bytesOut: 1, durationMs: 5, inDoubt: false },
  })

  it('becomes rows: closed where the outcome is known, in doubt where it is not', async () => {
    const folder = temporaryFolder()
    leave(folder, 7, lines([opened('a', '1'), intended('a', '1'), opened('b', '2'), intended('b', '2')]))
    leave(folder, 8, lines([closed('a', '1')]))
    const { journal, storage } = await open(folder)
    await journal.drain()
    expect(rowsOf(storage, 'a')).toMatchObject([{ id: '1', state: 'closed', status: 201 }])
    expect(storage.of('b').use(({ calls }) => calls.find('2'))).toMatchObject({
      ...{ state: 'in-doubt', status: null, upstreamCalls: 1, attempts: [{ seq: 1, status: null, path: '/Users' }] },
    })
    expect(filesIn(folder)).toEqual([])
    expect(storage.tenants()).toEqual(['a', 'b'])
  })

  it('is read again and again with the same result, however often the reader is killed', async () => {
    const folder = temporaryFolder()
    leave(folder, 1, lines([opened('a', '1'), intended('a', '1'), opened('a', '2'), closed('a', '2')]))
    for (let i = 0; i < 4; i += 1) {
      const { journal, storage } = await open(folder)
      if (i % 2 === 1) journal.flush('a')
      storage.close()
    }
    const { journal, storage } = await open(folder)
    await journal.drain()
    expect(rowsOf(storage, 'a').map(({ id, state }) => [id, state])).toEqual([
      ['2', 'closed'],
      ['1', 'in-doubt'],
    ])
  })

  it('may end in a torn line, which nobody was told is durable', async () => {
    const folder = temporaryFolder()
    leave(folder, 1, `${lines([opened('a', '1')])}${JSON.stringify(closed('a', '1'))}`)
    const { journal, storage, log } = await open(folder)
    await journal.drain()
    expect(rowsOf(storage, 'a')).toMatchObject([{ id: '1', state: 'in-doubt' }])
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
    expect(existsSync(join(folder, 'journal', 'corrupt'))).toBe(false)
  })

  it.each([
    ['no JSON', '\0\0\0{"kind":"close"'],
    ['no record', '{"kind":"close","tenant":"a"}'],
  ])('is reported and kept aside where a line in its middle is %s', async (_name, line) => {
    const folder = temporaryFolder()
    leave(folder, 1, `${lines([opened('a', '1')])}${line}\n${lines([opened('a', '2'), closed('a', '2')])}`)
    const { journal, storage, log } = await open(folder)
    await journal.drain()
    expect(idsOf(storage, 'a').sort()).toEqual(['1', '2'])
    expect(log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', fields: expect.objectContaining({ line: 2 }) }),
    )
    expect(filesIn(folder)).toEqual([])
    expect(readdirSync(join(folder, 'journal', 'corrupt'))).toEqual(['000000000001.ndjson'])
  })

  it('never reopens a row that was closed, and never closes one that is in doubt', async () => {
    const folder = temporaryFolder()
    leave(folder, 1, lines([opened('a', '1'), closed('a', '1'), opened('a', '2')]))
    const first = await open(folder)
    await first.journal.drain()
    leave(folder, 2, lines([opened('a', '1'), opened('a', '2'), closed('a', '2')]))
    const second = await open(folder)
    await second.journal.drain()
    expect(rowsOf(second.storage, 'a').map(({ id, state }) => [id, state])).toEqual([
      ['2', 'in-doubt'],
      ['1', 'closed'],
    ])
  })
})

describe('another process', () => {
  it('has what the gateway did not apply yet, with open calls as open', async () => {
    const folder = temporaryFolder()
    const lock = tryLock(folder)
    const { journal } = await open(folder)
    const id = await oneCall(journal, 'a')
    const call = ledgerOf(journal, 'a').open(opening)
    await call.begin({ purpose: 'forward', method: 'POST', path: '/Users' })
    const other = temporaryStorage(folder)
    await catchUp({ dataFolder: folder, storage: other, log: keptLog() }, 'a')
    expect(new Map(rowsOf(other, 'a').map((row) => [row.id, row.state]))).toEqual(
      new Map([
        [id, 'closed'],
        [call.callId, 'open'],
      ]),
    )
    await call.close({ status: 201, scimType: null, bytesOut: 1 })
    await journal.drain()
    expect(rowsOf(other, 'a').map(({ state }) => state)).toEqual(['closed', 'closed'])
    lock?.release()
  })

  it('sees what a killed gateway left as in doubt, and looks into one tenant only', async () => {
    const folder = temporaryFolder()
    const open = (tenant: string) => JSON.stringify({ kind: 'open', tenant, call: '1', at: 1, ...opening })
    leave(folder, 1, `${open('a')}\n${open('b')}\n`)
    const storage = temporaryStorage(folder)
    await catchUp({ dataFolder: folder, storage, log: keptLog() }, 'a')
    expect(rowsOf(storage, 'a').map(({ state }) => state)).toEqual(['in-doubt'])
    expect(storage.exists('b')).toBe(false)
    appendFileSync(join(folder, 'journal', '000000000001.ndjson'), 'x')
    await catchUp({ dataFolder: folder, storage, log: keptLog() }, 'all')
    expect(rowsOf(storage, 'b').map(({ state }) => state)).toEqual(['in-doubt'])
  })

  it('that reads keeps no file of the journal from being deleted for ever', async () => {
    const folder = temporaryFolder()
    const { journal, storage } = await open(folder)
    await oneCall(journal, 'a')
    journal.flush('a')
    const reader = new Database(join(folder, 'tenants', 'a.db'))
    reader.exec('BEGIN; SELECT * FROM calls')
    await oneCall(journal, 'a')
    await journal.drain(200)
    expect(filesIn(folder).length).toBe(1)
    reader.close()
    storage.close()
    const next = await open(folder, { storage })
    await next.journal.drain()
    expect([filesIn(folder), rowsOf(storage, 'a').length]).toEqual([[], 2])
  })
})
