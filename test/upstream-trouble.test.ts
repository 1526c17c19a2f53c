import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Answered, startTestGateway, type TestGateway } from './support/gateway.ts'
import { home } from './support/home.ts'
import { type Play, type PlayedServer, playedServer } from './support/played.ts'

/* What trouble upstream comes to, in the answer and in the ledger, over the transport of each home. */

const scim = { 'content-type': 'application/scim+json' }
const user = '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","userName":"anna"}'
const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'anna' }

const callShape = z.object({
  state: z.string(),
  status: z.number().nullable(),
  upstreamCalls: z.number(),
  attempts: z.array(z.object({ purpose: z.string(), method: z.string(), status: z.number().nullable() })),
})

let gateway: TestGateway
let upstream: PlayedServer
let made = 0

beforeAll(async () => {
  process.env['TEST_TROUBLE_SECRET'] = 'secret'
  upstream = await playedServer()
  gateway = await startTestGateway({})
})
afterAll(async () => {
  await gateway.stop()
  upstream.close()
})

const fileOf = (id: string, url: string, auth = '{ kind: none }', timeout = '1s') =>
  `id: ${id}\nname: ${id}\nupstream: { kind: scim, url: '${url}', timeout: ${timeout}, auth: ${auth} }\n`

/** A tenant of its own, since the breaker is each tenant's. Gives its id and a token. */
async function newTenant(
  url = `${upstream.url}/scim`,
  auth?: string,
  timeout?: string,
): Promise<[id: string, token: string]> {
  const id = `t${++made}`
  const answer = await gateway.admin(`/tenants/${id}`, {
    method: 'PUT',
    body: { file: fileOf(id, url, auth, timeout) },
  })
  expect(answer.status).toBe(200)
  return [id, await gateway.mint(id)]
}

const send = (method: string, token: string): Promise<Answered> =>
  method === 'POST'
    ? gateway.ask('/scim/v2/Users', { token, body })
    : gateway.ask('/scim/v2/Users/1', { token, method, ...(method === 'PUT' ? { body } : {}) })

/** The answer's call in one line each: how it ended, and its attempts. */
async function written(id: string, answer: Answered) {
  const { body } = await gateway.admin(`/tenants/${id}/calls/${answer.headers.get('x-request-id')}`)
  const { attempts, ...call } = callShape.parse(body)
  expect(call).toMatchObject({ status: answer.status })
  expect(call.upstreamCalls).toBe(attempts.filter(({ purpose }) => purpose !== 'token').length)
  return [call.state, ...attempts.map(({ purpose, method, status }) => `${purpose} ${method} ${status}`)]
}

const answering =
  (status: number, headers = {}, text = ''): Play =>
  (_incoming, outgoing) =>
    void outgoing.writeHead(status, headers).end(text)
const breaking: Play = (_incoming, outgoing) => void outgoing.destroy()
/** Half an answer, and then the connection is gone. */
const half: Play = (_incoming, outgoing) => {
  outgoing.writeHead(200, { ...scim, 'content-length': '100' })
  outgoing.write('{"id"', () => setImmediate(() => outgoing.destroy()))
}
const silent: Play = () => undefined

const lostGet = ['closed', 'forward GET null', 'retry GET null', 'retry GET null']
const lostPost = ['in-doubt', 'forward POST null', 'lookup GET null', 'retry GET null', 'retry GET null']

describe('an upstream that', () => {
  it.each<[what: string, method: string, status: number, play: Play, ledger: readonly string[]]>([
    ['breaks the connection', 'GET', 502, breaking, lostGet],
    ['breaks the connection', 'POST', 502, breaking, lostPost],
    ['breaks off its answer', 'GET', 502, half, lostGet],
    ['breaks off its answer', 'POST', 502, half, lostPost],
    ['never answers', 'GET', 504, silent, ['closed', 'forward GET null']],
    ['never answers', 'POST', 504, silent, ['in-doubt', 'forward POST null']],
    ['fails', 'GET', 502, answering(500), ['closed', 'forward GET 500']],
    ['fails', 'POST', 502, answering(500), ['closed', 'forward POST 500']],
    ['is unwell', 'GET', 502, answering(503), ['closed', 'forward GET 503', 'retry GET 503', 'retry GET 503']],
    ['is unwell', 'POST', 502, answering(503), ['closed', 'forward POST 503']],
    ['leads elsewhere', 'GET', 502, answering(302, { location: '/scim/Users/2' }), ['closed', 'forward GET 302']],
    ['is no SCIM server', 'GET', 502, answering(200, {}, '<p>'), ['closed', 'forward GET 200']],
    ['is no SCIM server', 'POST', 502, answering(200, {}, '<p>'), ['in-doubt', 'forward POST 200']],
    ['wants a minute of rest', 'POST', 429, answering(429, { 'retry-after': '60' }), ['closed', 'forward POST 429']],
    ['has it not', 'GET', 404, answering(404, scim, '{"schemas":[],"status":"404"}'), ['closed', 'forward GET 404']],
  ])('%s, %s: %i', async (_what, method, status, play, ledger) => {
    const [id, token] = await newTenant()
    upstream.play(play)
    const answer = await send(method, token)
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(`"status":"${status}"`)])
    expect(await written(id, answer)).toEqual(ledger)
    if (status === 429) expect(answer.headers.get('retry-after')).toBe('60')
  })

  it('leaves operations of a Bulk in doubt, which is answered 200', async () => {
    const id = `t${++made}`
    const file = fileOf(id, `${upstream.url}/scim`).replace('kind: scim', 'kind: scim, preset: entra')
    expect((await gateway.admin(`/tenants/${id}`, { method: 'PUT', body: { file } })).status).toBe(200)
    const token = await gateway.mint(id)
    upstream.play((incoming, outgoing) => {
      if (incoming.url?.endsWith('/1') === true) outgoing.writeHead(204).end()
    })
    const bulk = (...ids: string[]) => ({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: ids.map((one) => ({ method: 'DELETE', path: `/Users/${one}` })),
    })
    const done = await gateway.ask('/scim/v2/Bulk', { token, body: bulk('1') })
    expect(await written(id, done)).toEqual(['closed', 'forward DELETE 204'])
    const answer = await gateway.ask('/scim/v2/Bulk', { token, body: bulk('1', '2') })
    expect(answer.body['Operations']).toEqual([
      expect.objectContaining({ status: '204' }),
      expect.objectContaining({ status: '504' }),
    ])
    expect(answer.text).not.toContain('inDoubt')
    expect((await written(id, answer))[0]).toBe('in-doubt')
  })

  it('wants a moment of rest is asked again, whatever the method', async () => {
    const [id, token] = await newTenant()
    let asked = 0
    upstream.play((incoming, outgoing) => {
      asked += 1
      const next = asked === 1 ? answering(429, { 'retry-after': '0' }) : answering(201, scim, user)
      next(incoming, outgoing)
    })
    const answer = await send('POST', token)
    expect(answer.status).toBe(201)
    expect(await written(id, answer)).toEqual(['closed', 'forward POST 429', 'retry POST 201'])
  })

  it('fails five times in a row is given a rest', async () => {
    const [id, token] = await newTenant()
    upstream.play(answering(500))
    for (let time = 0; time < 5; time++) expect((await send('POST', token)).status).toBe(502)
    const answer = await send('POST', token)
    expect([answer.status, Number(answer.headers.get('retry-after'))]).toEqual([503, expect.closeTo(4, -1)])
    expect(await written(id, answer)).toEqual(['closed'])
    upstream.play(answering(201, scim, user))
    expect((await send('POST', (await newTenant())[1])).status).toBe(201)
  })

  it('wants a newer token gets one', async () => {
    const auth = `{ kind: oauth2, tokenUrl: '${upstream.url}/token', clientId: c, client: { secret: { env: TEST_TROUBLE_SECRET } } }`
    const [id, token] = await newTenant(undefined, auth)
    let tokens = 0
    upstream.play(({ url, headers }, outgoing) => {
      if (url === '/token') {
        const text = JSON.stringify({ access_token: `t${++tokens}`, token_type: 'Bearer', expires_in: 3600 })
        outgoing.writeHead(200, { 'content-type': 'application/json' }).end(text)
      } else if (headers.authorization === 'Bearer t1') outgoing.writeHead(401).end()
      else outgoing.writeHead(200, scim).end(user)
    })
    const first = await send('GET', token)
    const healed = ['closed', 'token POST 200', 'forward GET 401', 'token POST 200', 'retry GET 200']
    expect([first.status, await written(id, first)]).toEqual([200, healed])
    const second = await send('GET', token)
    expect([second.status, await written(id, second)]).toEqual([200, ['closed', 'forward GET 200']])
    const { rows } = z
      .object({ rows: z.array(z.looseObject({})) })
      .parse((await gateway.admin(`/usage?tenant=${id}&by=hour`)).body)
    expect(rows).toMatchObject([{ tenant: id, calls: 2, errors: 0, inDoubt: 0, upstreamCalls: 3 }])
  })
})

/** The workerd that runs alone says of a refused connection what it says of a lost one; the edge says 521. */
describe('an upstream that is not there', () => {
  it.each(['GET', 'POST'])('%s', async (method) => {
    const gone = await playedServer()
    gone.close()
    const [id, token] = await newTenant(gone.url)
    const answer = await send(method, token)
    if (home === 'node') expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
    else expect(answer.status).toBe(502)
    const unsent = ['closed', ...(await written(id, answer)).slice(1).map(() => expect.stringMatching(/ null$/))]
    expect(await written(id, answer)).toEqual(home === 'node' ? unsent : method === 'GET' ? lostGet : lostPost)
  })

  it.each([521, 523, 530])('is known by the status of the edge on Workers alone: %i', async (status) => {
    const [id, token] = await newTenant()
    upstream.play(answering(status))
    const answer = await send('POST', token)
    expect(answer.status).toBe(home === 'node' ? 502 : 503)
    const attempts = (await written(id, answer)).slice(0, 2)
    expect(attempts).toEqual(['closed', `forward POST ${home === 'node' ? status : null}`])
  })
})

describe('an answer of', () => {
  /** A user with so many bytes of name. */
  const userOf = (bytes: number) => `{"schemas":[],"id":"1","userName":"${'x'.repeat(bytes)}"}`

  it.each([
    ['8 MiB is served', 8, 200, 200],
    ['20 MiB is served by Node alone: an object has 128 MB in all', 20, 200, 502],
    ['70 MiB is served by nobody', 70, 502, 502],
  ])('%s', async (_what, megabytes, node, workers) => {
    const [id, token] = await newTenant(undefined, undefined, '25s')
    upstream.play(answering(200, scim, userOf(megabytes * 2 ** 20)))
    const answer = await send('GET', token)
    expect(answer.status).toBe(home === 'node' ? node : workers)
    if (answer.status === 200) expect(answer.text.length).toBeGreaterThan(megabytes * 2 ** 20)
    // Asked once: again, it would be as long.
    expect(await written(id, answer)).toEqual(['closed', 'forward GET 200'])
  })
})
