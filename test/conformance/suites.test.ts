import { afterAll, beforeAll, describe } from 'vitest'
import { converse, type Step } from './conversation.ts'
import { startTargets, type Targets } from './targets.ts'
import { bulk, enterpriseUrn, group, listUrn, patch, scimError, search, user } from './words.ts'

let targets: Targets

beforeAll(async () => {
  targets = await startTargets()
})
afterAll(() => targets.stop())

const done = [200, 204]

/**
 * Cases read in public conformance suites, in our own words and values. Those that other files here hold already are
 * left out.
 */
const suites: Readonly<Record<string, readonly Step[]>> = {
  // thomaselliottbetz/scim-sanity: probe, phases 2, 3, 6 and 7.
  'scim-sanity': [
    {
      from: 'POST /Users',
      ask: 'POST /Users',
      body: user('probe', { displayName: 'before', active: true }),
      status: 201,
      save: { u: 'id' },
    },
    {
      from: 'PUT /Users/{id}',
      ask: 'PUT /Users/{u}',
      body: user('probe', { id: '{u}', displayName: 'after', active: true }),
      status: 200,
      shows: { displayName: 'after' },
    },
    { from: 'GET after PUT', ask: 'GET /Users/{u}', status: 200, shows: { displayName: 'after' } },
    {
      from: 'PATCH active=false',
      ask: 'PATCH /Users/{u}',
      body: patch({ op: 'replace', path: 'active', value: false }),
      status: done,
    },
    { from: 'GET after PATCH', ask: 'GET /Users/{u}', status: 200, shows: { active: false } },
    {
      from: 'GET /Users?count=0 (boundary)',
      ask: 'GET /Users?count=0',
      status: 200,
      shows: { schemas: [listUrn], totalResults: 1, itemsPerPage: 0 },
    },
    {
      from: 'POST /Users invalid body',
      ask: 'POST /Users',
      body: 'not json',
      status: 400,
      shows: scimError(400, 'invalidSyntax'),
    },
    { from: 'DELETE', ask: 'DELETE /Users/{u}', status: 204 },
    { from: 'GET after DELETE', ask: 'GET /Users/{u}', status: 404, shows: scimError(404) },
  ],

  // limosa-io/laravel-scim-server: tests/.
  'laravel-scim-server': [
    {
      from: 'before',
      ask: 'POST /Users',
      body: user('l1', { emails: [{ type: 'work', value: 'a@x.test' }] }),
      status: 201,
      save: { l1: 'id' },
    },
    { from: 'before', ask: 'POST /Users', body: user('l2'), status: 201, save: { l2: 'id' } },
    { from: 'before', ask: 'POST /Groups', body: group('l3', '{l1}'), status: 201, save: { l3: 'id' } },
    {
      from: 'CrossResourceSearch: the root combines the types',
      ask: 'GET /?attributes=id',
      status: 200,
      shows: { totalResults: 3, Resources: [{ id: '{l1}' }, { id: '{l2}' }, { id: '{l3}' }] },
    },
    {
      from: 'CrossResourceSearch: startIndex goes across the types',
      ask: 'GET /?attributes=id&startIndex=3&count=5',
      status: 200,
      shows: { totalResults: 3, startIndex: 3, itemsPerPage: 1, Resources: [{ id: '{l3}' }] },
    },
    {
      from: 'CrossResourceSearch: a filter restricts to users',
      ask: 'GET /?filter=meta.resourceType eq "User"&attributes=id',
      status: 200,
      shows: { totalResults: 2 },
    },
    {
      from: 'CrossResourceSearch: or across the types',
      ask: 'GET /?filter=userName eq "l1" or displayName eq "l3"&attributes=id',
      status: 200,
      shows: { totalResults: 2, Resources: [{ id: '{l1}' }, { id: '{l3}' }] },
    },
    {
      from: 'CrossResourceSearch: POST honours count and startIndex',
      ask: 'POST /.search',
      body: search({ startIndex: 2, count: 1, attributes: ['id'] }),
      status: 200,
      shows: { totalResults: 3, startIndex: 2, itemsPerPage: 1, Resources: [{ id: '{l2}' }] },
    },
    {
      from: 'EmailValuePathAdd: an add makes the element that the filter describes',
      ask: 'PATCH /Users/{l2}',
      body: patch({ op: 'add', path: 'emails[type eq "other"].value', value: 'other@x.test' }),
      status: done,
    },
    {
      from: 'EmailValuePathAdd: made',
      ask: 'GET /Users/{l2}',
      status: 200,
      shows: { emails: [{ type: 'other', value: 'other@x.test' }] },
    },
    {
      from: 'FilterQuery: a value path on members',
      ask: 'GET /Groups?filter=members[value eq "{l1}"]',
      status: 200,
      shows: { totalResults: 1, Resources: [{ id: '{l3}' }] },
    },
    {
      from: 'FilterQuery: a negated value path',
      ask: 'GET /Users?filter=not (emails[type eq "work"])&attributes=id',
      status: 200,
      shows: { totalResults: 1, Resources: [{ id: '{l2}' }] },
    },
    {
      from: 'Basic: filter by group',
      ask: 'GET /Users?filter=groups.value eq "{l3}"&attributes=id',
      status: 200,
      shows: { totalResults: 1, Resources: [{ id: '{l1}' }] },
    },
    {
      from: 'Basic: group references have the right URI',
      ask: 'GET /Users/{l1}',
      status: 200,
      shows: { groups: [{ value: '{l3}', $ref: '{base}/Groups/{l3}' }] },
    },
    {
      from: 'CustomSchema: a value under the whole extension',
      ask: 'PATCH /Users/{l1}',
      body: patch({ op: 'add', path: enterpriseUrn, value: { department: 'D', employeeNumber: '1' } }),
      status: done,
    },
    {
      from: 'Roles: added, and replaced by PUT',
      ask: 'PATCH /Users/{l1}',
      body: patch({ op: 'add', path: 'roles', value: [{ value: 'admin' }, { value: 'user' }] }),
      status: done,
    },
    {
      from: 'CustomSchema and Roles: both are there',
      ask: 'GET /Users/{l1}',
      status: 200,
      shows: {
        roles: [{ value: 'admin' }, { value: 'user' }],
        [enterpriseUrn]: { department: 'D', employeeNumber: '1' },
      },
    },
  ],

  // SAP/scimono: scimono-compliance-tests.
  scimono: [
    { from: 'before', ask: 'POST /Users', body: user('s1'), status: 201, save: { s1: 'id' } },
    { from: 'before', ask: 'POST /Users', body: user('s2'), status: 201, save: { s2: 'id' } },
    { from: 'before', ask: 'POST /Groups', body: group('inner', '{s1}'), status: 201, save: { inner: 'id' } },
    {
      from: 'create group with user and group member',
      ask: 'POST /Groups',
      body: group('outer', '{s2}', '{inner}'),
      status: 201,
      save: { outer: 'id' },
    },
    {
      from: 'the members say what they are',
      ask: 'GET /Groups/{outer}',
      status: 200,
      shows: {
        members: [
          { value: '{s2}', type: 'User', $ref: '{base}/Users/{s2}' },
          { value: '{inner}', type: 'Group', $ref: '{base}/Groups/{inner}' },
        ],
      },
    },
    {
      from: 'a group of a group is an indirect one (RFC 7643 §4.1.2)',
      ask: 'GET /Users/{s1}',
      status: 200,
      shows: {
        groups: [
          { value: '{inner}', type: 'direct' },
          { value: '{outer}', type: 'indirect' },
        ],
      },
    },
    {
      from: 'update group with PUT and remove members',
      ask: 'PUT /Groups/{inner}',
      body: group('inner'),
      status: 200,
      lacks: ['members'],
    },
    { from: 'delete group member', ask: 'DELETE /Users/{s2}', status: 204 },
    { from: 'the member is gone', ask: 'GET /Groups/{outer}', status: 200, shows: { members: [{ value: '{inner}' }] } },
    { from: 'delete group with group members', ask: 'DELETE /Groups/{outer}', status: 204 },
    { from: 'the inner group stays', ask: 'GET /Groups/{inner}', status: 200, shows: { displayName: 'inner' } },
    {
      from: 'startIndex=totalResults',
      ask: 'GET /Users?startIndex=1&count=10',
      status: 200,
      shows: { totalResults: 1, startIndex: 1, itemsPerPage: 1 },
    },
    {
      from: 'startIndex out of range',
      ask: 'GET /Users?startIndex=99&count=10',
      status: 200,
      shows: { totalResults: 1, itemsPerPage: 0 },
    },
    {
      from: 'add the same value twice',
      ask: 'PATCH /Users/{s1}',
      body: patch(
        { op: 'add', path: 'emails', value: [{ type: 'work', value: 's@x.test' }] },
        { op: 'add', path: 'emails', value: [{ type: 'work', value: 's@x.test' }] },
      ),
      status: done,
    },
    { from: 'once', ask: 'GET /Users/{s1}', status: 200, shows: { emails: [{ type: 'work', value: 's@x.test' }] } },
    {
      from: 'remove value from non existing attribute',
      ask: 'PATCH /Users/{s1}',
      body: patch({ op: 'remove', path: 'noSuchAttribute' }),
      status: 400,
      shows: scimError(400, 'invalidPath'),
    },
    {
      from: 'replace attribute with value from different attribute type',
      ask: 'PATCH /Users/{s1}',
      body: patch({ op: 'replace', path: 'name', value: 'text' }),
      status: 400,
      shows: scimError(400, 'invalidValue'),
    },
    {
      from: 'remove readOnly attribute',
      ask: 'PATCH /Users/{s1}',
      body: patch({ op: 'remove', path: 'meta' }),
      status: 400,
      shows: scimError(400, 'mutability'),
    },
    {
      from: 'PATCH with invalid value path filter',
      ask: 'PATCH /Users/{s1}',
      body: patch({ op: 'replace', path: 'emails[type eq].value', value: 'x' }),
      status: 400,
    },
    {
      from: 'replace sub-attribute of multivalued attribute by filter',
      ask: 'PATCH /Users/{s1}',
      body: patch({ op: 'replace', path: 'emails[value eq "s@x.test"].type', value: 'home' }),
      status: done,
    },
    {
      from: 'remove sub-attribute of multivalued attribute by filter',
      ask: 'PATCH /Users/{s1}',
      body: patch({ op: 'remove', path: 'emails[value eq "s@x.test"].type' }),
      status: done,
    },
    { from: 'afterwards', ask: 'GET /Users/{s1}', status: 200, shows: { emails: [{ value: 's@x.test' }] } },
  ],

  // wso2-incubator/scim2-compliance-test-suite, and suvera/scim2-compliance-test-utility.
  'wso2 and suvera': [
    {
      from: 'Filter Groups: every operator',
      ask: 'POST /Groups',
      body: group('XwLtOP23'),
      status: 201,
      save: { w: 'id' },
    },
    ...[
      'displayName eq "XwLtOP23"',
      'displayName co "wLt"',
      'displayName sw "XwL"',
      'displayName ew "23"',
      'displayName pr',
    ].map(
      (filter): Step => ({
        from: 'Filter Groups: every operator',
        ask: `GET /Groups?filter=${filter}`,
        status: 200,
        shows: { totalResults: 1, Resources: [{ id: '{w}' }] },
      }),
    ),
    { from: 'before', ask: 'POST /Users', body: user('wA', { displayName: 'B' }), status: 201 },
    { from: 'before', ask: 'POST /Users', body: user('wb', { displayName: 'a' }), status: 201 },
    { from: 'before', ask: 'POST /Users', body: user('wC'), status: 201 },
    {
      from: 'Sort Users without sortOrder, regardless of case, those without a value last (RFC 7644 §3.4.2.3)',
      ask: 'GET /Users?sortBy=displayName&attributes=userName',
      status: 200,
      shows: { Resources: [{ userName: 'wb' }, { userName: 'wA' }, { userName: 'wC' }] },
    },
    {
      from: 'Paginate with count only',
      ask: 'GET /Users?count=2&sortBy=userName',
      status: 200,
      shows: { totalResults: 3, startIndex: 1, itemsPerPage: 2 },
    },
    {
      from: 'Paginate with startIndex only',
      ask: 'GET /Users?startIndex=3&sortBy=userName',
      status: 200,
      shows: { totalResults: 3, startIndex: 3, itemsPerPage: 1 },
    },
    { from: 'Me: not implemented is 501', ask: 'PATCH /Me', body: patch(), status: 501, shows: scimError(501) },
    {
      from: 'Bulk: users and groups in one job',
      ask: 'POST /Bulk',
      body: bulk([
        { method: 'POST', path: '/Users', bulkId: 'b1', data: user('bulk1') },
        { method: 'POST', path: '/Users', bulkId: 'b2', data: user('bulk2') },
        { method: 'POST', path: '/Groups', bulkId: 'b3', data: group('bulk3', 'bulkId:b1', 'bulkId:b2') },
        { method: 'POST', path: '/Users', bulkId: 'b4', data: user('bulk1') },
      ]),
      status: 200,
      shows: {
        Operations: [
          { bulkId: 'b1', status: '201' },
          { bulkId: 'b2', status: '201' },
          { bulkId: 'b3', status: '201' },
          { bulkId: 'b4', status: '409', response: scimError(409, 'uniqueness') },
        ],
      },
    },
    {
      from: 'ResourceType: a list',
      ask: 'GET /ResourceTypes',
      status: 200,
      shows: { schemas: [listUrn], totalResults: 2 },
    },
    { from: 'Schema: a list', ask: 'GET /Schemas', status: 200, shows: { schemas: [listUrn], totalResults: 3 } },
    { from: 'an endpoint that there is not', ask: 'GET /Robots', status: 404, shows: scimError(404) },
  ],

  // scim2/test-suite: what its requirements add, by their ids.
  'scim2 test-suite': [
    {
      from: 'RFC7643-2.4-L663 no duplicate (type, value)',
      ask: 'POST /Users',
      body: user('dup', {
        emails: [
          { type: 'work', value: 'd@x.test' },
          { type: 'work', value: 'd@x.test' },
        ],
      }),
      status: 201,
      shows: { emails: [{ type: 'work', value: 'd@x.test' }] },
      save: { d: 'id' },
    },
    {
      from: 'RFC7644-4-L4125 sort and paging of discovery are ignored',
      ask: 'GET /ServiceProviderConfig?sortBy=id&startIndex=999',
      status: 200,
      shows: { patch: { supported: true } },
    },
    {
      from: 'RFC7644-3.5.2.3 a replace of members that are not there',
      ask: 'POST /Groups',
      body: group('noTarget'),
      status: 201,
      save: { n: 'id' },
    },
    {
      from: 'RFC7644-3.5.2.3-L2396 noTarget: a filter that describes no one value',
      ask: 'PATCH /Users/{d}',
      body: patch({ op: 'replace', path: 'emails[value sw "z"].value', value: 'z@x.test' }),
      status: 400,
      shows: scimError(400, 'noTarget'),
    },
    {
      from: 'RFC7644-3.3 an id that the client wants is not taken',
      ask: 'POST /Users',
      body: user('own-id', { id: 'client-specified-id' }),
      status: 201,
      check: ({ body }) => {
        if (body['id'] === 'client-specified-id') throw new Error('the id is the client’s')
      },
    },
  ],
}

/** Each suite has a tenant of its own, so that counts are counts. */
describe.each(Object.entries(suites))('%s', (_name, steps) => {
  let target: Awaited<ReturnType<Targets['empty']>>
  beforeAll(async () => {
    target = await targets.empty()
  })
  converse(() => target, steps)
})
