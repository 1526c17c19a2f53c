import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { request } from 'undici'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { isObject, type JsonObject, parseJson } from '../../src/scim/json.ts'
import { buildProgram, execute } from '../cli/support.ts'
import { directoryTenant, send } from '../support/gateway.ts'
import type { Program } from '../support/program.ts'
import { balancerHeader, hostOf, startBalancer } from './balancer.ts'
import { adminOf, announceSeed, programFolder, seeded } from './support.ts'

const program = buildProgram()
const tenants = Array.from({ length: 10 }, (_, at) => `t${at}`)
const residents = ['b0', 'b1']
const moving = 't4'

/** A tenant's file with a host of its own. */
const fileOf = (tenant: string): string => `${directoryTenant(tenant)}frontDoor: { hosts: [${hostOf(tenant)}] }\n`
const filesOf = (ids: readonly string[]) => Object.fromEntries(ids.map((id) => [id, fileOf(id)]))

/** What a tenant's clients saw. */
interface Customer {
  readonly tenant: string
  token: string
  /** Calls that a gateway answered, by id. */
  readonly answered: Map<string, number>
  /** Users that were created, with the `displayName` that was acknowledged last. */
  readonly users: Map<string, string>
  turnedAway: number
  readonly faults: string[]
}

const newCustomer = (tenant: string): Customer => ({
  ...{ tenant, token: '', answered: new Map(), users: new Map(), turnedAway: 0, faults: [] },
})

interface Ask {
  readonly method?: string | undefined
  readonly body?: object | undefined
  /** Another way than through the balancer. */
  readonly origin?: string
}

interface Answer {
  readonly status: number
  readonly call: string
  readonly byBalancer: boolean
  readonly body: JsonObject
}

/** By undici, since Node's fetch sends the URL's own host whatever it is told. */
async function sendTo(url: string, { method, body, tenant, token }: Ask & { tenant: string; token: string }) {
  const answer = await request(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      host: hostOf(tenant),
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.body.text()
  const parsed = text === '' ? {} : parseJson(text)
  return {
    status: answer.statusCode,
    call: String(answer.headers['x-request-id'] ?? ''),
    byBalancer: balancerHeader in answer.headers,
    body: isObject(parsed) ? parsed : {},
  } satisfies Answer
}

const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp']

function asking(balancerUrl: string, random: () => number) {
  /** By path or by host, as it happens. */
  return async (customer: Customer, path: string, { method, body, origin = balancerUrl }: Ask = {}) => {
    const { tenant, token } = customer
    const byHost = random() < 0.5
    const answer = await sendTo(`${origin}${byHost ? '' : `/t/${tenant}`}/scim/v2${path}`, {
      method,
      body,
      tenant,
      token,
    })
    if (answer.byBalancer) {
      customer.turnedAway++
      if (answer.status !== 503) customer.faults.push(`the balancer answered ${answer.status}`)
      return answer
    }
    const { call } = answer
    if (customer.answered.has(call)) customer.faults.push(`${call} was answered twice`)
    customer.answered.set(call, answer.status)
    if (answer.status >= 300) customer.faults.push(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer
  }
}
type Asking = ReturnType<typeof asking>

interface Client {
  readonly name: string
  random(): number
  stopped(): boolean
}

/** Creates, changes, reads and lists, as long as it is let; each user is changed by its own client only. */
async function runClient(ask: Asking, customer: Customer, { name, random, stopped }: Client): Promise<void> {
  const own: string[] = []
  for (let round = 0; !stopped(); round++) {
    const user = own[Math.floor(random() * own.length)]
    const dice = random()
    let answer: Answer
    if (user === undefined || dice < 0.4) {
      answer = await ask(customer, '/Users', { body: { userName: `${name}-${round}`, displayName: 'new' } })
      if (answer.status === 201) {
        own.push(String(answer.body['id']))
        customer.users.set(String(answer.body['id']), 'new')
      }
    } else if (dice < 0.7) {
      const value = `${name} ${round}`
      const Operations = [{ op: 'replace', path: 'displayName', value }]
      answer = await ask(customer, `/Users/${user}`, { method: 'PATCH', body: { schemas, Operations } })
      if (answer.status === 204) customer.users.set(user, value)
    } else answer = await ask(customer, dice < 0.9 ? `/Users/${user}` : '/Users?count=3')
    // A client heeds Retry-After, though this one is in a hurry.
    if (answer.byBalancer) await setTimeout(20)
  }
}

/** All users as a client sees them. The host is the same on both shards, so that nothing may differ. */
async function directoryOf(ask: Asking, customer: Customer, origin: string): Promise<unknown> {
  const { body } = await ask(customer, '/Users?count=10000&sortBy=userName', { origin })
  return JSON.parse(JSON.stringify(body).replaceAll(`/t/${customer.tenant}/scim/v2`, '/scim/v2'))
}

const shownShape = z.array(z.object({ id: z.string(), displayName: z.string() }))
const usageShape = z.array(z.object({ tenant: z.string(), calls: z.number() }))

const callsOf = async (url: string, tenant: string) =>
  new Map((await adminOf(url).calls(tenant)).map(({ id, status }) => [id, status]))

async function overviewOf(url: string): Promise<Map<string, number>> {
  const { body } = await adminOf(url).ask('/usage?by=month')
  const sums = new Map<string, number>()
  for (const { tenant, calls } of usageShape.parse(body['rows'])) sums.set(tenant, (sums.get(tenant) ?? 0) + calls)
  return sums
}

function shard(ids: readonly string[]) {
  const place = programFolder(filesOf(ids))
  const running: Program = place.launch(program)
  const run = async (words: string, environment: Readonly<Record<string, string>> = {}) => {
    const ended = await execute(program, place.folder, words.split(' '), environment)
    return { ...ended, said: `${ended.exitCode} ${ended.stdout}${ended.stderr}` }
  }
  return { place, running, run, fileOf: (id: string) => join(place.folder, 'tenants', `${id}.yaml`) }
}

it('moves a tenant under load, and neither it nor anybody else loses a call', { timeout: 180_000 }, async () => {
  const random = seeded(announceSeed('shards'))
  const a = shard(tenants)
  const b = shard(residents)
  const balancer = await startBalancer()
  onTestFinished(balancer.close)
  const [urlA, urlB] = await Promise.all([a.running.listening, b.running.listening])
  const customers = new Map([...tenants, ...residents].map((tenant) => [tenant, newCustomer(tenant)]))
  for (const customer of customers.values()) {
    const url = residents.includes(customer.tenant) ? urlB : urlA
    customer.token = (await adminOf(url).mint(customer.tenant)).token
    balancer.map(customer.tenant, url)
  }
  const mover = customers.get(moving) ?? newCustomer(moving)
  const ask = asking(balancer.url, random)
  let stopped = false
  const load = [...customers.values()].flatMap((customer) =>
    ['x', 'y'].map((name) =>
      runClient(ask, customer, { name: `${customer.tenant}-${name}`, random, stopped: () => stopped }).catch(
        (error) => {
          customer.faults.push(String(error))
        },
      ),
    ),
  )
  onTestFinished(() => {
    stopped = true
  })
  /** Resolves when every tenant that is served was answered some more times. */
  const more = async (count: number, of = [...customers.values()]) => {
    const goals = of.map((customer) => ({ customer, goal: customer.answered.size + count }))
    while (goals.some(({ customer, goal }) => customer.answered.size < goal)) await setTimeout(10)
  }
  await more(20)

  const file = join(b.place.folder, 'moved.tenant')
  expect((await a.run(`tenant export ${moving} ${file}`)).said).toMatch(/^1 error: t4 is active here/)
  expect((await a.run(`tenant erase ${moving} --yes`)).said).toMatch(/^1 error: t4 is active here/)
  balancer.map(moving, undefined)
  await more(
    5,
    [...customers.values()].filter((customer) => customer !== mover),
  )
  const before = await directoryOf(ask, mover, urlA)
  rmSync(a.fileOf(moving))
  const exported = await a.run(`tenant export ${moving} ${file}`)
  expect(exported.said).toMatch(
    new RegExp(`^0 wrote ${file}: \\d+ calls, 1 credentials, ${mover.users.size} resources`),
  )
  expect((await a.run(`tenant export ${moving} ${file}`)).said).toMatch(/^1 error: .* exists already/)
  expect((await a.run(`tenant export ${moving} ${file}.2`)).exitCode).toBe(0)
  expect((await a.run(`tenant import ${moving} ${file}`)).said).toMatch(/^1 error: there are records of t4 here/)
  const imported = await b.run(`tenant import ${moving} ${file}`)
  expect(imported.said).toMatch(new RegExp(`^0 imported t4: ${mover.answered.size} calls`))
  expect((await b.run(`tenant import ${moving} ${file}`)).said).toMatch(/^1 error: there are records of t4 here/)
  b.place.writeTenant(moving, fileOf(moving))
  const status = async () => (await adminOf(urlB).ask(`/tenants/${moving}`)).body['status']
  await expect.poll(status, { timeout: 10_000 }).toBe('active')
  expect(await directoryOf(ask, mover, urlB)).toEqual(before)
  balancer.map(moving, urlB)
  await more(10)
  expect((await a.run(`tenant erase ${moving} --yes`)).said).toMatch(/^0 erased t4: \d+ calls/)
  expect((await a.run(`tenant erase ${moving} --yes`)).said).toMatch(/^1 error: there is no tenant t4/)
  expect((await b.run(`tenant erase ${moving} --yes`)).said).toMatch(/^1 error: t4 is active here/)
  await more(10)
  stopped = true
  await Promise.all(load)

  expect([...customers.values()].flatMap(({ faults }) => faults)).toEqual([])
  expect([...customers.values()].filter(({ turnedAway }) => turnedAway > 0)).toEqual([mover])
  const calls = { a: await overviewOf(urlA), b: await overviewOf(urlB) }
  for (const customer of customers.values()) {
    const { tenant, answered, users } = customer
    const isOnB = tenant === moving || residents.includes(tenant)
    expect(await callsOf(isOnB ? urlB : urlA, tenant)).toEqual(answered)
    expect([tenant, calls.a.get(tenant), calls.b.get(tenant)]).toEqual(
      isOnB ? [tenant, undefined, answered.size] : [tenant, answered.size, undefined],
    )
    const { token } = customer
    const { body } = await send(`${isOnB ? urlB : urlA}/scim/v2/Users?count=10000`, { token })
    const shown = shownShape.parse(body['Resources']).map(({ id, displayName }) => [id, displayName] as const)
    expect(new Map(shown)).toEqual(users)
  }
  expect(readdirSync(join(a.place.folder, 'data', 'tenants')).filter((name) => name.includes(moving))).toEqual([])
  // A restart brings nothing back, though the journal may hold rows of it.
  a.running.kill('SIGKILL')
  await a.running.exited
  const again = a.place.launch(program)
  const { text } = await adminOf(await again.listening).ask('/tenants')
  expect(text).not.toContain(`"${moving}"`)
  expect((await overviewOf(await again.listening)).has(moving)).toBe(false)
  console.info(`shards: ${mover.answered.size} calls of ${moving}, turned away ${mover.turnedAway} times`)
  for (const running of [again, b.running]) running.kill('SIGTERM')
  expect(await again.exited).toEqual({ code: 0, signal: null })
})
