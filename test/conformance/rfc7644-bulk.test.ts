import { afterAll, beforeAll, describe } from 'vitest'
import { isObject, type JsonObject } from '../../src/scim/json.ts'
import { converse, type Step } from './conversation.ts'
import { startTargets, type Targets } from './targets.ts'
import { bulk, group, patch, scimError, user } from './words.ts'

let targets: Targets

beforeAll(async () => {
  targets = await startTargets()
})
afterAll(() => targets.stop())

const responseUrn = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse'
const made = (bulkId: string): JsonObject => ({ method: 'POST', bulkId, status: '201' })
const nested = (displayName: string, value: string) => ({
  ...group(displayName),
  members: [{ type: 'Group', value }],
})

/** RFC 7644 §3.7's own examples in their order. `status` is a string in each (contract §12). */
const examples: readonly Step[] = [
  {
    from: '§3.7.1 circular references',
    ask: 'POST /Bulk',
    body: bulk([
      { method: 'POST', path: '/Groups', bulkId: 'qwerty', data: nested('Group A', 'bulkId:ytrewq') },
      { method: 'POST', path: '/Groups', bulkId: 'ytrewq', data: nested('Group B', 'bulkId:qwerty') },
    ]),
    only: 'directory',
    status: 200,
    shows: { schemas: [responseUrn], Operations: [made('qwerty'), made('ytrewq')] },
  },
  {
    from: '§3.7.1 afterwards',
    ask: 'GET /Groups?filter=displayName sw "Group"&sortBy=displayName',
    only: 'directory',
    status: 200,
    shows: { totalResults: 2, Resources: [{ displayName: 'Group A' }, { displayName: 'Group B' }] },
    save: { groupA: 'Resources.0.id', groupB: 'Resources.1.id' },
  },
  {
    from: '§3.7.1 A holds B',
    ask: 'GET /Groups/{groupA}',
    only: 'directory',
    status: 200,
    shows: { members: [{ value: '{groupB}', $ref: '{base}/Groups/{groupB}', type: 'Group' }] },
  },
  {
    from: '§3.7.1 B holds A',
    ask: 'GET /Groups/{groupB}',
    only: 'directory',
    status: 200,
    shows: { members: [{ value: '{groupA}', $ref: '{base}/Groups/{groupA}', type: 'Group' }] },
  },
  {
    from: '§3.7.2 a user and a group that holds it',
    ask: 'POST /Bulk',
    body: bulk([
      { method: 'POST', path: '/Users', bulkId: 'qwerty', data: user('Alice') },
      {
        method: 'POST',
        path: '/Groups',
        bulkId: 'ytrewq',
        data: { ...group('Tour Guides'), members: [{ type: 'User', value: 'bulkId:qwerty' }] },
      },
    ]),
    status: 200,
    shows: { schemas: [responseUrn], Operations: [made('qwerty'), made('ytrewq')] },
    save: { alicePlace: 'Operations.0.location', guidesPlace: 'Operations.1.location' },
  },
  { from: '§3.7.2 Alice', ask: 'GET {alicePlace}', status: 200, shows: { userName: 'Alice' }, save: { alice: 'id' } },
  { from: '§3.7.2 the group', ask: 'GET {guidesPlace}', status: 200, shows: { members: [{ value: '{alice}' }] } },
  {
    from: '§3.7.2 a reference that an earlier operation does not make, before its turn',
    ask: 'POST /Bulk',
    body: bulk([
      { method: 'POST', path: '/Groups', bulkId: 'g', data: group('Early', 'bulkId:u') },
      { method: 'POST', path: '/Users', bulkId: 'u', data: user('late') },
    ]),
    only: 'directory',
    status: 200,
    shows: { Operations: [made('g'), made('u')] },
  },
  { from: 'before', ask: 'POST /Users', body: user('bob'), status: 201, save: { bob: 'id' } },
  { from: 'before', ask: 'POST /Users', body: user('dave', { nickName: 'D' }), status: 201, save: { dave: 'id' } },
  { from: 'before', ask: 'POST /Users', body: user('erin'), status: 201, save: { erin: 'id' } },
  {
    from: '§3.7.3 add, replace, patch and delete',
    ask: 'POST /Bulk',
    body: bulk(
      [
        { method: 'POST', path: '/Users', bulkId: 'qwerty', data: user('Zoe') },
        { method: 'PUT', path: '/Users/{bob}', version: 'W/"1"', data: user('Bob', { id: '{bob}' }) },
        {
          method: 'PATCH',
          path: '/Users/{dave}',
          version: 'W/"1"',
          data: patch({ op: 'remove', path: 'nickName' }, { op: 'add', path: 'userName', value: 'Dave' }),
        },
        { method: 'DELETE', path: '/Users/{erin}', version: 'W/"1"' },
      ],
      { failOnErrors: 1 },
    ),
    only: 'directory',
    status: 200,
    shows: {
      schemas: [responseUrn],
      Operations: [
        made('qwerty'),
        { method: 'PUT', location: '{base}/Users/{bob}', version: 'W/"2"', status: '200' },
        { method: 'PATCH', location: '{base}/Users/{dave}', version: 'W/"2"' },
        { method: 'DELETE', location: '{base}/Users/{erin}', status: '204' },
      ],
    },
  },
  {
    from: '§3.7.3 afterwards',
    ask: 'GET /Users/{dave}',
    only: 'directory',
    status: 200,
    shows: { userName: 'Dave' },
    lacks: ['nickName'],
  },
  {
    from: '§3.7.3 it stops after one error',
    ask: 'POST /Bulk',
    body: bulk(
      [
        { method: 'POST', path: '/Users', bulkId: 'qwerty', data: { schemas: ['urn:nope'], userName: '' } },
        { method: 'PUT', path: '/Users/{bob}', data: user('never') },
      ],
      { failOnErrors: 1 },
    ),
    only: 'directory',
    status: 200,
    shows: {
      Operations: [{ method: 'POST', bulkId: 'qwerty', status: '400', response: scimError(400) }],
    },
  },
  { from: '§3.7.3 untouched', ask: 'GET /Users/{bob}', only: 'directory', status: 200, shows: { userName: 'Bob' } },
  {
    from: '§3.7.3 every operation failed, and each was tried',
    ask: 'POST /Bulk',
    body: bulk([
      { method: 'POST', path: '/Users', bulkId: 'qwerty', data: { userName: '' } },
      { method: 'PUT', path: '/Users/{bob}', version: 'W/"old"', data: user('Bob') },
      {
        method: 'PATCH',
        path: '/Users/{dave}',
        version: 'W/"old"',
        data: patch({ op: 'remove', path: 'nickName' }),
      },
      { method: 'DELETE', path: '/Users/{erin}' },
    ]),
    only: 'directory',
    status: 200,
    shows: {
      Operations: [
        { method: 'POST', bulkId: 'qwerty', status: '400', response: scimError(400) },
        { method: 'PUT', location: '{base}/Users/{bob}', status: '412', response: scimError(412) },
        { method: 'PATCH', location: '{base}/Users/{dave}', status: '412', response: scimError(412) },
        { method: 'DELETE', location: '{base}/Users/{erin}', status: '404', response: scimError(404) },
      ],
    },
  },
  {
    from: '§3.7 the place of an error names no bulkId',
    ask: 'POST /Bulk',
    body: bulk([
      { method: 'POST', path: '/Groups', bulkId: 'g', data: group('Broken', 'bulkId:nobody') },
      { method: 'POST', path: '/Users', bulkId: 'u', data: user('still-made') },
    ]),
    only: 'directory',
    status: 200,
    check: ({ body }) => {
      const { Operations = [] } = body
      const states = Array.isArray(Operations) ? Operations.filter(isObject).map(({ status }) => status) : []
      if (states[0] === '201' || states[1] !== '201') throw new Error(`wrong results: ${JSON.stringify(body)}`)
    },
  },
  {
    from: '§3.7.4 too many operations',
    ask: 'POST /Bulk',
    body: bulk(Array.from({ length: 1001 }, (_, at) => ({ method: 'DELETE', path: `/Users/${at}` }))),
    status: 413,
    shows: { ...scimError(413) },
    check: ({ body }) => {
      if (!String(body['detail']).includes('1000')) throw new Error(`the limit is not named: ${body['detail']}`)
    },
  },
  {
    from: '§3.7.4 too large a payload',
    ask: 'POST /Bulk',
    body: bulk([{ method: 'POST', path: '/Users', bulkId: 'b', data: user('x', { title: 'x'.repeat(8_400_000) }) }]),
    status: 413,
    shows: { ...scimError(413) },
    check: ({ body }) => {
      if (!String(body['detail']).includes('8388608')) throw new Error(`the limit is not named: ${body['detail']}`)
    },
  },
  {
    from: '§3.7 a POST needs a bulkId',
    ask: 'POST /Bulk',
    body: bulk([{ method: 'POST', path: '/Users', data: user('x') }]),
    only: 'directory',
    status: 400,
    shows: scimError(400, 'invalidSyntax'),
  },
]

describe('RFC 7644 §3.7 on the built-in directory', () => converse(() => targets.directory, examples))

describe('RFC 7644 §3.7 on a foreign server, as far as it goes', () =>
  converse(
    () => targets.foreign,
    examples.filter(({ only }) => only === undefined),
  ))
