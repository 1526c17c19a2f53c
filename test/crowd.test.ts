import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { directoryTenant, scimTenant, startTestGateway, type TestGateway } from './support/gateway.ts'
import { type ForeignUpstream, foreignUpstream } from './support/upstream.ts'

/* Many requests at once. What load does to speed the benchmark knows; here nothing may be lost, doubled or mixed up. */

const page = z.object({
  calls: z.array(z.object({ id: z.string(), state: z.string(), status: z.number().nullable() })),
})
const idOf = z.object({ id: z.string() })
const listed = z.object({ totalResults: z.number(), Resources: z.array(z.object({ userName: z.string() })) })
const range = (count: number) => Array.from({ length: count }, (_, at) => at)

let gateway: TestGateway
const upstreams: ForeignUpstream[] = []

beforeAll(async () => {
  gateway = await startTestGateway({})
})
afterAll(() => gateway.stop())
beforeEach(async () => {
  for (const _ of range(2)) upstreams.push(await foreignUpstream())
})
afterEach(() => {
  for (const upstream of upstreams.splice(0)) upstream.close()
})

const put = async (id: string, file: string): Promise<number> =>
  (await gateway.admin(`/tenants/${id}`, { method: 'PUT', body: { file } })).status
const create = (token: string, userName: string) => gateway.ask('/scim/v2/Users', { token, body: { userName } })
const callsOf = async (id: string) => page.parse((await gateway.admin(`/tenants/${id}/calls?limit=1000`)).body).calls
const usageOf = async (id: string): Promise<unknown> =>
  (await gateway.admin(`/usage?tenant=${id}&by=month`)).body['rows']

describe('a hundred requests at once', () => {
  it('of one tenant are each served once and written down once', async () => {
    await put('one', directoryTenant('one'))
    const token = await gateway.mint('one')
    const answers = await Promise.all(range(100).map((at) => create(token, `user-${at}`)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    const { totalResults, Resources } = listed.parse((await gateway.ask('/scim/v2/Users?count=200', { token })).body)
    expect([totalResults, new Set(Resources.map(({ userName }) => userName)).size]).toEqual([100, 100])
    const calls = await callsOf('one')
    expect(calls.map(({ state }) => state)).toEqual(range(101).map(() => 'closed'))
    const answered = new Set(answers.map(({ headers }) => headers.get('x-request-id')))
    expect(calls.filter(({ id }) => answered.has(id))).toHaveLength(100)
    expect(await usageOf('one')).toMatchObject([{ calls: 101, errors: 0, inDoubt: 0 }])
  })

  it('for the same new user make one, and 99 conflicts', async () => {
    await put('same', directoryTenant('same'))
    const token = await gateway.mint('same')
    const statuses = (await Promise.all(range(100).map(() => create(token, 'anna')))).map(({ status }) => status)
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, ...range(99).map(() => 409)])
  })

  it('of ten tenants on one upstream are not mixed up', async () => {
    const [upstream] = upstreams
    const ids = range(10).map((at) => `crowd-${at}`)
    const statuses = await Promise.all(ids.map((id) => put(id, scimTenant(id, upstream?.url ?? ''))))
    expect(new Set(statuses)).toEqual(new Set([200]))
    const tokens = await Promise.all(ids.map((id) => gateway.mint(id)))
    const asked = tokens.flatMap((token, at) => range(10).map((user) => create(token, `${ids[at]}/${user}`)))
    const answers = await Promise.all(asked)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(answers.map(({ body }) => body['userName'])).toEqual(
      ids.flatMap((id) => range(10).map((at) => `${id}/${at}`)),
    )
    for (const [at, id] of ids.entries()) {
      const own = answers.slice(at * 10, at * 10 + 10).map(({ headers }) => headers.get('x-request-id'))
      expect((await callsOf(id)).map((call) => call.id).toSorted()).toEqual(own.toSorted())
      const sent = upstream?.received.filter(({ requestId }) => own.some((call) => requestId === `${call}.1`))
      expect(sent?.map(({ body }) => String(body['userName']).split('/')[0])).toEqual(range(10).map(() => id))
    }
  })
})

it('a change by the admin API falls between requests: each goes wholly one way, none is lost', async () => {
  const [old, next] = upstreams
  await put('moved', scimTenant('moved', old?.url ?? ''))
  const token = await gateway.mint('moved')
  const before = range(40).map((at) => create(token, `before-${at}`))
  const changed = put('moved', scimTenant('moved', next?.url ?? ''))
  const during = range(40).map((at) => create(token, `during-${at}`))
  expect(await changed).toBe(200)
  const after = await Promise.all(range(20).map((at) => create(token, `after-${at}`)))
  const answers = [...(await Promise.all([...before, ...during])), ...after]
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  const sent = [...(old?.received ?? []), ...(next?.received ?? [])].map(({ requestId }) => requestId)
  expect(sent.toSorted()).toEqual(answers.map(({ headers }) => `${headers.get('x-request-id')}.1`).toSorted())
  const late = next?.received.filter(({ body }) => String(body['userName']).startsWith('after-'))
  expect(late).toHaveLength(20)
  expect((await callsOf('moved')).filter(({ state }) => state === 'closed')).toHaveLength(100)
})

it('suspension, resumption and revocation hold from the next request on, in the middle of a crowd', async () => {
  await put('stopped', directoryTenant('stopped'))
  const [token, other] = [await gateway.mint('stopped'), await gateway.mint('stopped')]
  const users = (by: string) => gateway.ask('/scim/v2/Users?count=0', { token: by })
  const crowd = () => range(30).map(() => users(token))
  const statuses = async (of: ReturnType<typeof crowd>) => new Set((await Promise.all(of)).map(({ status }) => status))
  const passing = crowd()
  expect((await gateway.admin('/tenants/stopped/suspend', { method: 'POST', body: {} })).status).toBeLessThan(300)
  expect(await statuses(crowd())).toEqual(new Set([403]))
  expect((await gateway.admin('/tenants/stopped/resume', { method: 'POST', body: {} })).status).toBeLessThan(300)
  expect(await statuses(crowd())).toEqual(new Set([200]))
  for (const status of await statuses(passing)) expect([200, 403]).toContain(status)
  const tokens = z.array(idOf).parse((await gateway.admin('/tenants/stopped/tokens')).body['tokens'])
  const last = tokens.at(-1)?.id
  expect((await gateway.admin(`/tenants/stopped/tokens/${last}`, { method: 'DELETE' })).status).toBeLessThan(300)
  expect((await users(other)).status).toBe(401)
  expect(await statuses(crowd())).toEqual(new Set([200]))
})

it('a list of a thousand users is whole, page by page and at once', async () => {
  await put('large', directoryTenant('large'))
  const token = await gateway.mint('large')
  const Operations = range(1000).map((at) => ({
    method: 'POST',
    path: '/Users',
    bulkId: `b${at}`,
    data: { userName: `user-${String(at).padStart(4, '0')}`, displayName: 'd'.repeat(100) },
  }))
  const bulk = await gateway.ask('/scim/v2/Bulk', {
    token,
    body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations },
  })
  expect(bulk.status).toBe(200)
  const seen: string[] = []
  for (let start = 1; start <= 1000; start += 200) {
    const path = `/scim/v2/Users?startIndex=${start}&count=200&sortBy=userName&attributes=userName`
    const { totalResults, Resources } = listed.parse((await gateway.ask(path, { token })).body)
    expect(totalResults).toBe(1000)
    seen.push(...Resources.map(({ userName }) => userName))
  }
  expect(seen).toEqual(Operations.map(({ data }) => data.userName))
})
