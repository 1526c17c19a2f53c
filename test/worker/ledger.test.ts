import { expect, it, onTestFinished } from 'vitest'
import { scimTenant } from '../support/gateway.ts'
import { type PlayedServer, playedServer } from '../support/played.ts'
import { foreignUpstream } from '../support/upstream.ts'
import { callOf, callsOf, startTestWorker, type TestWorker, temporaryState, usageOf } from './support.ts'

/* The ledger's promise (contract §7) inside a tenant's object: whatever becomes of the object, or of workerd itself. */

const scim = { 'content-type': 'application/scim+json' }
const create = (worker: TestWorker, token: string, userName = 'anna') =>
  worker.ask('/scim/v2/Users', { token, body: { userName } })
const range = (count: number) => Array.from({ length: count }, (_, at) => at)

const upstream = async (): Promise<PlayedServer> => {
  const server = await playedServer()
  onTestFinished(server.close)
  return server
}

/** A tenant in front of an upstream that holds its answers: resolves with each request's id as it comes. */
async function held(worker: TestWorker, server: PlayedServer) {
  await worker.apply('acme', scimTenant('acme', `${server.url}/scim`))
  const token = await worker.mint('acme')
  server.play((_incoming, outgoing) => void outgoing.writeHead(201, scim).end('{"schemas":[],"id":"1","userName":"a"}'))
  const before = await create(worker, token)
  expect(before.status).toBe(201)
  const arrived = Promise.withResolvers<string>()
  server.play(({ headers }) => arrived.resolve(String(headers['x-request-id'])))
  return { token, before: before.headers.get('x-request-id') ?? '', arrived: arrived.promise }
}

/** What must be true once a call was cut off, and the one before it was answered. */
async function expectInDoubt(worker: TestWorker, before: string, requestId: string): Promise<void> {
  const [cut = '', seq] = requestId.split('.')
  expect(await callOf(worker, 'acme', cut)).toMatchObject({
    state: 'in-doubt',
    status: null,
    attempts: [{ seq: Number(seq), purpose: 'forward', status: null }],
  })
  const answered = { state: 'closed', status: 201, attempts: [{ seq: 1, purpose: 'forward', status: 201 }] }
  expect(await callOf(worker, 'acme', before)).toMatchObject(answered)
  expect((await callsOf(worker, 'acme')).map(({ id }) => id)).toEqual([cut, before])
  expect(await usageOf(worker, 'acme')).toMatchObject([{ calls: 2, inDoubt: 1, errors: 0, upstreamCalls: 2 }])
}

it('shows the upstream its own request before it answers, and the client its call before it hears', async () => {
  const worker = await startTestWorker(temporaryState())
  const server = await upstream()
  await worker.apply('acme', scimTenant('acme', `${server.url}/scim`))
  const token = await worker.mint('acme')
  const seen: unknown[] = []
  server.play(async ({ headers }, outgoing) => {
    const [call = ''] = String(headers['x-request-id']).split('.')
    seen.push(await callOf(worker, 'acme', call))
    outgoing.writeHead(201, scim).end('{"schemas":[],"id":"1","userName":"anna"}')
  })
  const answer = await create(worker, token)
  const id = answer.headers.get('x-request-id') ?? ''
  expect(seen).toMatchObject([{ id, state: 'open', status: null, attempts: [{ seq: 1, status: null }] }])
  expect(await callOf(worker, 'acme', id)).toMatchObject({ state: 'closed', status: 201, attempts: [{ status: 201 }] })
})

it('holds a call in doubt when its object is reset in the middle, once', async () => {
  const worker = await startTestWorker(temporaryState())
  const server = await upstream()
  const { token, before, arrived } = await held(worker, server)
  const answering = create(worker, token)
  const requestId = await arrived
  await worker.abort('acme')
  const answer = await answering
  expect([answer.status, answer.body['detail']]).toEqual([502, expect.stringContaining('its outcome is not known')])
  await expectInDoubt(worker, before, requestId)
  await worker.abort('acme')
  await expectInDoubt(worker, before, requestId)
})

it('holds a call in doubt when workerd is killed in the middle, once', async () => {
  const state = temporaryState()
  const worker = await startTestWorker(state)
  const server = await upstream()
  const { token, before, arrived } = await held(worker, server)
  const answering = create(worker, token).catch(() => undefined)
  const requestId = await arrived
  await worker.kill()
  expect(await answering).toBeUndefined()
  const next = await startTestWorker(state)
  await expectInDoubt(next, before, requestId)
  await next.kill()
  await expectInDoubt(await startTestWorker(state), before, requestId)
})

it('loses no call and doubles none when workerd is killed under load', async () => {
  const state = temporaryState()
  const worker = await startTestWorker(state)
  const server = await foreignUpstream(() => Math.random() * 20)
  onTestFinished(server.close)
  const ids = ['one', 'two', 'three']
  for (const id of ids) await worker.apply(id, scimTenant(id, server.url))
  const tokens = await Promise.all(ids.map((id) => worker.mint(id)))
  const answered: { readonly tenant: string; readonly call: string; readonly status: number }[] = []
  const enough = Promise.withResolvers<void>()
  const client = async (at: number): Promise<void> => {
    const [tenant = '', token = ''] = [ids[at % 3], tokens[at % 3]]
    for (;;) {
      const { status, headers } = await create(worker, token, `user-${at}`)
      answered.push({ tenant, call: headers.get('x-request-id') ?? '', status })
      if (answered.length === 60) enough.resolve()
    }
  }
  const clients = range(30).map((at) => client(at).catch(() => undefined))
  await enough.promise
  await worker.kill()
  await Promise.all(clients)

  const next = await startTestWorker(state)
  const written = new Map((await Promise.all(ids.map((id) => callsOf(next, id)))).flat().map((call) => [call.id, call]))
  for (const { call, status } of answered) expect(written.get(call)).toMatchObject({ state: 'closed', status })
  for (const { requestId } of server.received) expect(written.has(requestId.split('.')[0] ?? '')).toBe(true)
  const heard = new Set(answered.map(({ call }) => call))
  const others = [...written.values()].filter(({ id }) => !heard.has(id))
  expect(others.length).toBeGreaterThan(0)
  // Closed: the answer was on its way when the connection went.
  for (const { state } of others) expect(['in-doubt', 'closed']).toContain(state)
  const inDoubt = others.filter(({ state }) => state === 'in-doubt').length
  const rows = (await Promise.all(ids.map((id) => usageOf(next, id)))).flat()
  expect(rows.reduce((sum, { calls }) => sum + calls, 0)).toBe(written.size)
  expect(rows.reduce((sum, row) => sum + row.inDoubt, 0)).toBe(inDoubt)
  for (const id of ids)
    expect(new Set((await callsOf(next, id)).map((call) => call.id)).size).toBe((await callsOf(next, id)).length)
})
