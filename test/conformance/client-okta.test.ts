import { afterAll, beforeAll, describe } from 'vitest'
import type { JsonObject } from '../../src/scim/json.ts'
import { converse, type Step } from './conversation.ts'
import { startTargets, type Targets } from './targets.ts'
import { group, listUrn, patch, scimError, user } from './words.ts'

let targets: Targets

beforeAll(async () => {
  targets = await startTargets()
})
afterAll(() => targets.stop())

const person = (userName: string, givenName: string, familyName: string): JsonObject =>
  user(userName, {
    name: { givenName, familyName },
    emails: [{ primary: true, value: userName, type: 'work' }],
    displayName: `${givenName} ${familyName}`,
    active: true,
  })

const okta = { accept: 'application/scim+json; charset=utf-8', 'content-type': 'application/json' }

/** Okta's SCIM 2.0 SPEC test (Runscope), its steps in their order. */
const spec: readonly Step[] = [
  {
    from: 'before: a user to find',
    ask: 'POST /Users',
    body: person('seeded@example.com', 'Morgan', 'Chen'),
    status: 201,
    save: { seeded: 'id' },
  },
  {
    from: 'SPEC: test Users endpoint',
    ask: 'GET /Users?count=1&startIndex=1',
    status: 200,
    shows: {
      schemas: [listUrn],
      totalResults: 1,
      startIndex: 1,
      itemsPerPage: 1,
      Resources: [person('seeded@example.com', 'Morgan', 'Chen')],
    },
  },
  {
    from: 'SPEC: get Users/{id}',
    ask: 'GET /Users/{seeded}',
    status: 200,
    shows: { id: '{seeded}', ...person('seeded@example.com', 'Morgan', 'Chen') },
  },
  {
    from: 'SPEC: invalid user by username',
    ask: 'GET /Users?filter=userName eq "nobody@example.invalid"',
    status: 200,
    shows: { schemas: [listUrn], totalResults: 0 },
  },
  { from: 'SPEC: invalid user by id', ask: 'GET /Users/00000000000000000000', status: 404, shows: scimError(404) },
  {
    from: 'SPEC: create a user with realistic values',
    ask: 'POST /Users',
    headers: okta,
    body: person('jordan@example.com', 'Jordan', 'Rivera'),
    status: 201,
    shows: person('jordan@example.com', 'Jordan', 'Rivera'),
    save: { jordan: 'id' },
  },
  {
    from: 'SPEC: the user was created',
    ask: 'GET /Users/{jordan}',
    status: 200,
    shows: { userName: 'jordan@example.com', name: { givenName: 'Jordan', familyName: 'Rivera' } },
  },
  {
    from: 'SPEC: recreating the user fails',
    ask: 'POST /Users',
    headers: okta,
    body: person('jordan@example.com', 'Jordan', 'Rivera'),
    status: 409,
    shows: scimError(409, 'uniqueness'),
  },
  {
    from: 'SPEC: userName in capitals',
    ask: 'GET /Users?filter=userName eq "JORDAN@EXAMPLE.COM"',
    status: 200,
    shows: { totalResults: 1, Resources: [{ id: '{jordan}' }] },
  },
  { from: 'SPEC: Groups endpoint', ask: 'GET /Groups', status: 200, shows: { schemas: [listUrn], totalResults: 0 } },
  {
    from: 'SPEC: status 401',
    ask: 'GET /Users',
    headers: { authorization: 'non-token' },
    status: 401,
    shows: scimError(401),
  },
  { from: 'SPEC: status 404', ask: 'GET /Users/00919288221112222', status: 404, shows: scimError(404) },
]

/** What Okta sends on the wire for its CRUD test: PUT of the whole resource, PATCH of `active` alone, never a DELETE. */
const crud: readonly Step[] = [
  {
    from: 'CRUD: does it exist?',
    ask: 'GET /Users?filter=userName eq "riley@example.com"&startIndex=1&count=100',
    status: 200,
    shows: { totalResults: 0 },
  },
  {
    from: 'CRUD: create, with a password that nobody asked for and groups that are not its to set',
    ask: 'POST /Users',
    headers: okta,
    body: {
      ...person('riley@example.com', 'Riley', 'Okta'),
      locale: 'en-US',
      externalId: '00ujl29u0le5T6Aj10h7',
      groups: [],
      password: '1mz050nq',
      phoneNumbers: [{ value: '415.123.4567' }],
    },
    status: 201,
    shows: person('riley@example.com', 'Riley', 'Okta'),
    lacks: ['password', 'groups'],
    save: { riley: 'id' },
  },
  {
    from: 'CRUD: replace the whole, one name changed',
    ask: 'PUT /Users/{riley}',
    body: {
      ...person('riley@example.com', 'Rileyupdate', 'Okta'),
      id: '{riley}',
      locale: 'en-US',
      externalId: '00ujl29u0le5T6Aj10h7',
      phoneNumbers: [{ value: '415.123.4567' }],
      meta: { resourceType: 'User', version: 'W/"stale"' },
    },
    status: 200,
    shows: { name: { givenName: 'Rileyupdate' }, phoneNumbers: [{ value: '415.123.4567' }] },
  },
  {
    from: 'CRUD: deactivate',
    ask: 'PATCH /Users/{riley}',
    body: patch({ op: 'replace', value: { active: false } }),
    status: [200, 204],
  },
  {
    from: 'CRUD: deactivated, not deleted',
    ask: 'GET /Users/{riley}',
    status: 200,
    shows: { active: false, name: { givenName: 'Rileyupdate' } },
  },
  {
    from: 'CRUD: reactivate',
    ask: 'PATCH /Users/{riley}',
    body: patch({ op: 'replace', value: { active: true } }),
    status: [200, 204],
  },
  { from: 'CRUD: reactivated', ask: 'GET /Users/{riley}', status: 200, shows: { active: true } },
]

/** Okta's group push: rename sent along with each change of members, an empty push, an unlink. */
const push: readonly Step[] = [
  {
    from: 'push: create',
    ask: 'POST /Groups',
    body: { ...group('Okta Test Group'), members: [{ value: '{riley}', display: 'riley@example.com' }] },
    status: 201,
    save: { group: 'id' },
  },
  {
    from: 'push: members and the name that it has already',
    ask: 'PATCH /Groups/{group}',
    body: patch(
      { op: 'replace', value: { id: '{group}', displayName: 'Okta Test Group' } },
      { op: 'remove', path: 'members[value eq "{riley}"]' },
      { op: 'add', path: 'members', value: [{ value: '{jordan}', display: 'jordan@example.com' }] },
    ),
    status: [200, 204],
  },
  { from: 'push: the members', ask: 'GET /Groups/{group}', status: 200, shows: { members: [{ value: '{jordan}' }] } },
  {
    from: 'push: rename',
    ask: 'PATCH /Groups/{group}',
    body: patch({ op: 'replace', value: { id: '{group}', displayName: 'Renamed' } }),
    status: [200, 204],
  },
  {
    from: 'push: everybody anew',
    ask: 'PATCH /Groups/{group}',
    body: patch({ op: 'replace', path: 'members', value: [{ value: '{riley}' }, { value: '{seeded}' }] }),
    status: [200, 204],
  },
  {
    from: 'push: the state at this point',
    ask: 'GET /Groups/{group}',
    status: 200,
    shows: { displayName: 'Renamed', members: [{ value: '{seeded}' }, { value: '{riley}' }] },
  },
  {
    from: 'push: nobody (SCIM-SDK#757)',
    ask: 'PATCH /Groups/{group}',
    body: patch({ op: 'replace', path: 'members', value: [] }),
    status: [200, 204],
  },
  {
    from: 'push: nobody',
    ask: 'GET /Groups/{group}',
    status: 200,
    shows: { displayName: 'Renamed' },
    lacks: ['members'],
  },
  {
    from: 'push by PUT, as app integrations made with the wizard do',
    ask: 'PUT /Groups/{group}',
    body: { ...group('Renamed again', '{jordan}'), id: '{group}' },
    status: 200,
    shows: { displayName: 'Renamed again', members: [{ value: '{jordan}' }] },
  },
  {
    from: 'the state at the end: the member knows its group',
    ask: 'GET /Users/{jordan}',
    status: 200,
    shows: { groups: [{ value: '{group}', display: 'Renamed again' }] },
  },
  { from: 'push: unlink', ask: 'DELETE /Groups/{group}', status: 204 },
  { from: 'the state at the end', ask: 'GET /Users/{jordan}', status: 200, lacks: ['groups'] },
  { from: 'the state at the end', ask: 'GET /Users', status: 200, shows: { totalResults: 3 } },
]

describe('Okta', () => converse(() => targets.directory, [...spec, ...crud, ...push]))
