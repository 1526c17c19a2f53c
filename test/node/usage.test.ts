import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { directoryTenant, startTestGateway, type TestGateway } from '../support/gateway.ts'

const body = z.object({ rows: z.array(z.looseObject({ tenant: z.string(), calls: z.number(), errors: z.number() })) })
const usage = async (gateway: TestGateway, query: string) =>
  body.parse((await gateway.admin(`/usage?${query}`)).body).rows

it('everybody’s usage is fresh at once, is the sum of each one’s, and outlives a restart', async () => {
  const tenants = ['a', 'b', 'c']
  let gateway = await startTestGateway(Object.fromEntries(tenants.map((id) => [id, directoryTenant(id)])))
  onTestFinished(() => gateway.stop())
  const tokens = new Map<string, string>()
  for (const id of tenants) tokens.set(id, await gateway.mint(id))
  for (let round = 1; round <= 3; round += 1) {
    for (const [id, token] of tokens) {
      expect((await gateway.ask('/scim/v2/Users', { token })).status).toBe(200)
      if (id === 'b') expect((await gateway.ask('/scim/v2/Users/nobody', { token })).status).toBe(404)
    }
    if (round === 2) gateway = await gateway.restart()
    const from = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
    for (const range of ['by=month', 'by=day', `by=hour&from=${from}`]) {
      const all = await usage(gateway, range)
      const each = await Promise.all(tenants.map((id) => usage(gateway, `${range}&tenant=${id}`)))
      expect(all).toEqual(each.flat())
      const sum = (name: 'calls' | 'errors') => all.reduce((count, row) => count + row[name], 0)
      expect([sum('calls'), sum('errors')]).toEqual([4 * round, round])
    }
  }
})
