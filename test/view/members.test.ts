import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { type Client, clientOf, enterpriseUrn, groupUrn, userUrn } from './support.ts'

const groupExtension = 'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group'

/** A tenant in front of Entra's API whose rules compute something from a group's name, and hide something of a user. */
const tenant = `id: acme
name: acme
upstream: { kind: directory, emulate: entra }
rules:
  User:
    - { hide: preferredLanguage }
    - { client: nickName, upstream: title }
  Group:
    - { upstream: '${groupExtension}:mailNickname', template: '{displayName | ascii | lower}' }
`

let gateway: TestGateway
let client: Client
let ada: string
let grace: string
let group: string

const user = (name: string) => ({
  schemas: [userUrn],
  userName: `${name}@contoso.com`,
  displayName: name,
  name: { givenName: name, familyName: 'Example' },
  active: true,
  password: 'Correct-horse-1',
})

beforeAll(async () => {
  gateway = await startTestGateway({ acme: tenant })
  client = await clientOf(gateway, 'acme')
  ada = await client.create('/Users', user('ada'))
  grace = await client.create('/Users', user('grace'))
  group = await client.create('/Groups', { schemas: [groupUrn], displayName: 'Computing', members: [{ value: ada }] })
})
afterAll(() => gateway.stop())

const add = (value: string) => ({ op: 'add', path: 'members', value: [{ value }] })
const rename = (displayName: string) => ({ op: 'replace', path: 'displayName', value: displayName })
const shown = async () => {
  const { body } = await client.get(`/Groups/${group}`)
  return [body['displayName'], body['members']]
}

describe('a group whose members no rule touches', () => {
  it('is given members without a read', async () => {
    expect((await client.patch(`/Groups/${group}`, [add(grace)])).status).toBe(204)
    expect(await client.attempts()).toEqual(['members PATCH /groups/{id} 204'])
  })

  it('is renamed, and given members beside, without its members being read', async () => {
    const remove = { op: 'remove', path: `members[value eq "${ada}"]` }
    expect((await client.patch(`/Groups/${group}`, [rename('Engines'), remove, add(grace)])).status).toBe(204)
    const attempts = await client.attempts()
    expect(attempts[0]).toBe('read GET /groups/{id} 200')
    expect(attempts.slice(1).map((one) => one.replace(/^\w+ /, ''))).toEqual([
      'PATCH /groups/{id} 204',
      'PATCH /groups/{id} 204',
      'PATCH /groups/{id} 204',
    ])
    expect(await shown()).toMatchObject(['Engines', [{ value: grace }]])
  })

  it('has those that a path-less replace names, and no others', async () => {
    const value = { displayName: 'Navy', members: [{ value: ada }] }
    expect((await client.patch(`/Groups/${group}`, [{ op: 'replace', value }])).status).toBe(204)
    expect(await shown()).toMatchObject(['Navy', [{ value: ada }]])
  })

  it('is shown whole where a PATCH asks for it', async () => {
    const answer = await client.patch(`/Groups/${group}?attributes=members,displayName`, [rename('Navy')])
    expect([answer.status, answer.body['members']]).toMatchObject([200, [{ value: ada }]])
  })
})

describe('a user that the view reads before a PUT', () => {
  it('is not read again by the plan', async () => {
    const { password: _, ...body } = user('ada')
    const changed = { ...body, nickName: 'Countess', [enterpriseUrn]: { department: 'Engines' } }
    expect((await client.put(`/Users/${ada}`, changed)).status).toBe(200)
    expect(await client.attempts()).toEqual(['read GET /users/{id} 200', 'forward PATCH /users/{id} 204'])
    expect((await client.put(`/Users/${ada}`, changed)).status).toBe(200)
    expect(await client.attempts()).toEqual(['read GET /users/{id} 200'])
  })
})
