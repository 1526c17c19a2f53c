import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseFilter } from '../../../src/scim/filter.ts'
import type { JsonObject } from '../../../src/scim/json.ts'
import { compileFilter } from '../../../src/scim/match.ts'
import { userDefinition } from '../../../src/scim/schemas.ts'
import { compileSort } from '../../../src/scim/sort.ts'
import { type Answer, column, type DirectoryClient, directoryClient, listed } from '../../support/directory-client.ts'
import { openDirectoryDatabase } from '../../support/directory-database.ts'

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const url = (parameters: Record<string, string | number>, path = '/Users') =>
  `${path}?${new URLSearchParams(Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]))}`
const names = (answer: Answer) => column(answer, 'userName')
const numbered = async (count: number): Promise<DirectoryClient> => {
  const client = directoryClient()
  for (let index = 0; index < count; index++)
    await client.create('/Users', { userName: `u${index}`, title: index % 2 === 0 ? 'even' : 'odd' })
  return client
}

describe('paging by index (RFC 7644 section 3.4.2.4)', () => {
  test.each([
    [{}, ['u0', 'u1', 'u2', 'u3', 'u4'], 1],
    [{ count: 2 }, ['u0', 'u1'], 1],
    [{ startIndex: 4, count: 2 }, ['u3', 'u4'], 4],
    [{ startIndex: 5 }, ['u4'], 5],
    [{ startIndex: 6 }, [], 6],
    [{ startIndex: 999_999_999_999_999 }, [], 999_999_999_999_999],
    [{ startIndex: 0 }, ['u0', 'u1', 'u2', 'u3', 'u4'], 1],
    [{ startIndex: -3, count: 1 }, ['u0'], 1],
    [{ count: 0 }, [], 1],
    [{ count: -1 }, [], 1],
  ])('%j', async (parameters, expected, startIndex) => {
    const client = await numbered(5)
    for (const more of [{}, { filter: 'userName pr' }, { sortBy: 'userName' }, { filter: 'title pr', sortBy: 'id' }]) {
      const answer = await client.get(url({ ...parameters, ...more }))
      expect(names(answer)).toEqual(expected)
      expect(answer.body).toMatchObject({ totalResults: 5, startIndex, itemsPerPage: expected.length })
    }
  })

  test('a page holds 100 unless the client says, and 1000 at most', async () => {
    const client = await numbered(0)
    client.database.queries.transaction(() => {
      for (let index = 0; index < 1100; index++)
        client.database.queries.insert({
          id: `i${index}`,
          type: 'User',
          version: 1,
          createdAt: 0,
          modifiedAt: 0,
          display: null,
          body: `{"userName":"u${index}"}`,
        })
    })
    expect((await client.get('/Users')).body['itemsPerPage']).toBe(100)
    expect((await client.get(url({ count: 5000 }))).body).toMatchObject({ itemsPerPage: 1000, totalResults: 1100 })
    expect((await client.get(url({ count: 5000, filter: 'userName pr' }))).body['itemsPerPage']).toBe(1000)
  })

  test('sorts by any attribute, ties in the order of making, both ways', async () => {
    const client = await numbered(5)
    const sorted = async (parameters: Record<string, string>) => names(await client.get(url(parameters)))
    expect(await sorted({ sortBy: 'title' })).toEqual(['u0', 'u2', 'u4', 'u1', 'u3'])
    expect(await sorted({ sortBy: 'title', sortOrder: 'descending' })).toEqual(['u1', 'u3', 'u0', 'u2', 'u4'])
    expect(await sorted({ sortBy: 'meta.created' })).toEqual(['u0', 'u1', 'u2', 'u3', 'u4'])
    expect((await client.get(url({ sortBy: 'name' }))).status).toBe(400)
  })
})

describe('a search from the root (RFC 7644 section 3.4.2.1)', () => {
  test('finds resources of every type', async () => {
    const client = directoryClient()
    const ann = await client.create('/Users', { userName: 'ann', displayName: 'Ann' })
    const team = await client.create('/Groups', { displayName: 'Ann', members: [{ value: ann }] })
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest']
    const search = (body: JsonObject) => client.post('/.search', { schemas, ...body })
    expect(column(await search({}), 'id')).toEqual([ann, team])
    expect(column(await search({ filter: 'displayName eq "ann"' }), 'id')).toEqual([ann, team])
    expect(column(await search({ filter: 'userName pr' }), 'id')).toEqual([ann])
    expect(column(await search({ filter: 'meta.resourceType eq "Group"' }), 'id')).toEqual([team])
    expect(column(await search({ filter: 'not (userName pr)', sortBy: 'meta.resourceType' }), 'id')).toEqual([team])
    expect(column(await search({ sortBy: 'meta.resourceType' }), 'id')).toEqual([team, ann])
    expect(listed(await search({ attributes: ['members'] }))[1]).toMatchObject({ members: [{ value: ann }] })
    const first = await search({ cursor: '', count: 1 })
    expect(first.body['totalResults']).toBe(2)
    expect(column(await search({ cursor: first.body['nextCursor'] ?? '', count: 1 }), 'id')).toEqual([team])
  })

  test('a filter of another type finds nothing, and POST /Users/.search is one of users', async () => {
    const client = directoryClient()
    const ann = await client.create('/Users', { userName: 'ann' })
    await client.create('/Groups', { displayName: 'G' })
    const answer = await client.post('/Users/.search', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
    })
    expect(column(answer, 'id')).toEqual([ann])
  })
})

describe('filters', () => {
  test('on what never comes back are refused', async () => {
    const { status, body } = await directoryClient().get(url({ filter: 'password eq "x"' }))
    expect([status, body['scimType']]).toEqual([400, 'invalidFilter'])
  })

  test('fold no wider than their attribute', async () => {
    const client = directoryClient()
    await client.create('/Users', { userName: 'STRASSE', externalId: 'Ab' })
    const total = async (filter: string) => (await client.get(url({ filter }))).body['totalResults']
    expect(await total('userName eq "strasse"')).toBe(1)
    expect(await total('userName eq "straße"')).toBe(0)
    expect(await total('externalId eq "Ab"')).toBe(1)
    expect(await total('externalId eq "ab"')).toBe(0)
  })

  test('long values, and values with NUL, are found by their whole text', async () => {
    const client = directoryClient()
    const long = 'x'.repeat(5000)
    const id = await client.create('/Users', { userName: long, externalId: 'a\u0000b' })
    await client.create('/Users', { userName: `${long}y`, externalId: 'a\u0000c' })
    expect((await client.post('/Users', { userName: long.toUpperCase() })).status).toBe(409)
    expect(column(await client.get(url({ filter: `userName eq "${long}"` })), 'id')).toEqual([id])
    expect(column(await client.get(url({ filter: 'externalId eq "a\\u0000b"' })), 'id')).toEqual([id])
  })
})

const word = fc.constantFrom('Ann', 'ann', 'BOB', 'Eve', 'Ünal', 'x')
const generatedUser = fc.record(
  {
    displayName: word,
    externalId: word,
    nickName: fc.oneof(word, fc.constant('')),
    active: fc.boolean(),
    emails: fc.array(fc.record({ value: word, type: fc.constantFrom('work', 'home') }), { maxLength: 2 }),
    name: fc.record({ givenName: word, familyName: word }, { requiredKeys: [] }),
    [enterprise]: fc.record({ employeeNumber: word, department: word }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
)
const path = fc.constantFrom(
  'userName',
  'displayName',
  'DISPLAYNAME',
  'externalId',
  'nickName',
  'emails',
  'emails.value',
  'emails.type',
  'name.givenName',
  'id',
  'groups.value',
  'groups.type',
  'groups.display',
  `${enterprise}:employeeNumber`,
  `${enterprise}:department`,
  'unknown',
)
const literal = fc.oneof(word, fc.constantFrom('u1', 'U2', 'work', 'direct', '$group', '$user'))
const atom = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(path, literal).map(([name, value]) => `${name} eq "${value}"`) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(path, fc.constantFrom('ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'), literal)
      .map(([name, operator, value]) => `${name} ${operator} "${value}"`),
  },
  path.map((name) => `${name} pr`),
  fc.constantFrom('active eq true', 'nickName eq null', 'meta.lastModified ge "2026-01-01T00:00:00Z"'),
  word.map((value) => `emails[type eq "work" and value eq "${value}"]`),
  word.map((value) => `emails[not (value eq "${value}")]`),
  fc.constantFrom('direct', 'indirect').map((type) => `groups[value eq "$group" and type eq "${type}"]`),
)
const filterText = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    atom,
    fc
      .tuple(tie('tree'), fc.constantFrom('and', 'or'), tie('tree'))
      .map(([left, join, right]) => `(${left}) ${join} (${right})`),
    tie('tree').map((of) => `not (${of})`),
  ),
})).tree
const query = fc.record(
  { filter: filterText, sortBy: path, sortOrder: fc.constantFrom('ascending', 'descending') },
  { requiredKeys: ['sortOrder'] },
)

/** Every page by index, one after another. */
async function byIndex(client: DirectoryClient, parameters: Record<string, string | number>): Promise<JsonObject[]> {
  const all: JsonObject[] = []
  for (;;) {
    const answer = await client.get(url({ ...parameters, startIndex: all.length + 1 }))
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
    const page = listed(answer)
    all.push(...page)
    if (page.length === 0 || all.length >= Number(answer.body['totalResults'])) return all
  }
}

/** Every page by cursor, `between` called after each but the last. */
async function byCursor(
  client: DirectoryClient,
  parameters: Record<string, string | number>,
  between: () => Promise<unknown> = async () => undefined,
): Promise<JsonObject[]> {
  const all: JsonObject[] = []
  let cursor: string | undefined = ''
  for (let pages = 0; cursor !== undefined; pages++) {
    if (pages > 100) throw new Error('the walk does not end')
    const answer: Answer = await client.get(url({ ...parameters, cursor }))
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
    all.push(...listed(answer))
    const next = answer.body['nextCursor']
    cursor = typeof next === 'string' ? next : undefined
    if (cursor !== undefined) await between()
  }
  return all
}

test('every answer is what the filter and the order make of all resources, by either paging', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(generatedUser, { minLength: 1, maxLength: 8 }),
      fc.array(query, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 4 }),
      async (users, queries, count) => {
        const database = openDirectoryDatabase()
        const client = directoryClient({ database })
        const ids: string[] = []
        for (const [index, user] of users.entries())
          ids.push(await client.create('/Users', { ...user, userName: `u${index}` }))
        const group = await client.create('/Groups', { displayName: 'Ann', members: [{ value: ids[0] ?? '' }] })
        await client.create('/Groups', { displayName: 'x', members: [{ value: group }] })
        const all = listed(await client.get('/Users?count=1000'))
        for (const { filter, sortBy, sortOrder } of queries) {
          const text = filter?.replaceAll('$group', group).replaceAll('$user', ids[0] ?? '')
          const matches = text === undefined ? () => true : compileFilter(parseFilter(text), userDefinition)
          const expected = all.filter(matches)
          if (sortBy !== undefined) expected.sort(compileSort({ ...pathOf(sortBy) }, sortOrder, userDefinition))
          const parameters = {
            ...(text === undefined ? {} : { filter: text }),
            ...(sortBy === undefined ? {} : { sortBy, sortOrder }),
            count,
          }
          expect(await byIndex(client, parameters)).toEqual(expected)
          expect(await byCursor(client, parameters)).toEqual(expected)
        }
        database.close()
      },
    ),
    { numRuns: 60 },
  )
})

function pathOf(text: string) {
  const filter = parseFilter(`${text} pr`)
  if (filter.kind !== 'present') throw new TypeError(text)
  return filter.path
}

describe('paging by cursor (RFC 9865)', () => {
  test.each([{}, { filter: 'title pr' }, { sortBy: 'userName' }, { filter: 'title pr', sortBy: 'title' }])(
    '%j: while resources come and go, none that stays is left out or shown twice',
    async (parameters) => {
      const client = await numbered(20)
      const staying = (await byIndex(client, { count: 1000 })).filter((_, index) => index % 3 !== 0)
      const leaving = (await byIndex(client, { count: 1000 })).filter((_, index) => index % 3 === 0)
      let made = 0
      const seen = await byCursor(client, { ...parameters, count: 3 }, async () => {
        const gone = leaving.pop()
        if (gone !== undefined) await client.send('DELETE', `/Users/${gone['id']}`)
        // Names before and behind every page; a few only, for what is made behind a page is in a later one.
        if (made < 20)
          await client.create('/Users', { userName: `${made % 2 === 0 ? 'a' : 'z'}${made++}`, title: 'odd' })
      })
      const ids = seen.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids).toEqual(expect.arrayContaining(staying.map(({ id }) => id)))
    },
  )

  test('the total is given on every page, and no startIndex', async () => {
    const client = await numbered(5)
    for (const more of [{}, { filter: 'title pr' }, { sortBy: 'userName' }]) {
      const first = await client.get(url({ cursor: '', count: 2, ...more }))
      expect(first.body).toMatchObject({ totalResults: 5, itemsPerPage: 2 })
      expect(first.body).not.toHaveProperty('startIndex')
      const second = await client.get(url({ cursor: String(first.body['nextCursor']), count: 2, ...more }))
      expect(second.body).toMatchObject({ totalResults: 5, itemsPerPage: 2 })
    }
  })

  test('the last page has no cursor, also when it is full', async () => {
    const client = await numbered(4)
    const first = await client.get(url({ cursor: '', count: 2 }))
    const second = await client.get(url({ cursor: String(first.body['nextCursor']), count: 2 }))
    expect(names(second)).toEqual(['u2', 'u3'])
    expect(second.body).not.toHaveProperty('nextCursor')
  })

  test('a count of 0 gives the total alone', async () => {
    const client = await numbered(3)
    const { body } = await client.get(url({ cursor: '', count: 0, filter: 'title eq "even"' }))
    expect(body).toMatchObject({ totalResults: 2, itemsPerPage: 0 })
    expect(body).not.toHaveProperty('nextCursor')
  })

  test('a cursor serves its own query, tenant and page size, for an hour', async () => {
    const client = await numbered(5)
    const parameters = { count: 2, filter: 'title pr', sortBy: 'userName' }
    const cursor = String((await client.get(url({ ...parameters, cursor: '' }))).body['nextCursor'])
    const refusal = async (change: Record<string, string | number>, by = client, path = '/Users') => {
      const { status, body } = await by.get(url({ ...parameters, cursor, ...change }, path))
      return [status, body['scimType']]
    }
    expect(await refusal({})).toEqual([200, undefined])
    expect(await refusal({ filter: 'title  pr', sortBy: 'USERNAME' })).toEqual([200, undefined])
    for (const change of [
      { filter: 'title eq "odd"' },
      { sortBy: 'title' },
      { sortOrder: 'descending' },
      { attributes: 'title' },
      { cursor: `${cursor.slice(0, -1)}${cursor.endsWith('A') ? 'B' : 'A'}` },
      { cursor: 'x' },
    ])
      expect(await refusal(change)).toEqual([400, 'invalidCursor'])
    expect(await refusal({}, client, '/Groups')).toEqual([400, 'invalidCursor'])
    expect(await refusal({ count: 3 })).toEqual([400, 'invalidCount'])
    expect(await refusal({}, directoryClient({ database: client.database }))).toEqual([200, undefined])
    expect(await refusal({}, directoryClient({ database: client.database, tenant: 'other' }))).toEqual([
      400,
      'invalidCursor',
    ])
    expect(await refusal({}, await numbered(5))).toEqual([400, 'invalidCursor'])
    client.clock.now += 3600_001
    expect(await refusal({})).toEqual([400, 'expiredCursor'])
  })
})

test('a deadline that passes ends a search', async () => {
  const client = await numbered(0)
  client.database.queries.transaction(() => {
    for (let index = 0; index < 1100; index++)
      client.database.queries.insert({
        id: `i${index}`,
        type: 'User',
        version: 1,
        createdAt: 0,
        modifiedAt: 0,
        display: null,
        body: '{}',
      })
  })
  const definition = await client.upstream.definitionAt('Users', never)
  if (definition === undefined) throw new TypeError('no users')
  const request = { operation: 'list', definition, query: { filter: parseFilter('title pr') } } as const
  await expect(client.upstream.carry(request, never)).rejects.toMatchObject({ status: 504 })
})

const never = {
  attempts: {
    callId: 'c',
    begin: async () => ({ seq: 1, requestId: 'c.1', answered: () => undefined }),
    note: () => undefined,
  },
  credential: 'test',
  deadlineAt: 0,
}
