import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isObject, type JsonObject } from '../../src/scim/json.ts'
import type { Step } from './conversation.ts'
import { type Both, type Pair, type Seen, startPair } from './differential.ts'
import { bulk, enterpriseUrn, errorUrn, group, patch, scimError, search, user, userUrn } from './words.ts'

let pair: Pair

beforeAll(async () => {
  pair = await startPair()
})
afterAll(() => pair.stop())

type Case = readonly [ask: string, body?: JsonObject, save?: Step['save']]

/** Sends both ways; a leak of the upstream's place fails in `exchange`. */
const both = ([ask, body, save]: Case): Promise<Both> =>
  pair.both({ ask, ...(body === undefined ? {} : { body }), ...(save === undefined ? {} : { save }) })

const barbara = user('bjensen', {
  schemas: [userUrn, enterpriseUrn],
  externalId: '701984',
  name: { formatted: 'Ms. Barbara J Jensen', familyName: 'Jensen', givenName: 'Barbara' },
  displayName: 'Babs Jensen',
  title: 'Tour Guide',
  userType: 'Employee',
  active: true,
  emails: [
    { value: 'bjensen@example.com', type: 'work', primary: true },
    { value: 'babs@jensen.org', type: 'home' },
  ],
  phoneNumbers: [{ value: '555-555-5555', type: 'work' }],
  [enterpriseUrn]: { employeeNumber: '701984', department: 'Tour Operations' },
})

/** What a client of the gateway sees is what scimmy answers: one conversation, each request sent both ways. */
const same: readonly Case[] = [
  ['POST /Users', barbara, { b: 'id' }],
  ['POST /Users', user('alice', { externalId: 'A', title: 'CEO' }), { a: 'id' }],
  ['POST /Users', user('carol', { active: false, emails: [{ value: 'c@example.com', type: 'home' }] }), { c: 'id' }],
  ['POST /Users', user('BJENSEN')],
  ['POST /Users', { schemas: [userUrn] }],
  ['POST /Users?attributes=userName', user('eve', { title: 'x' })],
  ['GET /Users/{b}'],
  ['GET /Users/{b}?attributes=userName'],
  ['GET /Users/{b}?attributes=name.givenName,emails.value'],
  ['GET /Users/{b}?excludedAttributes=emails,name'],
  [`GET /Users/{b}?attributes=${enterpriseUrn}:department`],
  ['GET /Users/nobody'],
  ['GET /Users'],
  ['GET /Users?startIndex=2&count=1'],
  ['GET /Users?startIndex=99'],
  ['GET /Users?sortBy=userName'],
  ['GET /Users?sortBy=userName&sortOrder=descending&count=2'],
  ['GET /Users?filter=userName eq "bjensen"'],
  ['GET /Users?filter=userName Eq "bjensen"'],
  ['GET /Users?filter=title pr'],
  ['GET /Users?filter=userName sw "b" and title pr'],
  ['GET /Users?filter=userName eq "alice" or userName eq "carol"'],
  ['GET /Users?filter=not (userName eq "alice")'],
  ['GET /Users?filter=active eq true'],
  ['GET /Users?filter=meta.lastModified gt "2026-01-01T00:00:02Z"'],
  ['GET /Users?filter=userName ne "alice"&attributes=userName'],
  ['POST /Users/.search', search({ filter: 'userName sw "a"', attributes: ['userName'], startIndex: 1, count: 10 })],
  ['POST /.search', search({ filter: 'userName sw "a"' })],
  ['POST /.search', search({ count: 2, excludedAttributes: ['emails'] })],
  ['PUT /Users/{b}', { ...barbara, id: '{b}', title: 'Boss', nickName: 'Babs' }],
  ['PUT /Users/nobody', user('zed')],
  ['PATCH /Users/{b}', patch({ op: 'replace', path: 'title', value: 'Queen' })],
  ['PATCH /Users/{b}', patch({ op: 'replace', path: 'title', value: 'Queen' })],
  ['PATCH /Users/{b}?attributes=userName', patch({ op: 'replace', path: 'title', value: 'King' })],
  ['PATCH /Users/{b}', patch({ op: 'add', value: { nickName: 'B', ims: [{ value: 'babs', type: 'xmpp' }] } })],
  ['PATCH /Users/{b}', patch({ op: 'replace', path: 'emails[type eq "work"].value', value: 'q@example.com' })],
  ['PATCH /Users/{b}', patch({ op: 'remove', path: 'emails[type eq "work"]' })],
  ['PATCH /Users/{b}', patch({ op: 'remove', path: 'title' })],
  ['PATCH /Users/{b}', patch({ op: 'replace', path: 'bogus', value: 1 })],
  ['PATCH /Users/{b}', patch({ op: 'replace', path: 'name.familyName', value: 'X' })],
  ['PATCH /Users/{b}', patch({ op: 'replace', value: { name: { givenName: 'G' } } })],
  ['PATCH /Users/{b}', patch({ op: 'add', path: `${enterpriseUrn}:department`, value: 'D' })],
  ['PATCH /Users/{b}', patch({ op: 'add', value: { [enterpriseUrn]: { department: 'E' } } })],
  ['PATCH /Users/nobody', patch({ op: 'replace', path: 'title', value: 'x' })],
  ['POST /Groups', group('Guides', '{b}'), { g: 'id' }],
  [
    'POST /Groups',
    { ...group('Refs'), members: [{ value: '{b}', $ref: '{base}/Users/{b}', display: 'Babs' }] },
    { r: 'id' },
  ],
  ['GET /Groups/{r}'],
  ['GET /Groups?excludedAttributes=members&filter=displayName eq "Guides"'],
  ['PATCH /Groups/{g}', patch({ op: 'add', path: 'members', value: [{ value: '{a}' }] })],
  ['PATCH /Groups/{g}', patch({ op: 'remove', path: 'members[value eq "{b}"]' })],
  ['PATCH /Groups/{g}', patch({ op: 'replace', path: 'members', value: [{ value: '{b}', $ref: '{base}/Users/{b}' }] })],
  ['PATCH /Groups/{g}', patch({ op: 'remove', path: 'members' })],
  [
    'POST /Bulk',
    bulk([
      { method: 'POST', path: '/Users', bulkId: 'qwerty', data: user('bulky') },
      { method: 'POST', path: '/Groups', bulkId: 'ytrewq', data: group('Tour Guides', 'bulkId:qwerty') },
      { method: 'PATCH', path: '/Users/{a}', data: patch({ op: 'replace', path: 'title', value: 'B' }) },
      { method: 'DELETE', path: '/Users/{c}' },
      { method: 'DELETE', path: '/Users/nobody' },
    ]),
  ],
  ['GET /Groups?filter=displayName eq "Tour Guides"'],
  ['DELETE /Users/{a}'],
  ['DELETE /Users/{a}'],
  ['GET /Users/{a}'],
  ['GET /ResourceTypes/User'],
  ['GET /Schemas/urn:ietf:params:scim:schemas:core:2.0:Group'],
  ['GET /Schemas/urn:nope'],
]

describe('scimmy through the gateway answers as scimmy', () => {
  it.each(same.map((one) => [`${one[0]} ${JSON.stringify(one[1] ?? '').slice(0, 200)}`, one] as const))(
    '%s',
    async (_name, one) => {
      const { direct, through } = await both(one)
      expect(through).toEqual(direct)
    },
  )
})

const bodyOf = ({ body }: Seen): JsonObject => (isObject(body) ? body : {})

describe('intended differences', () => {
  let id = ''
  beforeAll(async () => {
    const { through } = await both([
      'POST /Users',
      user('intended', { active: true, emails: [{ value: 'old@example.com' }] }),
      { u: 'id' },
    ])
    id = String(bodyOf(through)['id'])
    await both(['POST /Groups', group('Intended', '{b}', '{u}'), { h: 'id' }])
  })

  it.each<[string, Case, number, JsonObject]>([
    [
      'a value of the wrong type is refused before any call (contract §6)',
      ['POST /Users', user('d', { active: 'maybe' })],
      400,
      scimError(400, 'invalidValue'),
    ],
    [
      'a filter that is none is refused before any call',
      ['GET /Users?filter=userName regex "x"'],
      400,
      scimError(400, 'invalidFilter'),
    ],
    ['so is a remove without a path', ['PATCH /Users/{u}', patch({ op: 'remove' })], 400, scimError(400, 'noTarget')],
  ])('%s: the same refusal in our words', async (_name, one, status, body) => {
    const { direct, through } = await both(one)
    expect([direct.status, through.status]).toEqual([status, status])
    expect(bodyOf(through)).toMatchObject(body)
    const { detail: _direct, ...plain } = bodyOf(direct)
    expect(plain).toEqual(body)
  })

  it.each<[string, Case, number, JsonObject]>([
    [
      "Entra's op names and booleans as text",
      ['PATCH /Users/{u}', patch({ op: 'Replace', path: 'active', value: 'False' })],
      200,
      { active: false },
    ],
    [
      "Entra's removal by a list of values takes away these values only",
      ['PATCH /Groups/{h}', patch({ op: 'Remove', path: 'members', value: [{ $ref: null, value: '{u}' }] })],
      200,
      { displayName: 'Intended', members: [{ value: 'id-1' }] },
    ],
    ["Okta's id alone asks for nothing", ['PATCH /Users/{u}', patch({ op: 'replace', value: { id: '{u}' } })], 200, {}],
    ["Microsoft's validator: no operations", ['PATCH /Users/{u}', patch()], 200, {}],
    [
      'a path-less replace of a list replaces it (RFC 7644 §3.5.2.3), where scimmy adds to it',
      ['PATCH /Users/{u}', patch({ op: 'replace', value: { emails: [{ value: 'new@example.com' }] } })],
      200,
      { emails: [{ value: 'new@example.com' }] },
    ],
    [
      'a boolean as text, and emails as an object',
      ['POST /Users', user('onelogin', { active: 'True', emails: { value: 'o@example.com' } })],
      201,
      { active: true, emails: [{ value: 'o@example.com' }] },
    ],
  ])('dialects that scimmy does not know: %s', async (_name, one, status, body) => {
    const { direct, through } = await both(one)
    expect(through).toMatchObject({ status, body })
    expect(direct).not.toEqual(through)
  })

  it.each<[string, string, number]>([
    ['POST /Schemas', 'discovery is read only (RFC 7644 §4)', 405],
    ['DELETE /ResourceTypes', 'discovery is read only (RFC 7644 §4)', 405],
    ['PUT /Users', 'a method that the endpoint has not', 405],
    ['GET /Users/.search', 'a method that the endpoint has not', 405],
    ['GET /Me', 'the credential is bound to no user (contract §2)', 501],
  ])('%s: %s', async (ask, _why, status) => {
    const { direct, through } = await both(ask.startsWith('GET') ? [ask] : [ask, {}])
    expect(direct.status).toBe(404)
    expect(through).toMatchObject({ status, body: scimError(status) })
  })

  it('a type that is not announced is not asked for', async () => {
    const { direct, through } = await both(['GET /Devices'])
    expect([direct.status, through.status]).toEqual([404, 404])
    expect(bodyOf(through)).toMatchObject({ schemas: [errorUrn], detail: 'there is nothing at /Devices' })
  })

  it('the service provider configuration names how clients come in here, and nothing of the upstream', async () => {
    const { direct, through } = await both(['GET /ServiceProviderConfig'])
    const { authenticationSchemes: own, ...rest } = bodyOf(through)
    const { authenticationSchemes: theirs, ...others } = bodyOf(direct)
    expect(rest).toEqual(others)
    expect(JSON.stringify(theirs)).toContain('directory.corp.internal')
    expect(own).toMatchObject([{ type: 'oauthbearertoken', primary: true }, { type: 'httpbasic' }])
  })

  it.each(['ResourceTypes', 'Schemas'])('%s come with the numbers of a ListResponse', async (kind) => {
    const { direct, through } = await both([`GET /${kind}`])
    const { Resources = [], schemas = [] } = bodyOf(direct)
    const total = Array.isArray(Resources) ? Resources.length : 0
    expect(bodyOf(through)).toEqual({ Resources, schemas, totalResults: total, startIndex: 1, itemsPerPage: total })
  })

  it('an answer with one resource carries its place, which scimmy leaves to the body', async () => {
    const answer = await fetch(`${pair.through.base}/Users/${id}`, {
      headers: { authorization: `Bearer ${pair.through.token}` },
    })
    expect(answer.headers.get('location')).toBe(`${pair.through.base}/Users/${id}`)
    expect(answer.headers.get('content-location')).toBe(`${pair.through.base}/Users/${id}`)
  })
})
