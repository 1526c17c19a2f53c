import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isObject, type JsonObject } from '../../src/scim/json.ts'
import { type Layered, startLayered } from './layered.ts'
import { type Client, groupUrn, listed, userUrn } from './support.ts'

const employees = 'scope: { User: \'userType eq "Employee"\' }\n'
const renamed = 'rules: { User: [{ client: userType, upstream: nickName, values: { Employee: M, Guest: G } }] }\n'

let both: Layered
beforeAll(async () => {
  both = await startLayered({
    scoped: employees,
    ruled: employees + renamed,
    grouped: 'scope: { User: groups pr }\n',
    reader: 'allow: { User: [read], Group: [] }\n',
    maker: 'allow: { User: [create, delete] }\n',
    nobody: 'allow: { User: [], Group: [] }\n',
    keeper: 'onDelete: reject\n',
    leaver: 'onDelete: deactivate\nscope: { User: active eq true }\n',
    mapped:
      'onDelete: deactivate\nrules: { User: [{ client: active, upstream: userType, values: { true: ON, false: OFF } }] }\n',
  })
})
afterAll(() => both.stop())

const user = (userName: string, more: JsonObject = {}): JsonObject => ({ schemas: [userUrn], userName, ...more })
const employee = (userName: string) => user(userName, { userType: 'Employee', title: 'T' })

/** Makes resources on the upstream itself and takes everything away again. */
async function withInner(bodies: readonly JsonObject[], work: (paths: readonly string[]) => Promise<void>) {
  const paths: string[] = []
  for (const body of bodies) paths.push(`/Users/${await both.inner.create('/Users', body)}`)
  try {
    await work(paths)
  } finally {
    for (const { id } of listed(await both.inner.get('/Users?attributes=id'))) await both.inner.delete(`/Users/${id}`)
  }
}

describe.each<[string, JsonObject, JsonObject]>([
  ['scoped', { userType: 'Employee' }, { userType: 'Guest' }],
  ['ruled', { nickName: 'M' }, { nickName: 'G' }],
])('a scope, tenant %s', (tenant, inside, outside) => {
  const client = (): Client => both.client(tenant)
  const out403 = { status: '403', detail: expect.stringContaining('out of scope') }

  it('lets nobody be made out of it', () =>
    withInner([], async () => {
      expect((await client().post('/Users', employee('in'))).status).toBe(201)
      expect((await client().post('/Users', user('out', { userType: 'Guest' }))).body).toMatchObject(out403)
      expect(await client().attempts()).toEqual([])
      expect((await client().post('/Users', user('none'))).body).toMatchObject(out403)
      expect(listed(await both.inner.get('/Users')).map((one) => one['userName'])).toEqual(['in'])
    }))

  it('hides what is out of it, and leaves it alone', () =>
    withInner([user('in', inside), user('out', outside), user('none')], async ([within = '', out = '', none = '']) => {
      expect((await client().get(within)).body).toMatchObject({ userName: 'in', userType: 'Employee' })
      expect((await client().get(`${within}?attributes=userName`)).body).not.toHaveProperty('userType')
      for (const path of [out, none]) {
        const answers = [
          await client().get(path),
          await client().put(path, employee('new')),
          await client().patch(path, [{ op: 'replace', path: 'userType', value: 'Employee' }]),
          await client().delete(path),
        ]
        expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404])
      }
      expect((await both.inner.get(out)).body).toMatchObject({ userName: 'out', ...outside })
      const list = await client().get('/Users')
      expect([list.body['totalResults'], listed(list).map((one) => one['userName'])]).toEqual([1, ['in']])
      expect(await client().found('userName sw "o" or userName sw "i"')).toEqual(['in'])
      expect(await client().found('not (userName eq "in")')).toEqual([])
      expect(listed(await client().get('/?filter=userName%20pr')).map((one) => one['userName'])).toEqual(['in'])
    }))

  it('does not tell what is out of it from what is not there', () =>
    withInner([user('out', outside)], async ([out = '']) => {
      const etag = (await both.inner.get(out)).headers.get('etag') ?? ''
      for (const ask of [
        (path: string) => client().get(path),
        (path: string) => client().get(path, { 'if-none-match': '*' }),
        (path: string) => client().get(`${path}?attributes=userName`, { 'if-none-match': etag }),
        (path: string) => client().put(path, employee('new')),
        (path: string) => client().patch(path, [{ op: 'replace', path: 'title', value: 'X' }]),
        (path: string) => client().patch(path, [{ op: 'add', value: { id: 'x' } }]),
        (path: string) => client().delete(path),
      ]) {
        const [there, nowhere] = [await ask(out), await ask('/Users/nobody')]
        expect(there.status).toBe(404)
        expect(there.body['detail']).toBe(String(nowhere.body['detail']).replace('nobody', out.replace('/Users/', '')))
      }
    }))

  it('is read besides what the client asks for', () =>
    withInner([user('in', inside)], async ([path = '']) => {
      const { body } = await client().get(`${path}?attributes=userName`)
      expect(Object.keys(body).sort()).toEqual(['id', 'schemas', 'userName'])
      const excluded = await client().get(`${path}?excludedAttributes=userType`)
      expect([excluded.status, excluded.body['userType']]).toEqual([200, undefined])
      const list = await client().get('/Users?excludedAttributes=userType')
      expect([list.body['totalResults'], listed(list)[0]?.['userName'], listed(list)[0]?.['userType']]).toEqual([
        1,
        'in',
        undefined,
      ])
    }))

  it('keeps whoever is in it from leaving', () =>
    withInner([user('in', inside)], async ([path = '']) => {
      const leave = { op: 'replace', path: 'userType', value: 'Guest' }
      expect((await client().patch(path, [leave])).body).toMatchObject(out403)
      expect((await client().patch(path, [{ op: 'remove', path: 'userType' }])).body).toMatchObject(out403)
      expect((await client().put(path, user('in'))).body).toMatchObject(out403)
      expect((await both.inner.get(path)).body).toMatchObject(inside)
      expect((await client().patch(path, [{ op: 'replace', path: 'title', value: 'X' }])).status).toBe(204)
      expect((await client().put(path, { ...employee('in'), title: 'Y' })).status).toBe(200)
      expect((await both.inner.get(path)).body).toMatchObject({ title: 'Y', ...inside })
      const etag = (await client().get(path)).headers.get('etag') ?? ''
      expect((await client().get(path, { 'if-none-match': etag })).status).toBe(304)
      expect((await client().get(path, { 'if-match': etag })).status).toBe(200)
      expect((await client().get(path, { 'if-match': etag.replace(/\d+/, '99') })).status).toBe(412)
      expect((await client().delete(path, { 'if-match': 'W/"99"' })).status).toBe(412)
      expect((await client().delete(path, { 'if-match': etag })).status).toBe(204)
      expect(await client().attempts()).toEqual(['read GET /Users/{id} 200', 'forward DELETE /Users/{id} 204'])
    }))
})

describe('a scope over what only the server can write', () => {
  it('is not opened by a client that writes it', () =>
    withInner([user('member'), user('nobody')], async ([member = '', nobody = '']) => {
      const groups = [{ value: 'g', type: 'direct' }]
      expect((await both.client('grouped').post('/Users', user('new', { groups }))).status).toBe(403)
      expect((await both.client('grouped').put(nobody, user('nobody', { groups }))).status).toBe(404)
      const group = { schemas: [groupUrn], displayName: 'All', members: [{ value: member.slice('/Users/'.length) }] }
      const id = await both.inner.create('/Groups', group)
      expect((await both.client('grouped').put(member, user('member', { title: 'X' }))).status).toBe(200)
      const title = [{ op: 'replace', path: 'title', value: 'Y' }]
      expect((await both.client('grouped').patch(member, title)).status).toBe(204)
      expect(await both.client('grouped').found('userName pr')).toEqual(['member'])
      await both.inner.delete(`/Groups/${id}`)
    }))
})

describe('allow', () => {
  const statuses = async (client: Client, path: string) => [
    (await client.post('/Users', employee('made'))).status,
    (await client.get(path)).status,
    (await client.get('/Users')).status,
    (await client.post('/Users/.search', {})).status,
    (await client.put(path, employee('in'))).status,
    (await client.patch(path, [{ op: 'replace', path: 'title', value: 'X' }])).status,
    (await client.delete(path)).status,
  ]

  it.each<[string, readonly number[]]>([
    ['reader', [403, 200, 200, 200, 403, 403, 403]],
    ['maker', [201, 403, 403, 403, 403, 403, 204]],
    ['nobody', [403, 403, 403, 403, 403, 403, 403]],
  ])('lets the clients of %s do what it lists', (tenant, wanted) =>
    withInner([employee('in')], async ([path = '']) => {
      expect(await statuses(both.client(tenant), path)).toEqual(wanted)
    }),
  )

  it('names the operation, and sends nothing', () =>
    withInner([employee('in')], async ([path = '']) => {
      const client = both.client('reader')
      expect((await client.delete(path)).body).toMatchObject({
        detail: expect.stringMatching(/^delete .* User .* read$/),
      })
      expect(await client.attempts()).toEqual([])
    }))

  it('leaves types that are not named alone, and gives those with an empty list to nobody', async () => {
    const group = { schemas: [groupUrn], displayName: 'All' }
    const id = await both.client('maker').create('/Groups', group)
    expect((await both.client('maker').get(`/Groups/${id}`)).status).toBe(200)
    expect((await both.client('reader').get(`/Groups/${id}`)).status).toBe(403)
    await both.client('maker').delete(`/Groups/${id}`)
  })

  it('is kept by searches from the root, discovery and Bulk', () =>
    withInner([employee('in')], async ([path = '']) => {
      const [reader, nobody] = [both.client('reader'), both.client('nobody')]
      expect(listed(await reader.get('/')).map((one) => one['userName'])).toEqual(['in'])
      expect((await nobody.get('/')).status).toBe(403)
      expect(listed(await reader.get('/ResourceTypes')).map(({ id }) => id)).toEqual(['User'])
      expect((await reader.get('/ResourceTypes/Group')).status).toBe(403)
      expect(listed(await nobody.get('/Schemas'))).toEqual([])
      expect((await nobody.get('/ServiceProviderConfig')).status).toBe(200)
      const { body } = await reader.post('/Bulk', {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        Operations: [
          { method: 'DELETE', path },
          { method: 'POST', path: '/Users', bulkId: 'a', data: employee('new') },
        ],
      })
      const results = Array.isArray(body['Operations']) ? body['Operations'].filter(isObject) : []
      expect(results.map(({ status }) => status)).toEqual(['403', '403'])
      expect((await both.inner.get(path)).status).toBe(200)
    }))
})

describe('onDelete', () => {
  it('reject refuses', () =>
    withInner([user('in')], async ([path = '']) => {
      expect((await both.client('keeper').delete(path)).status).toBe(403)
      expect((await both.inner.get(path)).status).toBe(200)
    }))

  it('deactivate makes a user inactive, who may leave the scope by it', () =>
    withInner([user('in', { active: true })], async ([path = '']) => {
      const client = both.client('leaver')
      expect((await client.delete(path)).status).toBe(204)
      expect(await client.attempts()).toEqual(['read GET /Users/{id} 200', 'forward PATCH /Users/{id} 204'])
      expect((await both.inner.get(path)).body).toMatchObject({ active: false })
      expect((await client.delete(path)).status).toBe(404)
    }))

  it('deactivate goes through the rules', () =>
    withInner([user('in', { userType: 'ON', active: true })], async ([path = '']) => {
      const client = both.client('mapped')
      const etag = (await client.get(path)).headers.get('etag') ?? ''
      expect((await client.delete(path, { 'if-match': 'W/"0"' })).status).toBe(412)
      expect((await client.delete(path, { 'if-match': etag })).status).toBe(204)
      expect((await both.inner.get(path)).body).toMatchObject({ userType: 'OFF', active: true })
      expect((await client.delete(path)).status).toBe(204)
      expect((await client.delete('/Users/nobody')).status).toBe(404)
    }))

  it('deactivate refuses what cannot be deactivated, and says why', async () => {
    const id = await both.inner.create('/Groups', { schemas: [groupUrn], displayName: 'All' })
    const { status, body } = await both.client('leaver').delete(`/Groups/${id}`)
    expect([status, body['detail']]).toEqual([403, expect.stringContaining('cannot be deactivated')])
    await both.inner.delete(`/Groups/${id}`)
  })
})
