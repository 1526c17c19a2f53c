import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../../src/scim/json.ts'
import { customSecurityUrn, entraUserExtensionUrn } from '../../../../src/scim/schemas-entra.ts'
import {
  type EntraClient,
  enterpriseUrn,
  entraClient,
  entraUser,
  idAt,
  patchUrn,
  resourcesOf,
  userUrn,
} from '../../../support/entra.ts'

const ext = entraUserExtensionUrn
const without = (name: string): JsonObject => {
  const { [name]: _, ...rest } = entraUser('anna')
  return rest
}

describe('A4: users are made', () => {
  it('with 201, a body, and no password, members or groups in it', async () => {
    const { status, body } = await entraClient().post('/users', entraUser('anna', { externalId: 'a-1' }))
    expect(status).toBe(201)
    expect(body).toEqual({
      schemas: [userUrn, ext],
      id: idAt(1),
      externalId: 'a-1',
      userName: 'anna@contoso.com',
      displayName: 'User anna',
      active: true,
      name: { givenName: 'anna', familyName: 'Example' },
      [ext]: { mailNickname: 'anna', userType: 'Member' },
      meta: { location: `/users/${idAt(1)}`, resourceType: 'user' },
    })
  })

  it.each(['userName', 'password', 'name', 'active', 'displayName', 'schemas'])('never without %s', async (name) => {
    const { status, body } = await entraClient().post('/users', without(name))
    expect(status).toBe(400)
    expect(body['detail']).toContain(name)
  })

  it('without a password only where the domain is federated', async () => {
    const client = entraClient({ federated: ['Fabrikam.com'] })
    const { password: _, ...user } = entraUser('anna')
    expect((await client.post('/users', { ...user, userName: 'anna@fabrikam.com' })).status).toBe(201)
    expect((await client.post('/users', user)).status).toBe(400)
  })

  const good: readonly (readonly [what: string, more: JsonObject])[] = [
    ['a mailNickname', { [ext]: { mailNickname: 'annie' } }],
    ['a work e-mail', { emails: [{ type: 'work', value: 'a@contoso.com', primary: true }] }],
    [
      'other e-mails',
      {
        emails: [
          { type: 'other', value: 'a@example.com' },
          { type: 'other', value: 'b@example.com', primary: false },
        ],
      },
    ],
    ['three phones', { phoneNumbers: ['work', 'mobile', 'fax'].map((type) => ({ type, value: `+1 ${type.length}` })) }],
    ['a work address', { addresses: [{ type: 'work', locality: 'Buffalo', country: 'US' }] }],
    ['an ims', { ims: [{ type: 'work', value: 'sip:a@contoso.com' }] }],
    ['a title', { title: 'Baker', preferredLanguage: 'en-US', userType: 'Employee' }],
    ['a department', { [enterpriseUrn]: { department: 'Sales', employeeNumber: '7' } }],
    ['extension attributes', { [ext]: { onPremisesExtensionAttributes: { extensionAttribute15: 'x' } } }],
    ['no account', { active: false }],
  ]
  it.each(good)('with %s', async (_, more) => {
    const { body } = await entraClient().post('/users', entraUser('anna', more))
    expect(body['detail']).toBeUndefined()
    const { [ext]: extension, emails, ...rest } = more
    expect(body).toMatchObject(rest)
  })

  const wrong: readonly (readonly [what: string, more: JsonObject])[] = [
    ['an unknown attribute', { nickName: 'annie' }],
    ['a name in another case', { Title: 'Baker' }],
    ['a directory extension', { extension_0123456789abcdef_badge: 'x' }],
    ['an unknown extension', { schemas: [userUrn, 'urn:example:hr:2.0:User'], 'urn:example:hr:2.0:User': { a: 1 } }],
    ['an extension that schemas does not list', { schemas: [userUrn], [ext]: { mailNickname: 'x' } }],
    ['an unknown attribute of an extension', { [enterpriseUrn]: { badge: 'x' } }],
    ['an unknown sub-attribute', { name: { givenName: 'a', familyName: 'b', formatted: 'a b' } }],
    ['no family name', { name: { givenName: 'a' } }],
    ['an id', { id: idAt(9) }],
    ['meta', { meta: { resourceType: 'User' } }],
    ['groups', { groups: [{ value: idAt(9) }] }],
    ['a readOnly attribute', { [ext]: { creationType: 'x' } }],
    ['active as text', { active: 'True' }],
    ['null', { title: null }],
    ['an empty text', { title: '' }],
    ['an empty list', { emails: [] }],
    ['one e-mail that is no list', { emails: { type: 'work', value: 'a@contoso.com' } }],
    ['a home e-mail', { emails: [{ type: 'home', value: 'a@contoso.com' }] }],
    ['an e-mail of no type', { emails: [{ value: 'a@contoso.com' }] }],
    ['a work e-mail that is not primary', { emails: [{ type: 'work', value: 'a@contoso.com', primary: false }] }],
    ['another e-mail that is', { emails: [{ type: 'other', value: 'a@contoso.com', primary: true }] }],
    ['two work e-mails', { emails: ['a', 'b'].map((value) => ({ type: 'work', value: `${value}@contoso.com` })) }],
    ['a pager', { phoneNumbers: [{ type: 'pager', value: '1' }] }],
    ['two mobiles', { phoneNumbers: ['1', '2'].map((value) => ({ type: 'mobile', value })) }],
    ['a home address', { addresses: [{ type: 'home', locality: 'x' }] }],
    ['a formatted address', { addresses: [{ type: 'work', formatted: 'x' }] }],
    ['skype', { ims: [{ type: 'skype', value: 'x' }] }],
    ['a manager who is nobody', { [enterpriseUrn]: { manager: { value: idAt(9) } } }],
    ['a manager who is no id', { [enterpriseUrn]: { manager: { value: 'boss' } } }],
    ['a manager as text', { [enterpriseUrn]: { manager: idAt(1) } }],
    ['a userName without a domain', { userName: 'anna' }],
    ['a userName with an accent', { userName: 'änna@contoso.com' }],
    ['a userName with a space', { userName: 'an na@contoso.com' }],
    ['a userName with two domains', { userName: 'a@b.com@contoso.com' }],
    ['custom security attributes that the tenant has not', { schemas: [userUrn, customSecurityUrn] }],
  ]
  it.each(wrong)('never with %s', async (_, more) => {
    const entra = entraClient()
    expect((await entra.post('/users', entraUser('anna', more))).status).toBe(400)
    expect(resourcesOf(await entra.get('/users'))).toEqual([])
  })

  it('with the work e-mail as the primary one, whether that is said or not', async () => {
    const emails = [{ type: 'work', value: 'a@contoso.com' }]
    const { body } = await entraClient().post('/users', entraUser('anna', { emails }))
    expect(body['emails']).toEqual([{ type: 'work', value: 'a@contoso.com', primary: true }])
  })

  it('never with a userName that is taken, in Graph’s words', async () => {
    const entra = entraClient()
    await entra.create('/users', entraUser('anna'))
    const { status, body } = await entra.post('/users', entraUser('ANNA'))
    expect(status).toBe(400)
    expect(body['detail']).toBe('Another object with the same value for property userPrincipalName already exists.')
  })

  it('only in verified domains, where the rehearsal names some', async () => {
    const entra = entraClient({ domains: ['Contoso.com', 'contoso.onmicrosoft.com'] })
    expect((await entra.post('/users', entraUser('anna'))).status).toBe(201)
    const id = idAt(1)
    const elsewhere = entraUser('bert', { userName: 'bert@fabrikam.com' })
    expect((await entra.post('/users', elsewhere)).status).toBe(400)
    const move = { op: 'replace', path: 'userName', value: 'anna@fabrikam.com' }
    expect((await entra.patch(`/users/${id}`, move)).status).toBe(400)
  })
})

describe('A4: users are changed', () => {
  const whole = {
    externalId: 'a-1',
    title: 'Baker',
    emails: [
      { type: 'work', value: 'a@contoso.com', primary: true },
      { type: 'other', value: 'a@example.com' },
    ],
    phoneNumbers: [{ type: 'work', value: '1' }],
    [enterpriseUrn]: { department: 'Sales' },
  }
  const made = async (): Promise<{ entra: EntraClient; path: string }> => {
    const entra = entraClient()
    await entra.create('/users', entraUser('boss'))
    return { entra, path: `/users/${await entra.create('/users', entraUser('anna', whole))}` }
  }

  const good: readonly (readonly [operation: JsonObject, name: string, outcome: Json | undefined])[] = [
    [{ op: 'replace', path: 'displayName', value: 'John' }, 'displayName', 'John'],
    [{ op: 'add', path: 'title', value: 'Cook' }, 'title', 'Cook'],
    [{ op: 'remove', path: 'title' }, 'title', undefined],
    [{ op: 'replace', path: 'externalId', value: 'b-2' }, 'externalId', 'b-2'],
    [{ op: 'replace', path: 'active', value: false }, 'active', false],
    [
      { op: 'replace', path: `${userUrn}:name`, value: { familyName: 'Jane', givenName: 'Doe' } },
      'name',
      { familyName: 'Jane', givenName: 'Doe' },
    ],
    [{ op: 'replace', path: 'name.givenName', value: 'Eve' }, 'name', { familyName: 'Example', givenName: 'Eve' }],
    [
      { op: 'replace', path: `${userUrn}:addresses`, value: [{ type: 'work', locality: 'Buffalo' }] },
      'addresses',
      [{ type: 'work', locality: 'Buffalo' }],
    ],
    [
      { op: 'replace', path: 'emails[type eq "work" and primary eq true].value', value: 'b@contoso.com' },
      'emails',
      [
        { type: 'work', value: 'b@contoso.com', primary: true },
        { type: 'other', value: 'a@example.com' },
      ],
    ],
    [
      { op: 'replace', path: 'emails[type eq "other"].value', value: 'c@example.com' },
      'emails',
      [whole.emails[0] ?? null, { type: 'other', value: 'c@example.com' }],
    ],
    [
      { op: 'replace', path: 'emails', value: [{ type: 'work', value: 'd@contoso.com' }] },
      'emails',
      [{ type: 'work', value: 'd@contoso.com', primary: true }],
    ],
    [
      {
        op: 'replace',
        path: 'phoneNumbers',
        value: [
          { type: 'work', value: '1' },
          { type: 'mobile', value: '2' },
        ],
      },
      'phoneNumbers',
      [
        { type: 'work', value: '1' },
        { type: 'mobile', value: '2' },
      ],
    ],
    [
      { op: 'replace', path: 'phoneNumbers[type eq "work"]', value: { type: 'work', value: '3' } },
      'phoneNumbers',
      [{ type: 'work', value: '3' }],
    ],
    [{ op: 'remove', path: 'phoneNumbers' }, 'phoneNumbers', undefined],
    [
      { op: 'replace', path: `${enterpriseUrn}:manager`, value: { value: idAt(1) } },
      enterpriseUrn,
      { department: 'Sales', manager: { value: idAt(1) } },
    ],
    [{ op: 'remove', path: `${enterpriseUrn}:department` }, enterpriseUrn, undefined],
    [
      { op: 'replace', path: `${ext}:mailNickname`, value: 'annie' },
      ext,
      { mailNickname: 'annie', userType: 'Member' },
    ],
  ]
  it.each(good)('by %o', async (operation, name, outcome) => {
    const { entra, path } = await made()
    const answer = await entra.patch(path, operation)
    expect(answer).toEqual({ status: 204, headers: {}, body: {} })
    expect((await entra.get(path)).body[name]).toEqual(outcome)
  })

  const wrong: readonly JsonObject[] = [
    { op: 'Replace', path: 'displayName', value: 'x' },
    { op: 'REMOVE', path: 'title' },
    { op: 'move', path: 'title', value: 'x' },
    { op: 'replace', value: { displayName: 'x' } },
    { op: 'replace', path: '', value: { displayName: 'x' } },
    { op: 'replace', path: 'displayName' },
    { op: 'remove', path: 'title', value: 'Baker' },
    { op: 'replace', path: 'displayName', value: 'x', note: 'x' },
    { op: 'replace', path: 'nickName', value: 'x' },
    { op: 'replace', path: 'name.formatted', value: 'x' },
    { op: 'replace', path: 'urn:example:hr:2.0:User:badge', value: 'x' },
    { op: 'replace', path: 'extension_0123456789abcdef_badge', value: 'x' },
    { op: 'replace', path: 'department', value: 'x' },
    { op: 'replace', path: 'mailNickname', value: 'x' },
    { op: 'replace', path: enterpriseUrn, value: { department: 'x' } },
    { op: 'replace', path: 'password', value: 'Another-horse-2' },
    { op: 'replace', path: 'id', value: idAt(9) },
    { op: 'replace', path: 'meta.location', value: 'x' },
    { op: 'add', path: 'schemas', value: [enterpriseUrn] },
    { op: 'add', path: 'groups', value: [{ value: idAt(9) }] },
    { op: 'replace', path: `${ext}:creationType`, value: 'x' },
    { op: 'replace', path: 'active', value: 'False' },
    { op: 'replace', path: 'displayName', value: '' },
    { op: 'replace', path: 'title', value: null },
    { op: 'replace', path: 'emails', value: [] },
    { op: 'remove', path: 'userName' },
    { op: 'remove', path: 'displayName' },
    { op: 'remove', path: 'active' },
    { op: 'remove', path: 'name' },
    { op: 'remove', path: 'name.givenName' },
    { op: 'remove', path: `${ext}:mailNickname` },
    { op: 'replace', path: 'emails.value', value: 'x' },
    { op: 'replace', path: 'emails[type eq "home"].value', value: 'x' },
    { op: 'replace', path: 'emails[value eq "a@contoso.com"].value', value: 'x' },
    { op: 'replace', path: 'emails[type ne "work"].value', value: 'x' },
    { op: 'replace', path: 'emails[primary eq true].value', value: 'x' },
    { op: 'replace', path: 'emails[type eq "work" and primary eq false].value', value: 'x' },
    { op: 'replace', path: 'emails[type eq "work" or type eq "other"].value', value: 'x' },
    { op: 'replace', path: 'phoneNumbers[type eq "work" and primary eq true].value', value: 'x' },
    { op: 'replace', path: 'phoneNumbers[type eq "mobile"].value', value: 'x' },
    { op: 'replace', path: 'emails[type eq "work"].type', value: 'other' },
    { op: 'replace', path: 'emails', value: { type: 'other', value: 'x@example.com' } },
    { op: 'add', path: 'emails', value: [{ type: 'other', value: 'x@example.com' }] },
    { op: 'add', path: 'phoneNumbers[type eq "fax"].value', value: '3' },
    { op: 'remove', path: 'emails[type eq "other"]' },
    { op: 'remove', path: 'emails[type eq "other"].value' },
    { op: 'replace', path: 'phoneNumbers[type eq "work"]', value: { type: 'pager', value: '3' } },
    { op: 'replace', path: 'phoneNumbers', value: ['1', '2'].map((value) => ({ type: 'work', value })) },
    { op: 'replace', path: 'addresses', value: [{ type: 'work', 'country/region': 'United States' }] },
    { op: 'replace', path: `${enterpriseUrn}:manager`, value: idAt(1) },
    { op: 'replace', path: `${enterpriseUrn}:manager.value`, value: idAt(1) },
    { op: 'replace', path: `${enterpriseUrn}:manager`, value: { value: idAt(9) } },
    { op: 'replace', path: `${enterpriseUrn}:manager`, value: { value: idAt(1), displayName: 'Boss' } },
    { op: 'replace', path: 'userName', value: 'boss@contoso.com' },
    { op: 'replace', path: 'userName', value: 'boss' },
    { op: 'add', path: `${customSecurityUrn}:Project.ProjectName`, value: 'x' },
  ]
  it.each(wrong)('never by %o, nor by anything beside it', async (operation) => {
    const { entra, path } = await made()
    const before = (await entra.get(path)).body
    const answer = await entra.patch(path, { op: 'replace', path: 'title', value: 'Cook' }, operation)
    expect(answer.status).toBe(400)
    expect((await entra.get(path)).body).toEqual(before)
  })

  const bodies: readonly JsonObject[] = [
    { Operations: [{ op: 'remove', path: 'title' }] },
    { schemas: [userUrn], Operations: [{ op: 'remove', path: 'title' }] },
    { schemas: [patchUrn], Operations: [] },
    { schemas: [patchUrn] },
    { schemas: [patchUrn], Operations: { op: 'remove', path: 'title' } },
    { schemas: [patchUrn], Operations: ['remove title'] },
    { schemas: [patchUrn], OPERATIONS: [{ op: 'remove', path: 'title' }] },
    { schemas: [patchUrn], Operations: [{ op: 'remove', path: 'title' }], operations: [] },
  ]
  it.each(bodies)('never by the body %o', async (body) => {
    const { entra, path } = await made()
    expect((await entra.send('PATCH', path, { body })).status).toBe(400)
  })

  it('by operations in lower case, too', async () => {
    const { entra, path } = await made()
    const body = { schemas: [patchUrn], operations: [{ op: 'remove', path: 'title' }] }
    expect((await entra.send('PATCH', path, { body })).status).toBe(204)
  })
})

describe('A4: users are deleted', () => {
  it('for good, and their names are free', async () => {
    const entra = entraClient()
    const path = `/users/${await entra.create('/users', entraUser('anna'))}`
    expect(await entra.remove(path)).toEqual({ status: 204, headers: {}, body: {} })
    expect((await entra.get(path)).status).toBe(404)
    expect((await entra.remove(path)).status).toBe(404)
    expect((await entra.post('/users', entraUser('anna'))).status).toBe(201)
  })
})

describe('A6: custom security attributes', () => {
  const sets = { Project: { ProjectName: 'string', Level: 'integer', Codes: 'string[]' } } as const
  const set = `${customSecurityUrn}:Project`
  const made = async (): Promise<{ entra: EntraClient; path: string }> => {
    const entra = entraClient({ customSecurityAttributes: sets })
    const path = `/users/${await entra.create('/users', entraUser('anna'))}`
    await entra.patch(path, { op: 'add', path: `${set}.ProjectName`, value: 'IdentityHubV2' })
    return { entra, path }
  }

  it('are shown only when their set is asked for', async () => {
    const { entra, path } = await made()
    const plain = (await entra.get(path)).body
    expect(plain[customSecurityUrn]).toBeUndefined()
    expect(plain['schemas']).toEqual([userUrn, ext])
    const { body } = await entra.get(`${path}?attributes=${set}`)
    expect(body).toEqual({
      schemas: [userUrn, ext, customSecurityUrn],
      id: idAt(1),
      [customSecurityUrn]: { Project: { ProjectName: 'IdentityHubV2' } },
    })
  })

  it.each([
    `attributes=${customSecurityUrn}`,
    `attributes=${set}.ProjectName`,
    `attributes=${customSecurityUrn}:Unknown`,
    `excludedAttributes=${set}`,
  ])('are refused for %s', async (query) => {
    const { entra, path } = await made()
    expect((await entra.get(`${path}?${query}`)).status).toBe(400)
  })

  it('have types, and are emptied by an empty list', async () => {
    const { entra, path } = await made()
    const change = (name: string, value: Json) => entra.patch(path, { op: 'replace', path: `${set}.${name}`, value })
    expect((await change('Level', 'three')).status).toBe(400)
    expect((await change('Level', 3)).status).toBe(204)
    expect((await change('Codes', ['a', 'b'])).status).toBe(204)
    expect((await change('Codes', 'a')).status).toBe(400)
    expect((await change('Unknown', 'a')).status).toBe(400)
    expect((await change('Codes', [])).status).toBe(204)
    const { body } = await entra.get(`${path}?attributes=${set}`)
    expect(body[customSecurityUrn]).toEqual({ Project: { ProjectName: 'IdentityHubV2', Level: 3 } })
  })
})
