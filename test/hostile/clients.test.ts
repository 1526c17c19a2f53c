import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { scimTenant } from '../support/gateway.ts'
import { answersIn, type RawConnection, rawConnection, requestBytes } from '../support/raw.ts'
import { attackedGateway, expectScimError, parsePage } from './support.ts'

const timeouts = { headersMs: 300, requestMs: 600, readMs: 60_000, checkMs: 30 }
const given = attackedGateway({}, timeouts)

const upstream = createServer()
/** Requests that the upstream keeps waiting. */
const kept: ServerResponse[] = []
upstream.on('request', (_incoming, outgoing) => void kept.push(outgoing))

beforeAll(async () => {
  upstream.listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  const address = upstream.address()
  const port = typeof address === 'object' ? address?.port : undefined
  given().gateway.writeTenant('slow', scimTenant('slow', `http://127.0.0.1:${port}/scim`))
})
afterAll(() => {
  upstream.closeAllConnections()
  upstream.close()
})

const json = 'Content-Type: application/scim+json'

/** What a connection got when the gateway closed it. */
async function lastOf(connection: RawConnection) {
  const [answer] = answersIn(await connection.closed)
  if (answer === undefined) throw new Error('closed without an answer')
  return answer
}

const lines = (more: readonly string[] = []) => ['Host: gateway.test', given().authorization, ...more]

describe('a client that hangs', () => {
  it('before a word is let go', async () => expectScimError(await lastOf(rawConnection(given().gateway.url)), 408))

  it.each(['G', 'GET /scim', 'GET /scim/v2/Users HTTP/1.1\r\n', 'GET /scim/v2/Users HTTP/1.1\r\nHost: a\r\nX: '])(
    'in its headers gets 408: %j',
    async (text) => {
      const connection = rawConnection(given().gateway.url)
      connection.write(text)
      expectScimError(await lastOf(connection), 408)
    },
  )

  it.each([
    ['announced', ['Content-Length: 1000'], '{"userName":"hung"'],
    ['chunked', ['Transfer-Encoding: chunked'], '12\r\n{"userName":"hung"'],
    ['not begun', ['Content-Length: 1000'], ''],
  ])('in its body gets 408, and nothing is created: %s', async (_name, length, body) => {
    const { gateway, scim } = given()
    const connection = rawConnection(gateway.url)
    connection.write(
      requestBytes({ method: 'POST', target: '/scim/v2/Users', headers: lines([json, ...length]), body }),
    )
    expectScimError(await lastOf(connection), 408)
    expect((await scim('/Users?filter=userName eq "hung"')).body['totalResults']).toBe(0)
  })

  it('is not saved by dripping bytes, nor are hundreds of them (slow loris)', async () => {
    const { gateway, scim } = given()
    const connections = Array.from({ length: 300 }, () => rawConnection(gateway.url))
    const [inHeaders, inBodies] = [connections.slice(0, 150), connections.slice(150)]
    for (const one of inHeaders) one.write('GET /scim/v2/Users HTTP/1.1\r\nHost: a\r\nX: ')
    const headers = lines([json, 'Content-Length: 100000'])
    for (const one of inBodies)
      one.write(requestBytes({ method: 'POST', target: '/scim/v2/Users', headers, body: '{' }))
    const drip = setInterval(() => {
      for (const one of connections) one.write(' ')
    }, 40)
    try {
      expect((await scim('/Users?count=0')).status).toBe(200)
      const statuses = (await Promise.all(connections.map(lastOf))).map(({ status }) => status)
      expect(new Set(statuses)).toEqual(new Set([408]))
    } finally {
      clearInterval(drip)
    }
  })
})

describe('a client that leaves', () => {
  it('in the middle of a long answer disturbs nobody', async () => {
    const { gateway, scim } = given()
    const filler = 'x'.repeat(100_000)
    for (let at = 0; at < 40; at++)
      expect((await scim('/Users', { body: { userName: `long-${at}`, displayName: filler } })).status).toBe(201)
    const connections = Array.from({ length: 20 }, () => rawConnection(gateway.url))
    for (const one of connections) {
      one.write(
        requestBytes({ target: '/scim/v2/Users?filter=userName sw "long-"'.replaceAll(' ', '%20'), headers: lines() }),
      )
      one.firstByte.then(one.reset)
    }
    await Promise.all(connections.map((one) => one.closed))
  })

  it('before the upstream answered has its call closed with what came of it', async () => {
    const { gateway } = given()
    await vi.waitFor(async () => expect((await gateway.admin('/tenants/slow')).body['status']).toBe('active'), 10_000)
    const authorization = `Authorization: Bearer ${await gateway.mint('slow')}`
    const connection = rawConnection(gateway.url)
    const body = '{"userName":"left"}'
    connection.write(
      requestBytes({ method: 'POST', target: '/scim/v2/Users', headers: ['Host: a', authorization, json], body }),
    )
    const answer = await vi.waitUntil(() => kept[0], 10_000)
    connection.reset()
    await connection.closed
    answer.writeHead(201, { 'content-type': 'application/scim+json' }).end('{"id":"1","userName":"left"}')
    await vi.waitFor(async () => {
      const { calls } = parsePage((await gateway.admin('/tenants/slow/calls')).body)
      expect(calls).toMatchObject([{ state: 'closed', status: 201, resourceId: '1', upstreamCalls: 1 }])
    }, 10_000)
  })

  it.each([1, 40, 200, 260])('after %d bytes of its request disturbs nobody', async (count) => {
    const { gateway } = given()
    const body = '{"userName":"cut"}'
    const bytes = requestBytes({ method: 'POST', target: '/scim/v2/Users', headers: lines([json]), body })
    const connections = Array.from({ length: 20 }, () => rawConnection(gateway.url))
    for (const one of connections) {
      one.write(bytes.subarray(0, Math.min(count, bytes.length - 1)))
      one.reset()
    }
    await Promise.all(connections.map((one) => one.closed))
  })
})
