import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { type PagingServer, startPaging } from './paging.ts'
import { type Client, clientOf, enterpriseUrn, listed } from './support.ts'

const rules = `
rules:
  User:
    - { client: externalId, upstream: employeeNumber }
    - client: { displayName: "{given} {family}" }
      upstream: { name.givenName: "{given}", name.familyName: "{family}" }
`
const scope = "scope: { User: 'active eq true' }\n"
const tenant = (id: string, url: string, clauses = rules) =>
  `id: ${id}\nname: ${id}\nupstream: { kind: scim, url: '${url}', auth: { kind: none } }\n${clauses}`

let byIndex: PagingServer
let byCursor: PagingServer
let gateway: TestGateway
let clients: Readonly<Record<'index' | 'other' | 'cursor' | 'scoped' | 'ruled-scoped' | 'departed', Client>>

beforeAll(async () => {
  byIndex = await startPaging({ pageSize: 3 })
  byCursor = await startPaging({ pageSize: 3, isByCursor: true })
  gateway = await startTestGateway({
    index: tenant('index', byIndex.url),
    other: tenant('other', byIndex.url),
    cursor: tenant('cursor', byCursor.url),
    scoped: `${tenant('scoped', byIndex.url, '')}${scope}`,
    departed: tenant('departed', byIndex.url, `scope: { User: 'DEPARTMENT eq "X"' }\n`),
    'ruled-scoped': `${tenant('ruled-scoped', byIndex.url)}${scope}`,
  })
  clients = {
    index: await clientOf(gateway, 'index'),
    other: await clientOf(gateway, 'other'),
    cursor: await clientOf(gateway, 'cursor'),
    scoped: await clientOf(gateway, 'scoped'),
    departed: await clientOf(gateway, 'departed'),
    'ruled-scoped': await clientOf(gateway, 'ruled-scoped'),
  }
})
afterAll(async () => {
  await gateway.stop()
  byIndex.close()
  byCursor.close()
})

const families = ['Lee', 'von X', 'Abel', 'Zett']

function fill(count: number): void {
  for (const server of [byIndex, byCursor]) {
    server.users.length = 0
    server.asked.length = 0
    server.overtaken = 0
    server.isStrict = false
    server.onPage = () => {}
    server.claimed = undefined
    server.isStuck = false
    for (let number = 0; number < count; number++)
      server.users.push({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        id: `u${number}`,
        userName: `user${String(number).padStart(2, '0')}`,
        name: { givenName: number % 2 === 0 ? 'Anna' : 'Bo', familyName: families[number % 4] ?? '' },
        active: number % 3 > 0,
        revision: 1,
      })
  }
}

beforeEach(() => fill(10))

const query = (parameters: Readonly<Record<string, string>>) => `/Users?${new URLSearchParams(parameters)}`
const names = async (client: Client, parameters: Readonly<Record<string, string>>) => {
  const answer = await client.get(query(parameters))
  return { ...answer.body, Resources: listed(answer).map((one) => one['displayName'] ?? one['userName'] ?? null) }
}

describe.each(['index', 'cursor'] as const)('a filter that the upstream cannot decide, its pages by %s', (paging) => {
  it('is decided here, page by page, with an exact total', async () => {
    const client = clients[paging]
    expect(await names(client, { filter: 'displayName co "a L" or displayName ew "X"' })).toMatchObject({
      totalResults: 6,
      startIndex: 1,
      itemsPerPage: 6,
      Resources: ['Anna Lee', 'Bo von X', 'Anna Lee', 'Bo von X', 'Anna Lee', 'Bo von X'],
    })
    const purposes = (await client.attempts()).map((one) => one.split(' ')[0])
    expect(purposes).toEqual(['forward', 'page', 'page', 'page'])
  })

  it('is paged by index and by cursor', async () => {
    const client = clients[paging]
    const filter = 'displayName ew "X"'
    expect(await names(client, { filter, startIndex: '2', count: '1', attributes: 'userName' })).toMatchObject({
      totalResults: 3,
      startIndex: 2,
      itemsPerPage: 1,
      Resources: ['user05'],
    })
    expect(await names(client, { filter, count: '0' })).toMatchObject({ totalResults: 3, Resources: [] })
    const seen: unknown[] = []
    let cursor: string | undefined = ''
    while (cursor !== undefined) {
      const { body } = await client.get(query({ filter, cursor, count: '2' }))
      seen.push(body['itemsPerPage'])
      expect(body).not.toHaveProperty('startIndex')
      cursor = typeof body['nextCursor'] === 'string' ? body['nextCursor'] : undefined
    }
    expect(seen).toEqual([2, 1])
    const { body: first } = await client.get(query({ filter, cursor: '', count: '2' }))
    const other = await client.get(query({ filter: 'displayName ew "Lee"', cursor: String(first['nextCursor']) }))
    expect(other.body).toMatchObject({ status: '400', scimType: 'invalidCursor' })
    const elsewhere = await clients.other.get(query({ filter, cursor: String(first['nextCursor']) }))
    expect(elsewhere.body).toMatchObject({ status: '400', scimType: 'invalidCursor' })
  })

  it('is refused beyond the page budget, never answered in part', async () => {
    fill(61)
    const { body } = await clients[paging].get(query({ filter: 'displayName ew "X"' }))
    expect(body).toMatchObject({ status: '400', scimType: 'tooMany', detail: expect.stringContaining('20 pages') })
    // Who says how many there are is not asked for nothing.
    expect([byIndex.asked.length, byCursor.asked.length]).toEqual(paging === 'index' ? [1, 0] : [0, 20])
    fill(60)
    expect(await names(clients[paging], { filter: 'displayName ew "X"', count: '0' })).toMatchObject({
      totalResults: 15,
    })
  })

  it('sorts here by what the upstream orders otherwise', async () => {
    expect(
      await names(clients[paging], { sortBy: 'displayName', sortOrder: 'descending', startIndex: '2', count: '4' }),
    ).toMatchObject({
      totalResults: 10,
      startIndex: 2,
      Resources: ['Bo Zett', 'Bo von X', 'Bo von X', 'Bo von X'],
    })
  })
})

describe('a walk while others change what is walked over', () => {
  const filter = 'displayName ew "X"'

  it('begins again, and gives all that there is', async () => {
    let pages = 0
    byIndex.onPage = () => {
      pages += 1
      if (pages === 2) byIndex.users.shift()
    }
    expect(await names(clients.index, { filter, attributes: 'userName' })).toMatchObject({
      totalResults: 3,
      Resources: ['user01', 'user05', 'user09'],
    })
    // One page of the walk that came to nothing, the one that told, and the whole walk.
    expect(byIndex.asked).toHaveLength(2 + 3)
  })

  it('gives no resource twice', async () => {
    let pages = 0
    byIndex.onPage = () => {
      pages += 1
      const last = pages === 2 ? byIndex.users.pop() : undefined
      if (last !== undefined) byIndex.users.unshift({ ...last, id: 'new' })
    }
    expect(await names(clients.index, { filter, attributes: 'userName' })).toMatchObject({ totalResults: 3 })
  })

  it('is given up after three times, within the page budget', async () => {
    byIndex.onPage = () => byIndex.users.pop()
    const { status, headers } = await clients.index.get(query({ filter }))
    expect([status, headers.get('retry-after')]).toEqual([503, '1'])
    expect(byIndex.asked).toHaveLength(6)
  })

  it.each(['index', 'cursor'] as const)('does not take one page for all pages by %s', async (paging) => {
    byIndex.isStuck = true
    byCursor.isStuck = true
    expect((await clients[paging].get(query({ filter }))).status).toBe(503)
  })

  it('does not take less than there is said to be for all', async () => {
    byIndex.claimed = 12
    expect((await clients.index.get(query({ filter }))).status).toBe(502)
  })
})

describe.each(['scoped', 'ruled-scoped'] as const)('a server that does not filter as it is asked to, %s', (tenant) => {
  const all = ['user01', 'user02', 'user04', 'user05', 'user07', 'user08']

  it('shows and counts nothing out of scope', async () => {
    const { body, ...answer } = await clients[tenant].get(query({ attributes: 'userName' }))
    expect([body['totalResults'], listed({ body, ...answer }).map((one) => one['userName'])]).toEqual([6, all])
    expect(listed({ body, ...answer }).map((one) => Object.keys(one).sort())).toEqual(
      all.map(() => ['id', 'schemas', 'userName']),
    )
    // What the scope compares is read besides.
    expect(byIndex.asked[0]).toContain('active')
  })

  it('does not tell by its words who is out of scope', async () => {
    const [there, nowhere] = [await clients[tenant].get('/Users/u0'), await clients[tenant].get('/Users/nobody')]
    expect([there.status, nowhere.status]).toEqual([404, 404])
    expect(there.body['detail']).toBe(String(nowhere.body['detail']).replace('nobody', 'u0'))
  })

  it('is read again for a PATCH that wants to see', async () => {
    const title = [{ op: 'replace', path: 'title', value: 'X' }]
    const { status, body } = await clients[tenant].patch('/Users/u1?attributes=userName', title)
    expect([status, body['userName']]).toEqual(tenant === 'scoped' ? [204, undefined] : [200, 'user01'])
  })

  it('is not asked twice where it shows nobody else', async () => {
    for (const user of byIndex.users) user['active'] = true
    expect((await clients[tenant].get('/Users')).body).toMatchObject({ totalResults: 10 })
    expect(byIndex.asked).toHaveLength(1)
  })
})

describe('a scope', () => {
  it('is asked by the schemas’ names', async () => {
    await clients.departed.get('/Users?filter=USERNAME%20pr')
    expect(byIndex.asked[0]).toContain(`USERNAME pr and ${enterpriseUrn}:department eq "X"`)
  })
})

describe('a projection', () => {
  it.each([
    [{ attributes: 'title', filter: 'displayName ew "X"' }, 'attributes=title,name.givenName,name.familyName'],
    [{ attributes: 'title', sortBy: 'displayName' }, 'attributes=title,name.givenName,name.familyName'],
    [{ excludedAttributes: 'displayName,title', filter: 'displayName ew "X"' }, 'excludedAttributes=title'],
  ])('is asked for with what is decided here: %j', async (parameters, asked) => {
    const { body } = await clients.index.get(query(parameters))
    expect(byIndex.asked[0]?.split('&').at(-1)).toBe(asked)
    expect(JSON.stringify(body)).not.toContain('displayName')
  })
})

describe('lists', () => {
  it('go straight to the upstream where it decides all of it', async () => {
    await clients.index.get(query({ filter: 'userName eq "user03"', sortBy: 'userName', count: '2', startIndex: '1' }))
    expect(byIndex.asked).toEqual(['GET /scim/Users?filter=userName eq "user03"&sortBy=userName&startIndex=1&count=2'])
  })

  it('need no call where nothing can match', async () => {
    expect(await names(clients.index, { filter: 'employeeNumber pr' })).toMatchObject({
      totalResults: 0,
      Resources: [],
    })
    expect(byIndex.asked).toEqual([])
  })

  it('search all types from the root', async () => {
    const { status } = await clients.index.get('/?filter=userName%20pr')
    // This server has no groups: its refusal is the answer.
    expect(status).toBe(404)
  })

  it.each(['displayName gt 7', 'active co "x"', 'name co "x"'])('refuse %s as a plain server does', async (filter) => {
    expect((await clients.index.get(query({ filter }))).body).toMatchObject({
      status: '400',
      scimType: 'invalidFilter',
    })
    expect(byIndex.asked).toEqual([])
  })
})

describe('a PATCH that reads first', () => {
  it('writes parts apart, references whole, and secrets that nobody can compare', async () => {
    const manager = `${enterpriseUrn}:manager`
    const operations = [
      { op: 'replace', path: 'displayName', value: 'Eva Zott' },
      { op: 'add', path: manager, value: { value: '7', displayName: 'Zoë' } },
      { op: 'replace', path: 'password', value: 'secret' },
    ]
    expect((await clients.index.patch('/Users/u0', operations)).status).toBe(204)
    const patched = byIndex.users[0]?.['patched']
    expect(patched).toEqual(
      expect.arrayContaining([
        { op: 'replace', path: 'name.givenName', value: 'Eva' },
        { op: 'replace', path: 'name.familyName', value: 'Zott' },
        { op: 'replace', path: 'password', value: 'secret' },
      ]),
    )
    expect(JSON.stringify(patched)).toContain('"value":{"value":"7"')
    expect(patched).toHaveLength(4)
  })
})

describe('a write that somebody else overtakes', () => {
  const rename = [{ op: 'replace', path: 'displayName', value: 'Eva Lee' }]

  it('waits for another one of the same resource to end', async () => {
    const patches = [1, 2, 3].map(() => clients.index.patch('/Users/u0', rename))
    expect((await Promise.all(patches)).map(({ status }) => status)).toEqual([204, 204, 204])
    expect(byIndex.asked.map((one) => one.split(' ')[0])).toEqual(['GET', 'PATCH', 'GET', 'PATCH', 'GET', 'PATCH'])
  })

  it('is done again on what is there now', async () => {
    byIndex.overtaken = 2
    expect((await clients.index.patch('/Users/u0', rename)).status).toBe(204)
    expect(byIndex.asked.map((one) => one.split(' ')[0])).toEqual(['GET', 'PATCH', 'GET', 'PATCH', 'GET', 'PATCH'])
    expect(byIndex.users[0]?.['patched']).toEqual([{ op: 'replace', path: 'name.givenName', value: 'Eva' }])
  })

  it('is given up after three times', async () => {
    byIndex.overtaken = 3
    const { status, headers } = await clients.index.patch('/Users/u0', rename)
    expect([status, headers.get('retry-after')]).toEqual([503, '1'])
    expect(byIndex.asked).toHaveLength(6)
  })

  it('is no such thing where the upstream refuses the very tag that it gives', async () => {
    byIndex.isStrict = true
    expect((await clients.index.patch('/Users/u0', rename)).status).toBe(204)
    expect(byIndex.asked.map((one) => one.split(' ')[0])).toEqual(['GET', 'PATCH', 'GET', 'PATCH'])
  })

  it('is told to a client that spoke of a version itself', async () => {
    const etag = (await clients.index.get('/Users/u0')).headers.get('etag') ?? ''
    expect(etag).toMatch(/^W\/"1-[0-9a-f]{8}s"$/)
    byIndex.overtaken = 1
    expect((await clients.index.patch('/Users/u0', rename, { 'if-match': etag })).status).toBe(412)
  })
})
