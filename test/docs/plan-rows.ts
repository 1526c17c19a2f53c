import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import { enterpriseUrn, entraUser, patchUrn } from '../support/entra.ts'
import type { TestGateway } from '../support/gateway.ts'

/** What a client request came to upstream, by the ledger. */
export interface Came {
  readonly status: number
  /** `GET /users/{id}, PATCH /groups/{id} ×3`. */
  readonly calls: string
  readonly count: number
  readonly costMicros: number
  readonly body: JsonObject
}

/** One tenant that rehearses Entra, and its client. */
export interface Client {
  send(method: string, path: string, body?: JsonObject, headers?: Readonly<Record<string, string>>): Promise<Came>
  patch(path: string, ...operations: JsonObject[]): Promise<Came>
  /** Makes users, and gives their ids. */
  users(count: number): Promise<string[]>
  user(more?: JsonObject): Promise<string>
  group(members: readonly string[]): Promise<string>
}

export async function clientOf(gateway: TestGateway, tenant: string): Promise<Client> {
  const token = await gateway.mint(tenant)
  const send: Client['send'] = async (method, path, body, headers = {}) => {
    const asked = { token, method, headers, ...(body === undefined ? {} : { body }) }
    const answer = await gateway.ask(`/t/${tenant}/scim/v2${path}`, asked)
    const call = await gateway.admin(`/tenants/${tenant}/calls/${answer.headers.get('x-request-id')}`)
    const { attempts, costMicros, upstreamCalls } = call.body
    const rows = Array.isArray(attempts) ? attempts.filter(isObject) : []
    return {
      status: answer.status,
      calls: printed(rows.map((row) => `${row['method']} ${row['path']}`)),
      count: Number(upstreamCalls),
      costMicros: Number(costMicros),
      body: answer.body,
    }
  }
  const made = async (path: string, body: JsonObject): Promise<string> => {
    const came = await send('POST', path, body)
    if (came.status !== 201) throw new Error(JSON.stringify(came.body))
    return String(came.body['id'])
  }
  return {
    send,
    patch: (path, ...operations) => send('PATCH', path, { schemas: [patchUrn], Operations: operations }),
    user: (more) => made('/Users', entraUser('ann', more)),
    group: (members) => made('/Groups', { displayName: 'Staff', members: members.map((value) => ({ value })) }),
    async users(count) {
      const { body } = await send('POST', '/Bulk', bulkOf(count))
      const operations = Array.isArray(body['Operations']) ? body['Operations'].filter(isObject) : []
      return operations.map(({ location }) => String(location).split('/').at(-1) ?? '')
    },
  }
}

/** Creates of users, as one request. */
export const bulkOf = (count: number, ...others: JsonObject[]): JsonObject => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
  Operations: [
    ...Array.from({ length: count }, (_, index) => ({
      method: 'POST',
      path: '/Users',
      bulkId: `u${index}`,
      data: entraUser(`u${index}`, { externalId: `e${index}`, [enterpriseUrn]: { employeeNumber: `n${index}` } }),
    })),
    ...others,
  ],
})

/** Those of one kind that follow one another are counted. */
function printed(calls: readonly string[]): string {
  const groups: { call: string; count: number }[] = []
  for (const call of calls) {
    const last = groups.at(-1)
    if (last?.call === call) last.count += 1
    else groups.push({ call, count: 1 })
  }
  if (groups.length === 0) return 'none'
  return groups.map(({ call, count }) => (count === 1 ? call : `${call} ×${count}`)).join(', ')
}

const filtered = (filter: string, more = ''): string => `/Users?filter=${encodeURIComponent(filter)}${more}`
const membersOf = (ids: readonly string[]): Json[] => ids.map((value) => ({ value }))
const removalOf = (id: string): JsonObject => ({ op: 'remove', path: `members[value eq "${id}"]` })
const work = (value: string): Json[] => [{ type: 'work', value }]

const nothing: Came = { status: 200, calls: 'none', count: 0, costMicros: 0, body: {} }

/** Page after page, all of them together. */
async function walked(client: Client, next: (last: Came, page: number) => string | undefined): Promise<Came> {
  let [last, count, costMicros] = [nothing, 0, 0]
  for (let page = 0; ; page++) {
    const path = next(last, page)
    if (path === undefined) return { ...last, count, costMicros, calls: printed(Array(count).fill('GET /users')) }
    last = await client.send('GET', path)
    count += last.count
    costMicros += last.costMicros
  }
}

type Row = (client: Client) => Promise<Came>

/** The rows of the table in docs/plan.md, by what stands in their first cell: each is played on a tenant of its own. */
export const rows: Readonly<Record<string, Row>> = {
  'GET of a user': async (client) => client.send('GET', `/Users/${await client.user()}`),
  'GET of a user that there is not': (client) => client.send('GET', '/Users/00000000-0000-0000-0000-000000000000'),
  'POST of a user': (client) => client.send('POST', '/Users', entraUser('bob')),
  'POST of a user that there is already: 409': async (client) => {
    await client.user()
    return client.send('POST', '/Users', entraUser('ann'))
  },
  'POST of a user without what Entra requires: 400': (client) => client.send('POST', '/Users', { userName: 'a@b.c' }),
  'PUT of a user, 3 attributes of it changed': async (client) => {
    const id = await client.user({ title: 'Dr' })
    return client.send('PUT', `/Users/${id}`, entraUser('ann', { displayName: 'Ann', preferredLanguage: 'de' }))
  },
  'PUT of a user as it is': async (client) => {
    const id = await client.user({ title: 'Dr' })
    return client.send('PUT', `/Users/${id}`, entraUser('ann', { title: 'Dr' }))
  },
  'PATCH of 3 attributes, with or without paths': async (client) =>
    client.patch(`/Users/${await client.user()}`, {
      op: 'replace',
      value: { title: 'Dr', 'name.givenName': 'A', [`${enterpriseUrn}:department`]: 'IT' },
    }),
  'PATCH of the work address where there is one': async (client) => {
    const id = await client.user({ emails: work('ann@contoso.com') })
    return client.patch(`/Users/${id}`, { op: 'replace', path: 'emails[type eq "work"].value', value: 'a@contoso.com' })
  },
  'PATCH of the work address where there is none': async (client) =>
    client.patch(`/Users/${await client.user()}`, {
      op: 'replace',
      path: 'emails[type eq "work"].value',
      value: 'a@contoso.com',
    }),
  'PATCH with `attributes`, for the resource in the answer': async (client) =>
    client.patch(`/Users/${await client.user()}?attributes=title`, { op: 'replace', path: 'title', value: 'Dr' }),
  'PATCH of `active` to false': async (client) =>
    client.patch(`/Users/${await client.user()}`, { op: 'Replace', path: 'active', value: 'False' }),
  'PATCH of the manager': async (client) => {
    const [manager = ''] = await client.users(1)
    const path = `${enterpriseUrn}:manager`
    return client.patch(`/Users/${await client.user()}`, { op: 'Add', path, value: manager })
  },
  'DELETE of a user': async (client) => client.send('DELETE', `/Users/${await client.user()}`),

  'GET of a group of 45': async (client) => client.send('GET', `/Groups/${await client.group(await client.users(45))}`),
  'GET of a group without its members': async (client) =>
    client.send('GET', `/Groups/${await client.group([])}?excludedAttributes=members`),
  'POST of a group with 45 members': async (client) => {
    const members = membersOf(await client.users(45))
    return client.send('POST', '/Groups', { displayName: 'Staff', members })
  },
  'PATCH that renames a group': async (client) =>
    client.patch(`/Groups/${await client.group([])}`, { op: 'replace', value: { displayName: 'All' } }),
  'PATCH that adds 45 members': async (client) => {
    const value = membersOf(await client.users(45))
    return client.patch(`/Groups/${await client.group([])}`, { op: 'add', path: 'members', value })
  },
  'PATCH that removes 3 members': async (client) => {
    const ids = await client.users(5)
    return client.patch(`/Groups/${await client.group(ids)}`, ...ids.slice(0, 3).map(removalOf))
  },
  'PATCH that removes somebody who is no member': async (client) => {
    const [one = ''] = await client.users(1)
    return client.patch(`/Groups/${await client.group([])}`, removalOf(one))
  },
  'PATCH that renames, adds 1 and removes 1': async (client) => {
    const [one = '', other = ''] = await client.users(2)
    const add = { op: 'add', path: 'members', value: membersOf([other]) }
    const name = { op: 'replace', value: { displayName: 'All' } }
    return client.patch(`/Groups/${await client.group([one])}`, name, removalOf(one), add)
  },
  'PATCH that replaces 45 members, 5 of them new, 5 gone': async (client) => {
    const ids = await client.users(50)
    const value = membersOf(ids.slice(5))
    return client.patch(`/Groups/${await client.group(ids.slice(0, 45))}`, { op: 'replace', path: 'members', value })
  },
  'PATCH that replaces 45 members by none': async (client) => {
    const id = await client.group(await client.users(45))
    return client.patch(`/Groups/${id}`, { op: 'replace', path: 'members', value: [] })
  },
  'PUT of a group of 45, renamed, 2 members new, 1 gone': async (client) => {
    const ids = await client.users(46)
    const id = await client.group(ids.slice(0, 44))
    return client.send('PUT', `/Groups/${id}`, { displayName: 'All', members: membersOf(ids.slice(1)) })
  },
  'DELETE of a group of 45': async (client) =>
    client.send('DELETE', `/Groups/${await client.group(await client.users(45))}`),

  'filter by `userName eq`': async (client) => {
    await client.users(250)
    return client.send('GET', filtered('userName eq "u7@contoso.com"'))
  },
  'filter by `externalId eq`': async (client) => {
    await client.users(250)
    return client.send('GET', filtered('externalId eq "e7"'))
  },
  'filter by `userName eq … or externalId eq …`': async (client) => {
    await client.users(250)
    return client.send('GET', filtered('userName eq "u7@contoso.com" or externalId eq "e8"'))
  },
  'filter by `displayName eq`, which 1 of 250 users has': async (client) => {
    await client.users(250)
    return client.send('GET', filtered('displayName eq "User u7"'))
  },
  'filter by `emails.value co`, which none of 250 users has': async (client) => {
    await client.users(250)
    return client.send('GET', filtered('emails.value co "@"'))
  },
  'filter by what Entra never shows nor compares (`groups.display`): 400': (client) =>
    client.send('GET', filtered('groups.display eq "a"')),
  'is somebody a member: `id eq … and members eq …`': async (client) => {
    const [one = ''] = await client.users(1)
    const filter = `id eq "${await client.group([one])}" and members eq "${one}"`
    return client.send('GET', `/Groups?filter=${encodeURIComponent(filter)}`)
  },
  'the first 100 of 250 users, by index': async (client) => {
    await client.users(250)
    return client.send('GET', '/Users?startIndex=1&count=100')
  },
  'the next 100, by index': async (client) => {
    await client.users(250)
    await client.send('GET', '/Users?startIndex=1&count=100')
    return client.send('GET', '/Users?startIndex=101&count=100')
  },
  'all 250 users, 100 a page, by index': async (client) => {
    await client.users(250)
    return walked(client, ({ body: { totalResults } }, page) =>
      page * 100 < Number(totalResults ?? 1) ? `/Users?startIndex=${page * 100 + 1}&count=100` : undefined,
    )
  },
  'how many users there are (`count=0`), of 250': async (client) => {
    await client.users(250)
    return client.send('GET', '/Users?count=0')
  },
  'the first 100 of 250 users, by cursor': async (client) => {
    await client.users(250)
    return client.send('GET', '/Users?cursor&count=100')
  },
  'the next 100, by cursor': async (client) => {
    await client.users(250)
    const { body } = await client.send('GET', '/Users?cursor&count=100')
    return client.send('GET', `/Users?cursor=${encodeURIComponent(String(body['nextCursor']))}&count=100`)
  },
  'all 250 users, 100 a page, by cursor': async (client) => {
    await client.users(250)
    return walked(client, ({ body: { nextCursor = '' } }, page) =>
      page === 0 || nextCursor !== '' ? `/Users?cursor=${encodeURIComponent(String(nextCursor))}&count=100` : undefined,
    )
  },
  'the first 10 of 250 users, sorted by displayName': async (client) => {
    await client.users(250)
    return client.send('GET', '/Users?sortBy=displayName&count=10')
  },
  'the ids and names of 250 users at once': async (client) => {
    await client.users(250)
    return client.send('GET', '/Users?attributes=userName&count=1000')
  },
  '3 groups with their members (`attributes=members`)': async (client) => {
    for (let count = 0; count < 3; count++) await client.group([])
    return client.send('GET', '/Groups?attributes=members')
  },
  '`POST /Users/.search` by userName': (client) =>
    client.send('POST', '/Users/.search', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter: 'userName eq "u7@contoso.com"',
    }),
  'GET with `If-None-Match`': async (client) =>
    client.send('GET', `/Users/${await client.user()}`, undefined, { 'if-none-match': 'W/"1"' }),
  'PUT with `If-Match: *`': async (client) =>
    client.send('PUT', `/Users/${await client.user()}`, entraUser('ann', { title: 'Dr' }), { 'if-match': '*' }),
  'Bulk of 20 creates': (client) => client.send('POST', '/Bulk', bulkOf(20)),
  'Bulk of 3 creates and a group of them by `bulkId`': (client) => {
    const members = ['u0', 'u1', 'u2'].map((id) => ({ value: `bulkId:${id}` }))
    const group = { method: 'POST', path: '/Groups', bulkId: 'g', data: { displayName: 'Staff', members } }
    return client.send('POST', '/Bulk', bulkOf(3, group))
  },
  'discovery: `/ServiceProviderConfig`, `/ResourceTypes`, `/Schemas`': (client) => client.send('GET', '/Schemas'),
}
