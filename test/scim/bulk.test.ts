import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bulkRequest, parseBulk, runBulk } from '../../src/scim/bulk.ts'
import { bulkFailure } from '../../src/scim/bulk-result.ts'
import { ScimError } from '../../src/scim/error.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { applyPatch } from '../../src/scim/patch-apply.ts'
import type { BulkOperation, BulkResult } from '../../src/scim/request.ts'
import { enterpriseUserUrn, groupDefinition, userDefinition } from '../../src/scim/schemas.ts'

const bulkUrn = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
const definitionAt = async (segment: string) =>
  segment.toLowerCase() === 'users' ? userDefinition : segment.toLowerCase() === 'groups' ? groupDefinition : undefined

/** A small service provider that keeps what it is sent: ids are `id-` and the bulkId, so that tests can foretell them. */
function provider(refuse: (operation: BulkOperation) => ScimError | undefined = () => undefined) {
  const resources = new Map<string, JsonObject>()
  const log: string[] = []
  const carry = async (operation: BulkOperation): Promise<BulkResult> => {
    const { method, path, bulkId } = operation
    log.push(`${method} ${bulkId ?? path}`)
    const refusal = refuse(operation)
    if (refusal !== undefined) throw refusal
    const request = await bulkRequest(operation, definitionAt, 'auto')
    if (request.operation === 'create') {
      const location = `${path}/id-${bulkId}`
      resources.set(location, request.resource)
      return { method, location, status: 201, version: 'W/"1"', ...(bulkId === undefined ? {} : { bulkId }) }
    }
    const held = resources.get(path)
    if (held === undefined) throw new ScimError(404, 'no such resource')
    if (request.operation === 'patch') resources.set(path, applyPatch(held, request.operations, request.definition))
    return { method, location: path, status: 200, version: 'W/"2"' }
  }
  return { resources, log, carry }
}

const post = (type: string, bulkId: string, data: JsonObject): BulkOperation => ({
  method: 'POST',
  path: `/${type}`,
  bulkId,
  data,
})
const group = (bulkId: string, ...members: string[]): BulkOperation =>
  post('Groups', bulkId, { displayName: bulkId, members: members.map((value) => ({ value: `bulkId:${value}` })) })
const person = (bulkId: string, extra: JsonObject = {}): BulkOperation =>
  post('Users', bulkId, { userName: bulkId, ...extra })

describe('parseBulk', () => {
  const body = (operation: JsonObject, extra: JsonObject = {}) => ({
    schemas: [bulkUrn],
    Operations: [operation],
    ...extra,
  })
  const good = { method: 'POST', path: '/Users', bulkId: 'a', data: { userName: 'a' } }

  it('reads methods in any case, unless strict', () => {
    expect(parseBulk(body({ ...good, method: 'post' }), 'auto').operations).toEqual([good])
    expect(() => parseBulk(body({ ...good, method: 'post' }), 'strict')).toThrow('method')
  })

  it.each<[string, JsonObject]>([
    ['method', { ...good, method: 'GET' }],
    ['path', { ...good, path: 3 }],
    ['bulkId', { method: 'POST', path: '/Users', data: {} }],
    ['data', { method: 'PUT', path: '/Users/1' }],
    ['data', { ...good, data: [] }],
    ['version', { ...good, version: 3 }],
  ])('400 naming %s', (named, operation) => {
    expect(() => parseBulk(body(operation), 'auto')).toThrow(named)
  })

  it('400 for a bulkId given twice and a failOnErrors that is no number', () => {
    expect(() => parseBulk({ Operations: [good, good] }, 'auto')).toThrow('bulkId')
    expect(() => parseBulk(body(good, { failOnErrors: 'x' }), 'auto')).toThrow('failOnErrors')
    expect(parseBulk(body(good, { failOnErrors: 1 }), 'auto').failOnErrors).toBe(1)
  })

  it('413 naming the limit', () => {
    const many = { Operations: Array.from({ length: 4 }, (_, index) => ({ ...good, bulkId: String(index) })) }
    expect(() => parseBulk(many, 'auto', { maxOperations: 3 })).toThrow(
      expect.objectContaining({ status: 413, message: expect.stringContaining('maxOperations (3)') }),
    )
  })
})

describe('bulkRequest', () => {
  it('reads what the operation stands for', async () => {
    const operation: BulkOperation = { method: 'DELETE', path: '/Users/a%2Fb', version: 'W/"1"' }
    expect(await bulkRequest(operation, definitionAt, 'auto')).toEqual({
      operation: 'delete',
      definition: userDefinition,
      id: 'a/b',
      ifMatch: 'W/"1"',
    })
  })

  it.each([
    [404, '/Nothing/1'],
    [400, '/Users/..'],
    [400, '/Users/%2e%2e'],
    [405, '/Users'],
  ])('%i for %s', async (status, path) => {
    await expect(bulkRequest({ method: 'DELETE', path }, definitionAt, 'auto')).rejects.toMatchObject({ status })
  })

  it('holds no search', async () => {
    const operation: BulkOperation = { method: 'POST', path: '/Users/.search', bulkId: 'a', data: {} }
    await expect(bulkRequest(operation, definitionAt, 'auto')).rejects.toMatchObject({ status: 400 })
  })
})

describe('runBulk', () => {
  it("resolves RFC 7644 section 3.7.2's references, in lists and in extensions", async () => {
    const { resources, carry } = provider()
    const boss = { [enterpriseUserUrn]: { manager: { value: 'bulkId:qwerty', $ref: '/Users/bulkId:qwerty' } } }
    await runBulk([person('qwerty'), group('ytrewq', 'qwerty'), person('bob', boss)], { carry })
    expect(resources.get('/Groups/id-ytrewq')?.['members']).toEqual([{ value: 'id-qwerty' }])
    expect(resources.get('/Users/id-bob')?.[enterpriseUserUrn]).toEqual({
      manager: { value: 'id-qwerty', $ref: '/Users/id-qwerty' },
    })
  })

  it('makes first what is referred to, and answers in the order of the request', async () => {
    const { log, carry } = provider()
    const results = await runBulk([group('g', 'u'), person('u')], { carry })
    expect(log).toEqual(['POST u', 'POST g'])
    expect(results.map(({ bulkId }) => bulkId)).toEqual(['g', 'u'])
  })

  it('resolves references in paths, and in the paths of a PATCH', async () => {
    const { resources, carry } = provider()
    const patch: BulkOperation = {
      method: 'PATCH',
      path: '/Groups/bulkId:g',
      data: { Operations: [{ op: 'remove', path: 'members[value eq "bulkId:u"]' }] },
    }
    await runBulk([person('u'), person('v'), group('g', 'u', 'v'), patch], { carry })
    expect(resources.get('/Groups/id-g')?.['members']).toEqual([{ value: 'id-v' }])
  })

  it("resolves RFC 7644 section 3.7.1's circle by patching one when the other is made", async () => {
    const { resources, log, carry } = provider()
    const results = await runBulk([group('a', 'b', 'u'), group('b', 'a'), person('u'), group('c', 'c')], { carry })
    expect(results.map(({ status, version }) => [status, version])).toEqual([
      [201, 'W/"1"'],
      [201, 'W/"2"'],
      [201, 'W/"1"'],
      [201, 'W/"2"'],
    ])
    expect(resources.get('/Groups/id-a')?.['members']).toEqual([{ value: 'id-b' }, { value: 'id-u' }])
    expect(resources.get('/Groups/id-b')?.['members']).toEqual([{ value: 'id-a' }])
    expect(resources.get('/Groups/id-c')?.['members']).toEqual([{ value: 'id-c' }])
    expect(log).toEqual(['POST b', 'POST u', 'POST a', 'PATCH /Groups/id-b', 'POST c', 'PATCH /Groups/id-c'])
  })

  it('400 for a reference to nothing, 409 for one to what failed, and goes on', async () => {
    const { carry } = provider(({ bulkId }) =>
      bulkId === 'u' ? new ScimError(409, 'taken', { scimType: 'uniqueness' }) : undefined,
    )
    const results = await runBulk([person('u'), group('g', 'u'), group('h', 'nobody'), person('v')], { carry })
    expect(results.map(({ status }) => status)).toEqual([409, 409, 400, 201])
    expect(results[1]?.response?.['detail']).toContain('bulkId:u')
    expect(results[2]?.response?.['scimType']).toBe('invalidValue')
  })

  it('says of a circle whose other end failed that it is not complete', async () => {
    const { carry } = provider(({ bulkId }) => (bulkId === 'a' ? new ScimError(400, 'no') : undefined))
    const results = await runBulk([group('a', 'b'), group('b', 'a')], { carry })
    expect(results.map(({ status, location }) => [status, location])).toEqual([
      [400, undefined],
      [409, '/Groups/id-b'],
    ])
  })

  it('stops after failOnErrors, and what was not come to has no result', async () => {
    const { carry } = provider(({ bulkId }) => (bulkId === 'b' ? new ScimError(400, 'no') : undefined))
    const results = await runBulk([person('a'), person('b'), person('c')], { failOnErrors: 1, carry })
    expect(results.map(({ bulkId, status }) => [bulkId, status])).toEqual([
      ['a', 201],
      ['b', 400],
    ])
  })

  it('tells what was done when one operation meets a mistake of ours, and nothing of the mistake', async () => {
    const { carry } = provider()
    const mistake = async (operation: BulkOperation) => {
      if (operation.bulkId === 'b') throw new TypeError('a mistake of ours')
      return carry(operation)
    }
    const results = await runBulk([person('a'), person('b'), person('c')], { carry: mistake })
    expect(results.map(({ status }) => status)).toEqual([201, 500, 201])
    expect(JSON.stringify(results)).not.toContain('mistake')
  })

  it('gives every failure but a POST its location', () => {
    const error = new ScimError(404, 'gone')
    expect(bulkFailure({ method: 'PUT', path: 'Users/1', data: {} }, error).location).toBe('/Users/1')
    expect(bulkFailure(person('a'), error)).not.toHaveProperty('location')
  })

  it('resolves every graph of references', async () => {
    const size = 8
    const graph = fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 4 }), { minLength: size, maxLength: size })
    await fc.assert(
      fc.asyncProperty(graph, async (edges) => {
        const { resources, carry } = provider()
        const results = await runBulk(
          edges.map((to, from) => group(`g${from}`, ...to.map((one) => `g${one}`))),
          { carry },
        )
        expect(results.map(({ bulkId, status }) => [bulkId, status])).toEqual(edges.map((_, from) => [`g${from}`, 201]))
        for (const [from, to] of edges.entries()) {
          const members = resources.get(`/Groups/id-g${from}`)?.['members'] ?? []
          const wanted = to.map((one) => ({ value: `id-g${one}` }))
          expect(members).toHaveLength(wanted.length)
          expect(members).toEqual(expect.arrayContaining(wanted))
        }
      }),
    )
  })

  it('follows a chain as long as a Bulk may be', async () => {
    const { carry } = provider()
    const chain = Array.from({ length: 1000 }, (_, index) =>
      group(`g${index}`, ...(index < 999 ? [`g${index + 1}`] : [])),
    )
    const results = await runBulk(chain, { carry })
    expect(results.every(({ status }) => status === 201)).toBe(true)
  })
})
