import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isObject } from '../src/scim/json.ts'
import { adminToken, directoryTenant, scimTenant, startTestGateway, type TestGateway } from './support/gateway.ts'
import { differs } from './support/home.ts'

const received: IncomingHttpHeaders[] = []
const upstream = createServer((asked, answer) => {
  received.push(asked.headers)
  answer.writeHead(200, { 'content-type': 'application/scim+json' }).end('{"schemas":[],"id":"1","userName":"a"}')
})

let gateway: TestGateway
let own: string
let foreign: string

beforeAll(async () => {
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
  const address = upstream.address()
  const port = isObject(address) ? address['port'] : 0
  gateway = await startTestGateway(
    {
      own: `${directoryTenant('own')}frontDoor: { hosts: [own.scim.test] }\n`,
      foreign: scimTenant('foreign', `http://127.0.0.1:${port}`),
    },
    { TOLLGATE_PUBLIC_URL: 'https://scim.msp.test/base' },
  )
  own = await gateway.mint('own')
  foreign = await gateway.mint('foreign')
})
afterAll(async () => {
  await gateway.stop()
  upstream.close()
})

/** Asks under a host name of the test's own, which `fetch` does not let one do. */
const askHost = (host: string, path: string, token: string, method = 'GET'): Promise<[number, string]> =>
  new Promise((resolve, reject) => {
    const headers = { host, authorization: `Bearer ${token}` }
    request(gateway.url + path, { method, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => resolve([answer.statusCode ?? 0, Buffer.concat(chunks).toString()]))
    })
      .on('error', reject)
      .end()
  })

describe('a host that a tenant lists', () => {
  it('leads to that tenant, whatever the port and the case, and is what its locations name', async () => {
    const [status, body] = await askHost('OWN.scim.test:8443', '/scim/v2/ServiceProviderConfig', own)
    expect(status).toBe(200)
    expect(body).toContain('"location":"https://own.scim.test:8443/scim/v2/ServiceProviderConfig"')
  })

  it('refuses the credential of another tenant, and a path to another tenant', async () => {
    expect((await askHost('own.scim.test', '/scim/v2/Users', foreign))[0]).toBe(401)
    expect((await askHost('own.scim.test', '/t/foreign/scim/v2/Users', foreign))[0]).toBe(401)
  })

  it('is the common front door when no tenant lists it, under the public URL', async () => {
    const [status, body] = await askHost('elsewhere.test', '/scim/v2/ServiceProviderConfig', own)
    expect(status).toBe(200)
    expect(body).toContain('"location":"https://scim.msp.test/base/scim/v2/ServiceProviderConfig"')
  })
})

describe('HEAD', () => {
  it('is GET without the body', async () => {
    expect(await askHost('elsewhere.test', '/scim/v2/Users', own, 'HEAD')).toEqual([200, ''])
  })
})

describe('the way upstream', () => {
  const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

  it('carries the id of call and attempt, and a span of its own in the trace of the client', async () => {
    const answer = await gateway.ask('/scim/v2/Users/1', { token: foreign, headers: { traceparent: parent } })
    const headers = received.at(-1)
    expect(headers?.['x-request-id']).toBe(`${answer.headers.get('x-request-id')}.1`)
    expect(headers?.['traceparent']).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/)
    expect(headers?.['traceparent']).not.toBe(parent)
  })

  it.each(['nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`])('carries no trace for %s', async (traceparent) => {
    await gateway.ask('/scim/v2/Users/1', { token: foreign, headers: { traceparent } })
    expect(received.at(-1)?.['traceparent']).toBeUndefined()
  })

  it("carries nothing of the client's own headers", async () => {
    await gateway.ask('/scim/v2/Users/1', { token: foreign, headers: { cookie: 'a=b', 'x-mine': '1', te: 'trailers' } })
    // What the transport adds itself; the Workers runtime names the zone that sends.
    const transport = differs({ node: 'connection', workers: 'cf-worker' })
    expect(Object.keys(received.at(-1) ?? {}).sort()).toEqual(
      ['accept', 'host', transport, 'user-agent', 'x-request-id'].sort(),
    )
  })
})

describe('for whoever runs it', () => {
  it('says that it lives and is ready, to anybody', async () => {
    expect((await gateway.ask('/healthz')).body).toEqual({ status: 'ok' })
    expect((await gateway.ask('/readyz')).body).toEqual({ status: 'ready' })
  })

  it('shows its metrics to operators only', async () => {
    expect((await gateway.ask('/metrics')).status).toBe(401)
    expect((await gateway.ask('/metrics', { token: own })).status).toBe(401)
    await gateway.ask('/scim/v2/Users?count=0', { token: own })
    const { status, text } = await gateway.ask('/metrics', { token: adminToken })
    expect(status).toBe(200)
    // One isolate's counters among many would tell nothing: on Workers the ledger counts, and only gauges are shown.
    const counts = text.match(
      /^tollgate_(calls_total\{operation="User\.list"|upstream_attempts_total\{purpose="forward"),status="200"\} [1-9]/gm,
    )
    expect(counts ?? []).toHaveLength(differs({ node: 2, workers: 0 }))
    expect(text).toMatch(/^tollgate_tenants 2$/m)
    expect(text).not.toContain('own.scim.test')
  })
})
