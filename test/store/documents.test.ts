import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openControl } from '../../src/node/control.ts'
import { Conflict, HostTaken, type NewDocument } from '../../src/store/documents.ts'
import { temporaryFolder } from '../support/storage.ts'

function open(folder = temporaryFolder()) {
  let clock = 1000
  const { control, close } = openControl(folder, () => {
    clock += 1
    return clock
  })
  onTestFinished(close)
  return { control, documents: control.documents, folder }
}

const document = (tenant: string, number: number, hosts: readonly string[] = []): NewDocument => ({
  tenant,
  number,
  operator: 'anna',
  action: 'apply',
  version: `${tenant}-${number}`,
  file: `id: ${tenant} # ${number}`,
  templates: { hr: `# ${number}` },
  summary: { name: tenant, status: 'active', upstream: { kind: 'directory', url: null }, hosts },
})

describe('applied documents', () => {
  it('has the latest in force, whole, and every version by its number', async () => {
    const { documents } = open()
    expect(await documents.current('contoso')).toBeUndefined()
    expect(await documents.latest('contoso')).toEqual({ number: 0, current: undefined })
    await documents.put(document('contoso', 1))
    await documents.put({ ...document('contoso', 2), operator: 'ben', action: 'rollback' })
    const { summary, file, templates } = document('contoso', 2)
    expect(await documents.current('contoso')).toEqual({
      tenant: 'contoso',
      number: 2,
      at: 1002,
      operator: 'ben',
      action: 'rollback',
      version: 'contoso-2',
      summary,
      file,
      templates,
    })
    expect((await documents.at('contoso', 1))?.file).toBe('id: contoso # 1')
    expect(await documents.at('contoso', 3)).toBeUndefined()
    expect(await documents.history('contoso')).toEqual([
      { number: 2, at: 1002, operator: 'ben', action: 'rollback', version: 'contoso-2' },
      { number: 1, at: 1001, operator: 'anna', action: 'apply', version: 'contoso-1' },
    ])
  })

  it('lists what is in force by tenant, without texts', async () => {
    const { documents } = open()
    await documents.put(document('b', 1, ['b.example']))
    await documents.put(document('a', 1))
    await documents.put(document('c', 1))
    await documents.put(document('a', 2))
    await documents.remove({ tenant: 'c', number: 2, operator: 'anna' })
    const list = await documents.list()
    expect(list.map(({ tenant, number, summary }) => [tenant, number, summary.hosts])).toEqual([
      ['a', 2, []],
      ['b', 1, ['b.example']],
    ])
    expect(list.some((entry) => 'file' in entry)).toBe(false)
  })

  it('says which versions are in force of those that are asked for', async () => {
    const { documents } = open()
    await documents.put(document('a', 1))
    await documents.put(document('b', 1))
    await documents.remove({ tenant: 'a', number: 2, operator: 'anna' })
    await documents.put(document('c', 1))
    await documents.put(document('c', 2))
    expect(await documents.versions(['a', 'c', 'd'])).toEqual(
      new Map([
        ['a', null],
        ['c', 'c-2'],
      ]),
    )
    expect((await documents.latest('b')).current?.file).toBe('id: b # 1')
  })

  it('keeps the history of what was removed, frees its hosts, and goes on counting', async () => {
    const { documents } = open()
    await documents.put(document('contoso', 1, ['one.example']))
    await documents.remove({ tenant: 'contoso', number: 2, operator: 'ben' })
    expect(await documents.current('contoso')).toBeUndefined()
    expect(await documents.at('contoso', 2)).toBeUndefined()
    expect(await documents.latest('contoso')).toEqual({ number: 2, current: undefined })
    expect((await documents.history('contoso')).map(({ action, version }) => [action, version])).toEqual([
      ['remove', null],
      ['apply', 'contoso-1'],
    ])
    await documents.put(document('fabrikam', 1, ['one.example']))
    await documents.put(document('contoso', 3))
    expect((await documents.current('contoso'))?.number).toBe(3)
  })

  it('says who holds which host; a version holds its own and no earlier one', async () => {
    const { documents } = open()
    await documents.put(document('contoso', 1, ['one.example', 'two.example', 'two.example']))
    await documents.put(document('fabrikam', 1, ['three.example']))
    await documents.put(document('contoso', 2, ['two.example']))
    const asked = ['one.example', 'two.example', 'three.example', ...Array.from({ length: 500 }, (_, n) => `h${n}`)]
    expect([...(await documents.holders(asked))].sort()).toEqual([
      ['three.example', 'fabrikam'],
      ['two.example', 'contoso'],
    ])
    expect((await documents.holders([])).size).toBe(0)
  })

  it('writes each change into the operator log and announces it', async () => {
    const { control, documents } = open()
    await documents.put({ ...document('contoso', 1), details: { previousVersion: 'none' } })
    await documents.remove({ tenant: 'contoso', number: 2, operator: 'ben' })
    const entries = await control.entries({ tenants: 'all', limit: 9 })
    expect(entries.map(({ operator, action, tenant, details }) => [operator, action, tenant, details])).toEqual([
      ['ben', 'tenant.remove', 'contoso', { number: '2' }],
      ['anna', 'tenant.apply', 'contoso', { number: '1', version: 'contoso-1', previousVersion: 'none' }],
    ])
    expect(await control.changesSince(1)).toEqual({ seq: 2, tenants: ['contoso'] })
  })
})

describe('two changes at once', () => {
  it('have one winner: whoever read the same number comes too late', async () => {
    const { documents, folder } = open()
    const other = open(folder).documents
    const tries = await Promise.allSettled([
      documents.put({ ...document('contoso', 1), operator: 'anna' }),
      other.put({ ...document('contoso', 1), operator: 'ben' }),
      documents.remove({ tenant: 'contoso', number: 1, operator: 'eve' }),
    ])
    expect(tries.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    for (const tried of tries) if (tried.status === 'rejected') expect(tried.reason).toBeInstanceOf(Conflict)
    expect(await documents.history('contoso')).toHaveLength(1)
    expect((await documents.current('contoso'))?.operator).toBe('anna')
  })

  it('cannot take one host', async () => {
    const { control, documents } = open()
    await documents.put(document('contoso', 1, ['one.example']))
    await expect(documents.put(document('fabrikam', 1, ['new.example', 'one.example']))).rejects.toThrow(HostTaken)
    expect((await documents.latest('fabrikam')).number).toBe(0)
    expect([...(await documents.holders(['one.example', 'new.example']))]).toEqual([['one.example', 'contoso']])
    expect(await control.entries({ tenants: ['fabrikam'], limit: 9 })).toEqual([])
  })
})

describe('a change that fails halfway', () => {
  const steps = [
    'insert on documents',
    'delete on document_hosts',
    'insert on document_hosts',
    'insert on operator_log',
    'insert on changes',
    'update on changes',
  ]
  it.each(steps)('leaves the old version whole: %s', async (step) => {
    const { control, documents, folder } = open()
    await documents.put(document('contoso', 1, ['one.example']))
    const before = await control.entries({ tenants: 'all', limit: 9 })
    const database = new Database(join(folder, 'control.db'))
    database.exec(`create trigger broken before ${step} begin select raise(abort, 'the disk is full'); end`)
    database.close()
    await expect(documents.put(document('contoso', 2, ['two.example']))).rejects.toThrow('the disk is full')
    expect((await documents.current('contoso'))?.number).toBe(1)
    expect([...(await documents.holders(['one.example', 'two.example']))]).toEqual([['one.example', 'contoso']])
    expect(await control.entries({ tenants: 'all', limit: 9 })).toEqual(before)
    expect(await control.changesSince(1)).toEqual({ seq: 1, tenants: [] })
  })
})

describe('one suspension', () => {
  it('is found by its tenant', async () => {
    const { control } = open()
    await control.suspend('contoso', 'anna')
    expect(await control.suspension('contoso')).toMatchObject({ tenant: 'contoso', operator: 'anna', reason: null })
    expect(await control.suspension('fabrikam')).toBeUndefined()
  })
})
