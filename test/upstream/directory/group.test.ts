import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../../src/scim/json.ts'
import { type Answer, column, type DirectoryClient, directoryClient, listed } from '../../support/directory-client.ts'
import { openDirectoryDatabase } from '../../support/directory-database.ts'

const user = (client: DirectoryClient, userName: string) => client.create('/Users', { userName })
const group = (client: DirectoryClient, displayName: string, ...members: string[]) =>
  client.create('/Groups', { displayName, members: members.map((value) => ({ value })) })
const valuesOf = ({ body }: Answer, name: string): (Json | undefined)[] => {
  const list = body[name]
  return Array.isArray(list)
    ? list.map((one) => (typeof one === 'object' && one !== null && !Array.isArray(one) ? one['value'] : one))
    : []
}
const versionOf = async (client: DirectoryClient, id: string) => (await client.get(`/Groups/${id}`)).headers['ETag']

describe('members', () => {
  test('show who they are, whatever the client wrote of them', async () => {
    const client = directoryClient()
    const ann = await client.create('/Users', { userName: 'ann', displayName: 'Ann Lee' })
    const inner = await group(client, 'Inner')
    const { status, body } = await client.post('/Groups', {
      displayName: 'Outer',
      members: [
        { value: ann, display: 'somebody', type: 'Group', $ref: 'https://other.example/x' },
        { value: inner },
        { value: ann },
      ],
    })
    expect(status).toBe(201)
    expect(body['members']).toEqual([
      { value: ann, $ref: `/Users/${ann}`, type: 'User', display: 'Ann Lee' },
      { value: inner, $ref: `/Groups/${inner}`, type: 'Group', display: 'Inner' },
    ])
  })

  test('may be given by their place alone', async () => {
    const client = directoryClient()
    const ann = await user(client, 'ann')
    const { body } = await client.post('/Groups', { displayName: 'G', members: [{ $ref: `/Users/${ann}` }] })
    expect(body['members']).toMatchObject([{ value: ann }])
  })

  test.each(['POST', 'PUT', 'PATCH'])(
    'that do not exist are refused by %s, by name, and nothing changes',
    async (method) => {
      const client = directoryClient()
      const ann = await user(client, 'ann')
      const id = await group(client, 'G', ann)
      const before = await client.get(`/Groups/${id}`)
      const members = [{ value: ann }, { value: 'nobody' }]
      const answer =
        method === 'PATCH'
          ? await client.patch(`/Groups/${id}`, [
              { op: 'replace', path: 'displayName', value: 'H' },
              { op: 'add', path: 'members', value: members },
            ])
          : await client.send(method, method === 'PUT' ? `/Groups/${id}` : '/Groups', {
              body: { displayName: 'H', members },
            })
      expect([answer.status, answer.body['scimType']]).toEqual([400, 'invalidValue'])
      expect(answer.body['detail']).toContain('nobody')
      expect(await client.get(`/Groups/${id}`)).toEqual(before)
      expect((await client.get('/Groups')).body['totalResults']).toBe(1)
    },
  )

  test('vanish with their user or group, and the groups that lose them get a new version', async () => {
    const client = directoryClient()
    const [ann, bob] = [await user(client, 'ann'), await user(client, 'bob')]
    const inner = await group(client, 'Inner', ann)
    const outer = await group(client, 'Outer', bob, inner)
    await client.send('DELETE', `/Users/${ann}`)
    expect((await client.get(`/Groups/${inner}`)).body).not.toHaveProperty('members')
    expect(await versionOf(client, inner)).toBe('W/"2"')
    expect(await versionOf(client, outer)).toBe('W/"1"')
    await client.send('DELETE', `/Groups/${inner}`)
    expect(valuesOf(await client.get(`/Groups/${outer}`), 'members')).toEqual([bob])
    expect(await versionOf(client, outer)).toBe('W/"2"')
  })

  test('are cleared by a PUT without them', async () => {
    const client = directoryClient()
    const id = await group(client, 'G', await user(client, 'ann'))
    const { body } = await client.send('PUT', `/Groups/${id}`, { body: { displayName: 'G' } })
    expect(body).not.toHaveProperty('members')
    expect(body).toMatchObject({ meta: { version: 'W/"2"' } })
  })

  test('a group needs a displayName', async () => {
    const { status, body } = await directoryClient().post('/Groups', { members: [] })
    expect([status, body['scimType']]).toEqual([400, 'invalidValue'])
  })
})

describe('a PATCH of members', () => {
  const setUp = async () => {
    const client = directoryClient()
    const [ann, bob, eve] = [await user(client, 'ann'), await user(client, 'bob'), await user(client, 'eve')]
    const id = await group(client, 'G', ann, bob)
    return { client, ann, bob, eve, id }
  }
  type People = Awaited<ReturnType<typeof setUp>>
  const eq = (value: string) => `value eq "${value}"`

  test.each<[string, (people: People) => Json, (people: People) => string[], number]>([
    [
      'add',
      ({ eve }) => [{ op: 'add', path: 'members', value: [{ value: eve }] }],
      ({ ann, bob, eve }) => [ann, bob, eve],
      2,
    ],
    [
      'add of one as an object',
      ({ eve }) => [{ op: 'add', path: 'members', value: { value: eve } }],
      ({ ann, bob, eve }) => [ann, bob, eve],
      2,
    ],
    [
      'add of one who is there',
      ({ ann }) => [{ op: 'add', path: 'members', value: [{ value: ann }] }],
      ({ ann, bob }) => [ann, bob],
      1,
    ],
    [
      'add without a path',
      ({ eve }) => [{ op: 'add', value: { members: [{ value: eve }] } }],
      ({ ann, bob, eve }) => [ann, bob, eve],
      2,
    ],
    ['remove of one', ({ ann }) => [{ op: 'remove', path: `members[${eq(ann)}]` }], ({ bob }) => [bob], 2],
    ['remove of two', ({ ann, bob }) => [{ op: 'remove', path: `members[${eq(ann)} or ${eq(bob)}]` }], () => [], 2],
    [
      'remove of a stranger',
      ({ eve }) => [{ op: 'remove', path: `members[${eq(eve)}]` }],
      ({ ann, bob }) => [ann, bob],
      1,
    ],
    [
      'remove of nobody there is',
      () => [{ op: 'remove', path: `members[${eq('x')}]` }],
      ({ ann, bob }) => [ann, bob],
      1,
    ],
    [
      'remove as Entra writes it',
      ({ ann }) => [{ op: 'Remove', path: 'members', value: [{ value: ann }] }],
      ({ bob }) => [bob],
      2,
    ],
    ['remove of all', () => [{ op: 'remove', path: 'members' }], () => [], 2],
    [
      'replace',
      ({ bob, eve }) => [{ op: 'replace', path: 'members', value: [{ value: bob }, { value: eve }] }],
      ({ bob, eve }) => [bob, eve],
      2,
    ],
    [
      'replace by the same',
      ({ bob, ann }) => [{ op: 'replace', path: 'members', value: [{ value: bob }, { value: ann }] }],
      ({ ann, bob }) => [ann, bob],
      1,
    ],
    ['replace by none', () => [{ op: 'replace', path: 'members', value: [] }], () => [], 2],
    [
      'add and remove of the same',
      ({ eve }) => [
        { op: 'add', path: 'members', value: [{ value: eve }] },
        { op: 'remove', path: `members[${eq(eve)}]` },
      ],
      ({ ann, bob }) => [ann, bob],
      1,
    ],
    [
      'remove of all, then add of one',
      ({ ann }) => [
        { op: 'remove', path: 'members' },
        { op: 'add', path: 'members', value: [{ value: ann }] },
      ],
      ({ ann }) => [ann],
      2,
    ],
    ['remove by another attribute', () => [{ op: 'remove', path: 'members[display eq "ann"]' }], ({ bob }) => [bob], 2],
    [
      'an operation on something else',
      () => [{ op: 'replace', path: 'displayName', value: 'H' }],
      ({ ann, bob }) => [ann, bob],
      2,
    ],
  ])('%s', async (_, operations, expected, version) => {
    const people = await setUp()
    const answer = await people.client.patch(`/Groups/${people.id}`, operations(people))
    expect([answer.status, answer.headers['ETag']]).toEqual([204, `W/"${version}"`])
    const after = await people.client.get(`/Groups/${people.id}`)
    expect(valuesOf(after, 'members').sort()).toEqual(expected(people).sort())
    expect(after.headers['ETag']).toBe(`W/"${version}"`)
  })

  test('that adds one reads none of those that are there', async () => {
    const { client, eve, id } = await setUp()
    client.database.statements.length = 0
    await client.patch(`/Groups/${id}`, [{ op: 'add', path: 'members', value: [{ value: eve }] }])
    const reads = client.database.statements.filter((sql) => /^select.* from "?memberships/i.test(sql))
    expect(reads).toEqual([])
  })
})

describe('reading without members', () => {
  test.each(['excludedAttributes=members', 'attributes=displayName'])('%s does not read them', async (projection) => {
    const client = directoryClient()
    const id = await group(client, 'G', await user(client, 'ann'))
    client.database.statements.length = 0
    const one = await client.get(`/Groups/${id}?${projection}`)
    const many = await client.get(`/Groups?${projection}`)
    expect([one.body['displayName'], one.body['members']]).toEqual(['G', undefined])
    expect(column(many, 'members')).toEqual([undefined])
    expect(client.database.statements.join('\n')).not.toContain('memberships')
  })

  test('attributes=members.value reads them', async () => {
    const client = directoryClient()
    const ann = await user(client, 'ann')
    const id = await group(client, 'G', ann)
    expect((await client.get(`/Groups/${id}?attributes=members.value`)).body['members']).toEqual([{ value: ann }])
  })
})

describe('groups of a user', () => {
  test('are direct, or indirect through other groups, and may be filtered', async () => {
    const client = directoryClient()
    const ann = await user(client, 'ann')
    const inner = await group(client, 'Inner', ann)
    const outer = await group(client, 'Outer', inner)
    const { body } = await client.get(`/Users/${ann}`)
    expect(body['groups']).toEqual([
      { value: inner, $ref: `/Groups/${inner}`, display: 'Inner', type: 'direct' },
      { value: outer, $ref: `/Groups/${outer}`, display: 'Outer', type: 'indirect' },
    ])
    const found = async (filter: string) => column(await client.get(`/Users?filter=${filter}`), 'id')
    expect(await found(`groups.value eq "${outer}"`)).toEqual([ann])
    expect(await found(`groups[value eq "${outer}" and type eq "direct"]`)).toEqual([])
    expect(await found('groups.display sw "in"')).toEqual([ann])
    expect(await found('not (groups pr)')).toEqual([])
    expect(column(await client.get(`/Groups?filter=members.value eq "${ann}"`), 'id')).toEqual([inner])
    expect(column(await client.get('/Groups?filter=members.display eq "ann"'), 'id')).toEqual([inner])
  })

  test('a cycle of groups ends', async () => {
    const client = directoryClient()
    const ann = await user(client, 'ann')
    const a = await group(client, 'A', ann)
    const b = await group(client, 'B', a)
    await client.patch(`/Groups/${a}`, [{ op: 'add', path: 'members', value: [{ value: b }, { value: a }] }])
    const { body } = await client.get(`/Users/${ann}`)
    expect(body['groups']).toMatchObject([
      { value: a, type: 'direct' },
      { value: b, type: 'indirect' },
    ])
    expect(column(await client.get(`/Users?filter=groups.value eq "${b}"`), 'id')).toEqual([ann])
  })

  test('cannot be written, and change no version of the user', async () => {
    const client = directoryClient()
    const ann = await user(client, 'ann')
    const id = await group(client, 'G', ann)
    const refused = await client.patch(`/Users/${ann}`, [{ op: 'add', path: 'groups', value: [{ value: id }] }])
    expect([refused.status, refused.body['scimType']]).toEqual([400, 'mutability'])
    const before = (await client.get(`/Users/${ann}`)).headers['ETag']
    await client.send('PUT', `/Users/${ann}`, { body: { userName: 'ann', groups: [] } })
    expect((await client.get(`/Users/${ann}`)).headers['ETag']).toBe(before)
    expect(valuesOf(await client.get(`/Users/${ann}`), 'groups')).toEqual([id])
  })

  test('that change are never hidden by a 304, and stand in no write’s way', async () => {
    const client = directoryClient()
    const ann = await user(client, 'ann')
    const alone = (await client.get(`/Users/${ann}`)).headers['ETag']
    const id = await group(client, 'G', ann)
    const again = (ifNoneMatch = '', query = '') => client.send('GET', `/Users/${ann}${query}`, { ifNoneMatch })
    const joined = await again(alone)
    expect([joined.status, valuesOf(joined, 'groups')]).toEqual([200, [id]])
    const tag = joined.headers['ETag']
    expect(joined.body['meta']).toMatchObject({ version: tag })
    expect((await again(tag)).status).toBe(304)
    expect((await again(alone, '?excludedAttributes=groups')).status).toBe(304)
    await client.patch(`/Groups/${id}`, [{ op: 'replace', path: 'displayName', value: 'H' }])
    expect((await again(tag)).status).toBe(200)
    const written = await client.send('PUT', `/Users/${ann}`, { body: { userName: 'Ann' }, ifMatch: alone ?? '' })
    expect(written.status).toBe(200)
    const stale = await client.send('PUT', `/Users/${ann}`, { body: { userName: 'ANN' }, ifMatch: tag ?? '' })
    expect(stale.status).toBe(412)
    await client.send('DELETE', `/Groups/${id}`)
    expect((await again(written.headers['ETag'])).status).toBe(200)
  })
})

test('random writes leave the memberships that a plain model has', async () => {
  const names = ['u0', 'u1', 'u2', 'u3', 'g0', 'g1', 'g2']
  const step = fc.record({
    kind: fc.constantFrom('add', 'remove', 'replace', 'put', 'delete', 'mixed'),
    group: fc.constantFrom('g0', 'g1', 'g2'),
    members: fc.subarray(names),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
      const database = openDirectoryDatabase()
      const client = directoryClient({ database })
      const ids = new Map<string, string>()
      for (const name of names) ids.set(name, await (name.startsWith('u') ? user(client, name) : group(client, name)))
      const idOf = (name: string) => ids.get(name) ?? ''
      const model = new Map<string, Set<string>>(['g0', 'g1', 'g2'].map((name) => [name, new Set()]))
      for (const { kind, group: name, members } of steps) {
        const place = `/Groups/${idOf(name)}`
        const held = model.get(name)
        const known = members.filter((member) => ids.has(member))
        if (held === undefined) continue
        const list = known.map((member) => ({ value: idOf(member) }))
        if (kind === 'delete') {
          await client.send('DELETE', place)
          model.delete(name)
          ids.delete(name)
          for (const other of model.values()) other.delete(name)
        } else if (kind === 'add' || kind === 'mixed') {
          const first = [...held][0]
          const operations: Json[] = [{ op: 'add', path: 'members', value: list }]
          if (kind === 'mixed' && first !== undefined) {
            operations.push({ op: 'remove', path: `members[value eq "${idOf(first)}" and type pr]` })
          }
          for (const member of known) held.add(member)
          if (kind === 'mixed' && first !== undefined) held.delete(first)
          expect((await client.patch(place, operations)).status).toBe(204)
        } else if (kind === 'remove') {
          const operations = known.map((member) => ({ op: 'remove', path: `members[value eq "${idOf(member)}"]` }))
          if (operations.length > 0) expect((await client.patch(place, operations)).status).toBe(204)
          for (const member of known) held.delete(member)
        } else {
          const answer =
            kind === 'put'
              ? await client.send('PUT', place, { body: { displayName: name, members: list } })
              : await client.patch(place, [{ op: 'replace', path: 'members', value: list }])
          expect(answer.status).toBeLessThan(300)
          model.set(name, new Set(known))
        }
      }
      for (const [name, held] of model) {
        const shown = valuesOf(await client.get(`/Groups/${idOf(name)}`), 'members')
        expect(shown.sort()).toEqual([...held].map(idOf).sort())
      }
      for (const name of ['u0', 'u1', 'u2', 'u3']) {
        const shown = valuesOf(await client.get(`/Users/${idOf(name)}`), 'groups')
        expect(shown.sort()).toEqual(groupsOf(model, name).map(idOf).sort())
      }
      expect(listed(await client.get('/Groups'))).toHaveLength(model.size)
      database.close()
    }),
    { numRuns: 40 },
  )
})

function groupsOf(model: ReadonlyMap<string, ReadonlySet<string>>, member: string): string[] {
  const holding = (name: string) => [...model].filter(([, held]) => held.has(name)).map(([group]) => group)
  const all = new Set(holding(member))
  for (const group of all) for (const above of holding(group)) all.add(above)
  return [...all]
}
