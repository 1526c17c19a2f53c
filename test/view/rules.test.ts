import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { type Client, clientOf, enterpriseUrn, listed, unordered, userUrn } from './support.ts'

/** The upstream is a directory of the same gateway, reached over HTTP, so that both sides can be looked at. */
const ruled = (url: string) => `
id: ruled
name: Ruled
upstream: { kind: scim, url: '${url}/t/inner/scim/v2', auth: { kind: bearer, token: { env: TEST_VIEW_TOKEN } } }
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
    - { upstream: locale, template: "{userName | lower | first 3}" }
    - { hide: title }
`
const innerTenant = 'id: inner\nname: Inner\nupstream: { kind: directory }\n'

let gateway: TestGateway
let inner: Client
let client: Client

beforeAll(async () => {
  gateway = await startTestGateway({ inner: innerTenant })
  process.env['TEST_VIEW_TOKEN'] = await gateway.mint('inner')
  await gateway.writeTenant('ruled', ruled(gateway.url))
  inner = await clientOf(gateway, 'inner')
  await vi.waitFor(async () => expect((await gateway.admin('/tenants/ruled')).status).toBe(200), { timeout: 10_000 })
  client = await clientOf(gateway, 'ruled')
})
afterAll(() => gateway.stop())

const anna = {
  schemas: [userUrn],
  userName: 'anna@contoso.example',
  externalId: 'E7',
  active: true,
  displayName: 'Anna Lee',
  emails: [
    { type: 'work', value: 'anna@work.example' },
    { type: 'home', value: 'anna@home.example' },
  ],
  addresses: [{ type: 'work', locality: 'Bonn' }],
}

describe('a client behind rules', () => {
  it('creates, and is shown what it created', async () => {
    const made = await client.post('/Users', anna)
    expect(made.status).toBe(201)
    expect(unordered(made.body)).toMatchObject(Object(unordered({ ...anna, preferredLanguage: 'de' })))
    expect(made.text).not.toContain('Berlin')
    const id = String(made.body['id'])
    expect((await inner.get(`/Users/${id}`)).body).toMatchObject({
      userName: 'anna@contoso.com',
      userType: 'ENABLED',
      name: { givenName: 'Anna', familyName: 'Lee' },
      nickName: 'anna@work.example',
      emails: [{ type: 'home', value: 'anna@home.example' }],
      [enterpriseUrn]: { employeeNumber: 'E7' },
      timezone: 'Europe/Berlin',
      preferredLanguage: 'de',
      locale: 'ann',
    })
    expect(await client.attempts()).toEqual(['forward POST /Users 201'])
    const read = await client.get(`/Users/${id}`)
    expect(read.body).toEqual(made.body)
    expect(read.headers.get('etag')).toBe(read.body['meta'] && Reflect.get(Object(read.body['meta']), 'version'))
    expect((await client.get(`/Users/${id}`, { 'if-none-match': read.headers.get('etag') ?? '' })).status).toBe(304)
    expect(listed(await client.get('/Users'))).toEqual([read.body])
    await client.delete(`/Users/${id}`)
  })
})
