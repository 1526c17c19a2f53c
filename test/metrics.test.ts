import { afterEach, describe, expect, it } from 'vitest'
import { createMetrics } from '../src/metrics.ts'
import { adminToken, scimTenant, startTestGateway, type TestGateway } from './support/gateway.ts'
import { type ForeignUpstream, foreignUpstream } from './support/upstream.ts'

const linesOf = (text: string, name: string) => text.split('\n').filter((line) => line.startsWith(`${name}{`))

describe('an upstream attempt', () => {
  it('is counted by its status, an unknown one by its class, and as 0 without an answer', () => {
    const metrics = createMetrics()
    metrics.attempted('forward', 201)
    metrics.attempted('forward', 201)
    metrics.attempted('token', null)
    for (let status = 505; status < 600; status++) metrics.attempted('retry', status)
    expect(linesOf(metrics.text({}), 'tollgate_upstream_attempts_total')).toEqual([
      'tollgate_upstream_attempts_total{purpose="forward",status="201"} 2',
      'tollgate_upstream_attempts_total{purpose="token",status="0"} 1',
      'tollgate_upstream_attempts_total{purpose="retry",status="5xx"} 95',
    ])
  })
})

describe('/metrics', () => {
  let gateway: TestGateway
  let upstream: ForeignUpstream
  afterEach(async () => {
    await gateway.stop()
    upstream.close()
  })
  const shown = async (name: string) => linesOf((await gateway.ask('/metrics', { token: adminToken })).text, name)

  it('counts what goes upstream, for tokens too, whatever comes of it', async () => {
    upstream = await foreignUpstream()
    const gone = await foreignUpstream()
    gone.close()
    const secret = '{ env: TEST_METRICS_SECRET }'
    process.env['TEST_METRICS_SECRET'] = 'secret'
    const auth = `{ kind: oauth2, tokenUrl: '${gone.url}/token', clientId: c, client: { secret: ${secret} } }`
    gateway = await startTestGateway({
      alpha: scimTenant('alpha', upstream.url),
      beta: scimTenant('beta', upstream.url, auth),
    })
    const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'anna' }
    const token = await gateway.mint('alpha')
    expect((await gateway.ask('/scim/v2/Users', { token, body })).status).toBe(201)
    expect((await gateway.ask('/scim/v2/Users', { token: await gateway.mint('beta'), body })).status).toBe(503)
    const counted = await shown('tollgate_upstream_attempts_total')
    expect(counted).toContain('tollgate_upstream_attempts_total{purpose="forward",status="201"} 1')
    expect(counted).toContainEqual(
      expect.stringMatching(/^tollgate_upstream_attempts_total\{purpose="token",status="0"\} [1-9]/),
    )
  })

  it('names no operation by what a client made up', async () => {
    upstream = await foreignUpstream()
    gateway = await startTestGateway({ alpha: scimTenant('alpha', upstream.url) })
    const token = await gateway.mint('alpha')
    for (const type of ['Widgets', 'Gadgets', 'Gizmos']) {
      expect((await gateway.ask(`/scim/v2/${type}`, { token })).status).toBe(404)
    }
    expect(await shown('tollgate_calls_total')).toEqual(['tollgate_calls_total{operation="other",status="404"} 3'])
  })
})
