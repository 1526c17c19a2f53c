import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/scim/json.ts'
import type { ListQuery, ScimRequest } from '../../../src/scim/request.ts'
import { groupDefinition, userDefinition } from '../../../src/scim/schemas.ts'
import { createLocations } from '../../../src/upstream/scim/location.ts'
import { readReply } from '../../../src/upstream/scim/read.ts'

const base = 'https://directory.example/scim/v2'
const locations = createLocations(base)
const projection = {}
const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const read: ScimRequest = { operation: 'read', definition: userDefinition, id: '1', projection }
const create: ScimRequest = { operation: 'create', definition: userDefinition, resource: {}, projection }
const list = (query: ListQuery = {}): ScimRequest => ({ operation: 'list', definition: userDefinition, query })
const resourceOf = (body: JsonObject, request = read) => {
  const reply = readReply(request, answer(200, body), locations)
  if (reply.kind !== 'resource') throw new Error(reply.kind)
  return reply.resource
}
const listOf = (body: JsonObject, query?: ListQuery) => {
  const reply = readReply(list(query), answer(200, body), locations)
  if (reply.kind !== 'list') throw new Error(reply.kind)
  return reply.list
}

describe('what an upstream tells of itself', () => {
  const lines = (body: JsonObject, request: ScimRequest) =>
    JSON.stringify(readReply(request, answer(200, body), locations))
  const urn = 'urn:ietf:params:scim:api:messages:2.0:'

  it('never leaves in the failures of a Bulk', () => {
    const response = { status: '409', scimType: 'uniqueness', detail: `dup at ${base}/Users`, instance: `${base}/x` }
    const body = {
      schemas: [`${urn}BulkResponse`],
      Operations: [{ method: 'POST', bulkId: 'b', status: '409', response }],
    }
    const reply = readReply({ operation: 'bulk', operations: [] }, answer(200, body), locations)
    expect(reply).toMatchObject({
      results: [{ response: { schemas: [`${urn}Error`], status: '409', scimType: 'uniqueness' } }],
    })
    expect(JSON.stringify(reply)).not.toMatch(/directory\.example|instance/)
  })

  it('never leaves in discovery, while schemas keep their names', () => {
    const schema = 'http://schemas.example/thing'
    const types = {
      Resources: [{ id: 'Thing', name: 'Thing', schema, endpoint: '/Things', description: `see ${base}` }],
    }
    const shown = lines(types, { operation: 'discovery', kind: 'ResourceTypes' })
    expect(shown).toContain(schema)
    expect(shown).not.toContain('directory.example')
    const config = { patch: { supported: true }, vendor: { urls: [`${base}/token`] } }
    expect(lines(config, { operation: 'discovery', kind: 'ServiceProviderConfig' })).not.toContain('directory.example')
  })

  it('never leaves in the meta of a resource', () => {
    const meta = { resourceType: 'User', version: 'W/"1"', self: `${base}/Users/1`, links: [{ href: `${base}/a/b` }] }
    expect(resourceOf({ id: '1', meta })['meta']).toEqual({
      resourceType: 'User',
      location: '/Users/1',
      version: 'W/"1"',
      self: '/Users/1',
      links: [{ href: '/a/b' }],
    })
  })

  it('is a 502 where its id is no text that a URL can hold', () => {
    expect(() => resourceOf({ id: '\ud800' })).toThrow(expect.objectContaining({ status: 502 }))
  })
})

describe('a resource', () => {
  it.each([`${base}/Users/1`, '/users/1', 'Users/1', 'https://inner:8443/elsewhere', undefined])(
    'has its location computed, whatever the upstream says (%s)',
    (location) => {
      const meta = { resourceType: 'user', ...(location === undefined ? {} : { location }), created: 'then' }
      expect(resourceOf({ id: '1', meta })).toEqual({
        id: '1',
        meta: { resourceType: 'User', location: '/Users/1', created: 'then' },
      })
    },
  )

  it('is given the meta it lacks, unless the client asked for attributes', () => {
    expect(resourceOf({ id: '1' })).toEqual({ id: '1', meta: { resourceType: 'User', location: '/Users/1' } })
    const asked: ScimRequest = { ...read, projection: { attributes: [{ name: 'userName' }] } }
    const reply = readReply(asked, answer(200, { id: '1' }, { etag: 'W/"2"' }), locations)
    expect(reply).toEqual({ kind: 'resource', status: 200, resource: { id: '1' }, location: '/Users/1', etag: 'W/"2"' })
  })

  it('has its references relative, external ones kept, inner ones without a resource dropped', () => {
    const body = {
      id: '1',
      groups: [
        { value: '2', $ref: `${base}/Groups/2` },
        { value: '3', $ref: '../Groups/3' },
      ],
      manager: { value: '4', $ref: 'https://directory.example/photo/4' },
      photos: [{ $ref: 'https://photos.example/1.jpg', value: 'x' }],
    }
    expect(resourceOf(body)).toMatchObject({
      groups: [
        { value: '2', $ref: '/Groups/2' },
        { value: '3', $ref: '/Groups/3' },
      ],
      manager: { value: '4' },
      photos: [{ $ref: 'https://photos.example/1.jpg', value: 'x' }],
    })
    expect(JSON.stringify(resourceOf(body))).not.toContain('directory.example')
  })

  it('is spelt as the standard spells it', () => {
    expect(resourceOf({ ID: 7, Meta: { resourceType: 'USER' } })).toEqual({
      id: '7',
      meta: { resourceType: 'User', location: '/Users/7' },
    })
  })

  it('is 201 after a create, also where the upstream says 200', () => {
    expect(readReply(create, answer(200, { id: '1' }), locations)).toMatchObject({ kind: 'resource', status: 201 })
  })

  it.each<[string, ScimRequest, number, unknown]>([
    ['no id after a create', create, 201, { userName: 'anna' }],
    ['no body after a create', create, 201, ''],
    ['no body after a read', read, 200, ''],
    ['HTML', read, 200, '<html>'],
    ['a list', read, 200, '[]'],
    ['a number', read, 200, '1'],
    ['304 to a create', create, 304, ''],
    ['304 to a read without a condition', read, 304, ''],
    ['a nesting bomb', read, 200, `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
  ])('502: %s', (_name, request, status, body) => {
    expect(() => readReply(request, answer(status, body), locations)).toThrow(expect.objectContaining({ status: 502 }))
  })

  it('drops a prototype in disguise', () => {
    expect(resourceOf(JSON.parse('{"id":"1","__proto__":{"admin":true}}'))).not.toHaveProperty('admin')
  })

  it('takes a byte order mark', () => {
    expect(readReply(read, answer(200, '\ufeff{"id":"1"}'), locations)).toMatchObject({ kind: 'resource' })
  })
})

describe('an empty answer', () => {
  it.each<[ScimRequest, number, string, object]>([
    [{ operation: 'delete', definition: userDefinition, id: '1' }, 204, '', { kind: 'empty', status: 204 }],
    [{ operation: 'delete', definition: userDefinition, id: '1' }, 200, '{"ok":1}', { kind: 'empty', status: 204 }],
    [{ ...read, operation: 'patch', operations: [] }, 204, '', { kind: 'empty', status: 204, etag: 'W/"2"' }],
    [{ ...read, operation: 'replace', resource: {} }, 200, ' ', { kind: 'empty', status: 204, etag: 'W/"2"' }],
    [{ ...read, ifNoneMatch: 'W/"2"' }, 304, '', { kind: 'empty', status: 304, etag: 'W/"2"' }],
  ])('%j %i', (request, status, body, reply) => {
    expect(readReply(request, answer(status, body, { etag: 'W/"2"' }), locations)).toEqual(reply)
  })
})

describe('a list', () => {
  it('is read from Resources and resources alike', () => {
    expect(listOf({ totalResults: '1', resources: [{ id: '1', meta: { location: '/users/1' } }] })).toEqual({
      resources: [{ id: '1', meta: { resourceType: 'User', location: '/Users/1' } }],
      totalResults: 1,
      itemsPerPage: 1,
    })
  })

  it('needs no Resources when there are none', () => {
    expect(listOf({ totalResults: 0 })).toEqual({ resources: [], totalResults: 0, itemsPerPage: 0 })
  })

  it.each<[string, JsonObject, ListQuery, number | undefined]>([
    ['a short page', { Resources: [{ id: '1' }] }, {}, 1],
    ['a page shorter than asked', { Resources: [{ id: '1' }] }, { count: 2, startIndex: 1 }, 1],
    ['a full page', { Resources: [{ id: '1' }] }, { count: 1 }, undefined],
    ['a later page', { Resources: [{ id: '1' }] }, { startIndex: 2 }, undefined],
    ['a page with a next one', { Resources: [{ id: '1' }], nextCursor: 'x' }, {}, undefined],
    ['a later page by cursor', { Resources: [{ id: '1' }] }, { cursor: 'x' }, undefined],
    ['what the upstream says', { Resources: [{ id: '1' }], totalResults: 9 }, { cursor: 'x' }, 9],
  ])('counts %s', (_name, body, query, total) => {
    expect(listOf(body, query).totalResults).toBe(total)
  })

  it('tells types by meta in a search over all', () => {
    const request: ScimRequest = { operation: 'list', query: {} }
    const body = {
      totalResults: 3,
      Resources: [
        { id: '1', meta: { resourceType: 'group', location: 'https://inner/x' } },
        { id: '2', meta: { resourceType: 'Device', location: `${base}/Devices/2` } },
        { id: '3', meta: { location: 'https://directory.example/x' } },
      ],
    }
    const reply = readReply(request, answer(200, body), locations)
    expect(reply).toMatchObject({
      list: {
        resources: [
          { meta: { resourceType: 'Group', location: '/Groups/1' } },
          { meta: { resourceType: 'Device', location: '/Devices/2' } },
          { meta: {} },
        ],
      },
    })
    expect(JSON.stringify(reply)).not.toContain('directory.example')
  })

  it.each([{}, { Resources: 'x' }, { Resources: [1] }, { userName: 'anna' }])('502: %j', (body) => {
    expect(() => listOf(body)).toThrow(expect.objectContaining({ status: 502 }))
  })
})

describe('a Bulk answer', () => {
  it('has relative locations, numbers for statuses, and clean errors', () => {
    const body = {
      Operations: [
        { method: 'post', bulkId: 'a', version: 'W/"1"', location: `${base}/Users/1`, status: '201' },
        { method: 'DELETE', location: `${base}/Users/2`, status: 404, response: { detail: `no ${base}/Users/2` } },
        { method: 'PUT', location: `${base}/Users/3`, status: { code: '200' }, response: { id: '3' } },
      ],
    }
    const error = { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '404' }
    expect(readReply({ operation: 'bulk', operations: [] }, answer(200, body), locations)).toEqual({
      kind: 'bulk',
      results: [
        { method: 'POST', bulkId: 'a', version: 'W/"1"', location: '/Users/1', status: 201 },
        { method: 'DELETE', location: '/Users/2', status: 404, response: { ...error, detail: 'no /Users/2' } },
        { method: 'PUT', location: '/Users/3', status: 200 },
      ],
    })
  })

  it('is 502 without operations', () => {
    expect(() => readReply({ operation: 'bulk', operations: [] }, answer(200, {}), locations)).toThrow(
      expect.objectContaining({ status: 502 }),
    )
  })
})

describe('discovery', () => {
  it('shows the gateway as the service provider', () => {
    const body = {
      documentationUri: 'https://directory.example/docs',
      bulk: { supported: true, maxOperations: 5_000, maxPayloadSize: 1_000 },
      patch: { supported: true },
      authenticationSchemes: [{ type: 'oauth2' }],
      meta: { location: `${base}/serviceproviderconfig`, resourceType: 'x' },
    }
    const reply = readReply({ operation: 'discovery', kind: 'ServiceProviderConfig' }, answer(200, body), locations)
    expect(reply).toMatchObject({
      body: {
        bulk: { supported: true, maxOperations: 1_000, maxPayloadSize: 1_000 },
        patch: { supported: true },
        authenticationSchemes: [{ type: 'oauthbearertoken' }, { type: 'httpbasic' }],
        meta: { location: '/ServiceProviderConfig', resourceType: 'ServiceProviderConfig' },
      },
    })
    expect(JSON.stringify(reply)).not.toContain('directory.example')
  })

  it.each([
    [`${base}/Users`, '/Users'],
    ['/users', '/Users'],
    ['Groups', '/Groups'],
    ['/Devices/', '/Devices'],
  ])('has the endpoint %s as %s', (endpoint, relative) => {
    const body = { resources: [{ name: 'X', endpoint, meta: { location: `${base}/resourcetypes/x` } }] }
    expect(readReply({ operation: 'discovery', kind: 'ResourceTypes' }, answer(200, body), locations)).toMatchObject({
      body: {
        totalResults: 1,
        Resources: [{ endpoint: relative, meta: { resourceType: 'ResourceType', location: '/ResourceTypes/X' } }],
      },
    })
  })

  it('shows one schema at its own location', () => {
    const id = groupDefinition.core.id
    const request: ScimRequest = { operation: 'discovery', kind: 'Schemas', name: id }
    expect(readReply(request, answer(200, { id }), locations)).toEqual({
      kind: 'discovery',
      body: { id, meta: { resourceType: 'Schema', location: `/Schemas/${id}` } },
    })
  })
})
