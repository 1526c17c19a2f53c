import { afterAll, beforeAll, describe } from 'vitest'
import { converse, type Step } from './conversation.ts'
import { startTargets, type Targets } from './targets.ts'
import { errorUrn, listUrn, scimError, search, user, userUrn } from './words.ts'

let targets: Targets

beforeAll(async () => {
  targets = await startTargets()
})
afterAll(() => targets.stop())

const name = { formatted: 'Ms. Barbara J Jensen III', familyName: 'Jensen', givenName: 'Barbara' }
const barbara = user('bjensen', { externalId: 'bjensen', name })
const location = '^{base}/Users/{id}$'
const weak = '^W/"[^"]+"$'

/** RFC 7644's own examples in their order, each step with its section. */
const examples: readonly Step[] = [
  {
    from: '§3.3 create',
    ask: 'POST /Users',
    body: barbara,
    status: 201,
    shows: { ...barbara, meta: { resourceType: 'User' } },
    answers: { location: '^{base}/Users/[^/]+$' },
    save: { id: 'id', place: 'location', created: 'meta.created' },
  },
  { from: '§3.3 the place is where it is', ask: 'GET {place}', status: 200, shows: { id: '{id}' } },
  {
    from: '§3.3 a duplicate userName, in any case (RFC 7643 §4.1.1)',
    ask: 'POST /Users',
    body: user('BJensen'),
    status: 409,
    shows: scimError(409, 'uniqueness'),
  },
  {
    from: '§3.3 readOnly attributes are ignored',
    ask: 'POST /Users',
    body: user('jsmith', { id: 'mine', meta: { resourceType: 'Robot', created: '1999-01-01T00:00:00Z' } }),
    status: 201,
    shows: { userName: 'jsmith', meta: { resourceType: 'User' } },
    save: { smith: 'id' },
  },
  {
    from: '§3.4.1 get',
    ask: 'GET /Users/{id}',
    status: 200,
    shows: { ...barbara, id: '{id}', meta: { resourceType: 'User', location: '{base}/Users/{id}' } },
    answers: { location, 'content-location': location },
  },
  {
    from: '§3.4.2 query with attributes',
    ask: 'GET /Users?attributes=userName',
    status: 200,
    shows: {
      schemas: [listUrn],
      totalResults: 2,
      Resources: [
        { id: '{id}', userName: 'bjensen' },
        { id: '{smith}', userName: 'jsmith' },
      ],
    },
  },
  {
    from: '§3.4.2 nothing found is 200',
    ask: 'GET /Users?filter=userName eq "nobody"',
    status: 200,
    shows: { schemas: [listUrn], totalResults: 0 },
  },
  {
    from: '§3.4.2.2 an operator that is none',
    ask: `GET /Users?filter=userName regex "b.*"`,
    status: 400,
    shows: scimError(400, 'invalidFilter'),
  },
  {
    from: '§3.4.2.3 sort',
    ask: 'GET /Users?sortBy=userName&sortOrder=descending&attributes=userName',
    status: 200,
    shows: { Resources: [{ userName: 'jsmith' }, { userName: 'bjensen' }] },
  },
  {
    from: 'Figure 3 paging',
    ask: 'GET /Users?startIndex=2&count=1&sortBy=userName',
    status: 200,
    shows: { totalResults: 2, startIndex: 2, itemsPerPage: 1, Resources: [{ userName: 'jsmith' }] },
  },
  {
    from: '§3.4.2.4 startIndex below 1 is 1',
    ask: 'GET /Users?startIndex=0&count=1&sortBy=userName',
    status: 200,
    shows: { totalResults: 2, startIndex: 1, Resources: [{ userName: 'bjensen' }] },
  },
  {
    from: '§3.4.2.4 count 0',
    ask: 'GET /Users?count=0',
    only: 'directory',
    status: 200,
    shows: { totalResults: 2, itemsPerPage: 0 },
  },
  {
    from: '§3.4.2.4 count below 0 is 0',
    ask: 'GET /Users?count=-7',
    only: 'directory',
    status: 200,
    shows: { totalResults: 2, itemsPerPage: 0 },
  },
  {
    from: '§3.4.2 unknown parameters are ignored',
    ask: 'GET /Users?colour=red&filter=userName eq "bjensen"',
    status: 200,
    shows: { totalResults: 1 },
  },
  {
    from: 'Figure 4 search',
    ask: 'POST /.search',
    body: search({
      attributes: ['displayName', 'userName'],
      filter: 'userName sw "js"',
      startIndex: 1,
      count: 10,
    }),
    status: 200,
    shows: { schemas: [listUrn], totalResults: 1, startIndex: 1, Resources: [{ id: '{smith}', userName: 'jsmith' }] },
  },
  {
    from: '§3.4.3 search below an endpoint',
    ask: 'POST /Users/.search',
    body: search({ filter: 'userName sw "B"', attributes: ['userName'] }),
    status: 200,
    shows: { totalResults: 1, Resources: [{ id: '{id}', userName: 'bjensen' }] },
    only: 'directory',
  },
  {
    from: '§3.4.3 a body that is no SearchRequest',
    ask: 'POST /.search',
    body: { ...search({}), schemas: [listUrn] },
    status: 400,
    shows: scimError(400, 'invalidSyntax'),
  },
  {
    from: '§3.14 the version in header and meta',
    ask: 'GET /Users/{id}',
    only: 'directory',
    status: 200,
    answers: { etag: weak },
    save: { version: 'meta.version', old: 'etag' },
  },
  {
    from: '§3.14 not modified',
    ask: 'GET /Users/{id}?attributes=displayName',
    headers: { 'if-none-match': '{version}' },
    only: 'directory',
    status: 304,
  },
  {
    from: '§3.5.1 replace',
    ask: 'PUT /Users/{id}',
    headers: { 'if-match': '{version}' },
    only: 'directory',
    body: user('bjensen', {
      id: '{id}',
      externalId: 'bjensen',
      name: { ...name, middleName: 'Jane' },
      roles: [],
      emails: [{ value: 'bjensen@example.com' }, { value: 'babs@jensen.org' }],
    }),
    status: 200,
    shows: {
      id: '{id}',
      name: { ...name, middleName: 'Jane' },
      emails: [{ value: 'bjensen@example.com' }, { value: 'babs@jensen.org' }],
      meta: { created: '{created}', location: '{base}/Users/{id}' },
    },
    lacks: ['roles'],
    answers: { etag: weak, location },
    save: { version: 'meta.version' },
  },
  {
    from: '§3.14 changed since',
    ask: 'GET /Users/{id}',
    headers: { 'if-none-match': '{old}' },
    only: 'directory',
    status: 200,
  },
  {
    from: '§3.14 another version is known',
    ask: 'PUT /Users/{id}',
    headers: { 'if-match': '{old}' },
    body: user('bjensen'),
    only: 'directory',
    status: 412,
    shows: scimError(412),
  },
  {
    from: '§3.5.1 what is left out is cleared, and another id is ignored (§3.5.1, where §3.12 shows an error)',
    ask: 'PUT /Users/{id}',
    body: user('bjensen', { id: 'another', externalId: 'bjensen', name }),
    status: 200,
    shows: { id: '{id}', userName: 'bjensen', name, meta: { created: '{created}' } },
    lacks: ['emails', 'roles'],
  },
  {
    from: '§3.5.1 a PUT never creates',
    ask: 'PUT /Users/nobody',
    body: user('nobody'),
    status: 404,
    shows: scimError(404),
  },
  {
    from: '§3.9 attributes',
    ask: 'GET /Users/{id}?attributes=userName',
    status: 200,
    shows: { id: '{id}', userName: 'bjensen' },
    lacks: ['externalId', 'name', 'meta'],
  },
  {
    from: '§3.9 excludedAttributes, which cannot exclude what is always returned',
    ask: 'GET /Users/{id}?excludedAttributes=id,name,externalId',
    status: 200,
    shows: { id: '{id}', userName: 'bjensen' },
    lacks: ['name', 'externalId'],
    only: 'directory',
  },
  {
    from: '§3.10 a sub-attribute, by its URN, in another case',
    ask: `GET /Users/{id}?attributes=${userUrn.toUpperCase()}:NAME.givenname`,
    status: 200,
    shows: { id: '{id}', name: { givenName: 'Barbara' } },
    lacks: ['userName'],
    only: 'directory',
  },
  { from: '§3.11 /Me', ask: 'GET /Me', status: 501, shows: scimError(501) },
  {
    from: '§3.12 not found',
    ask: 'GET /Users/2819c223-7f76-453a-919d-413861904646',
    status: 404,
    shows: { schemas: [errorUrn], status: '404' },
  },
  {
    from: '§3.12 invalidSyntax',
    ask: 'POST /Users',
    body: '{ "schemas": [',
    status: 400,
    shows: scimError(400, 'invalidSyntax'),
  },
  {
    from: '§3.12 a required attribute is missing',
    ask: 'POST /Users',
    body: { schemas: [userUrn] },
    status: 400,
    shows: scimError(400, 'invalidValue'),
  },
  { from: '§3.6 delete', ask: 'DELETE /Users/{id}', status: 204 },
  { from: '§3.6 gone', ask: 'GET /Users/{id}', status: 404, shows: scimError(404) },
  { from: '§3.6 gone', ask: 'DELETE /Users/{id}', status: 404, shows: scimError(404) },
  { from: '§3.6 gone', ask: 'PUT /Users/{id}', body: barbara, status: 404, shows: scimError(404) },
  {
    from: '§3.6 omitted from queries',
    ask: 'GET /Users?filter=userName eq "bjensen"',
    status: 200,
    shows: { totalResults: 0 },
  },
  { from: '§3.6 no conflict with what is gone', ask: 'POST /Users', body: barbara, status: 201, shows: barbara },
  {
    from: '§4 discovery',
    ask: 'GET /ServiceProviderConfig',
    status: 200,
    shows: { schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'], patch: { supported: true } },
  },
  {
    from: 'Figure 9 a resource type',
    ask: 'GET /ResourceTypes/User',
    status: 200,
    shows: { id: 'User', name: 'User', endpoint: '/Users', schema: userUrn },
  },
  {
    from: '§4 a filter on discovery is forbidden',
    ask: 'GET /Schemas?filter=id pr',
    status: 403,
    shows: scimError(403),
  },
  { from: '§4 discovery is read only', ask: 'POST /Schemas', body: {}, status: 405, shows: scimError(405) },
  { from: '§3.13 another version', ask: 'GET {base}/../v1/Users', status: 404, shows: scimError(404) },
]

describe('RFC 7644 on the built-in directory', () => converse(() => targets.directory, examples))

describe('RFC 7644 on a foreign server, as far as it goes', () =>
  converse(
    () => targets.foreign,
    examples.filter(({ only }) => only === undefined),
  ))
