import { expect, it } from 'vitest'
import { directoryTenant } from '../support/gateway.ts'
import { startTestWorker, type TestWorker, temporaryState, usageOf } from './support.ts'

/* What the alarm of a tenant's object writes to the control store: the usage of all tenants in one query. */

async function use(worker: TestWorker, token: string, times: number): Promise<void> {
  for (let time = 0; time < times; time++)
    expect((await worker.ask('/scim/v2/Users?count=0', { token })).status).toBe(200)
}

const sorted = async (rows: ReturnType<typeof usageOf>) =>
  (await rows).toSorted((a, b) => (a.tenant < b.tenant ? -1 : 1))

/** The overview must be what each tenant's own ledger says, together. */
async function expectSum(worker: TestWorker, ids: readonly string[]): Promise<void> {
  const own = (await Promise.all(ids.map((id) => usageOf(worker, id)))).flat()
  expect(own.length).toBeGreaterThan(0)
  expect(await sorted(usageOf(worker))).toEqual(await sorted(Promise.resolve(own)))
}

it('rolls each hour up, the same however often, and more as more is used', async () => {
  const worker = await startTestWorker(temporaryState())
  const ids = ['acme', 'beta', 'idle']
  for (const id of ids) await worker.apply(id, directoryTenant(id))
  const [acme, beta] = [await worker.mint('acme'), await worker.mint('beta')]
  await use(worker, acme, 3)
  await use(worker, beta, 2)
  await worker.ask('/scim/v2/Users/nobody', { token: beta })
  expect(await usageOf(worker)).toEqual([])
  const at = Number((await worker.ask('/test/alarm-at/acme')).body['at'])
  expect([at > Date.now(), at <= Date.now() + 60_000]).toEqual([true, true])
  expect((await worker.ask('/test/alarm-at/idle')).body['at']).toBeNull()
  for (const id of ids) await worker.alarm(id)
  await expectSum(worker, ids)
  for (const id of [...ids, ...ids]) await worker.alarm(id)
  await expectSum(worker, ids)
  expect(await usageOf(worker, 'beta')).toMatchObject([{ calls: 3, errors: 1 }])
  await use(worker, acme, 1)
  for (const id of ids) await worker.alarm(id)
  await expectSum(worker, ids)
  expect(await usageOf(worker, 'idle')).toEqual([])
})

it('keeps hours waiting while the control store is away, over a reset and a kill, and delivers them then', async () => {
  const state = temporaryState()
  const worker = await startTestWorker(state)
  await worker.apply('acme', directoryTenant('acme'))
  const token = await worker.mint('acme')
  await use(worker, token, 2)
  await worker.control('away')
  await worker.alarm('acme')
  await worker.abort('acme')
  await use(worker, token, 1)
  await worker.alarm('acme')
  await worker.control('back')
  expect(await usageOf(worker)).toEqual([])
  await worker.kill()
  const next = await startTestWorker(state)
  await next.alarm('acme')
  await expectSum(next, ['acme'])
  expect(await usageOf(next)).toMatchObject([{ tenant: 'acme', calls: 3 }])
})

it('drops hours that nobody asks for any more, when the clock says so', async () => {
  const worker = await startTestWorker(temporaryState())
  await worker.apply('acme', directoryTenant('acme'))
  await use(worker, await worker.mint('acme'), 1)
  await worker.alarm('acme')
  expect((await worker.ask('/test/prune/2500')).body).toEqual({ left: 1 })
  await expectSum(worker, ['acme'])
})

it('leaves no trace of a tenant that nobody made', async () => {
  const worker = await startTestWorker(temporaryState())
  await worker.alarm('nobody')
  expect(await usageOf(worker)).toEqual([])
  expect((await worker.admin('/usage?tenant=nobody')).status).toBe(404)
})
