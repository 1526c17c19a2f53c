import { describe, expect, it, onTestFinished } from 'vitest'
import { triedBody } from '../src/admin/shapes-try.ts'
import { isObject, type JsonObject } from '../src/scim/json.ts'
import { entraUser } from './support/entra.ts'
import { scimTenant, startTestGateway } from './support/gateway.ts'
import { foreignUpstream } from './support/upstream.ts'

const rules = `rules:
  User:
    - { client: title, upstream: nickName }
    - { client: { userName: "{x}@a.example" }, upstream: { userName: "{x}@b.example" } }
    - { upstream: preferredLanguage, constant: de }
    - { upstream: userType, template: "{title | lower}" }
`

/** A gateway in front of a SCIM server that remembers what reached it. */
async function started() {
  const upstream = await foreignUpstream()
  onTestFinished(upstream.close)
  const gateway = await startTestGateway({ acme: scimTenant('acme', upstream.url) + rules })
  onTestFinished(gateway.stop)
  const token = await gateway.mint('acme')
  const serve = (method: string, path: string, body?: JsonObject) =>
    gateway.ask(`/t/acme/scim/v2${path}`, { token, method, ...(body === undefined ? {} : { body }) })
  const attempt = async (body: JsonObject) => {
    const answer = await gateway.admin('/tenants/acme/try', { method: 'POST', body })
    expect([answer.status, answer.status === 200 ? '' : answer.text]).toEqual([200, ''])
    return triedBody.parse(answer.body)
  }
  return { upstream, serve, attempt }
}

const user = { userName: 'ann@a.example', title: 'DR' }
/** `schemas` of an answer are the upstream's own matter, and so are its id and `meta`. */
const known = ({ schemas: _, id: __, meta: ___, ...rest }: Readonly<Record<string, unknown>>) => rest

it('shows what is then served, and calls nothing', async () => {
  const { upstream, serve, attempt } = await started()
  const tried = await attempt({ body: user })
  expect(upstream.received).toEqual([])

  const created = await serve('POST', '/Users', user)
  expect(created.status).toBe(tried.status)
  const [received] = upstream.received
  expect(tried.upstream).toMatchObject([{ method: received?.method, path: received?.path, body: received?.body }])
  expect(received?.body).toMatchObject({ userName: 'ann@b.example', userType: 'dr', preferredLanguage: 'de' })
  expect(tried.client).toMatchObject(known(created.body))
})

it('of a PATCH and of what it refuses', async () => {
  const { upstream, serve, attempt } = await started()
  const id = String((await serve('POST', '/Users', user)).body['id'])
  const patches = [
    { op: 'replace', path: 'title', value: 'Prof' },
    { op: 'replace', path: 'name.givenName', value: 'Ann' },
    { op: 'jump', path: 'title' },
    { op: 'replace', path: 'userName', value: 'x@b.example' },
  ]
  for (const operation of patches) {
    const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [operation] }
    const tried = await attempt({ id, body })
    upstream.received.splice(0)
    const served = await serve('PATCH', `/Users/${id}`, body)
    expect([operation, tried.status]).toEqual([operation, served.status])
    // An answer without a change is no call, and a read before it is only known to be one.
    const calls = upstream.received.map(({ method, path }) => ({ method, path }))
    expect(tried.upstream.slice(0, calls.length)).toMatchObject(calls)
  }
})

it('of a filter', async () => {
  const { attempt } = await started()
  const { upstream, notes } = await attempt({ filter: 'title eq "Dr"' })
  expect(upstream).toMatchObject([{ method: 'GET', path: '/Users?filter=nickName%20eq%20%22Dr%22' }])
  expect(notes).toEqual(['the upstream decides it alone'])
})

/** A tenant that rehearses Entra, and what it made upstream of the call that was last. */
async function rehearsed(more = '') {
  const gateway = await startTestGateway({
    acme: `id: acme\nname: acme\nupstream: { kind: directory, emulate: entra }\n${more}`,
  })
  onTestFinished(gateway.stop)
  const token = await gateway.mint('acme')
  const serve = async (method: string, path: string, body?: JsonObject) => {
    const answer = await gateway.ask(`/t/acme/scim/v2${path}`, {
      token,
      method,
      ...(body === undefined ? {} : { body }),
    })
    const id = answer.headers.get('x-request-id') ?? ''
    const call = (await gateway.admin(`/tenants/acme/calls/${id}`)).body
    const attempts = Array.isArray(call['attempts']) ? call['attempts'].filter(isObject) : []
    return { ...answer, attempts: attempts.map((one) => `${one['method']} ${one['path']}`), call }
  }
  const attempt = async (body: JsonObject) => {
    const { status, text, body: answered } = await gateway.admin('/tenants/acme/try', { method: 'POST', body })
    expect([status, status === 200 ? '' : text]).toEqual([200, ''])
    return triedBody.parse(answered)
  }
  return { serve, attempt }
}

/** As attempts are written down: without ids and questions. */
const templates = ({ upstream }: Awaited<ReturnType<Awaited<ReturnType<typeof rehearsed>>['attempt']>>) =>
  upstream.map(({ method, path }) => `${method} ${path.replace(/\?.*$/, '').replace(/^(\/\w+)\/.+$/, '$1/{id}')}`)

describe('the plan over Entra', () => {
  it('of what a client sends is what is then made, at the price that is then billed', async () => {
    const { serve, attempt } = await rehearsed()
    const ids: string[] = []
    for (let index = 0; index < 45; index++)
      ids.push(String((await serve('POST', '/Users', entraUser(`u${index}`))).body['id']))
    const members = ids.map((value) => ({ value }))
    const group = String((await serve('POST', '/Groups', { displayName: 'first' })).body['id'])
    const [user = ''] = ids
    const patch = (...Operations: JsonObject[]) => ({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations,
    })
    const changed = entraUser('u0', { displayName: 'other', nickName: 'n' })
    const [get, change, add] = ['GET /users/{id}', 'PATCH /users/{id}', 'PATCH /groups/{id}']
    const cases: readonly [JsonObject, string, string, readonly string[]][] = [
      [{ body: entraUser('new') }, 'POST', '/Users', ['POST /users']],
      [{ body: changed, id: user }, 'PUT', `/Users/${user}`, [get, change]],
      [{ body: patch({ op: 'replace', value: { title: 'Dr' } }), id: user }, 'PATCH', `/Users/${user}`, [change]],
      [{ type: 'Group', body: { displayName: 'second', members } }, 'POST', '/Groups', ['POST /groups', add, add, add]],
      [
        { type: 'Group', id: group, body: patch({ op: 'replace', path: 'members', value: members }) },
        'PATCH',
        `/Groups/${group}`,
        ['GET /users', add, add, add],
      ],
    ]
    for (const [asked, method, path, expected] of cases) {
      const tried = await attempt(asked)
      const { body } = asked
      const served = await serve(method, path, isObject(body) ? body : undefined)
      expect([path, served.status]).toEqual([path, tried.status])
      expect(served.attempts).toEqual(expected)
      const sure = templates(tried).slice(0, expected.length)
      expect(sure).toEqual(expected)
      expect(tried.price).toMatchObject({ calls: served.call['billedCalls'], costMicros: served.call['costMicros'] })
      expect(tried.price.currency).toBe('USD')
    }
  })

  it('shows bodies, what depends on what is read, how often, and what is left out', async () => {
    const { attempt } = await rehearsed()
    const { upstream, notes, price } = await attempt({ id: '7', body: entraUser('a', { nickName: 'n' }) })
    expect(upstream).toMatchObject([
      { method: 'GET', path: '/users/7', purpose: 'read', afterRead: false, times: { least: 1, most: 1 } },
      {
        method: 'PATCH',
        path: '/users/7',
        body: { Operations: expect.arrayContaining([{ op: 'replace', path: 'displayName', value: 'User a' }]) },
        purpose: 'forward',
        afterRead: true,
        times: { least: 0, most: 1 },
        why: 'only where something differs',
      },
    ])
    expect(price).toEqual({ calls: 2, costMicros: 4000, currency: 'USD', least: 1, most: 2 })
    expect(notes).toEqual(['the upstream cannot hold nickName: left out'])
    expect(JSON.stringify(upstream)).not.toContain('nickName')
  })

  it('below rules is what is then made, and what the client then sees', async () => {
    const rules = `rules:
  User:
    - { client: title, upstream: preferredLanguage }
    - { client: nickName, upstream: locale }
    - { hide: userType }
`
    const { serve, attempt } = await rehearsed(rules)
    const id = String((await serve('POST', '/Users', entraUser('a'))).body['id'])
    const body = entraUser('a', { title: 'de', nickName: 'n' })
    const tried = await attempt({ id, body })
    const served = await serve('PUT', `/Users/${id}`, body)
    expect(served.attempts).toEqual(['GET /users/{id}', 'PATCH /users/{id}'])
    expect(templates(tried)).toEqual(served.attempts)
    expect(tried.price).toMatchObject({ calls: 2, costMicros: served.call['costMicros'] })
    expect(tried.notes).toEqual([expect.stringMatching('^reads first: '), expect.stringContaining('locale')])
    // What is Entra's own, nobody knows before.
    expect(served.body).toMatchObject(known(tried.client ?? {}))
    expect(tried.client).toMatchObject({ title: 'de' })
    expect(tried.client).not.toHaveProperty('nickName')
  })

  it('of filters is their lists', async () => {
    const { serve, attempt } = await rehearsed()
    const filter = 'userName eq "a" or externalId eq "b"'
    const both = await attempt({ filter })
    expect(both.upstream.map(({ path }) => decodeURIComponent(path))).toEqual([
      '/users?filter=userName eq "a"&count=100',
      '/users?filter=externalId eq "b"&count=100',
    ])
    expect(both).toMatchObject({ price: { calls: 2 }, notes: ['2 lists, joined here'] })
    expect((await serve('GET', `/Users?filter=${encodeURIComponent(filter)}`)).attempts).toEqual(templates(both))
    const walked = await attempt({ filter: 'displayName eq "a"' })
    expect(walked).toMatchObject({
      upstream: [{ times: { least: 1, most: 20 }, why: 'as many pages as there are' }],
      price: { calls: 1, least: 1, most: 20 },
      notes: [expect.stringContaining('it does not compare displayName itself')],
    })
  })

  it('of what cannot be served is the refusal, at no price', async () => {
    const { serve, attempt } = await rehearsed('onDelete: deactivate\n')
    for (const [asked, method, path] of [
      [{ body: { userName: 'a@contoso.com' } }, 'POST', '/Users'],
      [{ filter: 'groups.display eq "a"' }, 'GET', `/Users?filter=${encodeURIComponent('groups.display eq "a"')}`],
    ] as const) {
      const tried = await attempt(asked)
      const served = await serve(method, path, 'body' in asked ? asked.body : undefined)
      expect([served.status, served.body]).toEqual([tried.status, tried.client])
      expect(tried).toMatchObject({ status: 400, upstream: [], price: { calls: 0, costMicros: 0 } })
    }
  })
})
