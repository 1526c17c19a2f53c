import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLedger } from '../../src/ledger/create.ts'
import { learn, nothingKnown, toRow } from '../../src/ledger/merge.ts'
import { createNotes } from '../../src/ledger/notes.ts'
import { type LedgerRecord, parseJournal, parseRecord, printRecord } from '../../src/ledger/records.ts'
import { opening } from '../support/calls.ts'
import { temporaryStorage } from '../support/storage.ts'

const outcome = { status: 201, scimType: null, bytesOut: 300 }

/** A call with these notes, as the journal has it: text. */
async function writtenCall(notes: readonly (readonly ['ignored' | 'unsupported', readonly string[]])[]) {
  const written: LedgerRecord[] = []
  const journal = { append: async (_tenant: string, records: readonly LedgerRecord[]) => void written.push(...records) }
  const call = createLedger({ tenant: 'contoso', journal, now: () => 1, newId: () => 'call-1' }).open(opening)
  for (const [kind, names] of notes) call.note(kind, names)
  await call.close(outcome)
  return { call, written, text: written.map((record) => `${printRecord(record)}\n`).join('') }
}

/** The row that a journal's text comes to, as a tenant's database gives it back. */
function stored(text: string) {
  const known = nothingKnown()
  const { records, corruptLines } = parseJournal(text)
  expect(corruptLines).toEqual([])
  for (const record of records) if (record.kind !== 'erased') learn(known, record)
  const row = toRow(known, 'open')
  if (row === undefined) throw new Error('no call')
  const tenant = temporaryStorage().of('a')
  tenant.use(({ calls }) => calls.apply([row]))
  return tenant.use(({ calls }) => calls.find(row.id))
}

describe('the notes of a call', () => {
  it('come with its close, joined, each name once, and are found with its row', async () => {
    const { text } = await writtenCall([
      ['ignored', ['nickName', 'title']],
      ['unsupported', ['roles']],
      ['ignored', ['title', 'userType']],
      ['unsupported', []],
    ])
    expect(stored(text)?.notes).toEqual([
      { kind: 'ignored', names: ['nickName', 'title', 'userType'] },
      { kind: 'unsupported', names: ['roles'] },
    ])
  })

  it('are null where nothing was left out', async () => {
    const { text } = await writtenCall([['ignored', []]])
    expect(text).not.toContain('notes')
    expect(stored(text)?.notes).toBeNull()
  })

  it('are null in what an older version wrote', () => {
    const older = [
      '{"kind":"open","tenant":"contoso","call":"1","at":1,"credential":null,"clientAddress":null,"userAgent":null,' +
        '"clientRequestId":null,"method":"GET","operation":"User.read","resourceType":"User","resourceId":"1","bytesIn":0}',
      '{"kind":"close","tenant":"contoso","call":"1","status":200,"scimType":null,"operation":"User.read",' +
        '"resourceType":"User","resourceId":"1","bytesOut":9,"durationMs":12,"inDoubt":false}',
    ]
    expect(stored(`${older.join('\n')}\n`)).toMatchObject({ state: 'closed', status: 200, notes: null })
  })

  it('are lost with a close that was never written, and nothing else is', async () => {
    const { written } = await writtenCall([['ignored', ['title']]])
    const known = nothingKnown()
    for (const record of written.filter(({ kind }) => kind !== 'close')) learn(known, record)
    expect(toRow(known, 'in-doubt')).toMatchObject({ state: 'in-doubt', notes: null })
  })

  it('takes none after it closed', async () => {
    const { call, written } = await writtenCall([['ignored', ['title']]])
    call.note('ignored', ['late'])
    expect(JSON.stringify(written)).not.toContain('late')
  })
})

describe('what a client makes up', () => {
  it.each([
    ['10 MB', ['x'.repeat(10_000_000)], [`${'x'.repeat(199)}…`]],
    ['control characters', ['a\u001b[2Jb\u0000\r\n'], ['a\ufffd[2Jb\ufffd\ufffd\ufffd']],
    ['what turns text around', ['a\u202eb\u2028'], ['a\ufffdb\ufffd']],
    ['half a character', ['\ud83d', `${'x'.repeat(198)}\u{1f600}y`], ['\ufffd', `${'x'.repeat(198)}\ufffd…`]],
  ])('is cut and cleaned: %s', (_what, names, expected) => {
    const notes = createNotes()
    notes.add('ignored', names)
    expect(notes.list()).toEqual([{ kind: 'ignored', names: expected }])
  })

  it('says that there were more than it keeps', () => {
    const notes = createNotes()
    const names = Array.from({ length: 20 }, (_, at) => `a${at}`)
    notes.add('ignored', names)
    notes.add('ignored', ['a3'])
    expect(notes.list()).toEqual([{ kind: 'ignored', names }])
    notes.add('ignored', ['a20', 'a21'])
    expect(notes.list()).toEqual([{ kind: 'ignored', names, more: true }])
  })

  it('stays small and is read back as it was written, whatever it is', () => {
    const name = fc.string({ unit: fc.oneof(fc.string({ maxLength: 1 }), fc.constantFrom('\ud83d', '"', '\u0000')) })
    const added = fc.array(fc.tuple(fc.constantFrom('ignored', 'unsupported'), fc.array(name, { maxLength: 40 })))
    fc.assert(
      fc.property(added, (given) => {
        const notes = createNotes()
        for (const [kind, names] of given) notes.add(kind, names)
        const list = notes.list()
        expect(JSON.stringify(list ?? null).length).toBeLessThan(20_000)
        const closed: LedgerRecord = {
          kind: 'close',
          ...{ tenant: 'a', call: '1', status: 200, scimType: null, operation: 'x', resourceType: null },
          ...{ resourceId: null, bytesOut: 0, durationMs: 1, inDoubt: false, notes: list },
        }
        expect(parseRecord(printRecord(closed))).toEqual(closed)
      }),
    )
  })
})
