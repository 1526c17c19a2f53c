import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isObject, type JsonObject } from '../../src/scim/json.ts'
import { type Layered, startLayered } from './layered.ts'
import { enterpriseUrn, listed, unordered, userUrn } from './support.ts'

const rules = `
rules:
  User:
    - { client: externalId, upstream: employeeNumber }
    - { client: active, upstream: userType, values: { true: ENABLED, false: DISABLED } }
    - client: { userName: "{local}@contoso.example" }
      upstream: { userName: "{local}@contoso.com" }
    - client: { displayName: "{given} {family}" }
      upstream: { name.givenName: "{given}", name.familyName: "{family}" }
    - { client: 'emails[type eq "work"].value', upstream: nickName }
    - { upstream: timezone, constant: Europe/Berlin }
    - { upstream: preferredLanguage, default: de }
    - { upstream: locale, template: "{title | lower | first 3}" }
    - { hide: profileUrl }
`

let both: Layered
beforeAll(async () => {
  both = await startLayered({ ruled: rules })
})
afterAll(() => both.stop())

const anna = {
  schemas: [userUrn],
  userName: 'anna@contoso.example',
  externalId: 'E7',
  active: true,
  displayName: 'Anna Lee',
  title: 'Guide',
  emails: [
    { type: 'work', value: 'anna@work.example' },
    { type: 'home', value: 'anna@home.example' },
  ],
  addresses: [{ type: 'work', locality: 'Bonn' }],
}

const matching = (body: JsonObject) => expect.objectContaining(Object(unordered(body)))

/** How many values fitted none of a rule's patterns, in the order of the rules' names. */
const countsOf = ({ unfit }: JsonObject): readonly number[] =>
  (Array.isArray(unfit) ? unfit.filter(isObject) : [])
    .toSorted((a, b) => String(a['rule']).localeCompare(String(b['rule'])))
    .map(({ count }) => Number(count))

/** Makes Anna, and takes her away again afterwards. */
async function withAnna(work: (path: string) => Promise<void>, body: JsonObject = anna): Promise<void> {
  const { client, inner } = both
  const path = `/Users/${await client('ruled').create('/Users', body)}`
  try {
    await work(path)
  } finally {
    await inner.delete(path)
  }
}

describe('a client behind rules', () => {
  it('creates, and is shown what it created', () =>
    withAnna(async (path) => {
      const client = both.client('ruled')
      const held = await both.inner.get(path)
      expect(unordered(held.body)).toEqual(
        matching({
          userName: 'anna@contoso.com',
          userType: 'ENABLED',
          name: { givenName: 'Anna', familyName: 'Lee' },
          nickName: 'anna@work.example',
          emails: [{ type: 'home', value: 'anna@home.example' }],
          [enterpriseUrn]: { employeeNumber: 'E7' },
          timezone: 'Europe/Berlin',
          preferredLanguage: 'de',
          locale: 'gui',
        }),
      )
      const read = await client.get(path)
      expect(unordered(read.body)).toEqual(matching({ ...anna, preferredLanguage: 'de' }))
      expect(Object.keys(read.body)).not.toContain('timezone')
      expect(listed(await client.get('/Users'))).toEqual([read.body])
    }))

  it('is refused what cannot be carried, by its own name, and nothing is sent', async () => {
    const client = both.client('ruled')
    const refused = await client.post('/Users', { ...anna, displayName: 'Anna' })
    expect(refused.body).toMatchObject({ status: '400', scimType: 'invalidValue' })
    expect(refused.body['detail']).toContain('displayName')
    expect(await client.attempts()).toEqual([])
  })

  it('is told of the upstream’s refusals by its own names', () =>
    withAnna(async () => {
      const { body } = await both.client('ruled').post('/Users', { ...anna, externalId: 'E8' })
      expect(body).toMatchObject({ status: '409', scimType: 'uniqueness' })
      expect((await both.client('ruled').post('/Users', { schemas: [userUrn], active: 'perhaps' })).body).toMatchObject(
        {
          status: '400',
          detail: expect.stringContaining('active'),
        },
      )
    }))

  it('has names that belong to the rules ignored', () =>
    withAnna(async (path) => {
      const client = both.client('ruled')
      const patched = await client.patch(path, [{ op: 'replace', path: 'timezone', value: 'UTC' }])
      expect([patched.status, patched.text]).toEqual([204, ''])
      expect((await both.inner.get(path)).body['timezone']).toBe('Europe/Berlin')
      expect(await client.found('timezone eq "Europe/Berlin"')).toEqual([])
      expect(await client.found('not (timezone pr)')).toEqual([anna.userName])
    }))
})

describe('a PATCH', () => {
  const patchedBy = async (path: string, ...operations: JsonObject[]) => {
    const client = both.client('ruled')
    const { status, text } = await client.patch(path, operations)
    return { status, text, attempts: await client.attempts(), inner: (await both.inner.get(path)).body }
  }

  it.each<[string, JsonObject, JsonObject]>([
    ['a rename', { op: 'replace', path: 'externalId', value: 'E9' }, { [enterpriseUrn]: { employeeNumber: 'E9' } }],
    ['a value of a table', { op: 'replace', path: 'active', value: false }, { userType: 'DISABLED' }],
    [
      'a claimed element',
      { op: 'add', path: 'emails[type eq "Work"].value', value: 'w@x.example' },
      { nickName: 'w@x.example' },
    ],
    ['affixes', { op: 'replace', value: { userName: 'ann@contoso.example' } }, { userName: 'ann@contoso.com' }],
    [
      'what no rule names',
      { op: 'replace', path: 'addresses', value: [{ type: 'home', locality: 'Ulm' }] },
      { addresses: [{ type: 'home', locality: 'Ulm' }] },
    ],
  ])('goes directly: %s', (_, operation, wanted) =>
    withAnna(async (path) => {
      const { status, attempts, inner } = await patchedBy(path, operation)
      expect(status).toBe(204)
      expect(attempts).toEqual(['forward PATCH /Users/{id} 204'])
      expect(inner).toMatchObject(wanted)
    }),
  )

  it.each<[string, JsonObject, JsonObject]>([
    [
      'a joined attribute',
      { op: 'replace', path: 'displayName', value: 'Eva von X' },
      { name: { givenName: 'Eva', familyName: 'von X' } },
    ],
    ['what a template reads', { op: 'replace', path: 'title', value: 'Baker' }, { title: 'Baker', locale: 'bak' }],
    [
      'a divided list',
      { op: 'replace', path: 'emails', value: [{ type: 'work', value: 'n@x.example' }] },
      { nickName: 'n@x.example' },
    ],
  ])('reads first: %s', (_, operation, wanted) =>
    withAnna(async (path) => {
      const { status, attempts, inner } = await patchedBy(path, operation)
      expect(status).toBe(204)
      expect(attempts).toEqual(['read GET /Users/{id} 200', 'forward PATCH /Users/{id} 204'])
      expect(inner).toMatchObject(wanted)
    }),
  )

  it('writes nothing where nothing changed', () =>
    withAnna(async (path) => {
      const { status, attempts } = await patchedBy(path, { op: 'replace', path: 'displayName', value: 'Anna Lee' })
      expect([status, attempts]).toEqual([204, ['read GET /Users/{id} 200']])
      const { body } = await both
        .client('ruled')
        .patch(`${path}?attributes=displayName`, [{ op: 'replace', path: 'displayName', value: 'Anna Lee' }])
      expect(body).toMatchObject({ displayName: 'Anna Lee' })
    }))

  it.each([
    { op: 'replace', path: 'timezone', value: 'UTC' },
    { op: 'add', value: { id: 'x' } },
  ])('that asks for nothing is answered without a write, but for a resource that is there: %j', (operation) =>
    withAnna(async (path) => {
      const client = both.client('ruled')
      const etag = (await client.get(path)).headers.get('etag') ?? ''
      const asked = await client.patch(path, [operation], { 'if-match': etag })
      expect([asked.status, asked.headers.get('etag')]).toEqual([204, etag])
      expect(await client.attempts()).toEqual(['read GET /Users/{id} 200'])
      const { status, body } = await client.patch(`${path}?attributes=title`, [operation])
      expect([status, body['title'], body['userName']]).toEqual([200, 'Guide', undefined])
      expect((await client.patch('/Users/nobody', [operation])).status).toBe(404)
      await both.inner.patch(path, [{ op: 'replace', path: 'title', value: 'X' }])
      expect((await client.patch(path, [operation], { 'if-match': etag })).status).toBe(412)
    }),
  )

  it('is refused where its result cannot be carried', () =>
    withAnna(async (path) => {
      const { status, text, attempts } = await patchedBy(path, { op: 'replace', path: 'displayName', value: 'Anna' })
      expect([status, attempts]).toEqual([400, ['read GET /Users/{id} 200']])
      expect(text).toContain('displayName')
    }))

  it('answers with a body where the client asks for attributes', () =>
    withAnna(async (path) => {
      const { status, body } = await both
        .client('ruled')
        .patch(`${path}?attributes=active`, [{ op: 'replace', path: 'active', value: false }])
      expect([status, body['active'], body['userName']]).toEqual([200, false, undefined])
    }))
})

describe('a PUT', () => {
  it('keeps what the client cannot see, and clears what it leaves out', () =>
    withAnna(async (path) => {
      const client = both.client('ruled')
      await both.inner.patch(path, [
        { op: 'add', path: 'profileUrl', value: 'https://secret.example/' },
        { op: 'replace', path: 'timezone', value: 'UTC' },
      ])
      const { status, body } = await client.put(path, { schemas: [userUrn], userName: anna.userName, active: false })
      expect(status).toBe(200)
      expect(body).toMatchObject({ userName: anna.userName, active: false })
      expect(body).not.toHaveProperty('displayName')
      expect(await client.attempts()).toEqual(['read GET /Users/{id} 200', 'forward PUT /Users/{id} 200'])
      const { body: held } = await both.inner.get(path)
      expect(held).toMatchObject({
        profileUrl: 'https://secret.example/',
        timezone: 'Europe/Berlin',
        userType: 'DISABLED',
      })
      expect(held).not.toHaveProperty('nickName')
      expect(held).not.toHaveProperty('emails')
    }))
})

describe('entity tags', () => {
  it('are weak, the view’s own, and good for conditions', () =>
    withAnna(async (path) => {
      const client = both.client('ruled')
      const { headers, body } = await client.get(path)
      const etag = headers.get('etag') ?? ''
      expect(etag).toMatch(/^W\/"1-[0-9a-f]{8}w"$/)
      expect(body['meta']).toMatchObject({ version: etag })
      expect((await client.get(path, { 'if-none-match': etag })).status).toBe(304)
      expect((await client.get(path, { 'if-none-match': 'W/"1"' })).status).toBe(200)
      const title = [{ op: 'replace', path: 'title', value: 'X' }]
      expect((await client.patch(path, title, { 'if-match': 'W/"1"' })).status).toBe(412)
      expect((await client.patch(path, title, { 'if-none-match': '*' })).status).toBe(412)
      const patched = await client.patch(path, title, { 'if-match': etag })
      expect([patched.status, patched.headers.get('etag')]).toEqual([204, etag.replace('"1-', '"2-')])
      for (const operations of [title, [{ op: 'replace', path: 'active', value: false }]])
        expect((await client.patch(path, operations, { 'if-match': etag })).status).toBe(412)
      expect((await client.put(path, anna, { 'if-match': etag })).status).toBe(412)
      expect((await client.put(path, anna, { 'if-match': '*' })).status).toBe(200)
      expect((await client.delete(path, { 'if-match': etag })).status).toBe(412)
    }))
})

describe('an upstream value that no pattern fits', () => {
  it('is shown as it is, or not at all where it is divided, and matches no filter', () =>
    withAnna(async (path) => {
      const client = both.client('ruled')
      await both.inner.patch(path, [
        { op: 'replace', path: 'userType', value: 'GUEST' },
        { op: 'remove', path: 'name.givenName' },
      ])
      const { body } = await client.get(path)
      expect(body['active']).toBe('GUEST')
      expect(body).not.toHaveProperty('displayName')
      expect(await client.found('active eq true')).toEqual([])
      expect(await client.found('displayName co "Lee"')).toEqual([])
      const { body: before } = await both.gateway.admin('/tenants/ruled')
      await client.get(path)
      const { body: shown } = await both.gateway.admin('/tenants/ruled')
      const more = countsOf(shown).map((count, at) => count - (countsOf(before)[at] ?? 0))
      expect(more).toEqual([1, 1])
      expect(shown['unfit']).toContainEqual({ rule: 'rules.User[1]', place: 'userType', count: expect.any(Number) })
      expect((await client.patch(path, [{ op: 'replace', path: 'title', value: 'X' }])).status).toBe(204)
      expect((await both.inner.get(path)).body).toMatchObject({ userType: 'GUEST', name: { familyName: 'Lee' } })
    }))
})

describe('discovery', () => {
  it('shows the client’s schemas', async () => {
    const client = both.client('ruled')
    const names = async (urn: string) => {
      const { body } = await client.get(`/Schemas/${urn}`)
      const { attributes } = body
      return Array.isArray(attributes) ? attributes.filter(isObject).map(({ name }) => name) : []
    }
    const core = await names(userUrn)
    expect(core).toEqual(expect.arrayContaining(['userName', 'displayName', 'active', 'emails', 'preferredLanguage']))
    for (const owned of ['timezone', 'locale', 'userType', 'nickName', 'profileUrl', 'name'].filter(
      (one) => one !== 'name',
    ))
      expect(core).not.toContain(owned)
    expect(await names(enterpriseUrn)).not.toContain('employeeNumber')
    const { body } = await client.get('/Schemas')
    expect(JSON.stringify(body)).not.toContain('timezone')
    expect((await client.get('/ServiceProviderConfig')).body).toMatchObject({ bulk: { supported: true } })
    expect(listed(await client.get('/ResourceTypes')).map(({ id }) => id)).toEqual(['User', 'Group'])
    expect((await client.get('/ResourceTypes/User')).body).toMatchObject({
      endpoint: '/Users',
      meta: { location: expect.stringContaining('/t/ruled/scim/v2/ResourceTypes/User') },
    })
    expect((await client.get('/Schemas/urn:nobody')).status).toBe(404)
  })
})

describe('a Bulk', () => {
  it('does each operation through the rules', async () => {
    const client = both.client('ruled')
    const { status, body } = await client.post('/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        { method: 'POST', path: '/Users', bulkId: 'a', data: anna },
        {
          method: 'PATCH',
          path: '/Users/bulkId:a',
          data: { Operations: [{ op: 'replace', path: 'active', value: false }] },
        },
        { method: 'POST', path: '/Users', bulkId: 'b', data: { ...anna, displayName: 'Anna' } },
        {
          method: 'POST',
          path: '/Groups',
          bulkId: 'g',
          data: { displayName: 'All', members: [{ value: 'bulkId:a' }] },
        },
      ],
    })
    expect(status).toBe(200)
    const results = Array.isArray(body['Operations']) ? body['Operations'].filter(isObject) : []
    expect(results.map((one) => one['status'])).toEqual(['201', '204', '400', '201'])
    expect(await client.found('active eq false')).toEqual([anna.userName])
    const paths = results.flatMap(({ location }) =>
      typeof location === 'string' ? [location.replace(/.*v2/, '')] : [],
    )
    for (const path of new Set(paths)) await client.delete(path)
  })
})
