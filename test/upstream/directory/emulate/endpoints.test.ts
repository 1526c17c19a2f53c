import { describe, expect, it } from 'vitest'
import { entraClient, entraGroup, entraUser, idAt, resourcesOf, startEntra } from '../../../support/entra.ts'

const somebody = idAt(1)

describe('A1: endpoints and methods', () => {
  const rows: readonly (readonly [method: string, path: string, status: number])[] = [
    ['GET', '/serviceproviderconfig', 200],
    ['GET', '/ServiceProviderConfig', 200],
    ['GET', '/resourcetypes', 200],
    ['GET', '/resourcetypes/user', 200],
    ['GET', '/resourcetypes/Group', 200],
    ['GET', '/resourcetype/User', 404],
    ['GET', '/resourcetypes/Device', 404],
    ['GET', '/schemas', 200],
    ['GET', '/schemas/urn:ietf:params:scim:schemas:core:2.0:User', 200],
    ['GET', '/schemas/urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group', 200],
    ['GET', '/schemas/urn:example:unknown', 404],
    ['POST', '/schemas', 405],
    ['PATCH', '/resourcetypes/user', 405],
    ['DELETE', '/serviceproviderconfig', 405],
    ['GET', '/users', 200],
    ['GET', '/Users', 200],
    ['GET', '/GROUPS', 200],
    ['PUT', '/users', 405],
    ['PATCH', '/users', 405],
    ['DELETE', '/users', 405],
    ['GET', `/users/${somebody}`, 200],
    ['GET', `/USERS/${somebody.toUpperCase()}`, 200],
    ['PUT', `/users/${somebody}`, 405],
    ['POST', `/users/${somebody}`, 405],
    ['POST', '/users/.search', 405],
    ['POST', '/.search', 404],
    ['POST', '/bulk', 404],
    ['POST', '/Bulk', 404],
    ['GET', '/me', 404],
    ['GET', '/', 404],
    ['GET', '', 404],
    ['GET', `/users/${somebody}/manager`, 404],
    ['GET', '/users/', 400],
    ['GET', '/users/%zz', 400],
    ['GET', '/serviceproviderconfig?count=1', 400],
    ['GET', '/schemas?filter=id%20eq%20"x"', 400],
  ]
  it.each(rows)('%s %s is %i', async (method, path, status) => {
    const entra = entraClient()
    await entra.create('/users', entraUser('anna'))
    expect((await entra.send(method, path)).status).toBe(status)
  })

  it('is not served outside /rp/scim', async () => {
    const { standIn } = entraClient()
    const answer = await standIn.fetch({
      method: 'GET',
      url: 'https://graph.example/v1.0/users',
      headers: { accept: 'application/json' },
      signal: new AbortController().signal,
    })
    expect(answer.status).toBe(404)
  })

  it('announces cursors, PATCH and filters, and no Bulk', async () => {
    const { body } = await entraClient().get('/serviceproviderconfig')
    expect(body).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      documentationUri: '/graph/overview',
      pagination: {
        cursor: true,
        index: false,
        defaultPaginationMethod: 'cursor',
        defaultPageSize: 100,
        maxPageSize: 1000,
      },
      patch: { supported: true },
      bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
      filter: { supported: true, maxResults: 200 },
    })
  })

  it('announces two types, and the group extension as required', async () => {
    const answer = await entraClient().get('/resourcetypes')
    expect(answer.body['totalResults']).toBe(2)
    const [user, group] = resourcesOf(answer)
    expect(user).toMatchObject({
      endpoint: '/users',
      meta: { location: '/resourcetypes/user', resourceType: 'resourceType' },
    })
    expect(user?.['schemaExtensions']).toEqual([
      { schema: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', required: false },
      { schema: 'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User', required: false },
    ])
    expect(group?.['schemaExtensions']).toEqual([
      { schema: 'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group', required: true },
    ])
  })

  it('announces five schemas', async () => {
    const answer = await entraClient().get('/schemas')
    expect(answer.body['totalResults']).toBe(5)
    expect(resourcesOf(answer)).toHaveLength(5)
  })
})

describe('A7: headers and wire quirks', () => {
  const json = 'application/json'
  const scim = 'application/scim+json'
  const one = `/users/${somebody}`
  const user = entraUser('bert')
  const rows: readonly (readonly [method: string, path: string, headers: Record<string, string>, status: number])[] = [
    ['GET', one, {}, 400],
    ['GET', one, { accept: json }, 200],
    ['GET', one, { Accept: json }, 200],
    ['GET', one, { accept: `${scim}, ${json};q=0.9` }, 200],
    ['GET', one, { accept: scim }, 400],
    ['GET', one, { accept: '*/*' }, 400],
    ['GET', '/users', {}, 400],
    ['GET', '/schemas', {}, 400],
    ['POST', '/users', { 'content-type': scim }, 400],
    ['POST', '/users', { accept: json, 'content-type': scim }, 201],
    ['POST', '/users', { accept: json, 'content-type': `${scim}; charset=utf-8` }, 201],
    ['POST', '/users', { accept: json, 'content-type': json }, 400],
    ['POST', '/users', { accept: json }, 400],
    ['DELETE', one, {}, 204],
    ['DELETE', one, { accept: '*/*' }, 204],
    ['DELETE', one, { accept: json }, 400],
    ['DELETE', one, { accept: scim }, 400],
    ['DELETE', one, { accept: `*/*, ${json}` }, 400],
    ['GET', one, { accept: json, authorization: 'Bearer abc' }, 200],
    ['GET', one, { accept: json, authorization: 'Basic abc' }, 401],
    ['GET', one, { accept: json, authorization: 'Bearer ' }, 401],
  ]
  it.each(rows)('%s %s with %o is %i', async (method, path, headers, status) => {
    const entra = entraClient()
    await entra.create('/users', entraUser('anna'))
    const answer = await entra.send(method, path, { headers, ...(method === 'POST' ? { body: user } : {}) })
    expect(answer.status).toBe(status)
  })

  it('says what is wrong with an Accept on DELETE', async () => {
    const entra = entraClient()
    const id = await entra.create('/users', entraUser('anna'))
    const answer = await entra.send('DELETE', `/users/${id}`, { headers: { accept: json } })
    expect(answer.body['detail']).toMatch(/^Accept header .* is invalid/)
  })

  it('shows relative places and types in lower case, of users no times, and never a version or an ETag', async () => {
    const entra = entraClient()
    const user = await entra.post('/users', entraUser('anna'))
    const group = await entra.post('/groups', entraGroup('Staff'))
    expect(user.body['meta']).toEqual({ location: `/users/${user.body['id']}`, resourceType: 'user' })
    expect(group.body['meta']).toEqual({
      created: '2026-01-01T00:00:00.000Z',
      location: `/groups/${group.body['id']}`,
      resourceType: 'group',
    })
    for (const { headers } of [user, group, await entra.get('/users')])
      expect(Object.keys(headers)).toEqual(['content-type'])
  })

  it('makes ids that are GUIDs in lower case', async () => {
    const { body } = await entraClient().post('/users', entraUser('anna'))
    expect(body['id']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })

  it.each([
    ['by default', {}, 404],
    ['where the documents are taken at their word', { unknownId: 404 as const }, 404],
    ['where it is as was seen live', { unknownId: 400 as const }, 400],
  ])('answers an id that nothing has %s', async (_, options, status) => {
    const entra = entraClient(options)
    const group = await entra.create('/groups', entraGroup('Staff'))
    const path = `/users/${group}`
    const change = { op: 'replace', path: 'displayName', value: 'x' }
    expect((await entra.get(path)).status).toBe(status)
    expect((await entra.patch(path, change)).status).toBe(status)
    expect((await entra.remove(path)).status).toBe(status)
    expect((await entra.get('/users/nobody')).status).toBe(400)
  })

  it('looks at a PATCH before it looks for whom it is', async () => {
    const entra = entraClient()
    expect((await entra.patch(`/users/${idAt(7)}`, { op: 'replace', path: 'nonsense', value: 'x' })).status).toBe(400)
  })
})

describe('A8: errors', () => {
  it('have a detail and a status, and no scimType', async () => {
    const { status, body, headers } = await entraClient().get('/users?filter=title%20eq%20"x"')
    expect(status).toBe(400)
    expect(headers['content-type']).toContain('application/scim+json')
    expect(Object.keys(body).sort()).toEqual(['detail', 'schemas', 'status'])
    expect(body).toMatchObject({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '400' })
  })

  it('say so when the feature is off', async () => {
    const { status, body } = await entraClient({ featureOff: true }).get('/users')
    expect(status).toBe(400)
    expect(body['detail']).toBe(
      "No 'scimapiconsumptions' resource found for TenantId: contoso. Please ensure 'SCIM Provisioning API' feature is enabled and only one 'scimapiconsumptions' resource exists.",
    )
  })

  it('come as 504 now and then: the first before the work, the second after it', async () => {
    const entra = entraClient({ gatewayTimeoutEvery: 2 })
    const statuses: number[] = []
    for (const name of ['a', 'b', 'c', 'd']) statuses.push((await entra.post('/users', entraUser(name))).status)
    expect(statuses).toEqual([201, 504, 201, 504])
    const names = resourcesOf(await entra.get('/users')).map(({ userName }) => userName)
    expect(names).toEqual(['a@contoso.com', 'c@contoso.com', 'd@contoso.com'])
  })

  it.each(['{', '[]', '"x"', ''])('refuse the body %j', async (body) => {
    expect((await entraClient().send('POST', '/users', { body })).status).toBe(400)
  })
})

describe('A9: throttling', () => {
  it('serves so many in any stretch, then 429 with Retry-After', async () => {
    const entra = entraClient({ throttle: { requests: 2, per: '10s' } })
    expect((await entra.get('/users')).status).toBe(200)
    entra.clock.now += 4_000
    expect((await entra.get('/users')).status).toBe(200)
    entra.clock.now += 1_000
    const refused = await entra.get('/users')
    expect(refused.status).toBe(429)
    // The one at 4 s and the refused one at 5 s count: the next is served at 14 s.
    expect(refused.headers['retry-after']).toBe('9')
    entra.clock.now += 8_999
    expect((await entra.get('/users')).status).toBe(429)
  })

  it('serves again whoever waited as long as it was told', async () => {
    const entra = entraClient({ throttle: { requests: 1, per: '10s' } })
    await entra.get('/users')
    const { headers } = await entra.get('/users')
    entra.clock.now += Number(headers['retry-after']) * 1_000
    expect((await entra.get('/users')).status).toBe(200)
  })

  it('says what the rehearsal wants it to say', async () => {
    const entra = entraClient({ throttle: { requests: 1, per: '10s', retryAfter: 2 } })
    await entra.get('/users')
    expect((await entra.get('/users')).headers['retry-after']).toBe('2')
  })
})

describe('A10: billing', () => {
  it('counts what was answered 2xx or 404', async () => {
    const entra = entraClient()
    await entra.create('/users', entraUser('anna'))
    await entra.get(`/users/${idAt(99)}`)
    await entra.get('/users?count=0')
    await entra.send('PUT', `/users/${somebody}`)
    await entra.remove(`/users/${somebody}`)
    expect(entra.standIn.billed()).toBe(3)
    expect(entra.standIn.requests().map(({ method, status }) => `${method} ${status}`)).toEqual([
      'POST 201',
      'GET 404',
      'GET 400',
      'PUT 405',
      'DELETE 204',
    ])
  })

  it('counts nothing that was throttled, timed out or refused', async () => {
    const off = entraClient({ featureOff: true })
    await off.get('/users')
    const late = entraClient({ gatewayTimeoutEvery: 1 })
    await late.post('/users', entraUser('anna'))
    await late.post('/users', entraUser('anna'))
    const busy = entraClient({ throttle: { requests: 1, per: '10s' } })
    await busy.get('/users')
    await busy.get('/users')
    expect([off, late, busy].map(({ standIn }) => standIn.billed())).toEqual([0, 0, 1])
  })
})

describe('over loopback HTTP', () => {
  it('answers as it does in the process', async () => {
    const entra = await startEntra()
    try {
      const made = await fetch(`${entra.url}/users`, {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/scim+json' },
        body: JSON.stringify(entraUser('anna')),
      })
      const user: unknown = await made.json()
      expect(made.status).toBe(201)
      expect(user).toMatchObject({ userName: 'anna@contoso.com' })
      const listed = await fetch(`${entra.url}/users?filter=userName%20eq%20%22ANNA@contoso.com%22`, {
        headers: { accept: 'application/json' },
      })
      expect(await listed.json()).toMatchObject({ totalResults: 1 })
      expect(entra.billed()).toBe(2)
    } finally {
      entra.close()
    }
  })
})

describe('a request that is given up', () => {
  it('is not served', async () => {
    const { standIn } = entraClient()
    const signal = AbortSignal.abort(new Error('given up'))
    const request = { method: 'GET', url: 'https://graph.example/rp/scim/users', headers: {}, signal }
    await expect(standIn.fetch(request)).rejects.toThrow('given up')
  })
})
