import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ResourceQueries } from '../../src/store/resources.ts'
import { openDirectoryDatabase, temporaryDirectoryDatabase } from '../support/directory-database.ts'

const add = (queries: ResourceQueries, id: string, type = 'User'): number =>
  queries.insert({ id, type, version: 1, createdAt: 1, modifiedAt: 1, display: id, body: '{}' })

const nothing = { ids: [], keys: [], members: [], groups: [] }

describe('rows', () => {
  test('are found by id within their type, exactly', () => {
    const { queries } = temporaryDirectoryDatabase()
    const seq = add(queries, 'a')
    expect(queries.byId('User', 'a')?.seq).toBe(seq)
    expect(queries.byId('User', 'A')).toBeUndefined()
    expect(queries.byId('Group', 'a')).toBeUndefined()
  })

  test('are walked, paged and counted by one type or by several, in the order of their making', () => {
    const { queries } = temporaryDirectoryDatabase()
    for (const [id, type] of [
      ['a', 'User'],
      ['b', 'Group'],
      ['c', 'User'],
      ['d', 'Thing'],
    ] as const)
      add(queries, id, type)
    const ids = (rows: readonly { id: string }[]) => rows.map((row) => row.id).join('')
    expect(ids(queries.after(['User'], 0, 9))).toBe('ac')
    expect(ids(queries.after(['User', 'Group'], 1, 9))).toBe('bc')
    expect(ids(queries.page(['User'], 1, 9))).toBe('c')
    expect(ids(queries.page(['User', 'Group'], 1, 1))).toBe('b')
    expect([queries.count(['User']), queries.count(['User', 'Thing'])]).toEqual([2, 3])
  })

  test('roll back together when the work throws', () => {
    const { queries } = temporaryDirectoryDatabase()
    expect(() =>
      queries.transaction(() => {
        add(queries, 'a')
        throw new Error('stop')
      }),
    ).toThrow('stop')
    expect(queries.count(['User'])).toBe(0)
  })

  test('a transaction keeps other writers out from its first moment, so that what it reads stays true', () => {
    const { queries, file } = temporaryDirectoryDatabase()
    const other = new Database(file, { timeout: 0 })
    onTestFinished(() => void other.close())
    const write = () => other.exec("insert into directory_notes values ('a', 'b')")
    queries.transaction(() => expect(write).toThrow(/locked/))
    write()
    expect(queries.note('a')).toBe('b')
  })

  test('a number is never given twice, so that a cursor cannot meet another resource under it', () => {
    const { queries } = temporaryDirectoryDatabase()
    const first = add(queries, 'a')
    queries.remove(first)
    expect(add(queries, 'b')).toBeGreaterThan(first)
  })
})

describe('keys', () => {
  const key = (value: string, single = true) => ({ attribute: 'User:userName', value, single })

  test('name the first claim that another resource has', () => {
    const { queries } = temporaryDirectoryDatabase()
    expect(queries.keys.add(1, [key('a')])).toBeUndefined()
    expect(queries.keys.add(2, [key('b'), key('a')])).toEqual(key('a'))
  })

  test('may be shared when they are not single, and freed', () => {
    const { queries } = temporaryDirectoryDatabase()
    queries.keys.add(1, [key('a')])
    expect(queries.keys.add(2, [key('a', false)])).toBeUndefined()
    queries.keys.remove(1, [key('a')])
    expect(queries.keys.add(3, [key('a')])).toBeUndefined()
    queries.keys.forget(3)
    expect(queries.keys.add(4, [key('a')])).toBeUndefined()
  })

  test('a claim cannot be passed by writing the row directly either', () => {
    const { client, queries } = temporaryDirectoryDatabase()
    queries.keys.add(1, [key('a')])
    const insert = "insert into resource_keys values (2, 'User:userName', 'a', 1)"
    expect(() => client.exec(insert)).toThrow(/UNIQUE/)
  })
})

describe('candidates', () => {
  test('unite every kind of look-up, each once, in order, up to the limit', () => {
    const { queries } = temporaryDirectoryDatabase()
    const [a, b, c, d] = [add(queries, 'a'), add(queries, 'b'), add(queries, 'c', 'Group'), add(queries, 'd', 'Group')]
    queries.keys.add(b, [{ attribute: 'k', value: 'v', single: false }])
    queries.memberships.add(c, ['a', 'd'])
    queries.memberships.add(d, ['b'])
    expect(queries.keys.candidates({ ...nothing, ids: ['a', 'none'] }, 9)).toEqual([a])
    expect(queries.keys.candidates({ ...nothing, keys: [{ attribute: 'k', value: 'v' }] }, 9)).toEqual([b])
    expect(queries.keys.candidates({ ...nothing, members: ['b'] }, 9)).toEqual([d])
    expect(queries.keys.candidates({ ...nothing, groups: ['c'] }, 9)).toEqual([a, b, c, d])
    const all = { ids: ['a'], keys: [{ attribute: 'k', value: 'v' }], members: ['b'], groups: [] }
    expect(queries.keys.candidates(all, 9)).toEqual([a, b, d])
    expect(queries.keys.candidates(all, 2)).toEqual([a, b])
  })
})

describe('memberships', () => {
  test('under random operations equal a plain model', () => {
    const users = ['u0', 'u1', 'u2', 'u3']
    const groups = ['g0', 'g1', 'g2']
    const ids = fc.subarray([...users, ...groups, 'unknown'])
    const operation = fc.record({
      kind: fc.constantFrom('add', 'remove', 'retain', 'clear', 'forget'),
      group: fc.nat({ max: groups.length - 1 }),
      ids,
    })
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 12 }), (operations) => {
        const { queries, close } = openDirectoryDatabase()
        const seqOf = new Map([
          ...users.map((id) => [id, add(queries, id)] as const),
          ...groups.map((id) => [id, add(queries, id, 'Group')] as const),
        ])
        const model = new Map(groups.map((id) => [id, new Set<string>()]))
        for (const { kind, group, ids: named } of operations) {
          const id = groups[group] ?? ''
          const members = model.get(id) ?? new Set()
          const before = members.size
          const seq = seqOf.get(id) ?? 0
          const known = named.filter((name) => seqOf.has(name))
          if (kind === 'forget') {
            members.clear()
            for (const each of model.values()) each.delete(id)
            queries.memberships.forget(seq)
          } else if (kind === 'clear') {
            members.clear()
            expect(queries.memberships.clear(seq)).toBe(before)
          } else if (kind === 'add') {
            for (const name of known) members.add(name)
            expect(queries.memberships.add(seq, named)).toBe(members.size - before)
          } else {
            for (const name of [...members]) if (known.includes(name) === (kind === 'remove')) members.delete(name)
            const change = kind === 'remove' ? queries.memberships.remove : queries.memberships.retain
            expect(change(seq, named)).toBe(before - members.size)
          }
        }
        const held = queries.memberships.of([...seqOf.values()])
        const pairs = held.map((row) => `${groups[[...seqOf.values()].indexOf(row.groupSeq) - users.length]} ${row.id}`)
        const expected = [...model].flatMap(([id, members]) => [...members].map((member) => `${id} ${member}`))
        expect(pairs.sort()).toEqual(expected.sort())
        const groupsOf = queries.memberships.groupsOf([...seqOf.values()])
        for (const [id, seq] of seqOf) {
          const found = groupsOf.filter((row) => row.memberSeq === seq).map((row) => `${row.id} ${row.direct}`)
          expect(found.sort()).toEqual(closure(model, id).sort())
        }
        close()
      }),
      { numRuns: 40 },
    )
  })

  test('firstUnknown passes over what can be a member, and nothing else', () => {
    const { queries } = temporaryDirectoryDatabase()
    add(queries, 'a')
    add(queries, 'thing', 'Thing')
    expect(queries.memberships.firstUnknown(['a'])).toBeUndefined()
    expect(queries.memberships.firstUnknown(['a', 'b'])).toBe('b')
    expect(queries.memberships.firstUnknown(['thing'])).toBe('thing')
  })
})

/** The groups of `id` in the model, as `id direct`. */
function closure(model: ReadonlyMap<string, ReadonlySet<string>>, id: string): string[] {
  const holding = (member: string) => [...model].filter(([, members]) => members.has(member)).map(([group]) => group)
  const direct = new Set(holding(id))
  const all = new Set(direct)
  for (const group of all) for (const above of holding(group)) all.add(above)
  return [...all].map((group) => `${group} ${direct.has(group) ? 1 : 0}`)
}
