import { describe, expect, it } from 'vitest'
import { adminToken, directoryTenant } from '../support/gateway.ts'
import { home } from '../support/home.ts'
import { type RawAnswer, type RawRequest, rawConnection, requestBytes } from '../support/raw.ts'
import { attackedGateway, expectScimError } from './support.ts'

/*
 * What never becomes a request, and paths that step up. On Node our own listener answers; before a Worker stands the
 * runtime, which answers what is no HTTP in plain text and takes some of it (docs/workers.md, "What differs").
 */

const given = attackedGateway({ beta: directoryTenant('beta') })
const json = 'Content-Type: application/scim+json'
const target = '/scim/v2/Users?count=0'

/** The statuses of both homes. */
interface Expected {
  readonly node: number
  readonly workers: number
}

async function exchange(request: RawRequest, host: readonly string[] = ['Host: gateway.test']): Promise<RawAnswer> {
  const { gateway, authorization } = given()
  const connection = rawConnection(gateway.url)
  const headers = [...host, 'Connection: close', authorization, ...(request.headers ?? [])]
  connection.write(requestBytes({ ...request, headers }))
  const [answer] = await connection.answers(1)
  if (answer === undefined) throw new Error('no answer')
  return answer
}

/** On Workers it may be the runtime that answers, by a line of text. */
function expectRefused(answer: RawAnswer, expected: Expected, scimType?: string): void {
  if (home === 'node') expectScimError(answer, expected.node, scimType)
  else expect([answer.status, answer.text.slice(0, 300)]).toEqual([expected.workers, expect.any(String)])
}

describe('a request without a usable host is refused', () => {
  it.each([
    ['none', [], 400],
    ['an empty one', ['Host: '], 400],
    ['a space', ['Host: a b'], 500],
    ['a path', ['Host: a/../b'], 400],
    ['a user', ['Host: user@gateway.test'], 400],
    ['no port', ['Host: gateway.test:port'], 500],
    ['a port beyond all', ['Host: gateway.test:99999'], 500],
    ['a fragment', ['Host: gateway.test#x'], 400],
    ['half an address', ['Host: [::1'], 500],
    ['markup', ['Host: <script>'], 500],
  ])('%s', async (_name, host, workers) => expectRefused(await exchange({ target }, host), { node: 400, workers }))
})

describe('headers', () => {
  it.each([
    ['one of 20 kB', [`X-Long: ${'a'.repeat(20_000)}`], 200],
    ['ten thousand', Array.from({ length: 10_000 }, (_, at) => `X-${at}: 1`), 200],
    ['a name of 20 kB', [`${'X'.repeat(20_000)}: a`], 200],
    ['a credential of 20 kB', [`Authorization: Bearer ${'a'.repeat(20_000)}`], 401],
    ['a megabyte', [`X-Long: ${'a'.repeat(2 ** 20)}`], 431],
  ])('too long: %s', async (_name, headers, workers) =>
    expectRefused(await exchange({ target, headers }), { node: 431, workers }),
  )

  it.each(['X-Null: a\0b', 'X Space: a', ': a', 'no colon', 'X-Bare: a\rb', '\x01: a', 'Transfer-Encoding : chunked'])(
    'that are none are 400: %j',
    async (header) => expectRefused(await exchange({ target, headers: [header] }), { node: 400, workers: 400 }),
  )

  it('with an Expect that nobody meets', async () =>
    expectRefused(await exchange({ target, headers: ['Expect: the unexpected'] }), { node: 417, workers: 200 }))
})

describe('a client that lies about the length', () => {
  const post = (body: string, headers: readonly string[]) =>
    exchange({ method: 'POST', target: '/scim/v2/Users', headers: [json, ...headers], body })

  it.each([
    ['twice', ['Content-Length: 2', 'Content-Length: 3']],
    ['in two ways (request smuggling)', ['Content-Length: 2', 'Transfer-Encoding: chunked']],
    ['in an unknown coding', ['Transfer-Encoding: gzip']],
    ['below zero', ['Content-Length: -1']],
    ['in hexadecimal', ['Content-Length: 0x2']],
    ['with a sign', ['Content-Length: +2']],
  ])('%s gets 400', async (_name, headers) => expectRefused(await post('{}', headers), { node: 400, workers: 400 }))

  it.each(['zz\r\n', '-1\r\n', '2;x\r\n{}\r\n\r\n\r\n'])('of a chunk gets 400: %j', async (body) =>
    expectRefused(await post(body, ['Transfer-Encoding: chunked']), { node: 400, workers: 400 }),
  )

  it('and sends more gets an answer to what it announced, then an error', async () => {
    const { gateway, authorization } = given()
    const connection = rawConnection(gateway.url)
    const headers = ['Host: gateway.test', authorization, json, 'Content-Length: 10']
    connection.write(requestBytes({ method: 'POST', target: '/scim/v2/Users', headers, body: '{"userName":"more"}' }))
    const [first, second] = await connection.answers(2)
    if (first === undefined || second === undefined) throw new Error('no answer')
    expectScimError(first, 400, 'invalidSyntax')
    expectRefused(second, { node: 400, workers: 400 })
    await connection.closed
  })
})

describe('a request line', () => {
  it.each([
    ['scim/v2/Users', 400],
    ['\\scim\\v2\\Users', 400],
    ['*', 500],
    ['', 400],
    ['/scim/v2/Us ers', 400],
  ])('without a request target: %j', async (wrong, workers) =>
    expectRefused(await exchange({ target: wrong }), { node: 400, workers }),
  )

  it('with a megabyte of filter says what to do, where we are asked', async () => {
    const answer = await exchange({ target: `/scim/v2/Users?filter=${'a'.repeat(2 ** 20)}` })
    expectRefused(answer, { node: 431, workers: 431 })
    if (home === 'node') expect(answer.body['detail']).toContain('.search')
  })

  it.each([
    ['FOO', 400, 501],
    ['get', 400, 501],
    ['G ET', 400, 400],
    ['constructor', 400, 501],
    ['__proto__', 400, 501],
    ['\x00', 400, 400],
    ['A'.repeat(9000), 400, 501],
    ['LINK', 405, 501],
    ['CONNECT', 405, 500],
  ])('with a method that HTTP or SCIM has not: %.20j', async (method, node, workers) =>
    expectRefused(await exchange({ method, target: '/scim/v2/Users' }), { node, workers }),
  )
})

/** Node serves a path as it is written. A Worker gets the URL folded, as the edge's own rules before it do. */
describe('a path that steps up', () => {
  const folded = (path: string) => new URL(path, 'http://gateway.test').pathname
  const ids = ['.', '..', '%2e', '%2e%2e', '.%2E']
  const stepping: [path: string, node: number, scimType?: string][] = [
    ...ids.map((id): [string, number, string] => [`/scim/v2/Users/${id}`, 400, 'invalidValue']),
    ['/scim/v2/Users/a\\..\\b', 400],
    ['/scim/v2/Users/1/..', 404],
    ['/scim/v2/Users/%2e%2e/Groups', 404],
    ['/scim/v2/../v2/Users', 404],
    ['/scim/v2/./Users', 404],
    ['/scim/v2/Schemas/..', 404],
    ['/t/main/scim/v2/../../beta/scim/v2/Users', 404],
    ['/scim/v2/../../t/beta/scim/v2/Users', 404],
    ['/t/../scim/v2/Users', 401],
    ['/scim/v2/../../admin/v1/tenants', 404],
    ['/scim/v2/%2e%2e/%2e%2e/admin/v1/tenants', 404],
  ]

  it.each(stepping)('is an error on Node, on Workers the folded path: %s', async (path, node, scimType) => {
    for (const method of node === 400 ? ['GET', 'DELETE', 'PUT'] : ['GET']) {
      const request = { method, headers: [json], ...(method === 'PUT' ? { body: '{"userName":"stepped"}' } : {}) }
      const answer = await exchange({ ...request, target: path })
      if (home === 'node') expectScimError(answer, node, scimType)
      else expect(answer.status).toBe((await exchange({ ...request, target: folded(path) })).status)
    }
  })

  it.each(stepping)('opens nothing to whom the folded path would refuse: %s', async (path) => {
    const { gateway } = given()
    const asked = { headers: { authorization: `Bearer ${await gateway.mint('beta')}` } }
    const status = (await gateway.ask(folded(path), asked)).status
    const connection = rawConnection(gateway.url)
    const headers = ['Host: gateway.test', 'Connection: close', `Authorization: ${asked.headers.authorization}`]
    connection.write(requestBytes({ target: path, headers }))
    const [answer] = await connection.answers(1)
    if (home === 'workers' || status !== 200) expect(answer?.status === 200).toBe(status === 200)
  })

  it('leads operators on Node only to what they wrote', async () => {
    const connection = rawConnection(given().gateway.url)
    const headers = ['Host: gateway.test', 'Connection: close', `Authorization: Bearer ${adminToken}`]
    connection.write(requestBytes({ target: '/scim/v2/../../admin/v1/tenants', headers }))
    const [answer] = await connection.answers(1)
    expect(answer?.status).toBe(home === 'node' ? 404 : 200)
  })
})
