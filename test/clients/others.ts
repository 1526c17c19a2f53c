import { expect } from 'vitest'
import type { JsonObject } from '../../src/scim/json.ts'
import {
  type Believed,
  type BelievedUser,
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

const user = (given: string, family: string, more: JsonObject = {}): JsonObject => ({
  schemas: [core],
  userName: `${given}.${family}@contoso.com`.toLowerCase(),
  name: { givenName: given, familyName: family },
  displayName: `${given} ${family}`,
  emails: [{ value: `${given}@contoso.com`.toLowerCase(), type: 'work', primary: true }],
  active: true,
  ...more,
})

const believed = (given: string, family: string, more: Partial<BelievedUser> = {}): BelievedUser => ({
  userName: `${given}.${family}@contoso.com`.toLowerCase(),
  active: true,
  displayName: `${given} ${family}`,
  givenName: given,
  familyName: family,
  mail: `${given}@contoso.com`.toLowerCase(),
  ...more,
})

/**
 * SAP Cloud Identity Services, Identity Provisioning: PUT by default, `If-Match: *` on every request where
 * `scim.include.if.match.wildcard.header` is set, and an overwrite of what a conflict finds
 * (https://github.com/SAP-docs/btp-cloud-identity-services/blob/main/docs/list-of-properties-d6f3577.md).
 */
async function converseSap(say: Say): Promise<Believed> {
  const headers = { 'if-match': '*', 'content-type': 'application/json' }
  const ada = madeId(await say('POST', '/Users', user('Ada', 'Byron', { password: 'Init-1234-Sap' }), headers))
  const grace = madeId(await say('POST', '/Users', user('Grace', 'Hopper', { password: 'Init-1234-Sap' }), headers))
  // A second source system brings the same person: the conflict is resolved by looking her up and overwriting her.
  const again = await say('POST', '/Users', user('Ada', 'Byron', { password: 'Init-1234-Sap' }), headers)
  expect([again.status, again.body['scimType']]).toEqual([409, 'uniqueness'])
  const found = listed(await say('GET', filtered('/Users', 'userName eq "ada.byron@contoso.com"'), undefined, headers))
  expect(found.map(({ id }) => id)).toEqual([ada])
  const changed = user('Ada', 'Byron', { title: 'Countess', id: ada })
  expect((await say('PUT', `/Users/${ada}`, changed, headers)).status).toBe(200)
  expect(
    (await say('PUT', `/Users/${grace}`, user('Grace', 'Hopper', { active: false, id: grace }), headers)).status,
  ).toBe(200)

  const group = { schemas: [coreGroup], displayName: 'Computing', members: [{ value: ada }, { value: grace }] }
  const computing = madeId(await say('POST', '/Groups', group, headers))
  const without = { ...group, id: computing, members: [{ value: ada }] }
  expect((await say('PUT', `/Groups/${computing}`, without, headers)).status).toBe(200)
  const doomed = madeId(await say('POST', '/Users', user('Alan', 'Turing', { password: 'Init-1234-Sap' }), headers))
  expect((await say('DELETE', `/Users/${doomed}`, undefined, headers)).status).toBe(204)
  return {
    users: [believed('Ada', 'Byron', { title: 'Countess' }), believed('Grace', 'Hopper', { active: false })],
    groups: { Computing: ['ada.byron@contoso.com'] },
  }
}

export const sap: Client = { name: 'SAP Identity Provisioning', converse: converseSap }

/**
 * OneLogin: the configuration when the app is saved, `emails` as an object and nulls in bodies, deactivation by PATCH
 * (facts C4; seen in django-scim2's and others' workarounds).
 */
async function converseOneLogin(say: Say): Promise<Believed> {
  expect((await say('GET', '/ServiceProviderConfig')).status).toBe(200)
  expect(listed(await say('GET', filtered('/Users', 'userName eq "ada.byron@contoso.com"')))).toEqual([])
  const odd = {
    emails: { value: 'ada@contoso.com', type: 'work', primary: true },
    title: null,
    password: 'One-1234-Log',
  }
  const ada = madeId(await say('POST', '/Users', user('Ada', 'Byron', odd)))
  const grace = madeId(await say('POST', '/Users', user('Grace', 'Hopper', { password: 'One-1234-Log', title: null })))
  expect((await say('PUT', `/Users/${ada}`, user('Ada', 'Byron', { ...odd, title: 'Countess' }))).status).toBe(200)
  expect((await say('PUT', `/Users/${ada}`, user('Ada', 'Byron', odd))).status).toBe(200)
  expectDone(await say('PATCH', `/Users/${grace}`, patchOf({ op: 'replace', path: 'active', value: false })))
  const group = { schemas: [coreGroup], displayName: 'Computing', members: null }
  const computing = madeId(await say('POST', '/Groups', group))
  expectDone(
    await say('PATCH', `/Groups/${computing}`, patchOf({ op: 'add', path: 'members', value: [{ value: ada }] })),
  )
  return {
    users: [believed('Ada', 'Byron'), believed('Grace', 'Hopper', { active: false })],
    groups: { Computing: ['ada.byron@contoso.com'] },
  }
}

export const oneLogin: Client = { name: 'OneLogin', template: 'okta', converse: converseOneLogin }

/**
 * JumpCloud: lists of users and groups when it is activated, one operation an attribute, each with its path; members by
 * their value alone, removed by a value list (facts C4).
 */
async function converseJumpCloud(say: Say): Promise<Believed> {
  expect(listed(await say('GET', '/Users?startIndex=1&count=1'))).toEqual([])
  expect(listed(await say('GET', '/Groups?startIndex=1&count=1'))).toEqual([])
  const ada = madeId(await say('POST', '/Users', user('Ada', 'Byron', { password: 'Jump-1234-Cloud' })))
  const grace = madeId(await say('POST', '/Users', user('Grace', 'Hopper', { password: 'Jump-1234-Cloud' })))
  expectDone(
    await say(
      'PATCH',
      `/Users/${ada}`,
      patchOf(
        { op: 'replace', path: 'name.familyName', value: 'King' },
        { op: 'replace', path: 'displayName', value: 'Ada King' },
        { op: 'add', path: 'title', value: 'Countess' },
        { op: 'replace', path: 'emails', value: [{ value: 'ada.king@contoso.com', type: 'work', primary: true }] },
      ),
    ),
  )
  const computing = madeId(await say('POST', '/Groups', { schemas: [coreGroup], displayName: 'Computing' }))
  const members = (...ids: string[]) => ids.map((value) => ({ value }))
  const add = { op: 'add', path: 'members', value: members(ada, grace) }
  expectDone(await say('PATCH', `/Groups/${computing}`, patchOf(add)))
  expectDone(
    await say('PATCH', `/Groups/${computing}`, patchOf({ op: 'remove', path: 'members', value: members(grace) })),
  )
  expectDone(await say('PATCH', `/Users/${grace}`, patchOf({ op: 'replace', path: 'active', value: false })))
  return {
    users: [
      believed('Ada', 'Byron', {
        familyName: 'King',
        displayName: 'Ada King',
        title: 'Countess',
        mail: 'ada.king@contoso.com',
      }),
      believed('Grace', 'Hopper', { active: false }),
    ],
    groups: { Computing: ['ada.byron@contoso.com'] },
  }
}

export const jumpCloud: Client = { name: 'JumpCloud', template: 'okta', converse: converseJumpCloud }

/**
 * PingOne: a configurable filter expression, one value a type, whole users by PUT, groups and memberships by PATCH
 * (https://docs.pingidentity.com/pingone/integrations/p1_scim_provisioning.html).
 */
async function conversePingOne(say: Say): Promise<Believed> {
  expect((await say('GET', '/ServiceProviderConfig')).status).toBe(200)
  const bySeveral = 'userName eq "ada.byron@contoso.com" or emails[type eq "work"].value eq "ada@contoso.com"'
  expect(listed(await say('GET', filtered('/Users', bySeveral)))).toEqual([])
  const password = 'Ping-1234-One'
  const ada = madeId(await say('POST', '/Users', user('Ada', 'Byron', { password, externalId: 'p1-ada' })))
  const grace = madeId(await say('POST', '/Users', user('Grace', 'Hopper', { password, externalId: 'p1-grace' })))
  expect(listed(await say('GET', filtered('/Users', bySeveral))).map(({ id }) => id)).toEqual([ada])
  const changed = user('Ada', 'Byron', { externalId: 'p1-ada', title: 'Countess' })
  expect((await say('PUT', `/Users/${ada}`, changed)).status).toBe(200)
  expectDone(await say('PATCH', `/Users/${grace}`, patchOf({ op: 'replace', path: 'active', value: false })))
  const computing = madeId(await say('POST', '/Groups', { schemas: [coreGroup], displayName: 'Computing' }))
  expectDone(
    await say('PATCH', `/Groups/${computing}`, patchOf({ op: 'add', path: 'members', value: [{ value: ada }] })),
  )
  return {
    users: [believed('Ada', 'Byron', { title: 'Countess' }), believed('Grace', 'Hopper', { active: false })],
    groups: { Computing: ['ada.byron@contoso.com'] },
  }
}

export const pingOne: Client = { name: 'PingOne', template: 'okta', converse: conversePingOne }

/**
 * SailPoint: nothing begins before all of discovery answers (https://developer.sailpoint.com/discuss/t/91746), then it
 * aggregates accounts page by page.
 */
async function converseSailPoint(say: Say): Promise<Believed> {
  for (const path of [
    '/ServiceProviderConfig',
    '/ResourceTypes',
    '/Schemas',
    '/ResourceTypes/User',
    `/Schemas/${core}`,
  ])
    expect([path, (await say('GET', path)).status]).toEqual([path, 200])
  const config = (await say('GET', '/ServiceProviderConfig')).body
  expect(config['patch']).toMatchObject({ supported: true })
  expect(config['filter']).toMatchObject({ supported: true })
  const ada = madeId(await say('POST', '/Users', user('Ada', 'Byron', { password: 'Sail-1234-Point' })))
  madeId(await say('POST', '/Users', user('Grace', 'Hopper', { password: 'Sail-1234-Point' })))
  const first = listed(await say('GET', '/Users?startIndex=1&count=1'))
  const second = listed(await say('GET', '/Users?startIndex=2&count=1'))
  expect([...first, ...second].map(({ userName }) => userName).sort()).toEqual([
    'ada.byron@contoso.com',
    'grace.hopper@contoso.com',
  ])
  const computing = madeId(await say('POST', '/Groups', { schemas: [coreGroup], displayName: 'Computing' }))
  expectDone(
    await say('PATCH', `/Groups/${computing}`, patchOf({ op: 'add', path: 'members', value: [{ value: ada }] })),
  )
  expectDone(await say('PATCH', `/Users/${ada}`, patchOf({ op: 'replace', path: 'active', value: false })))
  return {
    users: [believed('Ada', 'Byron', { active: false }), believed('Grace', 'Hopper')],
    groups: { Computing: ['ada.byron@contoso.com'] },
  }
}

export const sailPoint: Client = { name: 'SailPoint', template: 'okta', converse: converseSailPoint }
