import type { ServerResponse } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ScimRequest } from '../../../src/scim/request.ts'
import { groupDefinition, userDefinition } from '../../../src/scim/schemas.ts'
import { type Bench, createBench, json, type Seen, serve, type TestServer, upstreamAt } from './support.ts'

const projection = {}
const definition = userDefinition
const read: ScimRequest = { operation: 'read', definition, id: '1', projection }
const list: ScimRequest = { operation: 'list', definition, query: {} }
const replace: ScimRequest = { operation: 'replace', definition, id: '1', resource: {}, projection }
const remove: ScimRequest = { operation: 'delete', definition, id: '1' }
const operations = [{ op: 'remove', path: { name: 'title' } }] as const
const patch: ScimRequest = { operation: 'patch', definition, id: '1', operations, projection }
const bulk: ScimRequest = { operation: 'bulk', operations: [] }
const createGroup: ScimRequest = {
  operation: 'create',
  definition: groupDefinition,
  resource: { displayName: 'Staff' },
  projection,
}

type Step = (response: ServerResponse, seen: Seen) => void
const reset: Step = (response) => response.socket?.resetAndDestroy()
const ok: Step = (response) => json(response, 200, { id: '1' })
const status =
  (code: number, headers: Record<string, string> = {}): Step =>
  (response) =>
    json(response, code, {}, headers)

let bench: Bench
let server: TestServer
let steps: Step[]
beforeEach(async () => {
  bench = createBench()
  // The last step repeats.
  server = await serve((seen, response) => {
    const step = steps.length > 1 ? steps.shift() : steps[0]
    step?.(response, seen)
  })
})
afterEach(async () => {
  await server.close()
  await bench.close()
})

const outcome = (request: ScimRequest, upstream = upstreamAt(server.url, bench), errand = bench.errand()) =>
  upstream.carry(request, errand).then(
    (reply) => ({ reply, status: 0, inDoubt: false, retryAfter: undefined }),
    (error) => error,
  )
const purposes = () => bench.attempts.map(({ purpose, status }) => `${purpose} ${status}`)

describe('a transient failure', () => {
  it.each([502, 503, 504])('%i is tried again', async (code) => {
    steps = [status(code), status(code), ok]
    expect(await outcome(read)).toMatchObject({ reply: { kind: 'resource' } })
    expect(purposes()).toEqual([`forward ${code}`, `retry ${code}`, 'retry 200'])
  })

  it('is given up after three tries', async () => {
    steps = [status(502)]
    expect(await outcome(read)).toMatchObject({ status: 502, inDoubt: false })
    expect(server.seen).toHaveLength(3)
  })

  it.each([read, replace, remove])('a reset is tried again: %o', async (request) => {
    steps = [reset, ok]
    expect(await outcome(request)).toHaveProperty('reply')
    expect(purposes()).toEqual(['forward null', 'retry 200'])
  })

  it.each([patch, bulk])('a reset is not tried again, and leaves doubt: %o', async (request) => {
    steps = [reset]
    expect(await outcome(request)).toMatchObject({ status: 502, inDoubt: true })
    expect(purposes()).toEqual(['forward null'])
  })

  it.each([500, 503, 429, 401])('a write that was lost and then met a %i leaves doubt', async (code) => {
    steps = [reset, status(code)]
    expect(await outcome(replace)).toMatchObject({ inDoubt: true })
    steps = [reset, status(code)]
    expect(await outcome(read)).toMatchObject({ inDoubt: false })
  })

  it('a write that was lost and is refused for what it asks leaves none', async () => {
    steps = [reset, status(400)]
    expect(await outcome(replace)).toMatchObject({ status: 400, inDoubt: false })
  })

  it.each([createGroup, patch, replace, bulk])(
    'a write answered by what is not SCIM leaves doubt: %o',
    async (request) => {
      steps = [(response) => response.end('<html>please log in</html>')]
      expect(await outcome(request)).toMatchObject({ status: 502, inDoubt: true })
      expect(await outcome(read)).toMatchObject({ status: 502, inDoubt: false })
    },
  )

  it('a write that stays lost leaves doubt, a read does not', async () => {
    steps = [reset]
    expect(await outcome(replace)).toMatchObject({ status: 502, inDoubt: true })
    expect(await outcome(list, upstreamAt(server.url, bench))).toMatchObject({ status: 502, inDoubt: false })
  })

  it('a DELETE that was lost and is gone is done', async () => {
    steps = [reset, status(404)]
    expect(await outcome(remove)).toEqual(expect.objectContaining({ reply: { kind: 'empty', status: 204 } }))
    steps = [status(404)]
    expect(await outcome(remove)).toMatchObject({ status: 404 })
  })

  it.each([502, 503, 504])('a DELETE that was answered %i and is gone is done', async (code) => {
    steps = [status(code), status(404)]
    expect(await outcome(remove)).toMatchObject({ reply: { kind: 'empty', status: 204 } })
    expect(purposes()).toEqual([`forward ${code}`, 'retry 404'])
  })

  it('a DELETE that was throttled, and then finds nothing, did not do it', async () => {
    steps = [status(429, { 'retry-after': '1' }), status(404)]
    expect(await outcome(remove)).toMatchObject({ status: 404 })
  })

  it('a conditional PUT that was lost and fails its condition leaves doubt', async () => {
    steps = [reset, status(412)]
    expect(await outcome({ ...replace, ifMatch: 'W/"1"' })).toMatchObject({ status: 502, inDoubt: true })
  })

  it('503 and 504 to a PATCH are not tried again, and a gateway that gave up leaves doubt', async () => {
    steps = [status(503)]
    expect(await outcome(patch)).toMatchObject({ status: 502, inDoubt: false })
    steps = [status(504)]
    expect(await outcome(patch)).toMatchObject({ status: 504, inDoubt: true })
    expect(server.seen).toHaveLength(2)
  })
})

describe('Retry-After', () => {
  it.each([429, 503])('of a %i is waited for, whatever the method', async (code) => {
    steps = [status(code, { 'retry-after': '7' }), ok]
    expect(await outcome(patch)).toHaveProperty('reply')
    expect(bench.waits).toEqual([7_000])
  })

  it('beyond 10 s is handed on', async () => {
    steps = [status(429, { 'retry-after': '11' })]
    expect(await outcome(patch)).toMatchObject({ status: 429, retryAfter: '11' })
    expect(server.seen).toHaveLength(1)
  })

  it('beyond the deadline is handed on', async () => {
    steps = [
      (response) => {
        bench.advance(14_000)
        status(429, { 'retry-after': '7' })(response, { method: '', url: '', headers: {}, rawHeaders: [], body: '' })
      },
    ]
    expect(await outcome(patch)).toMatchObject({ status: 429, retryAfter: '7' })
    expect(bench.waits).toEqual([])
  })
})

describe('the deadline', () => {
  it('ends a request that hangs, in doubt where it was a write', async () => {
    steps = [() => bench.advance(20_000)]
    expect(await outcome(read)).toMatchObject({ status: 504, inDoubt: false })
    expect(await outcome(patch)).toMatchObject({ status: 504, inDoubt: true })
    expect(purposes()).toEqual(['forward null', 'forward null'])
  })

  it('ends a body that does not end', async () => {
    steps = [
      (response) => {
        response.writeHead(200, { 'content-type': 'application/scim+json' })
        response.write('{"id":')
        bench.advance(20_000)
      },
    ]
    expect(await outcome(read)).toMatchObject({ status: 504 })
  })

  it('that has passed lets nothing out', async () => {
    steps = [ok]
    const errand = bench.errand({ deadlineAt: bench.ports.now() })
    expect(await outcome(patch, upstreamAt(server.url, bench), errand)).toMatchObject({ status: 504, inDoubt: false })
    expect(server.seen).toHaveLength(0)
    expect(bench.attempts).toHaveLength(0)
  })
})

describe('an upstream that cannot be reached', () => {
  it('is 503 with Retry-After, tried three times whatever the method, never in doubt', async () => {
    const { url } = server
    await server.close()
    expect(await outcome(patch, upstreamAt(url, bench))).toMatchObject({ status: 503, inDoubt: false, retryAfter: '5' })
    expect(purposes()).toEqual(['forward null', 'retry null', 'retry null'])
  })

  it('is 503 when nobody knows its name', async () => {
    const open = createBench(['nowhere.invalid'])
    const errand = open.errand()
    const error = await outcome(read, upstreamAt('https://nowhere.invalid/scim', open), errand)
    expect(error).toMatchObject({ status: 503 })
    expect(error.message).not.toContain('nowhere')
    await open.close()
  })

  it('is 503 when TLS cannot be agreed on', async () => {
    const plain = createTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).on(
      'error',
      () => undefined,
    )
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
    const address = plain.address()
    const port = typeof address === 'object' ? address?.port : 0
    expect(await outcome(patch, upstreamAt(`https://127.0.0.1:${port}`, bench))).toMatchObject({ status: 503 })
    plain.close()
  })

  it('is 502 with an alert, tried once, when the settings forbid it', async () => {
    const closed = createBench([])
    const error = await outcome(read, upstreamAt(server.url, closed), closed.errand())
    expect(error).toMatchObject({ status: 502 })
    expect(closed.attempts).toMatchObject([{ status: null }])
    expect(closed.logs).toMatchObject([{ level: 'error', alert: 'upstream-address', tenant: 'contoso' }])
    expect(server.seen).toHaveLength(0)
    await closed.close()
  })

  it('is 502 when a name turns out to stand for a forbidden address (DNS rebinding)', async () => {
    const ranged = createBench(['10.0.0.0/8'])
    const url = `http://localhost:${server.port}`
    expect(await outcome(read, upstreamAt(url, ranged), ranged.errand())).toMatchObject({ status: 502 })
    expect(server.seen).toHaveLength(0)
    await ranged.close()
  })
})

describe('an answer that is no SCIM', () => {
  it.each<[string, Step]>([
    [
      'a redirect',
      (response) => {
        response.writeHead(302, { location: '/elsewhere' })
        response.end()
      },
    ],
    ['HTML', (response) => response.end('<html>hello</html>')],
    [
      'a body shorter than it says',
      (response) => {
        response.writeHead(200, { 'content-length': '1000' })
        response.write('{"id":"1"}')
        setImmediate(() => response.socket?.destroy())
      },
    ],
    [
      'a body longer than it says',
      (response) => {
        response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{"id":"1"}')
      },
    ],
    ['no HTTP', (response) => response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n')],
    [
      'a header without end',
      (response) => {
        response.socket?.end(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)
      },
    ],
  ])('%s is 502, and the next request works', async (_name, step) => {
    steps = [step]
    const upstream = upstreamAt(server.url, bench)
    expect(await outcome(read, upstream)).toMatchObject({ status: 502 })
    expect(server.seen.every(({ url }) => url === '/Users/1')).toBe(true)
    steps = [ok]
    expect(await outcome(read, upstream)).toHaveProperty('reply')
  })

  it('30 MB of resources are served, 65 MB are 502', async () => {
    const fat = 'x'.repeat(1_000_000)
    const page =
      (count: number): Step =>
      (response) =>
        json(response, 200, {
          totalResults: count,
          Resources: Array.from({ length: count }, (_, id) => ({ id: String(id), title: fat })),
        })
    steps = [page(30)]
    expect(await outcome(list)).toMatchObject({ reply: { list: { totalResults: 30 } } })
    steps = [page(68)]
    expect(await outcome(list)).toMatchObject({ status: 502 })
  })
})

describe('a refused credential', () => {
  it.each([401, 403])('%i is 502 with an alert, never the client’s own', async (code) => {
    steps = [status(code)]
    const upstream = upstreamAt(server.url, bench, { kind: 'bearer', token: { env: 'TOKEN' } }, { TOKEN: 'abc' })
    expect(await outcome(read, upstream)).toMatchObject({ status: 502 })
    expect(server.seen).toHaveLength(1)
    expect(bench.logs).toMatchObject([{ level: 'error', alert: 'upstream-credential', tenant: 'contoso' }])
    expect(JSON.stringify(bench.logs)).not.toContain('abc')
  })

  it('that cannot be read is 502 with an alert, and nothing is sent', async () => {
    steps = [ok]
    const upstream = upstreamAt(server.url, bench, { kind: 'bearer', token: { env: 'NONE' } })
    expect(await outcome(read, upstream)).toMatchObject({ status: 502 })
    expect(server.seen).toHaveLength(0)
    expect(bench.logs).toMatchObject([{ alert: 'upstream-credential', reason: 'the variable is not set' }])
  })

  it('with a line break in it injects no header', async () => {
    steps = [ok]
    const secrets = { TOKEN: 'abc\r\nX-Evil: yes' }
    const upstream = upstreamAt(server.url, bench, { kind: 'bearer', token: { env: 'TOKEN' } }, secrets)
    expect(await outcome(read, upstream)).toMatchObject({ status: 502 })
    expect(server.seen).toHaveLength(0)
    expect(bench.attempts).toHaveLength(0)
    expect(bench.logs).toMatchObject([{ alert: 'upstream-credential' }])
  })

  it('is read again after a 401: it may have been rotated', async () => {
    steps = [(response, seen) => json(response, seen.headers.authorization === 'Bearer new' ? 200 : 401, { id: '1' })]
    const secrets = { TOKEN: 'old' }
    const upstream = upstreamAt(server.url, bench, { kind: 'bearer', token: { env: 'TOKEN' } }, secrets)
    expect(await outcome(read, upstream)).toMatchObject({ status: 502 })
    secrets.TOKEN = 'new'
    expect(await outcome(read, upstream)).toHaveProperty('reply')
  })
})

describe('auth kinds', () => {
  it('basic sends the user and the password in UTF-8', async () => {
    steps = [ok]
    const auth = { kind: 'basic', username: 'tollgate', password: { env: 'P' } } as const
    await outcome(read, upstreamAt(server.url, bench, auth, { P: 'pä:ss' }))
    const [scheme, code] = (server.seen[0]?.headers.authorization ?? '').split(' ')
    expect([scheme, Buffer.from(code ?? '', 'base64').toString()]).toEqual(['Basic', 'tollgate:pä:ss'])
  })

  it('header sends its own header and no Authorization', async () => {
    steps = [ok]
    const auth = { kind: 'header', name: 'X-Api-Key', value: { env: 'K' } } as const
    await outcome(read, upstreamAt(server.url, bench, auth, { K: 'k1' }))
    expect(server.seen[0]?.headers).toMatchObject({ 'x-api-key': 'k1' })
    expect(server.seen[0]?.headers.authorization).toBeUndefined()
  })
})

describe('the breaker', () => {
  it('opens after five failures in a row, then lets one through', async () => {
    steps = [status(500)]
    const upstream = upstreamAt(server.url, bench)
    for (let time = 0; time < 5; time++) expect(await outcome(read, upstream)).toMatchObject({ status: 502 })
    expect(await outcome(read, upstream)).toMatchObject({ status: 503, retryAfter: '5' })
    expect(server.seen).toHaveLength(5)
    expect(bench.attempts).toHaveLength(5)
    bench.advance(5_000)
    steps = [ok]
    expect(await outcome(read, upstream)).toHaveProperty('reply')
    expect(await outcome(read, upstream)).toHaveProperty('reply')
  })

  it('is one tenant’s own', async () => {
    steps = [status(500)]
    const upstream = upstreamAt(server.url, bench)
    for (let time = 0; time < 6; time++) await outcome(read, upstream)
    steps = [ok]
    expect(await outcome(read, upstreamAt(server.url, bench))).toHaveProperty('reply')
  })

  it('is held open for a minute by a switched-off feature', async () => {
    steps = [(response) => json(response, 400, { detail: "No 'scimapiconsumptions' resource found" })]
    const upstream = upstreamAt(server.url, bench)
    expect(await outcome(read, upstream)).toMatchObject({ status: 503 })
    expect(await outcome(read, upstream)).toMatchObject({ status: 503, retryAfter: '60' })
    expect(server.seen).toHaveLength(1)
    expect(bench.logs).toMatchObject([{ alert: 'upstream-feature' }])
  })

  it('does not count what the upstream answers well', async () => {
    steps = [status(404)]
    const upstream = upstreamAt(server.url, bench)
    for (let time = 0; time < 8; time++) expect(await outcome(read, upstream)).toMatchObject({ status: 404 })
  })
})

it('a create of a group that was lost is not repeated', async () => {
  steps = [reset, (response) => json(response, 200, { totalResults: 0, Resources: [] })]
  expect(await outcome(createGroup)).toMatchObject({ status: 502, inDoubt: true })
  expect(purposes()).toEqual(['forward null', 'lookup 200'])
})
