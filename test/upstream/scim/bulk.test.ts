import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isObject, type JsonObject, parseJson } from '../../../src/scim/json.ts'
import { messageUrn } from '../../../src/scim/message.ts'
import type { BulkOperation, ScimReply } from '../../../src/scim/request.ts'
import { type Bench, createBench, json, type Seen, serve, type TestServer, upstreamAt } from './support.ts'

const user = 'urn:ietf:params:scim:schemas:core:2.0:User'
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const group = 'urn:ietf:params:scim:schemas:core:2.0:Group'

let bench: Bench
let server: TestServer
let answer: (operations: readonly JsonObject[]) => readonly JsonObject[]
beforeEach(async () => {
  bench = createBench()
  answer = (operations) =>
    operations.map(({ method = '', path = '', bulkId }, index) => ({
      method,
      ...(bulkId === undefined ? {} : { bulkId }),
      location: method === 'POST' ? `${server.url}/Users/new-${index}` : `${server.url}${path}`,
      status: method === 'POST' ? '201' : '200',
    }))
  server = await serve((seen, response) =>
    seen.url === '/Bulk' ? json(response, 200, { Operations: answer(sentIn(seen)) }) : json(response, 404, {}),
  )
})
afterEach(async () => {
  await server.close()
  await bench.close()
})

function bodyIn({ body }: Seen): JsonObject {
  const parsed = parseJson(body)
  return isObject(parsed) ? parsed : {}
}

function sentIn(seen: Seen): JsonObject[] {
  const { Operations } = bodyIn(seen)
  return Array.isArray(Operations) ? Operations.filter(isObject) : []
}

const bulks = () => server.seen.filter(({ url }) => url === '/Bulk')
const sent = () => bulks().flatMap(sentIn)

async function carried(operations: readonly BulkOperation[], failOnErrors?: number) {
  const request = { operation: 'bulk', operations, ...(failOnErrors === undefined ? {} : { failOnErrors }) } as const
  return resultsOf(await upstreamAt(server.url, bench).carry(request, bench.errand()))
}

const resultsOf = (reply: ScimReply) => (reply.kind === 'bulk' ? reply.results : [])

const create = (bulkId: string, data: JsonObject = {}): BulkOperation => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { schemas: [user], userName: bulkId, ...data },
})
const remove = (path: string): BulkOperation => ({ method: 'DELETE', path })
const patch = (path: string, ...Operations: JsonObject[]): BulkOperation => ({
  method: 'PATCH',
  path,
  data: { schemas: [messageUrn('PatchOp')], Operations },
})

describe('an operation of a Bulk', () => {
  it.each<[string, BulkOperation, JsonObject]>([
    ['a text for a boolean', create('a', { active: 'False' }), { schemas: [user], userName: 'a', active: false }],
    [
      'a bare manager',
      create('a', { schemas: [user, enterprise], [enterprise]: { manager: '26' } }),
      { schemas: [user, enterprise], userName: 'a', [enterprise]: { manager: { value: '26' } } },
    ],
    [
      'the same in a replace',
      { method: 'PUT', path: '/Users/1', data: { schemas: [user], userName: 'a', Active: 'True' } },
      { schemas: [user], userName: 'a', active: true },
    ],
    [
      'a patch in words of old',
      patch('/Users/1', { op: 'Replace', path: 'active', value: 'False' }),
      { schemas: [messageUrn('PatchOp')], Operations: [{ op: 'replace', path: 'active', value: false }] },
    ],
  ])('goes upstream as it would by itself: %s', async (_name, operation, data) => {
    await carried([operation])
    expect(sent()).toEqual([{ ...operation, data }])
  })

  it('keeps its bulkId, its version and its references', async () => {
    const members = [{ value: 'bulkId:a' }, { value: '7', $ref: '/Users/7' }]
    const operations: BulkOperation[] = [
      create('a', { schemas: [user, enterprise], [enterprise]: { manager: { value: 'bulkId:b' } } }),
      create('b'),
      { method: 'POST', path: '/Groups', bulkId: 'c', data: { schemas: [group], displayName: 'c', members } },
      { ...patch('/Groups/bulkId:c', { op: 'remove', path: 'members[value eq "bulkId:a"]' }), version: 'W/"1"' },
      remove('/Users/bulkId:b'),
      remove('/Users/a%2Fb'),
    ]
    await carried(operations)
    const absolute = [{ value: 'bulkId:a' }, { value: '7', $ref: `${server.url}/Users/7` }]
    expect(sent()).toEqual(
      operations.map((one) => (one.bulkId === 'c' ? { ...one, data: { ...one.data, members: absolute } } : one)),
    )
  })

  it.each<[string, number]>([
    ['/admin/2', 404],
    ['/Users/1/x', 404],
    ['/', 404],
    ['/Users//1', 404],
    ['/ServiceProviderConfig/x', 404],
    ['/Users', 405],
    ['/Users/', 400],
    ['/Users/..', 400],
    ['/Users/%2e%2E', 400],
    ['/Users/1%2f..%2F..%2fadmin', 400],
    ['/Users/1%5C..%5Cadmin', 400],
    ['/Users/%00', 400],
    ['/Users/%zz', 400],
  ])('at %s gets %i as its own result, and is not sent', async (path, status) => {
    const results = await carried([create('a'), remove(path), remove('/Users/5')])
    expect(sent().map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /Users', 'DELETE /Users/5'])
    expect(results).toMatchObject([
      { method: 'POST', bulkId: 'a', status: 201, location: '/Users/new-0' },
      { method: 'DELETE', status, response: { status: String(status) } },
      { method: 'DELETE', status: 200, location: '/Users/5' },
    ])
  })

  it('is not sent when it refers to a create that was refused, however far off', async () => {
    const results = await carried([
      remove('/Users/bulkId:b'),
      create('b', { nickName: 'bulkId:a' }),
      create('a', { active: 'perhaps' }),
      create('c'),
    ])
    expect(sent().map(({ bulkId }) => bulkId)).toEqual(['c'])
    expect(results.map(({ status }) => status)).toEqual([409, 409, 400, 201])
  })

  it('that asks for nothing is answered without being sent', async () => {
    const results = await carried([patch('/Users/1', { op: 'replace', value: { id: '1' } }), create('a')])
    expect(sent().map(({ bulkId }) => bulkId)).toEqual(['a'])
    expect(results).toMatchObject([{ method: 'PATCH', status: 204, location: '/Users/1' }, { status: 201 }])
  })

  it('makes no upstream request where none is left', async () => {
    expect(await carried([remove('/admin/2')])).toMatchObject([{ status: 404 }])
    expect(bulks()).toEqual([])
  })
})

describe('the results of a Bulk', () => {
  it('stand in the order of the request, whatever the order of the answer', async () => {
    const inOrder = answer
    answer = (operations) => [...inOrder(operations)].reverse()
    const results = await carried([
      remove('/Users/1'),
      create('a'),
      remove('/admin/2'),
      remove('/Users/3'),
      create('b'),
    ])
    expect(results.map(({ bulkId, location }) => bulkId ?? location)).toEqual([
      '/Users/1',
      'a',
      '/admin/2',
      '/Users/3',
      'b',
    ])
  })

  it('keep what the upstream left undone without a result', async () => {
    const inOrder = answer
    answer = (operations) => inOrder(operations).slice(0, 1)
    const results = await carried([remove('/admin/2'), create('a'), create('b')])
    expect(results.map(({ status }) => status)).toEqual([404, 201])
  })
})

describe('failOnErrors', () => {
  it('grants the upstream what the refused operations leave of it', async () => {
    await carried([remove('/admin/2'), create('a')], 3)
    expect(bulks().map((seen) => bodyIn(seen)['failOnErrors'])).toEqual([2])
  })

  it('sends nothing where the refused operations use it up', async () => {
    const results = await carried([create('a'), remove('/admin/2'), create('b'), remove('/admin/3')], 1)
    expect(results.map(({ location, status }) => [location, status])).toEqual([['/admin/2', 404]])
    expect(bulks()).toEqual([])
  })

  it('goes upstream as it is where nothing is refused', async () => {
    await carried([create('a')], 3)
    expect(bulks().map((seen) => bodyIn(seen)['failOnErrors'])).toEqual([3])
  })
})

describe('a Bulk', () => {
  it('fails as a whole, unsent, when the upstream does not tell its types', async () => {
    await server.close()
    server = await serve((_seen, response) => json(response, 500, {}))
    await expect(carried([create('a'), remove('/Devices/1')])).rejects.toMatchObject({ status: 502, inDoubt: false })
    expect(bulks()).toEqual([])
  })
})
