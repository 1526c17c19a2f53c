import type { ServerResponse } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { scimTenant, startTestGateway } from '../support/gateway.ts'
import { json, serve } from '../upstream/scim/support.ts'

const slowRequests = 70

it(`leaves connections to the same host for others while ${slowRequests} requests of one tenant wait`, async () => {
  const held: ServerResponse[] = []
  const upstream = await serve(({ url }, response) => {
    if (url.startsWith('/alpha/')) held.push(response)
    else json(response, 200, { id: '1', userName: 'anna' })
  })
  onTestFinished(upstream.close)
  const slow = scimTenant('alpha', `${upstream.url}/alpha`).replace('timeout: 5s', 'timeout: 60s')
  const gateway = await startTestGateway({ alpha: slow, beta: scimTenant('beta', `${upstream.url}/beta`) })
  onTestFinished(gateway.stop)
  const release = () => held.map((response) => json(response, 200, { id: '1', userName: 'anna' }))
  const [alpha, beta] = [await gateway.mint('alpha'), await gateway.mint('beta')]

  let answered = 0
  const waiting = Array.from({ length: slowRequests }, async () => {
    const { status } = await gateway.ask('/scim/v2/Users/1', { token: alpha }).catch(() => ({ status: 0 }))
    answered += 1
    return status
  })
  await expect.poll(() => held.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(64)
  expect((await gateway.ask('/scim/v2/Users/1', { token: beta })).status).toBe(200)
  expect(answered).toBe(0)

  await expect.poll(() => held.length, { timeout: 10_000 }).toBe(slowRequests)
  release()
  expect(new Set(await Promise.all(waiting))).toEqual(new Set([200]))
})
