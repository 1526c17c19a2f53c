import { expect } from 'vitest'
import type { JsonObject } from '../../src/scim/json.ts'
import {
  type Believed,
  type Client,
  core,
  coreGroup,
  enterprise,
  expectDone,
  filtered,
  listed,
  madeId,
  patchOf,
  type Say,
} from './conversation.ts'

// Microsoft Entra's provisioning service, from its documentation's own exchanges
// (https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups) and, for the
// two dialects, https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility

const adGroup = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'

const newUser = (key: string, given: string, family: string): JsonObject => ({
  schemas: [core, enterprise],
  externalId: `0a21f0f2-8d2a-4f8e-bf98-${key}`,
  userName: `${given}.${family}@contoso.com`.toLowerCase(),
  active: true,
  displayName: `${given} ${family}`,
  title: 'Engineer',
  emails: [{ primary: true, type: 'work', value: `${given}@contoso.com`.toLowerCase() }],
  meta: { resourceType: 'User' },
  name: { formatted: `${given} ${family}`, familyName: family, givenName: given },
  roles: [],
  [enterprise]: { department: 'Bee keeping' },
})

/** How the two dialects write the same things. */
interface Dialect {
  readonly add: string
  readonly replace: string
  readonly remove: string
  readonly no: string | boolean
  readonly profile: readonly JsonObject[]
  manager(id: string): JsonObject
  removal(id: string): JsonObject
}

const before: Dialect = {
  add: 'Add',
  replace: 'Replace',
  remove: 'Remove',
  no: 'False',
  profile: [
    { op: 'Replace', path: 'emails[type eq "work"].value', value: 'ada.king@contoso.com' },
    { op: 'Replace', path: 'name.familyName', value: 'King' },
    { op: 'Add', path: `${enterprise}:department`, value: 'Computing' },
  ],
  manager: (id) => ({
    op: 'Add',
    path: `${enterprise}:manager`,
    value: [{ $ref: null, value: id }],
  }),
  removal: (id) => ({ op: 'Remove', path: 'members', value: [{ $ref: null, value: id }] }),
}

const since: Dialect = {
  add: 'add',
  replace: 'replace',
  remove: 'remove',
  no: false,
  profile: [
    { op: 'replace', path: 'emails[type eq "work"].value', value: 'ada.king@contoso.com' },
    { op: 'replace', value: { 'name.familyName': 'King', [`${enterprise}:department`]: 'Computing' } },
  ],
  manager: (id) => ({ op: 'replace', path: `${enterprise}:manager`, value: id }),
  removal: (id) => ({ op: 'remove', path: `members[value eq "${id}"]` }),
}

async function converse(say: Say, dialect: Dialect): Promise<Believed> {
  // Test connection: a value that nobody has must be an empty list, never a 404.
  expect(listed(await say('GET', filtered('/Users', 'userName eq "7c0e4e2e-0000-4f7a-9a3e-2b7c6d8f1a11"')))).toEqual([])

  const ids: string[] = []
  for (const user of [
    newUser('7363c4aed4ef', 'Ada', 'Byron'),
    newUser('7363c4aed4f0', 'Grace', 'Hopper'),
    newUser('7363c4aed4f1', 'Alan', 'Turing'),
  ]) {
    expect(listed(await say('GET', filtered('/Users', `externalId eq "${user['externalId']}"`)))).toEqual([])
    ids.push(madeId(await say('POST', '/Users', user)))
  }
  const [ada = '', grace = '', alan = ''] = ids

  // The next cycle matches them again: the value must be found as it was sent.
  const matched = listed(await say('GET', filtered('/Users', 'userName eq "ada.byron@contoso.com"')))
  expect(matched.map(({ id, userName }) => [id, userName])).toEqual([[ada, 'ada.byron@contoso.com']])
  const byExternalId = listed(
    await say('GET', filtered('/Users', 'externalId eq "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4f0"')),
  )
  expect(byExternalId.map(({ id }) => id)).toEqual([grace])
  expect((await say('GET', `/Users/${ada}`)).body['active']).toBe(true)

  expectDone(await say('PATCH', `/Users/${ada}`, patchOf(...dialect.profile)))
  expectDone(await say('PATCH', `/Users/${ada}`, patchOf(dialect.manager(grace))))
  // The reference check: is she her manager already?
  const isManager = await say('GET', filtered('/Users', `id eq "${ada}" and ${enterprise}:manager eq "${grace}"`))
  expect(listed(isManager).map(({ id }) => id)).toEqual([ada])
  expectDone(await say('PATCH', `/Users/${alan}`, patchOf({ op: dialect.replace, path: 'active', value: dialect.no })))
  expect((await say('GET', `/Users/${alan}`)).body['active']).toBe(false)

  // Groups are created empty, and filled by PATCHes.
  const group = { schemas: [coreGroup, adGroup], displayName: 'Computing', meta: { resourceType: 'Group' } }
  const lookUp = filtered('/Groups', 'displayName eq "Computing"', '&excludedAttributes=members')
  expect(listed(await say('GET', lookUp))).toEqual([])
  const computing = madeId(await say('POST', '/Groups', group))
  expect(listed(await say('GET', lookUp)).map(({ id }) => id)).toEqual([computing])
  expect((await say('GET', `/Groups/${computing}?excludedAttributes=members`)).body['displayName']).toBe('Computing')
  for (const id of [ada, grace, alan])
    expectDone(
      await say('PATCH', `/Groups/${computing}`, patchOf({ op: dialect.add, path: 'members', value: [{ value: id }] })),
    )
  const isMember = (id: string) => say('GET', filtered('/Groups', `id eq "${computing}" and members eq "${id}"`))
  expect(listed(await isMember(alan)).map(({ id }) => id)).toEqual([computing])
  expectDone(await say('PATCH', `/Groups/${computing}`, patchOf(dialect.removal(alan))))
  expect(listed(await isMember(alan))).toEqual([])
  // Answered or not, a removal is sent again in the next cycle.
  expectDone(await say('PATCH', `/Groups/${computing}`, patchOf(dialect.removal(alan))))
  expectDone(
    await say('PATCH', `/Groups/${computing}`, patchOf({ op: dialect.replace, path: 'displayName', value: 'Engines' })),
  )

  // Thirty days after he was disabled.
  expect((await say('DELETE', `/Users/${alan}`)).status).toBe(204)
  expect((await say('GET', `/Users/${alan}`)).status).toBe(404)

  return {
    users: [
      {
        userName: 'ada.byron@contoso.com',
        active: true,
        displayName: 'Ada Byron',
        givenName: 'Ada',
        familyName: 'King',
        mail: 'ada.king@contoso.com',
        title: 'Engineer',
        department: 'Computing',
        manager: 'grace.hopper@contoso.com',
      },
      {
        userName: 'grace.hopper@contoso.com',
        active: true,
        displayName: 'Grace Hopper',
        givenName: 'Grace',
        familyName: 'Hopper',
        mail: 'grace@contoso.com',
        title: 'Engineer',
        department: 'Bee keeping',
      },
    ],
    groups: { Engines: ['ada.byron@contoso.com', 'grace.hopper@contoso.com'] },
  }
}

export const entraBefore: Client = {
  name: 'Entra provisioning',
  template: 'entra-client',
  converse: (say) => converse(say, before),
}

export const entraSince: Client = {
  name: 'Entra provisioning with aadOptscim062020',
  template: 'entra-client',
  flag: '?aadOptscim062020',
  converse: (say) => converse(say, since),
}
