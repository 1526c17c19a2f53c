import { expect } from 'vitest'
import type { JsonObject } from '../../src/scim/json.ts'
import {
  type Believed,
  type Client,
  core,
  coreGroup,
  expectDone,
  filtered,
  listed,
  madeId,
  patchOf,
  type Say,
} from './conversation.ts'

// Okta's SCIM client for custom apps (https://developer.okta.com/docs/reference/scim/scim-20/,
// https://developer.okta.com/docs/concepts/scim/faqs/): GET and PUT for every change of a profile, pages by startIndex
// until totalResults, groups by PATCH, users never deleted.

const pageSize = 100

const profile = (given: string, family: string, more: JsonObject = {}): JsonObject => ({
  schemas: [core],
  userName: `${given}.${family}@contoso.com`.toLowerCase(),
  name: { givenName: given, familyName: family },
  emails: [{ primary: true, value: `${given}@contoso.com`.toLowerCase(), type: 'work' }],
  displayName: `${given} ${family}`,
  locale: 'en-US',
  externalId: `00u${given.toLowerCase()}`,
  groups: [],
  active: true,
  ...more,
})

const lookUp = (userName: string): string =>
  filtered('/Users', `userName eq "${userName}"`, `&startIndex=1&count=${pageSize}`)

async function create(say: Say, user: JsonObject): Promise<string> {
  expect(listed(await say('GET', lookUp(String(user['userName']))))).toEqual([])
  const made = await say('POST', '/Users', { ...user, password: '1mz050nq-Xy!' })
  // "Create new user returned empty user" is what Okta says of a create without a body.
  expect(made.body['userName']).toBe(user['userName'])
  return madeId(made)
}

/** Imports all, page by page, by what the pages say of themselves. */
async function walk(say: Say, path: string): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = []
  for (let startIndex = 1; ; startIndex += pageSize) {
    const page = await say('GET', `${path}?startIndex=${startIndex}&count=${pageSize}`)
    const resources = listed(page)
    expect(page.body['startIndex']).toBe(startIndex)
    expect(page.body['itemsPerPage']).toBe(resources.length)
    found.push(...resources)
    if (startIndex + pageSize > Number(page.body['totalResults'])) return found
  }
}

async function converse(say: Say): Promise<Believed> {
  expect(listed(await say('GET', `/Users?startIndex=1&count=${pageSize}`))).toEqual([])
  const ada = await create(say, profile('Ada', 'Byron'))
  const grace = await create(say, profile('Grace', 'Hopper'))
  const alan = await create(say, profile('Alan', 'Turing'))
  const duplicate = await say('POST', '/Users', { ...profile('Ada', 'Byron'), password: '1mz050nq-Xy!' })
  expect([duplicate.status, duplicate.body['scimType']]).toEqual([409, 'uniqueness'])

  // Every change of a profile: read it, then PUT all of it.
  const read = await say('GET', `/Users/${ada}`)
  expect(read.status).toBe(200)
  const changed = {
    ...profile('Ada', 'Byron'),
    id: ada,
    name: { givenName: 'Ada', familyName: 'King' },
    title: 'Countess',
  }
  const put = await say('PUT', `/Users/${ada}`, changed)
  expect([put.status, put.body['title']]).toEqual([200, 'Countess'])
  // The same again, as every push does: nothing is to be done, and the answer is the same.
  expect((await say('PUT', `/Users/${ada}`, changed)).body['title']).toBe('Countess')

  expectDone(await say('PATCH', `/Users/${alan}`, patchOf({ op: 'replace', value: { active: false } })))
  // Reactivated by a PUT of the whole profile, then deactivated for good.
  expect((await say('PUT', `/Users/${alan}`, { ...profile('Alan', 'Turing'), id: alan })).body['active']).toBe(true)
  expectDone(await say('PATCH', `/Users/${alan}`, patchOf({ op: 'replace', value: { active: false } })))

  // Group push: the group, then its members; a rename comes along with each change of members.
  const group = await say('POST', '/Groups', { schemas: [coreGroup], displayName: 'Computing', members: [] })
  const computing = madeId(group)
  const rename = { op: 'replace', value: { id: computing, displayName: 'Engines' } }
  expectDone(await say('PATCH', `/Groups/${computing}`, patchOf(rename)))
  const member = (id: string, display: string) => ({ value: id, display })
  const full = [member(ada, 'ada.byron@contoso.com'), member(alan, 'alan.turing@contoso.com')]
  expectDone(await say('PATCH', `/Groups/${computing}`, patchOf({ op: 'replace', path: 'members', value: full })))
  expectDone(
    await say(
      'PATCH',
      `/Groups/${computing}`,
      patchOf(
        rename,
        { op: 'remove', path: `members[value eq "${alan}"]` },
        { op: 'add', path: 'members', value: [member(grace, 'grace.hopper@contoso.com')] },
      ),
    ),
  )
  const pushed = await say('GET', `/Groups/${computing}`)
  expect(pushed.body['displayName']).toBe('Engines')

  // An app of the wizard's PUTs the whole group; a push group that lost everybody is replaced by nothing.
  const second = madeId(await say('POST', '/Groups', { schemas: [coreGroup], displayName: 'Sailors', members: [] }))
  const put2 = { schemas: [coreGroup], id: second, displayName: 'Navy', members: [{ value: grace }, { value: ada }] }
  expect((await say('PUT', `/Groups/${second}`, put2)).status).toBe(200)
  expectDone(await say('PATCH', `/Groups/${second}`, patchOf({ op: 'replace', path: 'members', value: [] })))
  const third = madeId(await say('POST', '/Groups', { schemas: [coreGroup], displayName: 'Unlinked', members: [] }))
  expect((await say('DELETE', `/Groups/${third}`)).status).toBe(204)

  expect((await walk(say, '/Users')).map(({ id }) => id).sort()).toEqual([ada, grace, alan].sort())
  expect((await walk(say, '/Groups')).map(({ displayName }) => displayName).sort()).toEqual(['Engines', 'Navy'])
  return {
    users: [
      {
        userName: 'ada.byron@contoso.com',
        active: true,
        displayName: 'Ada Byron',
        givenName: 'Ada',
        familyName: 'King',
        mail: 'ada@contoso.com',
        title: 'Countess',
      },
      {
        userName: 'grace.hopper@contoso.com',
        active: true,
        displayName: 'Grace Hopper',
        givenName: 'Grace',
        familyName: 'Hopper',
        mail: 'grace@contoso.com',
      },
      {
        userName: 'alan.turing@contoso.com',
        active: false,
        displayName: 'Alan Turing',
        givenName: 'Alan',
        familyName: 'Turing',
        mail: 'alan@contoso.com',
      },
    ],
    groups: { Engines: ['ada.byron@contoso.com', 'grace.hopper@contoso.com'], Navy: [] },
  }
}

export const okta: Client = { name: 'Okta, custom app', template: 'okta', converse }
