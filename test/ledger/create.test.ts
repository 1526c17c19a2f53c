import { describe, expect, it } from 'vitest'
import type { Billing } from '../../src/capabilities.ts'
import { createLedger } from '../../src/ledger/create.ts'
import { learn, nothingKnown, toRow } from '../../src/ledger/merge.ts'
import { type Journal, type LedgerRecord, parseRecord, printRecord } from '../../src/ledger/records.ts'
import { opening } from '../support/calls.ts'

/** A journal in memory, whose appends fail while `failing` is true. */
function memoryJournal() {
  const appends: (readonly LedgerRecord[])[] = []
  const state = { failing: false }
  const journal: Journal = {
    append: async (tenant, records) => {
      if (state.failing) throw new Error('ENOSPC')
      expect(records.every((record) => record.tenant === tenant)).toBe(true)
      appends.push(records)
    },
  }
  return { appends, state, journal, kinds: () => appends.map((records) => records.map(({ kind }) => kind)) }
}

function ledgerOn(journal: Journal, billing?: Billing) {
  let clock = 1000
  let ids = 0
  return createLedger({
    tenant: 'contoso',
    journal,
    billing,
    now: () => {
      clock += 1
      return clock
    },
    newId: () => {
      ids += 1
      return `call-${ids}`
    },
  })
}

const forward = { purpose: 'forward', method: 'POST', path: '/Users' } as const
const created = { status: 201, scimType: null, bytesOut: 300, resourceId: '42' }

describe('a call', () => {
  it('has its opening and first intent in one append, its outcomes and close in another', async () => {
    const { journal, kinds, appends } = memoryJournal()
    const call = ledgerOn(journal).open(opening)
    expect(kinds()).toEqual([])
    const attempt = await call.begin(forward)
    expect(attempt.requestId).toBe(`${call.callId}.1`)
    attempt.answered(201)
    await call.close(created)
    expect(kinds()).toEqual([
      ['open', 'intent'],
      ['answered', 'close'],
    ])
    expect(appends[1]?.[1]).toMatchObject({ status: 201, resourceId: '42', resourceType: 'User', inDoubt: false })
  })

  it('without an attempt is one append', async () => {
    const { journal, kinds } = memoryJournal()
    await ledgerOn(journal).open(opening).close(created)
    expect(kinds()).toEqual([['open', 'close']])
  })

  it('numbers its attempts and writes known outcomes with the next intent', async () => {
    const { journal, kinds } = memoryJournal()
    const call = ledgerOn(journal).open(opening)
    const first = await call.begin(forward)
    first.answered(429)
    first.answered(200)
    const second = await call.begin({ ...forward, purpose: 'retry' })
    expect(second.seq).toBe(2)
    second.answered(null)
    await call.close(created)
    expect(kinds()).toEqual([
      ['open', 'intent'],
      ['answered', 'intent'],
      ['answered', 'close'],
    ])
  })

  it('does not begin an attempt that cannot be written down, and brings its opening again later', async () => {
    const { journal, kinds, state } = memoryJournal()
    const call = ledgerOn(journal).open(opening)
    state.failing = true
    await expect(call.begin(forward)).rejects.toMatchObject({ status: 503 })
    state.failing = false
    await call.close({ ...created, status: 503 })
    expect(kinds()).toEqual([['open', 'close']])
  })

  it('does not close when its outcome cannot be written down', async () => {
    const { journal, state } = memoryJournal()
    const call = ledgerOn(journal).open(opening)
    state.failing = true
    await expect(call.close(created)).rejects.toMatchObject({
      status: 503,
      message: expect.stringContaining('the ledger cannot be written'),
    })
  })

  it('says that nothing was done only where nothing can have been', async () => {
    const { journal, state } = memoryJournal()
    const untouched = ledgerOn(journal).open(opening)
    const begun = ledgerOn(journal).open(opening)
    await begun.begin(forward)
    state.failing = true
    const detail = expect.stringContaining('not carried out')
    await expect(untouched.close(created)).rejects.toMatchObject({ message: detail, inDoubt: false })
    await expect(begun.close(created)).rejects.toMatchObject({
      message: expect.not.stringContaining('not carried out'),
    })
    await expect(ledgerOn(journal).open(opening).begin(forward)).rejects.toMatchObject({ message: detail })
  })

  it('keeps the outcomes of a failed append for the next', async () => {
    const { journal, kinds, state } = memoryJournal()
    const call = ledgerOn(journal).open(opening)
    const first = await call.begin(forward)
    first.answered(201)
    state.failing = true
    await expect(call.begin(forward)).rejects.toMatchObject({ status: 503 })
    state.failing = false
    await call.close(created)
    expect(kinds().at(-1)).toEqual(['answered', 'close'])
  })

  it('takes no attempt and no second outcome once it is closed', async () => {
    const { journal } = memoryJournal()
    const call = ledgerOn(journal).open(opening)
    await call.close(created)
    await expect(call.begin(forward)).rejects.toThrow('closed')
    await expect(call.close(created)).rejects.toThrow('closed')
  })

  it('keeps what a client made up short', async () => {
    const { journal, appends } = memoryJournal()
    const long = 'x'.repeat(100_000)
    await ledgerOn(journal)
      .open({ ...opening, userAgent: long, clientRequestId: long, resourceId: long })
      .close({ ...created, resourceId: long })
    expect(JSON.stringify(appends).length).toBeLessThan(5000)
  })
})

describe('what an upstream bills', () => {
  const billing: Billing = { perCallMicros: 2_000, currency: 'USD', billed: ['2xx', '404'] }
  const statuses = [200, 204, 404, 400, 401, 429, 503, null]

  async function rowOf(purpose: 'forward' | 'retry' | 'token', price?: Billing) {
    const { journal, appends } = memoryJournal()
    const call = ledgerOn(journal, price).open(opening)
    for (const status of statuses) (await call.begin({ ...forward, purpose })).answered(status)
    await call.close(created)
    const known = nothingKnown()
    for (const record of appends.flat()) {
      const read = parseRecord(printRecord(record))
      if (read === undefined || read.kind === 'erased') throw new Error('not read back')
      learn(known, read)
    }
    const row = toRow(known, 'open')
    return { ...row, billed: row?.attempts.filter(({ billed }) => billed).map(({ status }) => status) }
  }

  it.each(['forward', 'retry'] as const)('is counted attempt by attempt, whatever it is for: %s', async (purpose) => {
    expect(await rowOf(purpose, billing)).toMatchObject({
      billed: [200, 204, 404],
      billedCalls: 3,
      costMicros: 6_000,
      upstreamCalls: 8,
    })
  })

  it('is no token, and nothing where nothing is billed', async () => {
    expect(await rowOf('token', billing)).toMatchObject({ billed: [], billedCalls: 0, costMicros: 0 })
    expect(await rowOf('forward')).toMatchObject({ billed: [], billedCalls: 0, costMicros: 0 })
  })

  it('is counted also where it costs nothing', async () => {
    const free = { ...billing, perCallMicros: 0 }
    expect(await rowOf('forward', free)).toMatchObject({ billedCalls: 3, costMicros: 0 })
  })
})
