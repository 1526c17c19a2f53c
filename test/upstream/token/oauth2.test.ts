import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ScimError } from '../../../src/scim/error.ts'
import type { ScimRequest } from '../../../src/scim/request.ts'
import { userDefinition } from '../../../src/scim/schemas.ts'
import type { ScimClause } from '../../../src/upstream/scim/clause.ts'
import { type Bench, createBench, json, serve, type TestServer, upstreamAt } from '../scim/support.ts'
import { type KeyMaterial, makeCertificate, type OauthServer, startOauth } from './oauth.ts'

const read: ScimRequest = { operation: 'read', definition: userDefinition, id: '1', projection: {} }
// RFC 6749 §2.3.1: all of these have to survive form encoding and Base64.
const secret = 's: %+/"&=~*'
const secrets: Record<string, string> = {}

let pair: KeyMaterial
let other: KeyMaterial
let oauth: OauthServer
let server: TestServer
let bench: Bench

beforeAll(() => {
  pair = makeCertificate()
  other = makeCertificate()
})
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  Object.assign(secrets, { SECRET: secret, CERT: pair.certificate, KEY: pair.key, OTHER_KEY: other.key })
  const jwks = { keys: [pair.jwk] }
  oauth = await startOauth([
    { client_id: 'post', client_secret: secret, token_endpoint_auth_method: 'client_secret_post' },
    { client_id: 'basic', client_secret: secret, token_endpoint_auth_method: 'client_secret_basic' },
    { client_id: 'certified', token_endpoint_auth_method: 'private_key_jwt', jwks },
  ])
  server = await serve(async ({ headers }, response) => {
    const known = await oauth.knows((headers.authorization ?? '').replace('Bearer ', ''))
    json(response, known ? 200 : 401, { id: '1' })
  })
  bench = createBench()
})
afterEach(async () => {
  await Promise.all([oauth.close(), server.close(), bench.close()])
  vi.useRealTimers()
})
afterAll(() => vi.useRealTimers())

type Oauth2 = Extract<ScimClause['auth'], { kind: 'oauth2' }>
const withClient = (clientId: string, client: Oauth2['client'], more: Partial<Oauth2> = {}) =>
  upstreamAt(
    server.url,
    bench,
    { kind: 'oauth2', tokenUrl: oauth.tokenUrl, clientId, client, scope: 'scim', ...more },
    secrets,
  )
const post = (more: Partial<Oauth2> = {}) => withClient('post', { secret: { env: 'SECRET' } }, more)
const certified = (more: object = {}) =>
  withClient('certified', { certificate: { certificate: { env: 'CERT' }, key: { env: 'KEY' }, ...more } })
const go = (upstream: ReturnType<typeof post>, errand = bench.errand()) =>
  upstream.carry(read, errand).then(
    ({ kind }) => kind,
    (error) => error,
  )
/** Moves both clocks. */
const advance = (ms: number) => {
  bench.advance(ms)
  vi.setSystemTime(bench.ports.now())
}
const purposes = () => bench.attempts.map(({ purpose, status }) => `${purpose} ${status}`)
const settled = () => vi.waitFor(() => expect(bench.background.every(({ status }) => status !== undefined)).toBe(true))

describe('client credentials', () => {
  it.each([
    ['a secret in the body', () => post()],
    ['a secret in Basic', () => withClient('basic', { secret: { env: 'SECRET' }, send: 'basic' })],
    ['a certificate, PS256', () => certified()],
    ['a certificate, RS256', () => certified({ alg: 'RS256' })],
  ])('%s', async (_name, make) => {
    const upstream = make()
    expect(await go(upstream)).toBe('resource')
    expect(await go(upstream)).toBe('resource')
    expect(oauth.answers).toEqual([200])
    expect(purposes()).toEqual(['token 200', 'forward 200', 'forward 200'])
    expect(bench.attempts[0]).toMatchObject({ method: 'POST', path: '/token' })
  })

  it('are asked for once by many at once', async () => {
    const upstream = post()
    expect(await Promise.all(Array.from({ length: 20 }, () => go(upstream)))).toEqual(Array(20).fill('resource'))
    expect(oauth.answers).toEqual([200])
  })

  it('with a certificate have the header and claims that Entra asks for', async () => {
    let form = new URLSearchParams()
    oauth.intercept = (request, response) => {
      request.on('data', (chunk) => {
        form = new URLSearchParams(String(chunk))
      })
      request.on('end', () => json(response, 200, { access_token: 'x', token_type: 'bearer', expires_in: '3599' }))
    }
    await go(certified())
    const assertion = form.get('client_assertion') ?? ''
    expect(Object.fromEntries(form)).toEqual({
      grant_type: 'client_credentials',
      scope: 'scim',
      client_id: 'certified',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    })
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: 'PS256', typ: 'JWT', 'x5t#S256': pair.thumbprint })
    const nbf = Math.floor(bench.ports.now() / 1_000)
    expect(decodeJwt(assertion)).toEqual({
      aud: oauth.tokenUrl,
      iss: 'certified',
      sub: 'certified',
      jti: expect.stringMatching(/^id-/),
      nbf,
      iat: nbf,
      exp: nbf + 300,
    })
  })

  it('send scope, audience and resource as they are', async () => {
    let body = ''
    oauth.intercept = (request, response) => {
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => json(response, 200, { access_token: 'x' }))
    }
    await go(post({ scope: 'https://graph.example/.default', audience: 'a b', resource: 'urn:r' }))
    expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({
      scope: 'https://graph.example/.default',
      audience: 'a b',
      resource: 'urn:r',
      client_secret: secret,
    })
  })

  it.each<[string, () => void, RegExp]>([
    ['no certificate', () => Object.assign(secrets, { CERT: 'nonsense' }), /certificate is not PEM/],
    [
      'a broken certificate',
      () => Object.assign(secrets, { CERT: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }),
      /certificate cannot be read/,
    ],
    ['a PKCS#1 key', () => Object.assign(secrets, { KEY: '-----BEGIN RSA PRIVATE KEY-----' }), /openssl pkcs8 -topk8/],
    [
      'a broken key',
      () => Object.assign(secrets, { KEY: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----' }),
      /key cannot be read/,
    ],
    ['a key of another certificate', () => Object.assign(secrets, { KEY: other.key }), /do not belong together/],
  ])('with %s are 502, an alert says why, and nothing is sent', async (_name, spoil, reason) => {
    spoil()
    expect(await go(certified())).toMatchObject({ status: 502 })
    expect(bench.logs).toMatchObject([{ alert: 'upstream-credential', reason: expect.stringMatching(reason) }])
    expect(oauth.answers).toEqual([])
    expect(server.seen).toEqual([])
  })
})

describe('a token', () => {
  it('that expires in mid-run is replaced before the upstream notices', async () => {
    const upstream = post()
    for (let second = 0; second < 300; second += 20) {
      expect(await go(upstream)).toBe('resource')
      await settled()
      advance(20_000)
    }
    expect(purposes()).not.toContain('forward 401')
    expect(oauth.answers.length).toBeGreaterThanOrEqual(5)
    expect(oauth.answers.length).toBeLessThanOrEqual(8)
  })

  it('is refreshed ahead at about 80% of its life, by a call of its own', async () => {
    const upstream = post()
    await go(upstream)
    advance(44_000)
    await go(upstream)
    expect(bench.background).toEqual([])
    advance(8_000)
    expect(await go(upstream)).toBe('resource')
    await settled()
    expect(bench.background).toEqual([{ operation: 'token', status: 200 }])
    expect(oauth.answers).toEqual([200, 200])
    advance(20_000)
    expect(await go(upstream)).toBe('resource')
    expect(oauth.answers).toEqual([200, 200])
  })

  it('that was revoked heals by one renewal, within the same request', async () => {
    const upstream = post()
    await go(upstream)
    await oauth.revoke((server.seen[0]?.headers.authorization ?? '').replace('Bearer ', ''))
    expect(await Promise.all(Array.from({ length: 10 }, () => go(upstream)))).toEqual(Array(10).fill('resource'))
    expect(oauth.answers).toEqual([200, 200])
  })

  it('that the upstream refuses although fresh is renewed once, not for every request', async () => {
    oauth.intercept = (_request, response) => json(response, 200, { access_token: 'unknown', expires_in: 3_600 })
    const upstream = post()
    for (let time = 0; time < 5; time++) expect(await go(upstream)).toMatchObject({ status: 502 })
    expect(oauth.answers).toEqual([200, 200])
    expect(bench.logs.filter(({ alert }) => alert === 'upstream-credential')).toHaveLength(5)
    oauth.intercept = undefined
    advance(30_000)
    expect(await go(upstream)).toBe('resource')
  })

  it.each([
    [{ expires_in: '1' }, 2],
    [{ expires_in: 0 }, 3],
    [{}, 1],
    [{ expires_in: 'soon' }, 1],
  ])('whose answer says %j works', async (more, requests) => {
    let issued = 0
    oauth.intercept = (_request, response) => json(response, 200, { access_token: `t${++issued}`, ...more })
    const open = await serve((_seen, response) => json(response, 200, { id: '1' }))
    const auth: ScimClause['auth'] = {
      kind: 'oauth2',
      tokenUrl: oauth.tokenUrl,
      clientId: 'post',
      client: { secret: { env: 'SECRET' } },
    }
    const upstream = upstreamAt(open.url, bench, auth, secrets)
    expect(await go(upstream)).toBe('resource')
    expect(await go(upstream)).toBe('resource')
    advance(1_000)
    expect(await go(upstream)).toBe('resource')
    await settled()
    expect(oauth.answers).toHaveLength(requests)
    await open.close()
  })
})

describe('a dead secret', () => {
  beforeEach(() => Object.assign(secrets, { SECRET: 'expired' }))

  it('is 502 with an alert, never 401, and does not hammer the token endpoint', async () => {
    const upstream = post()
    const asked: number[] = []
    // 700 s at one request a second: at 0, 10, 30, 70, 150, 310 and 610 s (doubling to 5 min).
    for (let second = 0; second < 700; second++) {
      const before = oauth.answers.length
      expect(await go(upstream)).toMatchObject({ status: 502 })
      if (oauth.answers.length > before) asked.push(second)
      advance(1_000)
    }
    expect(asked).toEqual([0, 10, 30, 70, 150, 310, 610])
    expect(server.seen).toEqual([])
    expect(bench.logs.every(({ alert }) => alert === 'upstream-credential')).toBe(true)
    expect(bench.logs).toHaveLength(asked.length)
    expect(bench.logs[0]?.reason).toBe('the token endpoint answered 401: invalid_client')
    expect(JSON.stringify(bench.logs)).not.toContain('expired')
  })

  it('that is replaced heals at the next try', async () => {
    const upstream = post()
    expect(await go(upstream)).toMatchObject({ status: 502 })
    secrets['SECRET'] = secret
    expect(await go(upstream)).toMatchObject({ status: 502 })
    advance(10_000)
    expect(await go(upstream)).toBe('resource')
  })

  it('does not end a token that still lives', async () => {
    secrets['SECRET'] = secret
    const upstream = post()
    expect(await go(upstream)).toBe('resource')
    oauth.intercept = (_request, response) => json(response, 401, { error: 'invalid_client' })
    advance(52_000)
    expect(await go(upstream)).toBe('resource')
    await settled()
    expect(await go(upstream)).toBe('resource')
    await settled()
    expect(bench.background).toEqual([{ operation: 'token', status: 502 }])
  })
})

describe('a ledger that cannot be written', () => {
  const full = async () => {
    throw new ScimError(503, 'the ledger cannot be written')
  }

  it('is not held against the token endpoint', async () => {
    const upstream = post()
    const errand = bench.errand({ attempts: { callId: 'call', begin: full, note: () => {} } })
    expect(await go(upstream, errand)).toMatchObject({ status: 503, message: 'the ledger cannot be written' })
    expect(await go(upstream)).toBe('resource')
  })

  it('leaves no refresh open', async () => {
    const openCall: Bench['openCall'] = (operation) => ({ ...bench.openCall(operation), begin: full })
    const auth: Oauth2 = {
      kind: 'oauth2',
      tokenUrl: oauth.tokenUrl,
      clientId: 'post',
      client: { secret: { env: 'SECRET' } },
    }
    const upstream = upstreamAt(server.url, { ...bench, openCall }, auth, secrets)
    expect(await go(upstream)).toBe('resource')
    advance(52_000)
    expect(await go(upstream)).toBe('resource')
    await settled()
    expect(bench.background).toEqual([{ operation: 'token', status: 503 }])
  })
})

describe('a token endpoint in trouble', () => {
  it('that cannot be reached is 503, remembered for a second', async () => {
    const upstream = post()
    await oauth.close()
    expect(await go(upstream)).toMatchObject({ status: 503, retryAfter: '1' })
    expect(purposes()).toEqual(['token null', 'token null', 'token null'])
    expect(await go(upstream)).toMatchObject({ status: 503 })
    expect(bench.attempts).toHaveLength(3)
    advance(1_000)
    expect(await go(upstream)).toMatchObject({ status: 503 })
    expect(bench.attempts).toHaveLength(6)
    oauth = await startOauth([])
  })

  it('that hangs is 504 for every waiter, by its own deadline', async () => {
    const upstream = post()
    oauth.intercept = () => undefined
    const waiting = [go(upstream), go(upstream, bench.errand({ deadlineAt: bench.ports.now() + 40_000 }))]
    await vi.waitFor(() => expect(bench.attempts).toHaveLength(1))
    advance(20_000)
    expect(await waiting[0]).toMatchObject({ status: 504 })
    // The second has time left: it asks again for itself.
    await vi.waitFor(() => expect(bench.attempts).toHaveLength(2))
    advance(20_000)
    expect(await waiting[1]).toMatchObject({ status: 504 })
    expect(server.seen).toEqual([])
  })

  it.each([
    [500, {}, 502],
    [503, {}, 503],
    [429, {}, 503],
    [302, {}, 502],
    [200, {}, 502],
    [200, { access_token: 'a\nb' }, 502],
    [200, { access_token: 'a', token_type: 'mac' }, 502],
    [200, 'not JSON', 502],
  ])('that answers %i %j is %i', async (status, body, own) => {
    oauth.intercept = (_request, response) => json(response, status, body)
    expect(await go(post())).toMatchObject({ status: own })
    expect(server.seen).toEqual([])
  })

  it('tells Microsoft’s code to the operator, not the description', async () => {
    const error_description = 'AADSTS7000215: Invalid client secret provided: hunter2'
    oauth.intercept = (_request, response) => json(response, 401, { error: 'invalid_client', error_description })
    await go(post())
    expect(bench.logs).toMatchObject([{ reason: 'the token endpoint answered 401: invalid_client AADSTS7000215' }])
  })
})

it('no token and no secret is ever in the log', async () => {
  const upstream = post()
  await go(upstream)
  const token = (server.seen[0]?.headers.authorization ?? '').replace('Bearer ', '')
  await oauth.revoke(token)
  await go(upstream)
  expect(token).not.toBe('')
  expect(JSON.stringify([bench.logs, bench.attempts])).not.toContain(token)
})
