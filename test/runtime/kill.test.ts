import { setTimeout } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { buildProgram } from '../cli/support.ts'
import { directoryTenant, scimTenant, send } from '../support/gateway.ts'
import { foreignUpstream, type Received } from '../support/upstream.ts'
import { type OwnUser, runClient, type Sent } from './load.ts'
import { adminOf, announceSeed, programFolder, seeded } from './support.ts'

const program = buildProgram()
const kills = 22
const clientsPerTenant = 6
const tenants = ['alpha', 'beta', 'dora'] as const
type Tenant = (typeof tenants)[number]
type Admin = ReturnType<typeof adminOf>

/** What happened outside the gateway, which its ledger must agree with. */
interface Witness {
  readonly sent: Sent[]
  readonly users: OwnUser[]
  readonly received: Readonly<Record<Tenant, readonly Received[]>>
}

/** What one of the promises of contract §7 would be broken by: nothing, if it is kept. */
async function broken(admin: Admin, tenant: Tenant, witness: Witness, since: number): Promise<string[]> {
  const faults: string[] = []
  const calls = await admin.calls(tenant, since)
  const rows = new Map(calls.map((call) => [call.id, call]))
  if (rows.size !== calls.length) faults.push(`${calls.length - rows.size} calls are there twice`)
  for (const { id, state } of calls) if (state === 'open') faults.push(`${id} is open after the recovery`)
  for (const { call = '', status, what } of answered(witness, tenant)) {
    const row = rows.get(call)
    if (row?.state !== 'closed' || row.status !== status)
      faults.push(`${what} was answered ${status} as ${call}: the ledger has ${row?.state} ${row?.status}`)
  }
  for (const { requestId, method, path } of witness.received[tenant]) {
    const [call = '', seq] = requestId.split('.')
    if (Number(seq) > (rows.get(call)?.upstreamCalls ?? 0))
      faults.push(`the upstream received ${requestId} (${method} ${path}): the ledger does not have it`)
  }
  const usage = { calls: calls.length, inDoubt: 0, upstreamCalls: 0, errors: 0 }
  for (const { state, status, upstreamCalls } of calls) {
    usage.inDoubt += state === 'in-doubt' ? 1 : 0
    usage.errors += state === 'closed' && (status ?? 0) >= 400 ? 1 : 0
    usage.upstreamCalls += upstreamCalls
  }
  if (since === 0) expect(await admin.usage(tenant)).toEqual([usage])
  return faults
}

const answered = ({ sent }: Witness, tenant: Tenant) =>
  sent.filter((one) => one.tenant === tenant && one.status !== undefined)

/** Every attempt of these calls has its row, with its outcome unless the gateway died before. */
async function traced(admin: Admin, tenant: Tenant, received: readonly Received[]): Promise<void> {
  for (const { requestId } of received) {
    const [call = '', seq] = requestId.split('.')
    expect(await admin.attempts(tenant, call)).toContainEqual({
      seq: Number(seq),
      status: expect.toBeOneOf([200, 201, 204, null]),
    })
  }
}

/** The directory's users that were acknowledged are there, with at least what was acknowledged last. */
async function lost(url: string, token: string, users: readonly OwnUser[]): Promise<string[]> {
  const faults: string[] = []
  for (const { id, acknowledged, sent } of users) {
    const { status, body } = await send(`${url}/scim/v2/Users/${id}`, { token })
    const shown = Number(body['displayName'])
    if (status !== 200) faults.push(`user ${id} was acknowledged and is lost`)
    else if (shown < acknowledged || shown > sent)
      faults.push(`user ${id}: ${acknowledged} was acknowledged, ${sent} sent, ${shown} is there`)
  }
  return faults
}

it(`keeps its promise through ${kills} kills under load`, { timeout: 180_000 }, async () => {
  const random = seeded(announceSeed('kill'))
  const upstreams = { alpha: await foreignUpstream(() => random() * 10), beta: await foreignUpstream() }
  onTestFinished(() => {
    upstreams.alpha.close()
    upstreams.beta.close()
  })
  const place = programFolder({
    alpha: scimTenant('alpha', upstreams.alpha.url),
    beta: scimTenant('beta', upstreams.beta.url),
    dora: directoryTenant('dora'),
  })
  const received = { alpha: upstreams.alpha.received, beta: upstreams.beta.received, dora: [] }
  const all: Witness = { sent: [], users: [], received }
  const tokens = new Map<Tenant, string>()
  let running = place.launch(program)

  for (let round = 0; round < kills; round++) {
    const url = await running.listening
    const admin = adminOf(url)
    for (const tenant of tenants) if (!tokens.has(tenant)) tokens.set(tenant, (await admin.mint(tenant)).token)
    const since = Date.now()
    const seen = { alpha: received.alpha.length, beta: received.beta.length }
    const witness: Witness = { sent: [], users: [], received: { alpha: [], beta: [], dora: [] } }
    const enough = Math.floor(random() * 400)
    let ripe = (): void => undefined
    const ripened = new Promise<void>((resolve) => {
      ripe = resolve
    })
    const clients = tenants.flatMap((tenant) =>
      Array.from({ length: clientsPerTenant }, (_, at) =>
        runClient({
          url,
          tenant,
          token: tokens.get(tenant) ?? '',
          prefix: `${tenant}-${round}-${at}`,
          random,
          stopped: () => false,
          note: (sent) => {
            witness.sent.push(sent)
            if (witness.sent.length >= enough) ripe()
          },
          made: (user) => void witness.users.push(user),
        }),
      ),
    )
    // Some kills come while everything is new, others when the journal is full of rows on their way.
    await Promise.race([ripened, setTimeout(700)])
    running.kill('SIGKILL')
    await running.exited
    await Promise.all(clients)
    all.sent.push(...witness.sent)
    all.users.push(...witness.users)

    running = place.launch(program)
    if (random() < 0.3) {
      // Killed again, perhaps before or while it reads what the last one left.
      await setTimeout(random() * 400)
      running.kill('SIGKILL')
      await running.exited
      running = place.launch(program)
    }
    const again = adminOf(await running.listening)
    const own = { alpha: received.alpha.slice(seen.alpha), beta: received.beta.slice(seen.beta), dora: [] }
    const faults = await Promise.all(
      tenants.map((tenant) => broken(again, tenant, { ...witness, received: own }, since)),
    )
    expect({ round, faults: faults.flat() }).toEqual({ round, faults: [] })
    await traced(again, 'alpha', own.alpha.slice(-5))
    const dora = witness.users.filter(({ tenant }) => tenant === 'dora')
    expect(await lost(await running.listening, tokens.get('dora') ?? '', dora.slice(-10))).toEqual([])
  }

  const url = await running.listening
  const faults = await Promise.all(tenants.map((tenant) => broken(adminOf(url), tenant, all, 0)))
  expect(faults.flat()).toEqual([])
  expect(
    await lost(
      url,
      tokens.get('dora') ?? '',
      all.users.filter(({ tenant }) => tenant === 'dora'),
    ),
  ).toEqual([])
  const ledger = (await Promise.all(tenants.map((tenant) => adminOf(url).calls(tenant)))).flat()
  const inDoubt = ledger.filter(({ state }) => state === 'in-doubt').length
  const unanswered = all.sent.filter(({ status }) => status === undefined).length
  console.info(
    `kill: ${all.sent.length - unanswered} answered, ${unanswered} not, ${ledger.length} in the ledger, ${inDoubt} in doubt`,
  )
  // The test has not proved anything unless it met both.
  expect(inDoubt).toBeGreaterThan(0)
  expect(unanswered).toBeGreaterThan(kills)
  running.kill('SIGTERM')
  expect(await running.exited).toEqual({ code: 0, signal: null })
})
