import { afterAll, beforeAll, describe } from 'vitest'
import type { JsonObject } from '../../src/scim/json.ts'
import { converse, type Step } from './conversation.ts'
import { startTargets, type Targets } from './targets.ts'
import { enterpriseUrn, group, listUrn, patch, scimError, user, userUrn } from './words.ts'

let targets: Targets

beforeAll(async () => {
  targets = await startTargets()
})
afterAll(() => targets.stop())

/** As the validator makes them: `primary` as text, no `type`, a manager that nobody knows. */
const person = (userName: string): JsonObject => ({
  ...user(userName),
  schemas: [userUrn, enterpriseUrn],
  displayName: `display of ${userName}`,
  active: true,
  externalId: `external-${userName}`,
  preferredLanguage: 'ro-MD',
  name: { formatted: 'Anya', familyName: 'Yasmin', givenName: 'Ashton', middleName: 'K', honorificPrefix: 'Dr' },
  emails: [{ primary: 'true', value: `mail.${userName}` }],
  phoneNumbers: [{ primary: 'true', value: '61-561-6889' }],
  addresses: [{ primary: 'true', streetAddress: '1 Enos Vista', locality: 'ZSTT', region: 'OLBC', country: 'Zambia' }],
  [enterpriseUrn]: {
    employeeNumber: 'TQGH',
    costCenter: 'JYLK',
    department: 'JNTC',
    manager: { value: 'HIGPNMWJNVQO' },
  },
})

const done = [200, 204]
const oneOf = (userName: string): JsonObject => ({ schemas: [listUrn], totalResults: 1, Resources: [{ userName }] })

/** The cases of the Microsoft SCIM Validator, in our own words and values. */
const users: readonly Step[] = [
  { from: 'discover schema', ask: 'GET /Schemas', status: 200, shows: { schemas: [listUrn] } },
  { from: 'create a new user', ask: 'POST /Users', body: person('a@x.test'), status: 201, save: { a: 'id' } },
  { from: 'create a new user', ask: 'POST /Users', body: person('b@x.test'), status: 201, save: { b: 'id' } },
  { from: 'create a new user', ask: 'POST /Users', body: person('c@x.test'), status: 201, save: { c: 'id' } },
  {
    from: 'what was created comes back with real booleans',
    ask: 'GET /Users/{a}',
    status: 200,
    shows: {
      emails: [{ primary: true, value: 'mail.a@x.test' }],
      addresses: [{ primary: true, streetAddress: '1 Enos Vista' }],
      [enterpriseUrn]: { manager: { value: 'HIGPNMWJNVQO' } },
    },
  },
  {
    from: 'create a duplicate user',
    ask: 'POST /Users',
    body: person('a@x.test'),
    status: 409,
    shows: scimError(409, 'uniqueness'),
  },
  {
    from: 'filter for an existing user',
    ask: 'GET /Users?filter=userName+eq+%22a@x.test%22',
    status: 200,
    shows: oneOf('a@x.test'),
  },
  {
    from: 'filter in a different case',
    ask: 'GET /Users?filter=userName+eq+%22A@X.TEST%22',
    status: 200,
    shows: oneOf('a@x.test'),
  },
  {
    from: 'filter for a user that does not exist',
    ask: 'GET /Users?filter=userName+eq+%22nobody@x.test%22',
    status: 200,
    shows: { schemas: [listUrn], totalResults: 0 },
  },
  {
    from: 'update the userName',
    ask: 'PATCH /Users/{a}',
    body: patch({ op: 'replace', value: { userName: 'a2@x.test' } }),
    status: done,
  },
  {
    from: 'replace attributes, by primary and without a path',
    ask: 'PATCH /Users/{b}',
    body: patch(
      { op: 'replace', path: 'emails[primary eq true].value', value: 'new@x.test' },
      { op: 'replace', path: 'phoneNumbers[primary eq true].value', value: '26-704-7690' },
      { op: 'replace', path: 'addresses[primary eq true].streetAddress', value: '0641 Nicolette Ford' },
      {
        op: 'replace',
        value: {
          displayName: 'GDBJ',
          active: true,
          externalId: 'ext',
          'name.formatted': 'Cristian',
          'name.familyName': 'Tyra',
          [`${enterpriseUrn}:employeeNumber`]: 'KCQM',
          [`${enterpriseUrn}:department`]: 'YQZE',
        },
      },
    ),
    status: done,
  },
  {
    from: 'replaced',
    ask: 'GET /Users/{b}',
    status: 200,
    shows: {
      displayName: 'GDBJ',
      externalId: 'ext',
      name: { formatted: 'Cristian', familyName: 'Tyra', givenName: 'Ashton' },
      emails: [{ primary: true, value: 'new@x.test' }],
      phoneNumbers: [{ primary: true, value: '26-704-7690' }],
      addresses: [{ primary: true, streetAddress: '0641 Nicolette Ford', locality: 'ZSTT' }],
      [enterpriseUrn]: { employeeNumber: 'KCQM', department: 'YQZE', costCenter: 'JYLK' },
    },
  },
  {
    from: 'remove an attribute',
    ask: 'PATCH /Users/{b}',
    body: patch({ op: 'remove', path: 'displayName' }),
    status: done,
  },
  {
    from: 'an empty text is no value',
    ask: 'PATCH /Users/{b}',
    body: patch({ op: 'replace', path: 'preferredLanguage', value: '' }),
    status: done,
  },
  {
    from: 'null is no value',
    ask: 'PATCH /Users/{b}',
    body: patch({ op: 'replace', path: 'externalId', value: null }),
    status: done,
  },
  { from: 'no operations at all', ask: 'PATCH /Users/{b}', body: patch(), status: done },
  {
    from: 'removed',
    ask: 'GET /Users/{b}',
    status: 200,
    shows: { userName: 'b@x.test' },
    lacks: ['displayName', 'preferredLanguage', 'externalId'],
  },
  { from: 'disable', ask: 'PATCH /Users/{b}', body: patch({ op: 'replace', value: { active: false } }), status: done },
  {
    from: 'disabled is still found',
    ask: 'GET /Users?filter=userName+eq+%22b@x.test%22',
    status: 200,
    shows: { totalResults: 1, Resources: [{ active: false }] },
  },
  {
    from: 'add a manager, as bare text',
    ask: 'PATCH /Users/{a}',
    body: patch({ op: 'add', path: `${enterpriseUrn}:manager`, value: '{c}' }),
    status: done,
  },
  {
    from: 'the manager',
    ask: 'GET /Users/{a}',
    status: 200,
    shows: {
      [enterpriseUrn]: { manager: { value: '{c}' } },
    },
  },
  {
    from: 'replace the manager',
    ask: 'PATCH /Users/{a}',
    body: patch({ op: 'replace', path: `${enterpriseUrn}:manager`, value: '{b}' }),
    status: done,
  },
  {
    from: 'is the manager',
    ask: `GET /Users?attributes=id&filter=id+eq+%22{a}%22+and+${enterpriseUrn}:manager+eq+%22{b}%22`,
    status: 200,
    shows: { totalResults: 1, Resources: [{ id: '{a}' }] },
  },
  {
    from: 'remove the manager by an empty value',
    ask: 'PATCH /Users/{a}',
    body: patch({ op: 'replace', path: `${enterpriseUrn}:manager`, value: '' }),
    status: done,
  },
  {
    from: 'no manager',
    ask: `GET /Users?filter=id+eq+%22{a}%22+and+${enterpriseUrn}:manager+pr`,
    status: 200,
    shows: { totalResults: 0 },
  },
  { from: 'delete', ask: 'DELETE /Users/{c}', status: 204 },
  { from: 'delete somebody who is gone', ask: 'DELETE /Users/{c}', status: 404, shows: scimError(404) },
  {
    from: 'gone from filters',
    ask: 'GET /Users?filter=userName+eq+%22c@x.test%22',
    status: 200,
    shows: { totalResults: 0 },
  },
]

/** Index paging with a count of five over at least two pages. */
const paging: readonly Step[] = [
  ...Array.from(
    { length: 7 },
    (_, at): Step => ({
      from: 'users for two pages',
      ask: 'POST /Users',
      body: person(`page${at}@x.test`),
      status: 201,
    }),
  ),
  {
    from: 'the first page',
    ask: 'GET /Users?startIndex=1&count=5',
    status: 200,
    shows: { totalResults: 9, startIndex: 1, itemsPerPage: 5 },
  },
  {
    from: 'the second page',
    ask: 'GET /Users?startIndex=6&count=5',
    status: 200,
    shows: { totalResults: 9, startIndex: 6, itemsPerPage: 4 },
  },
]

const groups: readonly Step[] = [
  { from: 'users for groups', ask: 'POST /Users', body: person('m1@x.test'), status: 201, save: { m1: 'id' } },
  { from: 'users for groups', ask: 'POST /Users', body: person('m2@x.test'), status: 201, save: { m2: 'id' } },
  {
    from: 'create a group',
    ask: 'POST /Groups',
    body: { ...group('QCEZ'), externalId: 'g-1' },
    status: 201,
    save: { g: 'id' },
  },
  { from: 'create a group', ask: 'POST /Groups', body: group('CUTR'), status: 201, save: { h: 'id' } },
  {
    from: 'filter for an existing group, without members',
    ask: 'GET /Groups?excludedAttributes=members&filter=displayName+eq+%22QCEZ%22',
    status: 200,
    shows: { totalResults: 1, Resources: [{ id: '{g}', displayName: 'QCEZ', externalId: 'g-1' }] },
  },
  {
    from: 'filter for an existing group in a different case',
    ask: 'GET /Groups?filter=displayName+eq+%22qcez%22',
    status: 200,
    shows: { totalResults: 1, Resources: [{ id: '{g}' }] },
  },
  {
    from: 'replace the members',
    ask: 'PATCH /Groups/{g}',
    body: patch({ op: 'replace', path: 'members', value: [{ value: '{m1}' }, { value: '{m2}' }] }),
    status: done,
  },
  {
    from: 'the members',
    ask: 'GET /Groups/{g}',
    status: 200,
    shows: { members: [{ value: '{m1}' }, { value: '{m2}' }] },
  },
  {
    from: 'add and remove a member in one request',
    ask: 'PATCH /Groups/{h}',
    body: patch(
      { op: 'add', path: 'members', value: [{ value: '{m1}' }] },
      { op: 'remove', path: 'members[value eq "{m1}"]' },
    ),
    status: done,
  },
  { from: 'nobody in it', ask: 'GET /Groups/{h}', status: 200, lacks: ['members'] },
  {
    from: 'is a member',
    ask: 'GET /Groups?filter=id+eq+%22{g}%22+and+members+eq+%22{m1}%22',
    status: 200,
    shows: { totalResults: 1, Resources: [{ id: '{g}' }] },
  },
  {
    from: 'update a group',
    ask: 'PATCH /Groups/{g}',
    body: patch({ op: 'replace', path: 'displayName', value: 'NEW' }),
    status: done,
  },
  { from: 'delete a member', ask: 'DELETE /Users/{m1}', status: 204 },
  {
    from: 'the state at the end',
    ask: 'GET /Groups/{g}',
    status: 200,
    shows: { displayName: 'NEW', members: [{ value: '{m2}' }] },
  },
  { from: 'delete a group', ask: 'DELETE /Groups/{h}', status: 204 },
  { from: 'delete a group that is gone', ask: 'DELETE /Groups/{h}', status: 404, shows: scimError(404) },
  {
    from: 'the state at the end',
    ask: 'GET /Groups',
    status: 200,
    shows: { totalResults: 1, Resources: [{ id: '{g}' }] },
  },
]

describe('Microsoft SCIM Validator: ', () => converse(() => targets.directory, [...users, ...paging, ...groups]))
