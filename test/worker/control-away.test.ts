import { expect, it } from 'vitest'
import { mintToken } from '../../src/auth/token.ts'
import { adminToken, directoryTenant } from '../support/gateway.ts'
import { startTestWorker, temporaryState } from './support.ts'

/* While the control store (D1) cannot be read, whoever was served goes on being served; nobody is told a lie. */

const forged = (tenant: string) => mintToken(tenant, (count) => new Uint8Array(count).fill(7)).token

it('a tenant that was served is served on, also by an object and a workerd that begin anew', async () => {
  const state = temporaryState()
  const worker = await startTestWorker(state)
  await worker.apply('acme', directoryTenant('acme'))
  await worker.apply('stopped', directoryTenant('stopped'))
  await worker.apply('unasked', directoryTenant('unasked'))
  const [token, stopped, unasked] = [
    await worker.mint('acme'),
    await worker.mint('stopped'),
    await worker.mint('unasked'),
  ]
  await worker.admin('/tenants/stopped/suspend', { method: 'POST', body: {} })
  const status = async (by: string, of = worker) => (await of.ask('/scim/v2/Users', { token: by })).status
  expect([await status(token), await status(stopped)]).toEqual([200, 403])
  await worker.control('away')
  expect([await status(token), await status(stopped), await status(unasked)]).toEqual([200, 403, 200])
  await worker.abort('acme')
  await worker.abort('stopped')
  expect([await status(token), await status(stopped)]).toEqual([200, 403])
  // Word for word what no tenant is told: else this would be the hour to find out which there are.
  const strangers = await Promise.all(
    ['acme', 'nobody'].map((id) => worker.ask('/scim/v2/Users', { token: forged(id) })),
  )
  expect(strangers.map(({ status }) => status)).toEqual([503, 503])
  expect(strangers[0]?.text).toBe(strangers[1]?.text)
  await worker.kill()
  const next = await startTestWorker(state)
  await next.control('away')
  expect([await status(token, next), await status(stopped, next)]).toEqual([200, 403])
})

it('an unknown tenant gets 503, which says neither yes nor no, and 401 once the store is back', async () => {
  const worker = await startTestWorker(temporaryState())
  await worker.control('away')
  const answer = await worker.ask('/scim/v2/Users', { token: forged('nobody') })
  expect([answer.status, answer.headers.get('retry-after'), answer.text]).toEqual([
    503,
    '1',
    expect.stringContaining('the registry of tenants cannot be read'),
  ])
  expect((await worker.ask('/scim/v2/Users')).status).toBe(401)
  await worker.control('back')
  expect((await worker.ask('/scim/v2/Users', { token: forged('nobody') })).status).toBe(401)
})

it('readiness says so, and the admin API and metrics fail without a word of the inside', async () => {
  const worker = await startTestWorker(temporaryState())
  await worker.apply('acme', directoryTenant('acme'))
  await worker.control('away')
  expect((await worker.ask('/healthz')).status).toBe(200)
  const ready = await worker.ask('/readyz')
  expect([ready.status, ready.body['reason']]).toEqual([503, expect.stringContaining('(D1) cannot be read')])
  for (const path of ['/tenants', '/tenants/acme', '/usage', '/log']) {
    const { status, text } = await worker.admin(path)
    expect([path, status]).toEqual([path, 500])
    expect(text).not.toMatch(/D1_ERROR|select|sqlite/i)
  }
  const metrics = await worker.ask('/metrics', { token: adminToken })
  expect([metrics.status, metrics.text]).toEqual([500, expect.not.stringMatching(/D1_ERROR|select/i)])
  await worker.control('back')
  expect((await worker.ask('/readyz')).status).toBe(200)
  expect((await worker.admin('/tenants/acme')).status).toBe(200)
})
