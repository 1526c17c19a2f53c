import { describe, expect, test } from 'vitest'
import { column, directoryClient, listed } from '../../support/directory-client.ts'

const core = 'urn:ietf:params:scim:schemas:core:2.0:User'
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const ann = { schemas: [core], userName: 'Ann', externalId: 'E1', name: { givenName: 'Ann', familyName: 'Lee' } }

describe('create (RFC 7644 section 3.3)', () => {
  test('answers 201 with the whole resource, its place and its version', async () => {
    const client = directoryClient()
    const { status, body, headers } = await client.post('/Users', ann)
    expect(status).toBe(201)
    const location = `/Users/${body['id']}`
    expect(body).toEqual({
      schemas: [core],
      id: body['id'],
      userName: 'Ann',
      externalId: 'E1',
      name: { givenName: 'Ann', familyName: 'Lee' },
      meta: {
        resourceType: 'User',
        created: '2026-01-01T00:00:00.000Z',
        lastModified: '2026-01-01T00:00:00.000Z',
        location,
        version: 'W/"1"',
      },
    })
    expect(headers).toMatchObject({ Location: location, ETag: 'W/"1"' })
    expect((await client.get(location)).body).toEqual(body)
  })

  test('names the schemas that the resource has attributes of, whatever the client wrote', async () => {
    const client = directoryClient()
    const { body } = await client.post('/Users', { ...ann, schemas: [core], [enterprise]: { department: 'D' } })
    expect(body['schemas']).toEqual([core, enterprise])
  })

  test('takes no id, meta or groups from the client', async () => {
    const client = directoryClient()
    const { body } = await client.post('/Users', {
      ...ann,
      id: 'mine',
      meta: { version: 'x' },
      groups: [{ value: 'g' }],
    })
    expect(body['id']).not.toBe('mine')
    expect(body).not.toHaveProperty('groups')
    expect(body).toMatchObject({ meta: { version: 'W/"1"' } })
  })

  test('refuses a user without a userName, and keeps nothing of it', async () => {
    const client = directoryClient()
    const { status, body } = await client.post('/Users', { schemas: [core], displayName: 'Ann' })
    expect([status, body['scimType']]).toEqual([400, 'invalidValue'])
    expect(body['detail']).toContain('userName')
    expect(listed(await client.get('/Users'))).toEqual([])
  })

  test('keeps no password, anywhere', async () => {
    const client = directoryClient()
    const { body } = await client.post('/Users', { ...ann, password: 'Tr0ub4dor&3' })
    expect(body).not.toHaveProperty('password')
    await client.patch(`/Users/${body['id']}`, [{ op: 'replace', path: 'password', value: 'Tr0ub4dor&3' }])
    await client.send('PUT', `/Users/${body['id']}`, { body: { ...ann, password: 'Tr0ub4dor&3' } })
    const rows = client.database.client.prepare('select * from resources').all()
    const keys = client.database.client.prepare('select * from resource_keys').all()
    expect(JSON.stringify([rows, keys])).not.toContain('Tr0ub4dor')
  })

  test('refuses a password that is no text', async () => {
    const { status, body } = await directoryClient().post('/Users', { ...ann, password: { a: 1 } })
    expect([status, body['scimType']]).toEqual([400, 'invalidValue'])
  })
})

describe('uniqueness', () => {
  test('of userName holds without case, and answers 409', async () => {
    const client = directoryClient()
    await client.create('/Users', ann)
    const { status, body } = await client.post('/Users', { ...ann, userName: 'aNN' })
    expect([status, body['scimType']]).toEqual([409, 'uniqueness'])
    expect(body['detail']).toContain('userName')
    expect(client.database.client.prepare('select count(*) n from resources').get()).toEqual({ n: 1 })
  })

  test('holds for a change as for a create, and a refused change changes nothing', async () => {
    const client = directoryClient()
    await client.create('/Users', ann)
    const id = await client.create('/Users', { userName: 'bob' })
    const before = await client.get(`/Users/${id}`)
    const operations = [
      { op: 'replace', path: 'title', value: 'T' },
      { op: 'replace', path: 'userName', value: 'ANN' },
    ]
    expect((await client.patch(`/Users/${id}`, operations)).status).toBe(409)
    expect((await client.send('PUT', `/Users/${id}`, { body: ann })).status).toBe(409)
    expect(await client.get(`/Users/${id}`)).toEqual(before)
    expect(column(await client.get('/Users?filter=userName eq "bob"'), 'id')).toEqual([id])
  })

  test('lets a user keep its own name in another case', async () => {
    const client = directoryClient()
    const id = await client.create('/Users', ann)
    const put = await client.send('PUT', `/Users/${id}`, { body: { ...ann, userName: 'ANN' } })
    expect([put.status, put.body['userName']]).toEqual([200, 'ANN'])
  })

  test('does not speak of deleted users, nor of externalId', async () => {
    const client = directoryClient()
    const id = await client.create('/Users', ann)
    await client.create('/Users', { ...ann, userName: 'other' })
    expect((await client.send('DELETE', `/Users/${id}`)).status).toBe(204)
    expect((await client.post('/Users', ann)).status).toBe(201)
  })

  test('lets a name go when a user is renamed', async () => {
    const client = directoryClient()
    const id = await client.create('/Users', ann)
    await client.patch(`/Users/${id}`, [{ op: 'replace', path: 'userName', value: 'eve' }])
    expect((await client.post('/Users', ann)).status).toBe(201)
    expect(column(await client.get('/Users?filter=userName eq "EVE"'), 'id')).toEqual([id])
  })

  test('lets exactly one of many simultaneous creates through', async () => {
    const client = directoryClient()
    const other = directoryClient({ database: client.database })
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? client : other).post('/Users', ann)),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19)
  })
})

describe('read (RFC 7644 section 3.4.1)', () => {
  test('knows ids exactly, and types', async () => {
    const client = directoryClient()
    const id = await client.create('/Users', ann)
    expect((await client.get('/Users/none')).status).toBe(404)
    expect((await client.get(`/Groups/${id}`)).status).toBe(404)
  })

  test('gives what is asked for, and its version even so', async () => {
    const client = directoryClient()
    const id = await client.create('/Users', ann)
    const { body, headers } = await client.get(`/Users/${id}?attributes=userName`)
    expect(body).toEqual({ schemas: [core], id, userName: 'Ann' })
    expect(headers).toMatchObject({ ETag: 'W/"1"', Location: `/Users/${id}` })
  })

  test.each([
    ['W/"1"', 304],
    ['"1"', 304],
    ['"7", W/"1"', 304],
    ['*', 304],
    ['W/"2"', 200],
  ])('If-None-Match: %s answers %d', async (ifNoneMatch, status) => {
    const client = directoryClient()
    const id = await client.create('/Users', ann)
    const answer = await client.send('GET', `/Users/${id}`, { ifNoneMatch })
    expect(answer.status).toBe(status)
    expect(answer.headers).toMatchObject({ ETag: 'W/"1"' })
  })
})

describe('replace (RFC 7644 section 3.5.1)', () => {
  test('clears what it leaves out, keeps id and created, and makes a version', async () => {
    const client = directoryClient()
    const id = await client.create('/Users', { ...ann, title: 'T' })
    client.clock.now += 1000
    const { status, body } = await client.send('PUT', `/Users/${id}`, { body: { userName: 'Ann', id: 'x' } })
    expect(status).toBe(200)
    expect(body).toEqual({
      schemas: [core],
      id,
      userName: 'Ann',
      meta: {
        resourceType: 'User',
        created: '2026-01-01T00:00:00.000Z',
        lastModified: '2026-01-01T00:00:01.000Z',
        location: `/Users/${id}`,
        version: 'W/"2"',
      },
    })
    expect(listed(await client.get('/Users?filter=externalId eq "E1"'))).toEqual([])
  })

  test('of the same by the same keeps version and time, whatever the order and the case of names', async () => {
    const client = directoryClient()
    const emails = [{ value: 'a@b', type: 'work' }, { value: 'c@d' }]
    const id = await client.create('/Users', { ...ann, emails })
    const before = await client.get(`/Users/${id}`)
    client.clock.now += 1000
    const body = { EMAILS: [...emails].reverse(), Name: ann.name, externalid: 'E1', USERNAME: 'Ann', title: null }
    expect((await client.send('PUT', `/Users/${id}`, { body })).status).toBe(200)
    expect(await client.get(`/Users/${id}`)).toEqual(before)
  })

  test('never creates', async () => {
    expect((await directoryClient().send('PUT', '/Users/none', { body: ann })).status).toBe(404)
  })
})

describe('delete (RFC 7644 section 3.6)', () => {
  test('leaves nothing: every operation answers 404, lists and filters are without it', async () => {
    const client = directoryClient()
    const id = await client.create('/Users', ann)
    expect((await client.send('DELETE', `/Users/${id}`)).status).toBe(204)
    expect((await client.get(`/Users/${id}`)).status).toBe(404)
    expect((await client.send('PUT', `/Users/${id}`, { body: ann })).status).toBe(404)
    expect((await client.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: 'x' }])).status).toBe(404)
    expect((await client.send('DELETE', `/Users/${id}`)).status).toBe(404)
    expect((await client.get('/Users')).body['totalResults']).toBe(0)
    expect((await client.get('/Users?filter=userName eq "ann"')).body['totalResults']).toBe(0)
    for (const table of ['resources', 'resource_keys', 'memberships'])
      expect(client.database.client.prepare(`select count(*) n from ${table}`).get()).toEqual({ n: 0 })
  })
})

describe('If-Match (RFC 7644 section 3.14)', () => {
  const writes = ['PUT', 'PATCH', 'DELETE'] as const
  const bodyOf = {
    PUT: { userName: 'Eve' },
    DELETE: undefined,
    PATCH: { Operations: [{ op: 'replace', path: 'title', value: 'x' }] },
  }
  const body = (method: (typeof writes)[number]) => {
    const sent = bodyOf[method]
    return sent === undefined
      ? {}
      : {
          body: {
            ...sent,
            schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp', core].slice(method === 'PATCH' ? 0 : 1),
          },
        }
  }

  test.each(writes)('%s of another version answers 412 and changes nothing', async (method) => {
    const client = directoryClient()
    const id = await client.create('/Users', ann)
    const before = await client.get(`/Users/${id}`)
    const { status } = await client.send(method, `/Users/${id}`, { ...body(method), ifMatch: 'W/"2"' })
    expect(status).toBe(412)
    expect(await client.get(`/Users/${id}`)).toEqual(before)
  })

  test.each(writes)('%s of this version, or of any, is served', async (method) => {
    for (const ifMatch of ['W/"1"', '"9", W/"1"', '*']) {
      const client = directoryClient()
      const id = await client.create('/Users', ann)
      const { status } = await client.send(method, `/Users/${id}`, { ...body(method), ifMatch })
      expect(status).toBeLessThan(300)
    }
  })

  test.each(writes)('%s of what is not there answers 404', async (method) => {
    const { status } = await directoryClient().send(method, '/Users/none', { ...body(method), ifMatch: '*' })
    expect(status).toBe(404)
  })
})

describe('schemas and resource types of one’s own', () => {
  const hr = 'urn:example:hr:2.0:User'
  const clause = {
    schemas: [
      {
        id: hr,
        name: 'HR',
        extends: 'User',
        attributes: [
          { name: 'badge', uniqueness: 'server' },
          { name: 'hired', type: 'dateTime', mutability: 'immutable' },
          { name: 'pin', mutability: 'writeOnly', returned: 'never' },
          { name: 'desks', multiValued: true, subAttributes: [{ name: 'value' }, { name: 'floor', type: 'integer' }] },
        ],
      },
    ],
    resourceTypes: [
      {
        name: 'Device',
        endpoint: '/Devices',
        schema: {
          id: 'urn:example:core:2.0:Device',
          attributes: [{ name: 'serial', required: true, uniqueness: 'global' }],
        },
      },
    ],
  }

  test('hold attributes that are stored, filtered, unique, and never kept when writeOnly', async () => {
    const client = directoryClient({ clause })
    const desks = [{ value: 'A1', floor: 3 }]
    const { status, body } = await client.post('/Users', { userName: 'a', [hr]: { badge: 'B1', desks, pin: '1234' } })
    expect(status).toBe(201)
    expect(body[hr]).toEqual({ badge: 'B1', desks })
    expect(body['schemas']).toEqual([core, hr])
    expect(column(await client.get(`/Users?filter=${hr}:desks[floor gt 2]`), 'id')).toEqual([body['id']])
    expect(column(await client.get(`/Users?filter=${hr}:badge eq "b1"`), 'id')).toEqual([body['id']])
    const second = await client.post('/Users', { userName: 'b', [hr]: { badge: 'b1' } })
    expect([second.status, second.body['scimType']]).toEqual([409, 'uniqueness'])
  })

  test('an immutable attribute is given once', async () => {
    const client = directoryClient({ clause })
    const id = await client.create('/Users', { userName: 'a', [hr]: { hired: '2026-01-01T00:00:00Z' } })
    const operations = [{ op: 'replace', path: `${hr}:hired`, value: '2027-01-01T00:00:00Z' }]
    const answer = await client.patch(`/Users/${id}`, operations)
    expect([answer.status, answer.body['scimType']]).toEqual([400, 'mutability'])
  })

  test('a type of one’s own is a resource like any other', async () => {
    const client = directoryClient({ clause })
    const id = await client.create('/Devices', { serial: 'S1' })
    expect((await client.post('/Devices', { serial: 's1' })).status).toBe(409)
    expect((await client.post('/Devices', {})).status).toBe(400)
    expect((await client.get(`/Devices/${id}`)).body).toMatchObject({ serial: 'S1', meta: { resourceType: 'Device' } })
    expect((await client.get(`/Users/${id}`)).status).toBe(404)
  })

  test('an attribute that becomes unique later is looked up among the users that were there before', async () => {
    const plain = { schemas: [{ ...clause.schemas[0], attributes: [{ name: 'badge' }] }] }
    const before = directoryClient({ clause: plain })
    const ids = [
      await before.create('/Users', { userName: 'a', [hr]: { badge: 'B1' } }),
      await before.create('/Users', { userName: 'b', [hr]: { badge: 'B1' } }),
    ]
    const after = directoryClient({ clause, database: before.database })
    expect(column(await after.get(`/Users?filter=${hr}:badge eq "B1"`), 'id')).toEqual(ids)
    expect((await after.post('/Users', { userName: 'c', [hr]: { badge: 'B1' } })).status).toBe(409)
  })
})

test('each request is one attempt, with the status that it came to', async () => {
  const client = directoryClient()
  const id = await client.create('/Users', ann)
  await client.get(`/Users/${id}`)
  await client.get('/Users/none')
  await client.get('/Users')
  await client.get('/Schemas/none')
  await client.post('/.search', { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] })
  await client.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: 'x' }])
  await client.send('DELETE', `/Users/${id}`)
  expect(client.attempts).toEqual([
    'POST /Users 201',
    'GET /Users/{id} 200',
    'GET /Users/{id} 404',
    'GET /Users 200',
    'GET /Schemas/{name} 404',
    'POST /.search 200',
    'PATCH /Users/{id} 204',
    'DELETE /Users/{id} 204',
  ])
})
