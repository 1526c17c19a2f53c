import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entra } from '../../../src/plan/presets/entra.ts'
import { rfc } from '../../../src/plan/presets/rfc.ts'
import { parseFilter } from '../../../src/scim/filter.ts'
import type { ScimRequest } from '../../../src/scim/request.ts'
import { groupDefinition, userDefinition } from '../../../src/scim/schemas.ts'
import { createLocations } from '../../../src/upstream/scim/location.ts'
import { segment, writeRequest } from '../../../src/upstream/scim/write.ts'
import { type Bench, createBench, json, serve, type TestServer, upstreamAt } from './support.ts'

const base = 'https://directory.example/scim/v2'
const target = { base, locations: createLocations(base), wire: rfc.wire }
const write = (request: Exclude<ScimRequest, { operation: 'bulk' }>) => writeRequest(request, target)
const projection = {}

describe('writeRequest', () => {
  it.each<[string, Exclude<ScimRequest, { operation: 'bulk' }>, string, string, string]>([
    [
      'create',
      { operation: 'create', definition: userDefinition, resource: { userName: 'anna' }, projection },
      'POST',
      '/Users',
      '/Users',
    ],
    [
      'read',
      {
        operation: 'read',
        definition: userDefinition,
        id: '1',
        projection: { attributes: [{ name: 'name', sub: 'familyName' }, { name: 'userName' }] },
      },
      'GET',
      '/Users/1?attributes=name.familyName%2CuserName',
      '/Users/{id}',
    ],
    [
      'list',
      {
        operation: 'list',
        definition: userDefinition,
        query: {
          filter: parseFilter('userName   eq   "a=b&c d+é"'),
          sortBy: { name: 'userName' },
          sortOrder: 'descending',
          startIndex: 1,
          count: 0,
          excludedAttributes: [{ name: 'groups' }],
        },
      },
      'GET',
      '/Users?filter=userName%20eq%20%22a%3Db%26c%20d%2B%C3%A9%22&sortBy=userName&sortOrder=descending&startIndex=1&count=0&excludedAttributes=groups',
      '/Users',
    ],
    [
      'a search over all types',
      { operation: 'list', query: { filter: parseFilter('id eq "1"'), cursor: '' } },
      'POST',
      '/.search',
      '/.search',
    ],
    [
      'a patch that asks for nothing',
      {
        operation: 'patch',
        definition: userDefinition,
        id: '1',
        operations: [],
        projection: { attributes: [{ name: 'title' }] },
      },
      'GET',
      '/Users/1?attributes=title',
      '/Users/{id}',
    ],
    [
      'replace',
      { operation: 'replace', definition: groupDefinition, id: '1', resource: { displayName: 'x' }, projection },
      'PUT',
      '/Groups/1',
      '/Groups/{id}',
    ],
    ['delete', { operation: 'delete', definition: userDefinition, id: 'a/b' }, 'DELETE', '/Users/a%2Fb', '/Users/{id}'],
    [
      'one schema',
      { operation: 'discovery', kind: 'Schemas', name: 'urn:a:b' },
      'GET',
      '/Schemas/urn:a:b',
      '/Schemas/{id}',
    ],
  ])('%s', (_name, request, method, url, path) => {
    expect(write(request)).toMatchObject({ method, url: base + url, path, purpose: 'forward' })
  })

  it('asks a search over all types by its message, which may be repeated', () => {
    const query = {
      filter: parseFilter('id eq "1"'),
      attributes: [{ name: 'name', sub: 'familyName' }],
      sortBy: { name: 'id' },
      sortOrder: 'descending' as const,
      startIndex: 2,
      count: 3,
    }
    const { body, repeatable } = write({ operation: 'list', query })
    expect(JSON.parse(body ?? '')).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter: 'id eq "1"',
      attributes: ['name.familyName'],
      sortBy: 'id',
      sortOrder: 'descending',
      startIndex: 2,
      count: 3,
    })
    expect(repeatable).toBe(true)
  })

  it('sends no Accept on DELETE, for Entra', () => {
    const request = write({ operation: 'delete', definition: userDefinition, id: '1', ifMatch: 'W/"3"' })
    expect(Object.keys(request.headers).sort()).toEqual(['if-match', 'user-agent'])
  })

  it('makes patched references absolute', () => {
    const { body } = write({
      operation: 'patch',
      definition: groupDefinition,
      id: '1',
      projection,
      operations: [
        { op: 'add', path: { name: 'members' }, value: [{ value: '2', $ref: '/Users/2' }] },
        { op: 'replace', path: { name: 'manager', sub: '$ref' }, value: '/Users/3' },
        { op: 'replace', path: { name: 'title' }, value: '/Users/4' },
      ],
    })
    expect(JSON.parse(body ?? '').Operations.map((one: { value: unknown }) => one.value)).toEqual([
      [{ value: '2', $ref: `${base}/Users/2` }],
      `${base}/Users/3`,
      '/Users/4',
    ])
  })

  it.each(['', '.', '..', 'a\r\nb', '\u0000', '\ud800'])('refuses the id %j', (id) => {
    expect(() => segment(id)).toThrow(expect.objectContaining({ status: 400 }))
  })

  it('refuses an entity tag that would break the header', () => {
    const request = {
      operation: 'read',
      definition: userDefinition,
      id: '1',
      projection,
      ifMatch: 'a\r\nX: y',
    } as const
    expect(() => write(request)).toThrow(expect.objectContaining({ status: 400 }))
  })
})

const isSegment = (id: string): boolean => {
  try {
    return segment(id) !== ''
  } catch {
    return false
  }
}

describe('on the wire', () => {
  let bench: Bench
  let server: TestServer
  beforeAll(async () => {
    bench = createBench()
    server = await serve((_seen, response) => json(response, 200, { id: '1', userName: 'anna' }))
  })
  afterAll(async () => {
    await server.close()
    await bench.close()
  })

  it('any id arrives as exactly one segment, decoded once', async () => {
    const upstream = upstreamAt(`${server.url}/scim`, bench)
    const awkward = fc.constantFrom(
      '%2f',
      '%2e%2e',
      '/',
      '\\',
      '..',
      '.',
      '?',
      '#',
      '%',
      ';',
      ' ',
      '+',
      '&',
      'é',
      '🙂',
      ':',
    )
    const ids = fc
      .array(fc.oneof(awkward, fc.string({ unit: 'grapheme', maxLength: 4 })), { minLength: 1, maxLength: 6 })
      .map((parts) => parts.join(''))
      .filter(isSegment)
    await fc.assert(
      fc.asyncProperty(ids, async (id) => {
        await upstream.carry({ operation: 'read', definition: userDefinition, id, projection }, bench.errand())
        const segments = (server.seen.at(-1)?.url ?? '').split('/')
        expect(segments.slice(0, 3)).toEqual(['', 'scim', 'Users'])
        expect(segments.slice(3).map(decodeURIComponent)).toEqual([id])
      }),
      { numRuns: 300 },
    )
  })

  it('sends the headers that the gateway builds, and no others', async () => {
    const upstream = upstreamAt(
      `${server.url}/scim`,
      bench,
      { kind: 'bearer', token: { env: 'TOKEN' } },
      { TOKEN: 'abc' },
    )
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const { length } = server.seen
    await upstream.carry(
      { operation: 'create', definition: userDefinition, resource: { userName: 'anna' }, projection },
      bench.errand({ traceparent }),
    )
    const sent = server.seen[length]
    expect(sent?.headers).toEqual({
      accept: 'application/scim+json, application/json',
      authorization: 'Bearer abc',
      connection: 'keep-alive',
      'content-length': '19',
      'content-type': 'application/scim+json',
      host: `127.0.0.1:${server.port}`,
      traceparent,
      'user-agent': 'Tollgate/0.1.0',
      'x-request-id': bench.attempts.at(-1)?.requestId,
    })
  })
})

describe('an upstream with a wire of its own', () => {
  const wired = (request: Exclude<ScimRequest, { operation: 'bulk' }>) => {
    const { url, path, headers } = writeRequest(request, { ...target, wire: entra.wire })
    return { url: url.slice(base.length), path, accept: headers['accept'] }
  }
  const one = { definition: userDefinition, id: 'A/B' }

  it.each<[Exclude<ScimRequest, { operation: 'bulk' }>, string, string]>([
    [{ operation: 'create', definition: groupDefinition, resource: {}, projection }, '/groups', '/groups'],
    [{ operation: 'read', ...one, projection }, '/users/A%2FB', '/users/{id}'],
    [{ operation: 'list', definition: userDefinition, query: { count: 5 } }, '/users?count=5', '/users'],
    [
      { operation: 'discovery', kind: 'Schemas', name: 'urn:ietf:params:scim:schemas:core:2.0:User' },
      '/schemas/urn:ietf:params:scim:schemas:core:2.0:User',
      '/schemas/{id}',
    ],
    [{ operation: 'discovery', kind: 'ServiceProviderConfig' }, '/serviceproviderconfig', '/serviceproviderconfig'],
  ])('%o goes to %s', (request, url, path) => {
    expect(wired(request)).toEqual({ url, path, accept: 'application/json' })
  })

  it('names no type that it accepts on DELETE', () => {
    expect(wired({ operation: 'delete', ...one })).toEqual({
      url: '/users/A%2FB',
      path: '/users/{id}',
      accept: undefined,
    })
  })
})
