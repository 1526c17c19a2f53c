import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { scimClause, timeoutMsOf } from '../../../src/upstream/scim/clause.ts'

const good = { kind: 'scim', url: 'https://directory.example/scim/v2', auth: { kind: 'none' } }
const oauth2 = {
  kind: 'oauth2',
  tokenUrl: 'https://login.example/token',
  clientId: 'tollgate',
  client: { secret: { env: 'SECRET' } },
}
const withAuth = (auth: unknown) => ({ ...good, auth })

/** `path: message` of each mistake. */
const mistakes = (value: unknown): string[] =>
  scimClause.safeParse(value).error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? []

describe('scimClause accepts', () => {
  it.each([
    good,
    { ...good, timeout: '500ms' },
    withAuth({ kind: 'bearer', token: { env: 'TOKEN' } }),
    withAuth({ kind: 'basic', username: 'tollgate', password: { file: '/run/secret' } }),
    withAuth({ kind: 'header', name: 'X-Api-Key', value: { sealed: 'eyJ' } }),
    withAuth(oauth2),
    withAuth({
      ...oauth2,
      scope: 'a b',
      audience: 'x',
      resource: 'y',
      client: { secret: { env: 'S' }, send: 'basic' },
    }),
    withAuth({ ...oauth2, client: { certificate: { certificate: { file: 'c' }, key: { file: 'k' }, alg: 'RS256' } } }),
  ])('%j', (clause) => {
    expect(mistakes(clause)).toEqual([])
  })
})

describe('scimClause refuses', () => {
  const literal = /literal secret must not stand in a tenant file.*\{ env: NAME \}/
  it.each([
    ['an unknown key', { ...good, urll: 'x' }, /urll/],
    [
      'an auth kind not built yet',
      withAuth({ kind: 'managedIdentity', resource: 'x' }),
      /^auth.*known but not built yet/,
    ],
    ['another auth kind not built yet', withAuth({ kind: 'tokenExchange' }), /^auth.*known but not built yet/],
    ['an unknown auth kind', withAuth({ kind: 'saml' }), /^auth.*unknown auth kind: use one of none, bearer/],
    ['no auth kind', withAuth({}), /^auth.*auth needs a kind: none, bearer/],
    ['no auth', { kind: 'scim', url: good.url }, /^auth: auth needs a kind/],
    [
      'a federated client',
      withAuth({ ...oauth2, client: { federated: {} } }),
      /auth.client.federated: .*not built yet/,
    ],
    ['a client that is none', withAuth({ ...oauth2, client: {} }), /^auth.client: client is one of/],
    [
      'two clients',
      withAuth({
        ...oauth2,
        client: { secret: { env: 'S' }, certificate: { certificate: { env: 'C' }, key: { env: 'K' } } },
      }),
      /^auth.client: client is one of/,
    ],
    ['a literal token', withAuth({ kind: 'bearer', token: 'hunter2' }), literal],
    ['a literal client secret', withAuth({ ...oauth2, client: { secret: 'hunter2' } }), literal],
    [
      'a reference of two kinds',
      withAuth({ kind: 'bearer', token: { env: 'A', file: 'b' } }),
      /a secret is a reference/,
    ],
    ['a URL with a password', { ...good, url: 'https://a:hunter2@directory.example' }, /^url: must hold no user/],
    ['a URL with a query', { ...good, url: 'https://directory.example/?a=b' }, /^url: must have no query/],
    ['another scheme', { ...good, url: 'ftp://directory.example' }, /^url: must be an https URL/],
    ['a timeout without a unit', { ...good, timeout: '20' }, /^timeout: must be a duration/],
    ['a timeout that no timer can wait for', { ...good, timeout: '25d' }, /^timeout: must be at most 24h/],
    ['no time at all', { ...good, timeout: '0s' }, /^timeout: must be longer than nothing/],
    [
      'a header of the gateway',
      withAuth({ kind: 'header', name: 'Host', value: { env: 'X' } }),
      /sets this header itself/,
    ],
    ['no header name', withAuth({ kind: 'header', name: 'X: y', value: { env: 'X' } }), /no name of an HTTP header/],
  ])('%s', (_name, clause, message) => {
    const found = mistakes(clause)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(message)
    expect(found.join()).not.toContain('hunter2')
  })
})

it('timeoutMsOf is 20 s unless given', () => {
  expect(timeoutMsOf(scimClause.parse(good))).toBe(20_000)
  expect(timeoutMsOf(scimClause.parse({ ...good, timeout: '1m' }))).toBe(60_000)
})

it('can be printed as JSON Schema, for editors', () => {
  expect(JSON.stringify(z.toJSONSchema(scimClause, { io: 'input' }))).toContain('"oauth2"')
})
