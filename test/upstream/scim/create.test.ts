import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/scim/json.ts'
import type { ScimRequest } from '../../../src/scim/request.ts'
import { groupDefinition, userDefinition } from '../../../src/scim/schemas.ts'
import { type Bench, createBench, json, serve, type TestServer, upstreamAt } from './support.ts'

const anna = { userName: 'anna', externalId: 'e1', name: { familyName: 'Meyer' }, password: 'secret' }

let bench: Bench
let server: TestServer
let onPost: (response: ServerResponse, body: JsonObject, time: number) => void
let onGet: (response: ServerResponse, filter: string) => void
beforeEach(async () => {
  bench = createBench()
  let posts = 0
  server = await serve((seen, response) => {
    if (seen.method === 'POST') onPost(response, JSON.parse(seen.body), ++posts)
    else onGet(response, new URL(seen.url, server.url).searchParams.get('filter') ?? '')
  })
})
afterEach(async () => {
  await server.close()
  await bench.close()
})

interface Conduct {
  /** How far the server's clock is ahead of ours. */
  readonly aheadMs?: number
  /** Whether the answer to this POST is lost. */
  readonly lose?: (time: number) => boolean
  readonly adds?: boolean
}

/** A server with these resources, which each POST adds to before its answer may be lost. */
function holding(resources: JsonObject[], { aheadMs = 0, lose = () => true, adds = true }: Conduct = {}) {
  const clock = () => new Date(bench.ports.now() + aheadMs)
  onPost = (response, body, time) => {
    const resource = { ...body, id: `new-${time}`, meta: { created: clock().toISOString() } }
    if (adds) resources.push(resource)
    if (lose(time)) response.socket?.resetAndDestroy()
    else json(response, 201, resource)
  }
  onGet = (response, filter) => {
    const [, name = '', value] = /^(\w+) eq "(.*)"$/.exec(filter) ?? []
    const found = resources.filter((resource) => resource[name] === value)
    json(response, 200, { totalResults: found.length, Resources: found }, { date: clock().toUTCString() })
  }
}

const create = (resource: JsonObject = anna, definition = userDefinition) => {
  const request: ScimRequest = { operation: 'create', definition, resource, projection: {} }
  return upstreamAt(server.url, bench)
    .carry(request, bench.errand())
    .then(
      (reply) => ({ reply, status: undefined, inDoubt: undefined, scimType: undefined }),
      (error) => error,
    )
}
const purposes = () => bench.attempts.map(({ purpose, method, status }) => `${purpose} ${method} ${status}`)
const old = { ...anna, id: 'old', meta: { created: '2001-01-01T00:00:00Z' } }

describe('a create whose answer was lost', () => {
  it('is found by externalId, and answered 201 without a second POST', async () => {
    holding([])
    expect(await create()).toMatchObject({
      reply: { kind: 'resource', status: 201, location: '/Users/new-1', resource: { id: 'new-1', userName: 'anna' } },
    })
    expect(purposes()).toEqual(['forward POST null', 'lookup GET 200'])
  })

  it('is found by userName where the upstream does not know the externalId', async () => {
    holding([])
    const stored = onPost
    onPost = (response, { externalId: _, ...body }, time) => stored(response, body, time)
    expect(await create()).toMatchObject({ reply: { status: 201 } })
    expect(purposes()).toEqual(['forward POST null', 'lookup GET 200', 'lookup GET 200'])
  })

  it('that was never made is sent once more', async () => {
    holding([], { adds: false, lose: (time) => time === 1 })
    expect(await create()).toMatchObject({ reply: { status: 201, location: '/Users/new-2' } })
    expect(purposes()).toEqual(['forward POST null', 'lookup GET 200', 'lookup GET 200', 'retry POST 201'])
  })

  it('that is lost twice is in doubt, and not sent a third time', async () => {
    holding([], { adds: false })
    expect(await create()).toMatchObject({ status: 502, inDoubt: true })
    expect(purposes().filter((one) => one.includes('POST'))).toHaveLength(2)
  })

  it('is 409 where somebody made the same long ago: ours cannot have succeeded', async () => {
    holding([old], { adds: false })
    expect(await create()).toMatchObject({ status: 409, scimType: 'uniqueness', inDoubt: false })
  })

  it('is in doubt where the one found holds other values', async () => {
    holding([{ id: '7', userName: 'anna', externalId: 'e1', name: { familyName: 'Other' } }], { adds: false })
    expect(await create()).toMatchObject({ status: 502, inDoubt: true })
    expect(purposes()).toEqual(['forward POST null', 'lookup GET 200'])
  })

  it('is judged by the upstream’s clock, not by ours', async () => {
    holding([], { aheadMs: -3_600_000 })
    expect(await create()).toMatchObject({ reply: { status: 201 } })
  })

  it('is in doubt where the upstream cannot be asked', async () => {
    holding([])
    onGet = (response) => json(response, 400, { scimType: 'invalidFilter' })
    expect(await create()).toMatchObject({ status: 502, inDoubt: true })
  })

  it('is in doubt where nothing sent could find it', async () => {
    holding([])
    expect(await create({ name: { familyName: 'Meyer' } })).toMatchObject({ status: 502, inDoubt: true })
    expect(purposes()).toEqual(['forward POST null'])
  })

  it('of a group is found by its name and its other attributes', async () => {
    const other = { id: '1', displayName: 'Staff', externalId: 'other', meta: { created: new Date().toISOString() } }
    holding([other])
    expect(await create({ displayName: 'Staff', externalId: 'ours' }, groupDefinition)).toMatchObject({
      reply: { status: 201, location: '/Groups/new-1' },
    })
  })

  it('of a group is in doubt where two are alike', async () => {
    holding([{ id: '1', displayName: 'Staff', meta: { created: new Date().toISOString() } }])
    expect(await create({ displayName: 'Staff' }, groupDefinition)).toMatchObject({ status: 502, inDoubt: true })
  })
})

it('a create that was answered is looked up by nobody', async () => {
  holding([], { lose: () => false })
  expect(await create()).toMatchObject({ reply: { status: 201 } })
  expect(purposes()).toEqual(['forward POST 201'])
})
