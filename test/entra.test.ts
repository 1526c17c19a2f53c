import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isObject, type Json, type JsonObject } from '../src/scim/json.ts'
import { enterpriseUrn, entraUser, patchUrn, type ServedEntra, startEntra } from './support/entra.ts'
import { type Answered, startTestGateway, type TestGateway } from './support/gateway.ts'

/* A tenant with the preset `entra`, over HTTP, in front of the stand-in. */

const tenantAt = (id: string, url: string, more = ''): string =>
  `id: ${id}\nname: ${id}\nupstream: { kind: scim, preset: entra, url: '${url}', auth: { kind: none }${more} }\n`

const bulkUrn = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
const callsShape = z.object({
  calls: z.array(
    z.object({
      id: z.string(),
      operation: z.string(),
      billedCalls: z.number(),
      costMicros: z.number(),
      upstreamCalls: z.number(),
    }),
  ),
})
const attemptsShape = z.object({
  attempts: z.array(
    z.object({
      purpose: z.string(),
      method: z.string(),
      path: z.string(),
      status: z.number().nullable(),
      billed: z.boolean(),
    }),
  ),
})

let entra: ServedEntra
let gateway: TestGateway
let token: string

beforeAll(async () => {
  entra = await startEntra()
  gateway = await startTestGateway({ contoso: tenantAt('contoso', entra.url) })
  token = await gateway.mint('contoso')
})
afterAll(async () => {
  await gateway.stop()
  entra.close()
})

const ask = (method: string, path: string, body?: Json): Promise<Answered> =>
  gateway.ask(`/t/contoso/scim/v2${path}`, { method, token, ...(body === undefined ? {} : { body }) })

/** What a request came to, and what Entra billed for it. */
async function priced(method: string, path: string, body?: Json) {
  const before = entra.billed()
  const answer = await ask(method, path, body)
  return { ...answer, billed: entra.billed() - before }
}

const userOf = (name: string, more: JsonObject = {}): JsonObject => entraUser(name, more)

async function newUser(name: string, more?: JsonObject): Promise<string> {
  const { status, body, text } = await ask('POST', '/Users', userOf(name, more))
  if (status !== 201 || typeof body['id'] !== 'string') throw new Error(text)
  return body['id']
}

const operations = ({ body }: Answered): JsonObject[] =>
  Array.isArray(body['Operations']) ? body['Operations'].filter(isObject) : []
const idIn = (location: Json | undefined): string => String(location).split('/').at(-1) ?? ''

describe('the wire', () => {
  it('shows what Entra answers as the standard has it', async () => {
    const { status, headers, body } = await ask('POST', '/Users', userOf('wire'))
    expect(status).toBe(201)
    const location = `${gateway.url}/t/contoso/scim/v2/Users/${body['id']}`
    expect(headers.get('location')).toBe(location)
    expect(body['meta']).toMatchObject({ resourceType: 'User', location })
    const { body: list } = await ask('GET', '/Users?filter=userName%20eq%20%22wire@contoso.com%22')
    expect(list).toMatchObject({ totalResults: 1, startIndex: 1, itemsPerPage: 1, Resources: [{ id: body['id'] }] })
  })

  it.each(['GET', 'DELETE', 'PATCH'])('answers 404 to %s of an unknown id', async (method) => {
    const patch = { schemas: [patchUrn], Operations: [{ op: 'replace', path: 'title', value: 'x' }] }
    const body = method === 'PATCH' ? patch : undefined
    for (const id of ['00000000-0000-0000-0000-00000000dead', 'none'])
      expect((await ask(method, `/Users/${id}`, body)).status).toBe(404)
  })

  it('answers 409 uniqueness to a duplicate, of one call', async () => {
    await newUser('twice')
    const { status, body, billed } = await priced('POST', '/Users', userOf('twice'))
    expect(status).toBe(409)
    expect(body['scimType']).toBe('uniqueness')
    expect(billed).toBe(0)
  })
})

describe('discovery', () => {
  it('says what the front door can do, and asks nobody', async () => {
    const before = entra.standIn.requests().length
    const { status, body } = await ask('GET', '/ServiceProviderConfig')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 8 * 1024 * 1024 },
      filter: { supported: true, maxResults: 1000 },
      sort: { supported: true },
      etag: { supported: false },
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: 'index',
        defaultPageSize: 100,
        maxPageSize: 1000,
      },
      authenticationSchemes: [{ type: 'oauthbearertoken' }, { type: 'httpbasic' }],
    })
    expect(Object.keys(body).sort()).toEqual([
      'authenticationSchemes',
      'bulk',
      'changePassword',
      'etag',
      'filter',
      'meta',
      'pagination',
      'patch',
      'schemas',
      'sort',
    ])
    for (const path of [
      '/ResourceTypes',
      '/ResourceTypes/User',
      '/Schemas',
      '/Schemas/urn:ietf:params:scim:schemas:core:2.0:User',
      '/Schemas/urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group',
    ])
      expect((await ask('GET', path)).status, path).toBe(200)
    for (const path of ['/ResourceTypes/Device', '/Schemas/urn:none', '/Devices'])
      expect((await ask('GET', path)).status, path).toBe(404)
    expect(entra.standIn.requests()).toHaveLength(before)
  })
})

describe('Bulk', () => {
  it('makes users and a group of them, what is referred to first', async () => {
    const names = ['bulk-a', 'bulk-b', 'bulk-c']
    const members = names.map((name) => ({ value: `bulkId:${name}` }))
    const answer = await priced('POST', '/Bulk', {
      schemas: [bulkUrn],
      Operations: [
        { method: 'POST', path: '/Groups', bulkId: 'g', data: { schemas: [], displayName: 'Bulk', members } },
        ...names.map((name) => ({ method: 'POST', path: '/Users', bulkId: name, data: userOf(name) })),
      ],
    })
    const made = operations(answer)
    expect(made.map(({ bulkId, status }) => [bulkId, status])).toEqual(['g', ...names].map((id) => [id, '201']))
    // A create each, and one PATCH that adds the members.
    expect(answer.billed).toBe(5)
    const group = idIn(made[0]?.['location'])
    const shown = await ask('GET', `/Groups/${group}`)
    expect(
      new Set(
        z
          .array(z.object({ value: z.string() }))
          .parse(shown.body['members'])
          .map(({ value }) => value),
      ),
    ).toEqual(new Set(made.slice(1).map(({ location }) => idIn(location))))
  })

  it('resolves a circle by a create and a patch', async () => {
    const manages = (bulkId: string) => ({ [enterpriseUrn]: { manager: { value: `bulkId:${bulkId}` } } })
    const answer = await priced('POST', '/Bulk', {
      schemas: [bulkUrn],
      Operations: ['x', 'y'].map((name, index) => ({
        method: 'POST',
        path: '/Users',
        bulkId: name,
        data: userOf(`circle-${name}`, manages(index === 0 ? 'y' : 'x')),
      })),
    })
    const made = operations(answer)
    expect(made.map(({ status }) => status)).toEqual(['201', '201'])
    const [x, y] = made.map(({ location }) => idIn(location))
    const { body } = await ask('GET', `/Users/${x}`)
    expect(body[enterpriseUrn]).toMatchObject({ manager: { value: y } })
    expect((await ask('GET', `/Users/${y}`)).body[enterpriseUrn]).toMatchObject({ manager: { value: x } })
    expect(answer.billed).toBe(3)
  })

  it('does PUTs of groups, each a read of the group and of its members and what it takes to change them', async () => {
    const users = await Promise.all(['put-a', 'put-b', 'put-c'].map((name) => newUser(name)))
    const groups = await Promise.all(
      ['one', 'two'].map(async (displayName) => {
        const members = users.slice(0, 2).map((value) => ({ value }))
        const { body } = await ask('POST', '/Groups', { schemas: [], displayName, members })
        return String(body['id'])
      }),
    )
    const members = users.slice(1).map((value) => ({ value }))
    const answer = await priced('POST', '/Bulk', {
      schemas: [bulkUrn],
      Operations: groups.map((id, index) => ({
        method: 'PUT',
        path: `/Groups/${id}`,
        data: { schemas: [], displayName: index === 0 ? 'one' : 'renamed', members },
      })),
    })
    expect(operations(answer).map(({ status }) => status)).toEqual(['200', '200'])
    for (const [index, id] of groups.entries()) {
      const { body } = await ask('GET', `/Groups/${id}`)
      expect(body['displayName']).toBe(index === 0 ? 'one' : 'renamed')
      expect(
        z
          .array(z.object({ value: z.string() }))
          .parse(body['members'])
          .map(({ value }) => value)
          .sort(),
      ).toEqual(users.slice(1).sort())
    }
  })

  it('goes on after an error, unless failOnErrors says otherwise: then not one more is done', async () => {
    await newUser('held')
    const create = (name: string) => ({ method: 'POST', path: '/Users', bulkId: name, data: userOf(name) })
    const body = (...names: string[]) => ({ schemas: [bulkUrn], Operations: names.map(create) })
    const all = await ask('POST', '/Bulk', body('held', 'on-1', 'on-2'))
    expect(operations(all).map(({ status }) => status)).toEqual(['409', '201', '201'])
    const some = await ask('POST', '/Bulk', { ...body('off-1', 'held', 'off-2', 'off-3'), failOnErrors: 1 })
    expect(operations(some).map(({ status }) => status)).toEqual(['201', '409'])
    const { body: found } = await ask('GET', '/Users?filter=userName%20eq%20%22off-2@contoso.com%22')
    expect(found['totalResults']).toBe(0)
  })

  it('takes the same name again after it was given free in the same Bulk', async () => {
    const id = await newUser('again')
    const answer = await ask('POST', '/Bulk', {
      schemas: [bulkUrn],
      Operations: [
        { method: 'DELETE', path: `/Users/${id}` },
        { method: 'POST', path: '/Users', bulkId: 'n', data: userOf('again') },
      ],
    })
    expect(operations(answer).map(({ status }) => status)).toEqual(['204', '201'])
  })

  it('is refused whole above the announced limit, before any call', async () => {
    const Operations = Array.from({ length: 1001 }, (_, index) => ({ method: 'DELETE', path: `/Users/${index}` }))
    const { status, billed } = await priced('POST', '/Bulk', { schemas: [bulkUrn], Operations })
    expect([status, billed]).toEqual([413, 0])
  })
})

describe('the ledger', () => {
  it('counts what Entra bills, attempt by attempt', async () => {
    await ask('GET', '/Users/00000000-0000-0000-0000-00000000dead')
    const all = await gateway.admin('/tenants/contoso/calls?limit=1000')
    const { calls } = callsShape.parse(all.body)
    const billed = calls.reduce((sum, call) => sum + call.billedCalls, 0)
    expect(billed).toBe(entra.billed())
    expect(calls.reduce((sum, call) => sum + call.costMicros, 0)).toBe(billed * 2_000)
    const read = calls.find(({ operation }) => operation === 'User.read')
    const { attempts } = attemptsShape.parse((await gateway.admin(`/tenants/contoso/calls/${read?.id}`)).body)
    expect(attempts).toEqual([{ purpose: 'forward', method: 'GET', path: '/users/{id}', status: 404, billed: true }])
  })
})

describe('a tenant whose SCIM interface is switched off', () => {
  it('is 503, and the upstream is left alone for a minute', async () => {
    const off = await startEntra({ featureOff: true })
    await gateway.writeTenant('off', tenantAt('off', off.url))
    await expect.poll(async () => (await gateway.admin('/tenants/off')).status, { timeout: 10_000 }).toBe(200)
    const own = await gateway.mint('off')
    const read = () => gateway.ask('/t/off/scim/v2/Users/00000000-0000-0000-0000-00000000dead', { token: own })
    const answers = [await read(), await read()]
    expect(answers.map(({ status }) => status)).toEqual([503, 503])
    expect(Number(answers[1]?.headers.get('retry-after'))).toBeGreaterThan(30)
    expect(off.standIn.requests()).toHaveLength(1)
    expect(off.billed()).toBe(0)
    off.close()
  })
})

describe('a rehearsal', () => {
  it('is all of this in one process, the price included', async () => {
    await gateway.writeTenant(
      'rehearsal',
      'id: rehearsal\nname: R\nupstream: { kind: directory, emulate: entra, membersOnRead: request }\n',
    )
    await expect.poll(async () => (await gateway.admin('/tenants/rehearsal')).status, { timeout: 10_000 }).toBe(200)
    const own = await gateway.mint('rehearsal')
    const base = '/t/rehearsal/scim/v2'
    const made = await gateway.ask(`${base}/Users`, { token: own, body: userOf('anna') })
    expect(made.status).toBe(201)
    const put = { ...userOf('anna'), displayName: 'Anna' }
    const changed = await gateway.ask(`${base}/Users/${made.body['id']}`, { token: own, method: 'PUT', body: put })
    expect(changed.status).toBe(200)
    const { calls } = callsShape.parse((await gateway.admin('/tenants/rehearsal/calls')).body)
    // A PUT is a read and a PATCH: 0.004 USD.
    expect(calls.map(({ operation, billedCalls, costMicros }) => [operation, billedCalls, costMicros])).toEqual([
      ['User.replace', 2, 4_000],
      ['User.create', 1, 2_000],
    ])
  })
})
