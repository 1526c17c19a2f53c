import { describe, expect, test } from 'vitest'
import type { Json } from '../../../src/scim/json.ts'
import { column, directoryClient } from '../../support/directory-client.ts'

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const core = 'urn:ietf:params:scim:schemas:core:2.0:User'
const ann = {
  userName: 'ann',
  title: 'T',
  emails: [
    { value: 'a@work', type: 'work', primary: true },
    { value: 'a@home', type: 'home' },
  ],
}

describe('PATCH (RFC 7644 section 3.5.2)', () => {
  test('answers 204 with the new version, and the body only to who asks for attributes', async () => {
    const client = directoryClient()
    const id = await client.create('/Users', ann)
    const plain = await client.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: 'U' }])
    expect(plain).toMatchObject({ status: 204, body: {}, headers: { ETag: 'W/"2"' } })
    const asked = await client.patch(`/Users/${id}?attributes=title`, [{ op: 'replace', path: 'title', value: 'V' }])
    expect(asked).toMatchObject({ status: 200, headers: { ETag: 'W/"3"' } })
    expect(asked.body).toEqual({ schemas: [core], id, title: 'V' })
  })

  test.each<[string, Json]>([
    ['a value that is there', [{ op: 'add', path: 'title', value: 'T' }]],
    ['an element that is there', [{ op: 'add', path: 'emails', value: [{ value: 'a@home', type: 'home' }] }]],
    ['a removal of what is not there', [{ op: 'remove', path: 'nickName' }]],
    [
      'a change and its undoing',
      [
        { op: 'replace', path: 'title', value: 'U' },
        { op: 'replace', path: 'title', value: 'T' },
      ],
    ],
    ['a password, which is kept nowhere', [{ op: 'replace', path: 'password', value: 'secret' }]],
  ])('%s makes no version', async (_, operations) => {
    const client = directoryClient()
    const id = await client.create('/Users', ann)
    const before = await client.get(`/Users/${id}`)
    client.clock.now += 1000
    expect((await client.patch(`/Users/${id}`, operations)).headers['ETag']).toBe('W/"1"')
    expect(await client.get(`/Users/${id}`)).toEqual(before)
  })

  test('is all or nothing', async () => {
    const client = directoryClient()
    const id = await client.create('/Users', ann)
    const before = await client.get(`/Users/${id}`)
    const operations = [
      { op: 'replace', path: 'title', value: 'U' },
      { op: 'replace', path: 'emails[type eq "other"].display', value: 'x' },
      { op: 'remove', path: 'userName' },
    ]
    expect((await client.patch(`/Users/${id}`, operations)).status).toBe(400)
    expect(await client.get(`/Users/${id}`)).toEqual(before)
  })

  test.each<[string, Json, string]>([
    ['an unknown attribute', [{ op: 'add', path: 'shoeSize', value: 42 }], 'invalidPath'],
    ['the id', [{ op: 'replace', path: 'id', value: 'x' }], 'mutability'],
    ['meta', [{ op: 'replace', path: 'meta.version', value: 'x' }], 'mutability'],
    ['a required attribute away', [{ op: 'remove', path: 'userName' }], 'mutability'],
    ['a wrong type', [{ op: 'replace', path: 'active', value: 'perhaps' }], 'invalidValue'],
  ])('refuses %s', async (_, operations, scimType) => {
    const client = directoryClient()
    const id = await client.create('/Users', ann)
    const { status, body } = await client.patch(`/Users/${id}`, operations)
    expect([status, body['scimType']]).toEqual([400, scimType])
  })

  test('is checked before its resource is looked up', async () => {
    const { status } = await directoryClient().patch('/Users/none', [{ op: 'add', path: 'shoeSize', value: 42 }])
    expect(status).toBe(400)
  })

  test('moves what a resource is found by', async () => {
    const client = directoryClient()
    const id = await client.create('/Users', { ...ann, externalId: 'E1', [enterprise]: { employeeNumber: '7' } })
    await client.patch(`/Users/${id}`, [
      { op: 'replace', path: 'externalId', value: 'E2' },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'b@work' },
      { op: 'remove', path: `${enterprise}:employeeNumber` },
    ])
    const found = async (filter: string) => column(await client.get(`/Users?filter=${filter}`), 'id')
    for (const filter of ['externalId eq "E1"', 'emails.value eq "a@work"', `${enterprise}:employeeNumber eq "7"`])
      expect(await found(filter)).toEqual([])
    for (const filter of ['externalId eq "E2"', 'emails.value eq "B@work"', 'emails.value eq "a@home"'])
      expect(await found(filter)).toEqual([id])
    expect((await client.get(`/Users/${id}`)).body['schemas']).toEqual([core])
  })
})
