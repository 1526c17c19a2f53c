import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { mintToken } from '../src/auth/token.ts'
import { directoryTenant, startTestGateway, type TestGateway } from './support/gateway.ts'

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User'
const user = (userName: string) => ({ schemas: [userSchema], userName })

let gateway: TestGateway
let alpha: string
let beta: string

beforeAll(async () => {
  gateway = await startTestGateway({
    alpha: `${directoryTenant('alpha')}frontDoor: { hosts: [alpha.scim.test] }\n`,
    beta: directoryTenant('beta'),
    fenced: `${directoryTenant('fenced')}frontDoor: { allowFrom: [203.0.113.0/24] }\n`,
    closed: `${directoryTenant('closed')}status: suspended\n`,
  })
  alpha = await gateway.mint('alpha')
  beta = await gateway.mint('beta')
})
afterAll(() => gateway.stop())

describe('three ways to a tenant', () => {
  const total = async (path: string, token: string, headers: Record<string, string> = {}) => {
    const answer = await gateway.ask(`${path}/Users?filter=userName eq "routed"`, { token, headers })
    return answer.status === 200 ? answer.body['totalResults'] : answer.status
  }

  it('leads by credential, by path and by host to the same resources', async () => {
    const created = await gateway.ask('/scim/v2/Users', { token: alpha, body: user('routed') })
    expect(created.status).toBe(201)
    expect(await total('/scim/v2', alpha)).toBe(1)
    expect(await total('/t/alpha/scim/v2', alpha)).toBe(1)
    expect(await total('/scim/v2', beta)).toBe(0)
    expect(await total('/t/beta/scim/v2', beta)).toBe(0)
  })

  it('takes Basic with the tenant as user and the token as password', async () => {
    const authorization = `Basic ${Buffer.from(`alpha:${alpha}`).toString('base64')}`
    expect((await gateway.ask('/scim/v2/Users', { headers: { authorization } })).status).toBe(200)
  })

  it('names in every location the URL that the client used', async () => {
    const common = await gateway.ask('/scim/v2/Users', { token: alpha, body: user('located') })
    const location = `${gateway.url}/scim/v2/Users/${common.body['id']}`
    expect(common.headers.get('location')).toBe(location)
    expect(common.body['meta']).toMatchObject({ location })
    const byPath = await gateway.ask(`/t/alpha/scim/v2/Users/${common.body['id']}`, { token: alpha })
    expect(byPath.body['meta']).toMatchObject({ location: `${gateway.url}/t/alpha/scim/v2/Users/${common.body['id']}` })
  })

  it('works with the Entra flag stuck into the base', async () => {
    const answer = await gateway.ask('/scim/v2/?aadOptscim062020/Users?startIndex=1&count=1', { token: alpha })
    expect(answer.status).toBe(200)
    expect(answer.body['itemsPerPage']).toBe(1)
  })
})

describe('401', () => {
  const cases: [string, () => [path: string, authorization: string | undefined]][] = [
    ['no credential', () => ['/scim/v2/Users', undefined]],
    ['nonsense', () => ['/scim/v2/Users', 'Bearer nonsense']],
    ['a well-formed token that nobody minted', () => ['/scim/v2/Users', `Bearer ${forged('alpha')}`]],
    ['a token of a tenant that does not exist', () => ['/scim/v2/Users', `Bearer ${forged('nobody')}`]],
    ["another tenant's path", () => ['/t/beta/scim/v2/Users', `Bearer ${alpha}`]],
    ['the path of a tenant that does not exist', () => ['/t/nobody/scim/v2/Users', `Bearer ${alpha}`]],
    ['an unknown path below the root', () => ['/scim/v2/Nothing/x/y', undefined]],
  ]
  const forged = (tenant: string) => mintToken(tenant, (count) => new Uint8Array(count).fill(7)).token

  it('is one and the same answer for all of them', async () => {
    const answers = await Promise.all(
      cases.map(async ([name, given]) => {
        const [path, authorization] = given()
        const answer = await gateway.ask(path, authorization === undefined ? {} : { headers: { authorization } })
        const headers = [...answer.headers].filter(([header]) => header !== 'x-request-id' && header !== 'date')
        return [name, { status: answer.status, text: answer.text, headers }]
      }),
    )
    const [first] = answers
    expect(first?.[1]).toMatchObject({ status: 401 })
    expect(Object.fromEntries(answers)).toEqual(Object.fromEntries(answers.map(([name]) => [name, first?.[1]])))
  })

  it('asks for a Bearer credential in a SCIM error', async () => {
    const answer = await gateway.ask('/scim/v2/Users')
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    expect(answer.body).toMatchObject({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '401' })
  })

  it('is what a credential gets from an address that the tenant does not allow', async () => {
    expect((await gateway.ask('/scim/v2/Users', { token: await gateway.mint('fenced') })).status).toBe(401)
  })
})

describe('credentials', () => {
  it('end at once when revoked, while others live on', async () => {
    const [old, next] = [await gateway.mint('beta'), await gateway.mint('beta')]
    expect((await gateway.ask('/scim/v2/Users', { token: old })).status).toBe(200)
    const { body } = await gateway.admin('/tenants/beta/tokens')
    const tokens = z.array(z.object({ id: z.string() })).parse(body['tokens'])
    const oldId = tokens.at(-2)?.id
    expect((await gateway.admin(`/tenants/beta/tokens/${oldId}`, { method: 'DELETE' })).status).toBeLessThan(300)
    expect((await gateway.ask('/scim/v2/Users', { token: old })).status).toBe(401)
    expect((await gateway.ask('/scim/v2/Users', { token: next })).status).toBe(200)
  })

  it('may be limited to reading', async () => {
    const token = await gateway.mint('beta', { scope: 'read' })
    expect((await gateway.ask('/scim/v2/Users', { token })).status).toBe(200)
    const refused = await gateway.ask('/scim/v2/Users', { token, body: user('refused') })
    expect([refused.status, refused.body['detail']]).toEqual([403, 'this credential may only read'])
  })

  it('may be limited to resource types', async () => {
    const token = await gateway.mint('beta', { scope: 'write:Group' })
    expect((await gateway.ask('/scim/v2/Groups', { token })).status).toBe(200)
    expect((await gateway.ask('/scim/v2/Users', { token })).status).toBe(403)
    expect((await gateway.ask('/scim/v2/Bulk', { token, body: { Operations: [] } })).status).toBe(403)
    expect((await gateway.ask('/scim/v2/ResourceTypes', { token })).status).toBe(200)
  })
})

describe('a suspended tenant', () => {
  it('answers 403 to its own credential, suspended by its file', async () => {
    const answer = await gateway.ask('/scim/v2/Users', { token: await gateway.mint('closed') })
    expect(answer.status).toBe(403)
  })

  it('answers 403 from the next request after an operator suspended it, and serves after the resume', async () => {
    expect((await gateway.admin('/tenants/beta/suspend', { method: 'POST' })).status).toBeLessThan(300)
    expect((await gateway.ask('/scim/v2/Users', { token: beta })).status).toBe(403)
    expect((await gateway.ask('/scim/v2/Users', { token: alpha })).status).toBe(200)
    expect((await gateway.admin('/tenants/beta/resume', { method: 'POST' })).status).toBeLessThan(300)
    expect((await gateway.ask('/scim/v2/Users', { token: beta })).status).toBe(200)
  })
})

describe('every answer', () => {
  it('carries the id under which the ledger has the call', async () => {
    const answer = await gateway.ask('/scim/v2/Users?count=0', {
      token: alpha,
      headers: { 'x-request-id': 'mine', 'user-agent': 'test/1' },
    })
    const id = answer.headers.get('x-request-id')
    const { body } = await gateway.admin(`/tenants/alpha/calls/${id}`)
    expect(body).toMatchObject({
      id,
      method: 'GET',
      operation: 'User.list',
      resourceType: 'User',
      status: 200,
      state: 'closed',
      upstreamCalls: 1,
      attempts: [{ seq: 1, purpose: 'forward', method: 'GET', path: '/Users', status: 200 }],
    })
  })

  it('is counted: each authenticated request once, refused credentials never', async () => {
    const period = async () => {
      const { body } = await gateway.admin('/usage?tenant=fenced&by=month')
      return z.array(z.object({ calls: z.number(), errors: z.number() })).parse(body['rows'])
    }
    expect(await period()).toEqual([])
    await gateway.ask('/scim/v2/Users', { token: await gateway.mint('fenced') })
    expect(await period()).toEqual([])
  })
})
