import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exactKey } from '../../src/scim/equality.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { enterpriseUserUrn, groupDefinition } from '../../src/scim/schemas.ts'
import { entraUserDefinition, entraUserExtensionUrn } from '../../src/scim/schemas-entra.ts'
import { entraUser } from '../support/entra.ts'
import { put, refused, resourceOf, throughEntra } from './through.ts'

const through = throughEntra()
const group = { definition: groupDefinition }
let made = 0
const nextName = () => `r${++made}`

describe('a PUT of a user', () => {
  it('is one read where nothing changes, and answers with the resource', async () => {
    const name = nextName()
    const id = await through.user(name, { title: 'Guide' })
    const reply = await through.serve(put(id, entraUser(name, { title: 'Guide' })))
    expect(through.calls()).toEqual(['GET User'])
    expect(reply).toMatchObject({ kind: 'resource', status: 200, location: `/Users/${id}` })
    expect(resourceOf(reply)).toMatchObject({ id, title: 'Guide', userName: `${name}@contoso.com` })
  })

  it('is one read and one PATCH of what differs, whatever number of attributes that is', async () => {
    const name = nextName()
    const id = await through.user(name, { title: 'Guide', preferredLanguage: 'de' })
    const body = entraUser(name, {
      displayName: 'Other',
      userType: 'Worker',
      name: { givenName: 'A', familyName: 'B' },
    })
    const reply = await through.serve(put(id, body))
    expect(through.calls()).toEqual(['GET User', expect.stringContaining('PATCH')])
    expect(through.calls()[1]?.replace('PATCH ', '').split(', ').sort()).toEqual([
      'remove preferredLanguage',
      'remove title',
      'replace displayName',
      'replace name.familyName',
      'replace name.givenName',
      'replace userType',
    ])
    const held = await through.held(`/users/${id}`)
    expect(held).toMatchObject({ displayName: 'Other', userType: 'Worker', name: { givenName: 'A', familyName: 'B' } })
    expect(held['title']).toBeUndefined()
    const { meta: _, ...shown } = resourceOf(reply)
    const { meta: __, ...kept } = held
    expect(exactKey(shown)).toBe(exactKey(kept))
  })

  it('reads nothing where what is there is known', async () => {
    const name = nextName()
    const id = await through.user(name)
    const held = await through.held(`/users/${id}`)
    await through.serve(put(id, entraUser(name), { held }))
    expect(through.calls()).toEqual([])
    await through.serve(put(id, entraUser(name, { title: 'New' }), { held }))
    expect(through.calls()).toEqual(['PATCH replace title'])
  })

  it('leaves the schemas of the upstream alone, but for what it says of them', async () => {
    const name = nextName()
    const own = { mailNickname: name, officeLocation: 'Ulm', userType: 'Member' }
    const id = await through.user(name, { [entraUserExtensionUrn]: own })
    await through.serve(put(id, entraUser(name)))
    expect(through.calls()).toEqual(['GET User'])
    const body = entraUser(name, { [entraUserExtensionUrn]: { officeLocation: 'Bonn' } })
    await through.serve(put(id, body, { definition: entraUserDefinition }))
    expect((await through.held(`/users/${id}`))[entraUserExtensionUrn]).toEqual({ ...own, officeLocation: 'Bonn' })
  })

  it('keeps what it omits where the operator says so', async () => {
    const name = nextName()
    const id = await through.user(name, { title: 'Guide', [enterpriseUserUrn]: { department: 'Tours' } })
    await through.serve(put(id, { name: { givenName: 'Zoë' } }), { choices: { absentInPut: 'keep' } })
    expect(through.calls()).toEqual(['GET User', 'PATCH replace name.givenName'])
    expect(await through.held(`/users/${id}`)).toMatchObject({
      title: 'Guide',
      name: { givenName: 'Zoë', familyName: 'Example' },
      [enterpriseUserUrn]: { department: 'Tours' },
    })
  })

  it('sends no password', async () => {
    const name = nextName()
    const id = await through.user(name)
    await through.serve(put(id, entraUser(name, { password: 'Other-horse-2', title: 'New' })))
    expect(through.calls()).toEqual(['GET User', 'PATCH replace title'])
  })

  it('is refused before any call where something required would be cleared, by all its names', async () => {
    const name = nextName()
    const id = await through.user(name)
    const error = await refused(through.serve(put(id, { userName: `${name}@contoso.com`, name: { givenName: 'A' } })))
    expect(error).toMatchObject({ status: 400, scimType: 'invalidValue' })
    expect(error.message).toBe(
      'name.familyName, active, displayName are required by the upstream directory: they must be given',
    )
    expect(through.calls()).toEqual([])
  })

  it('is refused by name where the operator wants nothing dropped', async () => {
    const name = nextName()
    const id = await through.user(name)
    const body = entraUser(name, {
      nickName: 'Babs',
      name: { givenName: 'A', familyName: 'B', middleName: 'C' },
      emails: [{ type: 'home', value: 'a@b.example' }],
    })
    const error = await refused(through.serve(put(id, body), { choices: { unsupported: 'reject' } }))
    expect(error.message).toContain('cannot hold name.middleName, nickName, emails[type eq "home"]')
    expect(through.calls()).toEqual([])
  })

  it('is 404 where there is nothing to replace', async () => {
    const error = await refused(through.serve(put('00000000-0000-7000-8000-ffffffffffff', entraUser('nobody'))))
    expect(error.status).toBe(404)
    expect(through.calls()).toEqual(['GET User'])
  })

  it('takes If-Match: * and refuses any version before a call, for there are none', async () => {
    const name = nextName()
    const id = await through.user(name)
    await through.serve(put(id, entraUser(name, { title: 'A' }), { ifMatch: '*' }))
    expect((await refused(through.serve(put(id, entraUser(name), { ifMatch: 'W/"1"' })))).status).toBe(412)
    expect(through.calls()).toEqual([])
  })

  it.each([
    [
      'a reference told in other words',
      { [enterpriseUserUrn]: { manager: { value: 'ID', $ref: '/Users/ID', displayName: 'X' } } },
    ],
    ['a work e-mail without primary', { emails: [{ type: 'work', value: 'a@b.example' }] }],
    [
      'a work e-mail that says that it is not primary',
      { emails: [{ type: 'work', value: 'a@b.example', primary: false }] },
    ],
    ['a type in another case', { emails: [{ type: 'Work', value: 'a@b.example' }] }],
    [
      'more of a type than there can be',
      {
        phoneNumbers: [
          { type: 'work', value: '1' },
          { type: 'work', value: '2' },
        ],
      },
    ],
    [
      'lists in another order',
      {
        emails: [
          { type: 'other', value: 'b@b.example' },
          { type: 'work', value: 'a@b.example' },
        ],
      },
    ],
    ['empty texts', { title: '', name: { givenName: 'A', familyName: 'B', middleName: '' } }],
    ['what cannot be held', { nickName: 'Babs', locale: 'en', roles: [{ value: 'x' }] }],
  ])('writes %s once at most, and then finds that nothing differs', async (_, more: JsonObject) => {
    const name = nextName()
    const id = await through.user(name)
    const manager = await through.user(nextName())
    const body: JsonObject = JSON.parse(JSON.stringify(entraUser(name, more)).replaceAll('ID', manager))
    await through.serve(put(id, body))
    await through.serve(put(id, body))
    expect(through.calls()).toEqual(['GET User'])
  })
})

const word = fc.constantFrom('A', 'b', 'Zoë', 'Ulm')
const work = fc.record({ type: fc.constant('work'), value: fc.constantFrom('a@x.example', 'b@x.example') })
const other = fc.record({ type: fc.constant('other'), value: fc.constantFrom('c@x.example', 'd@x.example') })
const phone = fc.record({ type: fc.constantFrom('work', 'mobile', 'fax'), value: fc.constantFrom('1', '2') })
const body = fc.record(
  {
    displayName: word,
    active: fc.boolean(),
    name: fc.record({ givenName: word, familyName: word }),
    title: word,
    userType: word,
    externalId: word,
    emails: fc
      .tuple(fc.option(work), fc.uniqueArray(other, { maxLength: 2, selector: ({ value }) => value }))
      .map(([one, others]) => [...(one === null ? [] : [one]), ...others]),
    phoneNumbers: fc.uniqueArray(phone, { maxLength: 3, selector: ({ type }) => type }),
    addresses: fc.record({ locality: word, country: word }).map((one) => [{ type: 'work', ...one }]),
    [enterpriseUserUrn]: fc.record({ department: word, costCenter: word }, { requiredKeys: [] }),
  },
  { requiredKeys: ['displayName', 'active', 'name'] },
)

/** What a plain server would hold, in the words that Entra shows it in. */
function expected(userName: string, given: JsonObject): string {
  const emails = Array.isArray(given['emails'])
    ? given['emails'].map((one) => (JSON.stringify(one).includes('"work"') ? { ...Object(one), primary: true } : one))
    : null
  return exactKey({ ...given, emails, userName })
}

function shown(resource: JsonObject): string {
  const { id: _, meta: __, schemas: ___, [entraUserExtensionUrn]: ____, ...rest } = resource
  return exactKey(rest)
}

describe('any PUT of a user over any state', () => {
  it('leaves what a plain replacement would, in one read and at most one PATCH, and the next one changes nothing', async () => {
    const name = nextName()
    const userName = `${name}@contoso.com`
    const id = await through.user(name)
    await fc.assert(
      fc.asyncProperty(body, async (given) => {
        const before = shown(await through.held(`/users/${id}`))
        const reply = await through.serve(put(id, { userName, ...given }))
        const calls = through.calls().length
        const after = await through.held(`/users/${id}`)
        expect(shown(after)).toBe(expected(userName, given))
        expect(shown(resourceOf(reply))).toBe(shown(after))
        expect(calls).toBe(before === shown(after) ? 1 : 2)
        await through.serve(put(id, { userName, ...given }))
        expect(through.calls()).toEqual(['GET User'])
      }),
      { numRuns: 150 },
    )
  })
})

describe('a PUT of a group', () => {
  it('changes no members where it does not speak of them and the operator keeps what is absent', async () => {
    const [one = ''] = await through.users(1)
    const id = await through.group('kept', [one])
    await through.serve(put(id, { displayName: 'renamed' }, group), { choices: { absentInPut: 'keep' } })
    expect(through.calls()).toEqual(['GET Group', 'PATCH replace displayName'])
    expect(await through.members(id)).toEqual([one])
  })
})
