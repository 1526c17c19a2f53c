import { afterAll, beforeAll, describe } from 'vitest'
import type { JsonObject } from '../../src/scim/json.ts'
import { converse, type Step, type Target } from './conversation.ts'
import { startTargets, type Targets } from './targets.ts'
import { enterpriseUrn, group, groupUrn, listUrn, patch, userUrn } from './words.ts'

let targets: Targets
let plain: Target
let flagged: Target

beforeAll(async () => {
  targets = await startTargets()
  plain = await targets.empty()
  const { token, base } = await targets.empty()
  // The flag is a part of the tenant URL, and Entra puts its paths behind it (facts, C1).
  flagged = { base: `${base}/?aadOptscim062020`, ...(token === undefined ? {} : { token }) }
})
afterAll(() => targets.stop())

const done = [200, 204]
const adGroup = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'

const person = (userName: string): JsonObject => ({
  schemas: [userUrn, enterpriseUrn],
  externalId: `ext-${userName}`,
  userName,
  active: true,
  emails: [{ primary: true, type: 'work', value: userName }],
  meta: { resourceType: 'User' },
  name: { formatted: 'Given Family', familyName: 'Family', givenName: 'Given' },
  roles: [],
  title: null,
})

/** Both conversations are one; what differs is how Entra says it with and without its flag. */
const start: readonly Step[] = [
  {
    from: 'test connection: a random GUID wants an empty list',
    ask: 'GET /Users?filter=userName eq "dd7ff5ae-6a22-4bd1-8f18-1a5f0f0d24e2"',
    status: 200,
    shows: { schemas: [listUrn], totalResults: 0 },
  },
  {
    from: 'create',
    ask: 'POST /Users',
    body: person('a@x.test'),
    status: 201,
    lacks: ['roles', 'title'],
    save: { a: 'id' },
  },
  { from: 'create', ask: 'POST /Users', body: person('b@x.test'), status: 201, save: { b: 'id' } },
  { from: 'create', ask: 'POST /Users', body: person('c@x.test'), status: 201, save: { c: 'id' } },
  {
    from: 'match',
    ask: 'GET /Users?filter=externalId eq "ext-a@x.test"',
    status: 200,
    shows: { totalResults: 1, Resources: [{ id: '{a}' }] },
  },
  {
    from: 'match by work e-mail',
    ask: 'GET /Users?filter=emails[type eq "work"].value eq "b@x.test"',
    status: 200,
    shows: { totalResults: 1, Resources: [{ id: '{b}' }] },
  },
  {
    from: 'create a group, empty, with a schema of its own',
    ask: 'POST /Groups',
    body: { ...group('Sales'), schemas: [groupUrn, adGroup], externalId: 'g-1', meta: { resourceType: 'Group' } },
    status: 201,
    shows: { schemas: [groupUrn], displayName: 'Sales' },
    save: { g: 'id' },
  },
  {
    from: 'find a group',
    ask: 'GET /Groups?excludedAttributes=members&filter=displayName eq "Sales"',
    status: 200,
    shows: { totalResults: 1, Resources: [{ id: '{g}', displayName: 'Sales' }] },
  },
]

const end: readonly Step[] = [
  {
    from: 'reference check: manager',
    ask: 'GET /Users?attributes=id&filter=id eq "{a}" and manager eq "{b}"',
    status: 200,
    shows: { totalResults: 1, Resources: [{ id: '{a}' }] },
  },
  {
    from: 'reference check: a member that stayed',
    ask: 'GET /Groups?attributes=id&filter=id eq "{g}" and members eq "{c}"',
    status: 200,
    shows: { totalResults: 1, Resources: [{ id: '{g}' }] },
  },
  {
    from: 'reference check: a member that was removed',
    ask: 'GET /Groups?attributes=id&filter=id eq "{g}" and members eq "{a}"',
    status: 200,
    shows: { totalResults: 0 },
  },
  {
    from: 'the state at the end: the group',
    ask: 'GET /Groups/{g}',
    status: 200,
    shows: { displayName: 'Sales EMEA', members: [{ value: '{b}' }, { value: '{c}' }] },
  },
  {
    from: 'the state at the end: the user',
    ask: 'GET /Users/{a}',
    status: 200,
    shows: {
      userName: 'a@x.test',
      active: false,
      name: { givenName: 'New', familyName: 'Family' },
      emails: [{ type: 'work', value: 'new@x.test', primary: true }],
      phoneNumbers: [{ type: 'mobile', value: '+49 1' }],
      [enterpriseUrn]: { department: 'Sales', manager: { value: '{b}' } },
    },
    lacks: ['title', 'groups'],
  },
  { from: 'disable long ago: delete', ask: 'DELETE /Users/{a}', status: 204 },
  {
    from: 'the state at the end: two are left',
    ask: 'GET /Users?attributes=userName',
    status: 200,
    shows: { totalResults: 2, Resources: [{ userName: 'b@x.test' }, { userName: 'c@x.test' }] },
  },
]

const members = (...ids: string[]) => ids.map((id) => ({ $ref: null, value: `{${id}}` }))

/** Without the flag: capitals, text for booleans, removals as a list of values, one attribute an operation. */
const old: readonly Step[] = [
  {
    from: 'update',
    ask: 'PATCH /Users/{a}',
    body: patch(
      { op: 'Replace', path: 'name.givenName', value: 'New' },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'new@x.test' },
      { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+49 1' },
      { op: 'Add', path: `${enterpriseUrn}:department`, value: 'Sales' },
      { op: 'Add', path: `${enterpriseUrn}:manager`, value: '{b}' },
    ),
    status: done,
  },
  {
    from: 'disable',
    ask: 'PATCH /Users/{a}',
    body: patch({ op: 'Replace', path: 'active', value: 'False' }),
    status: done,
  },
  {
    from: 'add members',
    ask: 'PATCH /Groups/{g}',
    body: patch({ op: 'Add', path: 'members', value: members('a', 'b', 'c') }),
    status: done,
  },
  {
    from: 'remove one member by a list of values: the others stay',
    ask: 'PATCH /Groups/{g}',
    body: patch({ op: 'Remove', path: 'members', value: members('a') }),
    status: done,
  },
  {
    from: 'rename',
    ask: 'PATCH /Groups/{g}',
    body: patch({ op: 'Replace', path: 'displayName', value: 'Sales EMEA' }),
    status: done,
  },
]

/** With the flag: lower case, booleans, one path-less replace of names that are paths. */
const flag: readonly Step[] = [
  {
    from: 'update',
    ask: 'PATCH /Users/{a}',
    body: patch(
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'new@x.test' },
      { op: 'add', path: 'phoneNumbers[type eq "mobile"].value', value: '+49 1' },
      {
        op: 'replace',
        value: { 'name.givenName': 'New', [`${enterpriseUrn}:department`]: 'Sales' },
      },
      { op: 'add', path: `${enterpriseUrn}:manager`, value: [{ $ref: '../Users/{b}', value: '{b}' }] },
    ),
    status: done,
  },
  { from: 'disable', ask: 'PATCH /Users/{a}', body: patch({ op: 'replace', value: { active: false } }), status: done },
  {
    from: 'add members',
    ask: 'PATCH /Groups/{g}',
    body: patch({ op: 'add', path: 'members', value: [{ value: '{a}' }, { value: '{b}' }, { value: '{c}' }] }),
    status: done,
  },
  {
    from: 'remove one member by a value filter',
    ask: 'PATCH /Groups/{g}',
    body: patch({ op: 'remove', path: 'members[value eq "{a}"]' }),
    status: done,
  },
  {
    from: 'rename',
    ask: 'PATCH /Groups/{g}',
    body: patch({ op: 'replace', value: { displayName: 'Sales EMEA' } }),
    status: done,
  },
]

describe('Entra provisioning', () => converse(() => plain, [...start, ...old, ...end]))

describe('Entra provisioning with aadOptscim062020 stuck to the base', () =>
  converse(() => flagged, [...start, ...flag, ...end]))
