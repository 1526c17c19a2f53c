import { describe, expect, it } from 'vitest'
import { differs } from '../support/home.ts'
import { rawConnection, requestBytes } from '../support/raw.ts'
import { attackedGateway, expectScimError, parsePage, patchBody } from './support.ts'

const given = attackedGateway()
const json = 'Content-Type: application/scim+json'
const target = '/scim/v2/Users?count=0'

describe('a host', () => {
  it.each(['gateway.test:8443', '[::1]:80', '127.0.0.1', 'xn--bcher-kva.example'])(
    'is what the locations name: %s',
    async (host) => {
      const { gateway, authorization, survivor } = given()
      const connection = rawConnection(gateway.url)
      const path = `/scim/v2/Users/${survivor}`
      connection.write(requestBytes({ target: path, headers: [`Host: ${host}`, authorization, 'Connection: close'] }))
      const [answer] = await connection.answers(1)
      expect(answer?.headers['content-location']).toBe(`http://${host}${path}`)
    },
  )

  it('believes no X-Forwarded header of a stranger', async () => {
    const { raw, survivor } = given()
    // Not X-Forwarded-Proto on Workers: the edge writes it, and the runner that stands in for the edge believes it.
    const scheme = differs({ node: ['X-Forwarded-Proto: https'], workers: [] })
    const headers = ['X-Forwarded-Host: evil.example', ...scheme, 'X-Forwarded-For: 203.0.113.9']
    const answer = await raw({ target: `/scim/v2/Users/${survivor}`, headers })
    expect(answer.headers['content-location']).toBe(`http://gateway.test/scim/v2/Users/${survivor}`)
  })
})

describe('headers', () => {
  it.each([
    ['Authorization', ['Authorization: Bearer other'], 401],
    ['If-None-Match', ['If-None-Match: "a"', 'If-None-Match: W/"b"'], 200],
    ['Content-Type', [json, 'Content-Type: text/plain'], 200],
    ['names of members of every object', ['__proto__: a', 'constructor: b', 'toString: c', 'hasOwnProperty: d'], 200],
    ['X-Request-Id', ['X-Request-Id: a', 'X-Request-Id: b'], 200],
    ['Upgrade', ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Key: x'], 200],
    ['hop-by-hop', ['Connection: authorization, x-request-id', 'Keep-Alive: timeout=99999', 'TE: trailers'], 200],
    ['method overrides', ['X-HTTP-Method-Override: DELETE', 'X-Original-URL: /admin/v1/tenants'], 200],
  ])('strange, or sent twice, do no harm: %s', async (_name, headers, status) => {
    const answer = await given().raw({ target, headers })
    if (status === 200) expect(answer.body).toMatchObject({ itemsPerPage: 0 })
    else expectScimError(answer, status)
  })

  it('of two hosts the first counts, never a mixture', async () => {
    const { raw, survivor } = given()
    const answer = await raw({ target: `/scim/v2/Users/${survivor}`, headers: ['Host: evil.example'] })
    expect(answer.text).not.toContain('evil.example')
  })

  it.each([
    'Basic',
    'Basic =',
    `Basic ${Buffer.from('main').toString('base64')}`,
    `Basic ${Buffer.from('\0:\0').toString('base64')}`,
    'Bearer',
    'Bearer  ',
    'Bearer null',
    'Bearer tg_main_',
    'Bearer tg___proto___x',
    'Bearer ../../tenants/main',
    'Negotiate abc',
    '\xff\xfe',
  ])('with no credential are 401: %j', async (value) => {
    const { gateway } = given()
    const connection = rawConnection(gateway.url)
    connection.write(
      requestBytes({ target, headers: ['Host: gateway.test', 'Connection: close', `Authorization: ${value}`] }),
    )
    const [answer] = await connection.answers(1)
    if (answer === undefined) throw new Error('no answer')
    expectScimError(answer, 401)
    expect(answer.headers['www-authenticate']).toBe('Bearer')
  })

  it.each(['', '*', '"', 'W/', 'W/"1', '"a" "b"', '"\xe9"', `"${'a'.repeat(8000)}"`, 'W/"1", '.repeat(500)])(
    'with an odd If-Match change nothing that does not match: %j',
    async (tag) => {
      const { raw, survivor } = given()
      const path = `/scim/v2/Users/${survivor}`
      const body = patchBody('{"op":"replace","path":"displayName","value":"matched"}')
      const headers = [json, `If-Match: ${tag}`]
      const answer = await raw({ method: 'PATCH', target: path, headers, body })
      if (answer.status !== 204 && answer.status !== 200) expectScimError(answer, 412)
    },
  )

  it('of an answer hold no line that a client wrote', async () => {
    const { scim, raw } = given()
    const injected = 'x\r\nSet-Cookie: a=b\r\n\r\n<script>'
    const created = await scim('/Users', { body: { userName: injected, externalId: injected, id: injected } })
    expect([created.status, created.headers.get('set-cookie')]).toEqual([201, null])
    expect(created.headers.get('location')).toMatch(/\/scim\/v2\/Users\/[0-9a-f-]{36}$/)
    const meta = { location: injected, version: injected, resourceType: injected }
    const path = `/Users/${created.body['id']}`
    const replaced = await scim(path, { method: 'PUT', body: { userName: injected, meta, schemas: [injected] } })
    expect(replaced.headers.get('set-cookie')).toBeNull()
    expect(replaced.headers.get('etag')).toMatch(/^W\/"\d+"$/)
    const traced = await raw({ target, headers: ['traceparent: 00-x\t-y', 'X-Request-Id: a\tb', 'User-Agent: \t\xff'] })
    expect([traced.status, traced.headers['x-request-id']]).toEqual([200, expect.stringMatching(/^[0-9a-f-]{36}$/)])
  })
})

describe('pipelined requests', () => {
  const get = (authorization: string, path: string) =>
    requestBytes({ target: path, headers: ['Host: gateway.test', authorization] })

  it('are answered in their order, each once', async () => {
    const { gateway, authorization, survivor } = given()
    const connection = rawConnection(gateway.url)
    const paths = Array.from({ length: 100 }, (_, at) =>
      at % 2 === 0 ? `/scim/v2/Users/${survivor}` : '/scim/v2/Nothing',
    )
    connection.write(Buffer.concat(paths.map((path) => get(authorization, path))))
    const answers = await connection.answers(100)
    expect(answers.map(({ status }) => status)).toEqual(paths.map((path) => (path.endsWith('Nothing') ? 404 : 200)))
    expect(new Set(answers.map(({ headers }) => headers['x-request-id'])).size).toBe(100)
    connection.reset()
  })

  it('lose no answer to the nonsense behind them, which gets 400', async () => {
    const { gateway, authorization, survivor } = given()
    const connection = rawConnection(gateway.url)
    const path = `/scim/v2/Users/${survivor}`
    connection.write(
      Buffer.concat([get(authorization, path), get(authorization, path), Buffer.from('NONSENSE\r\n\r\n')]),
    )
    for (let at = 0; at < 50; at++) connection.write('more nonsense\r\n')
    const answers = await connection.answers(3)
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400])
    await connection.closed
  })

  it('by several tenants’ credentials are not mixed up', async () => {
    const { gateway, authorization } = given()
    const connection = rawConnection(gateway.url)
    connection.write(
      Buffer.concat([get(authorization, target), get('Authorization: Bearer no', target), get(authorization, target)]),
    )
    expect((await connection.answers(3)).map(({ status }) => status)).toEqual([200, 401, 200])
    connection.reset()
  })
})

describe('the ledger', () => {
  it('keeps what a client says of itself short, and clean of its control characters', async () => {
    const { raw, gateway } = given()
    const headers = [`User-Agent: ${'u'.repeat(5000)}`, `X-Request-Id: ${'r'.repeat(5000)}`]
    const answer = await raw({ method: 'PURGE', target: `/scim/v2/${'t'.repeat(3000)}/%00`, headers })
    expectScimError(answer, 404)
    const { calls } = parsePage((await gateway.admin('/tenants/main/calls?limit=1')).body)
    expect(calls[0]?.id).toBe(answer.headers['x-request-id'])
    expect(JSON.stringify(calls[0]).length).toBeLessThan(2000)
  })
})
