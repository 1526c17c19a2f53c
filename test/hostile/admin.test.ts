import { describe, expect, it } from 'vitest'
import { type Answered, adminToken, directoryTenant } from '../support/gateway.ts'
import { type RawAnswer, rawConnection, requestBytes } from '../support/raw.ts'
import { attackedGateway } from './support.ts'

const given = attackedGateway({ other: directoryTenant('other') })
const operator = `Authorization: Bearer ${adminToken}`
const json = 'Content-Type: application/json'

/** Expects an RFC 9457 problem document that says something and holds no secret. */
function expectProblem(answer: Answered | RawAnswer, status: number): void {
  const type = answer.headers instanceof Headers ? answer.headers.get('content-type') : answer.headers['content-type']
  expect([answer.status, type]).toEqual([status, 'application/problem+json'])
  expect(answer.body).toMatchObject({ type: 'about:blank', status })
  expect(String(answer.body['detail'])).toMatch(/^[^\r\n]{10,1000}$/)
  expect(answer.text).not.toContain(adminToken)
}

/** One request as an operator, as it is written. */
async function raw(method: string, target: string, headers: readonly string[] = [], body?: string): Promise<RawAnswer> {
  const connection = rawConnection(given().gateway.url)
  const all = ['Host: gateway.test', 'Connection: close', operator, ...headers]
  connection.write(requestBytes({ method, target, headers: all, ...(body === undefined ? {} : { body }) }))
  const [answer] = await connection.answers(1)
  if (answer === undefined) throw new Error('no answer')
  return answer
}

const paths = [
  ['GET', '/tenants'],
  ['GET', '/tenants/main'],
  ['POST', '/tenants/main/suspend'],
  ['POST', '/tenants/main/resume'],
  ['GET', '/tenants/main/tokens'],
  ['POST', '/tenants/main/tokens'],
  ['DELETE', '/tenants/main/tokens/1'],
  ['GET', '/tenants/main/calls'],
  ['GET', '/usage'],
  ['GET', '/log'],
  ['GET', '/nothing'],
] as const

describe('without the operators’ credential', () => {
  it.each(paths)('%s %s is 401, whatever is sent', async (method, path) => {
    const { gateway, token } = given()
    const wrong = ['x', token, adminToken.slice(0, -1), `${adminToken}a`, adminToken.toUpperCase(), '__proto__', 'ü']
    for (const credential of wrong) {
      const authorization = Buffer.from(`Bearer ${credential}`).toString('latin1')
      expectProblem(await gateway.ask(`/admin/v1${path}`, { method, headers: { authorization } }), 401)
    }
    for (const authorization of ['Bearer', `Basic ${btoa(`admin:${adminToken}`)}`, `Bearer ${'a'.repeat(8000)}`])
      expectProblem(await gateway.ask(`/admin/v1${path}`, { method, headers: { authorization } }), 401)
    expectProblem(await gateway.ask(`/admin/v1${path}`, { method }), 401)
  })

  it('a bomb is not even read', async () => {
    const { gateway } = given()
    const connection = rawConnection(gateway.url)
    const headers = ['Host: gateway.test', json, 'Content-Length: 1000000000']
    connection.write(requestBytes({ method: 'POST', target: '/admin/v1/tenants/main/tokens', headers }))
    const [answer] = await connection.answers(1)
    expect(answer?.status).toBe(401)
    await connection.closed
  })

  it('the operators’ token opens no front door', async () => {
    expect((await given().gateway.ask('/scim/v2/Users', { token: adminToken })).status).toBe(401)
  })

  it('/metrics is 401', async () => {
    const { gateway, token } = given()
    for (const authorization of ['', 'Bearer x', `Bearer ${token}`])
      expect((await gateway.ask('/metrics', { headers: { authorization } })).status).toBe(401)
  })
})

describe('a tenant, token or call that is none', () => {
  const names = [
    '..',
    '%2e%2e',
    '..%2fmain',
    '__proto__',
    'constructor',
    '%00',
    'main%00',
    '%',
    '%ff',
    'MAIN',
    'main.db',
  ]
  it.each([...names, 'a'.repeat(300), '%2e%2e%2f%2e%2e%2fetc%2fpasswd', 'main%0d%0aX:1', "main'%20or%201=1--"])(
    'is a 4xx and makes no file: %s',
    async (name) => {
      for (const [method, path] of [
        ['GET', ''],
        ['GET', '/tokens'],
        ['POST', '/tokens'],
        ['DELETE', '/tokens/1'],
        ['POST', '/suspend'],
        ['GET', '/calls'],
        ['GET', '/calls/1'],
      ] as const) {
        const body = method === 'POST' ? '{}' : undefined
        expectProblem(await raw(method, `/admin/v1/tenants/${name}${path}`, [json], body), 404)
      }
      for (const path of [`tokens/${name}`, `calls/${name}`]) {
        const method = path.startsWith('tokens') ? 'DELETE' : 'GET'
        expectProblem(await raw(method, `/admin/v1/tenants/main/${path}`), 404)
      }
    },
  )
})

describe('a body', () => {
  const post = (body: string, headers: readonly string[] = [json]) =>
    raw('POST', '/admin/v1/tenants/main/tokens', headers, body)

  it.each(['{', 'null', '[]', '"a"', '1', '', ' ', '{"label":}', '\u0000', '{"label":"a"', '\ufeff{}x'])(
    'that is none is 400: %j',
    async (body) => expectProblem(await post(body), 400),
  )

  it.each([
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"label":{"toString":"x"}}',
    '{"label":1e400}',
    '{"label":"a\\u0000b"}',
    '{"label":"a\\r\\nb"}',
    '{"scope":"__proto__"}',
    '{"scope":"write:"}',
    '{"scope":["write"]}',
    '{"expires":"1e400"}',
    '{"expires":-1}',
    '{"expires":"-5d"}',
    '{"expires":"999999999999d"}',
    '{"expires":"2020-01-01T00:00:00Z"}',
    '{"expires":"+275760-09-13T00:00:00.001Z"}',
    `{"label":"${'a'.repeat(201)}"}`,
    `{"scope":"write:${'a,'.repeat(100_000)}"}`,
  ])('that says what cannot be is 400: %s', async (body) => {
    const before = await given().gateway.admin('/tenants/main/tokens')
    expectProblem(await post(body), 400)
    expect((await given().gateway.admin('/tenants/main/tokens')).text).toBe(before.text)
  })

  it.each([
    ['a nesting bomb', '['.repeat(2 ** 20 - 1)],
    ['a balanced bomb', `{"label":${'['.repeat(2 ** 18)}${']'.repeat(2 ** 18)}}`],
    ['many names', `{${Array.from({ length: 50_000 }, (_, at) => `"n${at}":1`).join()}}`],
  ])('that is %s is 400', async (_name, body) => expectProblem(await post(body), 400))

  it('over 1 MiB is 413, its length told or not', async () => {
    expectProblem(await post(`{"label":"${'a'.repeat(2 ** 20)}"}`), 413)
    const chunk = `100000\r\n${' '.repeat(2 ** 20)}\r\n`
    expectProblem(await post(`${chunk}${chunk}0\r\n\r\n`, [json, 'Transfer-Encoding: chunked']), 413)
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/xml'])(
    'of another type is 415: %s',
    async (type) => expectProblem(await post('{}', [`Content-Type: ${type}`]), 415),
  )
})

describe('a query', () => {
  it.each([
    'status=abc',
    'status=1e400',
    'status=99',
    'since=yesterday',
    'since=2026-13-01',
    'since=%00',
    'limit=0',
    'limit=-1',
    'limit=1001',
    'limit=1e3',
    'cursor=x',
    'cursor=__proto__',
    `cursor=${'A'.repeat(8000)}`,
    '__proto__=1',
    'constructor=1',
    'unknown=1',
    'limit[]=1',
    'limit=1&limit=2',
  ])('of calls that says what cannot be is 400: %s', async (query) =>
    expectProblem(await raw('GET', `/admin/v1/tenants/main/calls?${query}`), 400),
  )

  it.each(['from=x', 'by=century', 'by=__proto__', 'from=2026-02-01&to=2026-01-01', 'format=xml', 'tenants=main'])(
    'of usage that says what cannot be is 400: %s',
    async (query) => expectProblem(await raw('GET', `/admin/v1/usage?${query}`), 400),
  )

  it.each(['__proto__', '..', '%00', 'nobody', ''])('of usage for nobody is 404: %j', async (tenant) =>
    expectProblem(await raw('GET', `/admin/v1/usage?tenant=${tenant}`), 404),
  )
})

describe('a path or method', () => {
  it.each(['/admin/v1', '/admin/v1/', '/admin/v1/nothing', '/admin/v1/tenants/main/tokens/1/2', '/admin/v1//tenants'])(
    'that is none is 404: %s',
    async (target) => expectProblem(await raw('GET', target), 404),
  )

  it.each(['TRACE', 'PROPFIND', 'PATCH', 'PUT', 'OPTIONS'])('that no route has is 404: %s', async (method) =>
    expectProblem(await raw(method, '/admin/v1/tenants'), 404),
  )
})
