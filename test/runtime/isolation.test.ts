import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Answered, directoryTenant, scimTenant, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { type ForeignUpstream, foreignUpstream } from '../support/upstream.ts'
import { adminOf, announceSeed, type LedgerCall, seeded } from './support.ts'

const tenants = Array.from({ length: 10 }, (_, at) => `t${at}`)
const foreign = tenants.slice(0, 5)
const rounds = 20
const clients = 4

const random = seeded(announceSeed('isolation'))
const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)]

const secrets = mkdtempSync(join(tmpdir(), 'tollgate-secrets-'))
const upstreams = new Map<string, ForeignUpstream>()
let gateway: TestGateway
let admin: ReturnType<typeof adminOf>

/** The bearer token of a tenant's upstream, and the mark that all its payloads bear. */
const secretOf = (tenant: string) => `upstream-secret-of-${tenant}-only`
const markOf = (tenant: string) => `payload-of-${tenant}-only`
const marks = /(?:payload|secret)-of-(t\d)-only/g

function fileOf(tenant: string, version: number): string {
  const upstream = upstreams.get(tenant)
  const auth = `{ kind: bearer, token: { file: '${join(secrets, tenant)}' } }`
  const text = upstream === undefined ? directoryTenant(tenant) : scimTenant(tenant, upstream.url, auth)
  return text.replace(`name: ${tenant}`, `name: version ${version} of ${tenant}`)
}

beforeAll(async () => {
  for (const tenant of foreign) {
    upstreams.set(tenant, await foreignUpstream(() => random() * 5))
    writeFileSync(join(secrets, tenant), secretOf(tenant))
  }
  gateway = await startTestGateway(Object.fromEntries(tenants.map((tenant) => [tenant, fileOf(tenant, 0)])))
  admin = adminOf(gateway.url)
})
afterAll(async () => {
  await gateway.stop()
  for (const upstream of upstreams.values()) upstream.close()
  rmSync(secrets, { recursive: true })
})

/** What a tenant's clients share. */
interface Customer {
  readonly tenant: string
  /** Live tokens; the one that is about to be revoked leaves the list only once its end was answered. */
  tokens: { readonly id: string; readonly token: string }[]
  readonly tokenIds: Set<string>
  readonly userIds: string[]
  readonly cursors: string[]
  /** Calls that were answered, by id. */
  readonly answered: Map<string, number>
  /** When the suspension was answered, and when the resume was asked, by `performance.now()`. */
  suspendedAt: number
  resumingAt: number
}

const customers: readonly Customer[] = tenants.map((tenant) => ({
  tenant,
  tokens: [],
  tokenIds: new Set<string>(),
  userIds: [],
  cursors: [],
  answered: new Map<string, number>(),
  suspendedAt: Number.POSITIVE_INFINITY,
  resumingAt: Number.POSITIVE_INFINITY,
}))
const revokedAt = new Map<string, number>()
const faults: string[] = []

async function mint(customer: Customer): Promise<void> {
  const minted = await admin.mint(customer.tenant)
  customer.tokenIds.add(minted.id)
  customer.tokens.push(minted)
}

/** One request of a customer's, judged by everything that may be known of its answer. */
async function ask(customer: Customer, path: string, body?: object): Promise<Answered> {
  const token = pick(customer.tokens)?.token ?? ''
  const sentAt = performance.now()
  const { suspendedAt } = customer
  const answer = await gateway.ask(path, { token, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  const { status, text } = answer
  const call = answer.headers.get('x-request-id') ?? ''
  const fault = (what: string) =>
    void faults.push(`${customer.tenant} ${path}: ${what}, ${status} ${text.slice(0, 200)}`)
  if (status >= 500) fault('a failure')
  if (status !== 401) customer.answered.set(call, status)
  for (const [, owner] of `${text}${[...answer.headers].join()}`.matchAll(marks))
    if (owner !== customer.tenant) fault(`sees ${owner}`)
  if (sentAt > (revokedAt.get(token) ?? Number.POSITIVE_INFINITY) && status !== 401)
    fault('served after the revocation')
  if (sentAt > suspendedAt && performance.now() < customer.resumingAt && status !== 403 && status !== 401)
    fault('served after the suspension')
  return answer
}

/** A client that minds its own business, and now and then somebody else's. */
async function runClient(customer: Customer, name: string): Promise<void> {
  const { tenant } = customer
  for (let round = 0; round < rounds; round++) {
    const userName = `${name}-${round}`
    const created = await ask(customer, '/scim/v2/Users', { userName, displayName: markOf(tenant) })
    if (created.status === 201) customer.userIds.push(String(created.body['id']))
    const own = pick(customer.userIds)
    if (own !== undefined) await ask(customer, `/t/${tenant}/scim/v2/Users/${own}`)
    const page = await ask(customer, '/scim/v2/Users?count=2&cursor')
    if (typeof page.body['nextCursor'] === 'string') customer.cursors.push(page.body['nextCursor'])

    const other = pick(customers.filter((one) => one !== customer && !foreign.includes(one.tenant)))
    const theirs = other && pick(other.userIds)
    if (other === undefined || theirs === undefined) continue
    expect((await ask(customer, `/t/${other.tenant}/scim/v2/Users/${theirs}`)).status).toBe(401)
    const stolen = [await ask(customer, `/scim/v2/Users/${theirs}`)]
    const cursor = pick(other.cursors)
    if (cursor !== undefined && !foreign.includes(tenant))
      stolen.push(await ask(customer, `/scim/v2/Users?count=2&cursor=${encodeURIComponent(cursor)}`))
    for (const { status, text } of stolen)
      if (status < 400) faults.push(`${tenant} was served what belongs to ${other.tenant}: ${text.slice(0, 200)}`)
  }
}

/** What operators do meanwhile, over and over. */
async function runOperator(busy: () => boolean): Promise<Record<'revoked' | 'suspended' | 'reloaded', number>> {
  const done = { revoked: 0, suspended: 0, reloaded: 0 }
  for (let version = 1; busy(); version++) {
    const customer = pick(customers)
    if (customer === undefined) continue
    const { tenant } = customer
    // A broken file in between keeps the last good version serving.
    gateway.writeTenant(tenant, version % 5 === 0 ? 'id: [' : fileOf(tenant, version))
    done.reloaded++

    await mint(customer)
    const [first] = customer.tokens
    if (first !== undefined) {
      await admin.ask(`/tenants/${tenant}/tokens/${first.id}`, 'DELETE')
      revokedAt.set(first.token, performance.now())
      done.revoked++
      expect((await gateway.ask('/scim/v2/Users', { token: first.token })).status).toBe(401)
      customer.tokens = customer.tokens.filter((one) => one !== first)
    }

    if (version % 3 === 0) {
      customer.resumingAt = Number.POSITIVE_INFINITY
      await admin.ask(`/tenants/${tenant}/suspend`, 'POST', '{}')
      customer.suspendedAt = performance.now()
      expect((await ask(customer, '/scim/v2/Users')).status).toBe(403)
      customer.resumingAt = performance.now()
      await admin.ask(`/tenants/${tenant}/resume`, 'POST')
      customer.suspendedAt = Number.POSITIVE_INFINITY
      expect((await ask(customer, '/scim/v2/Users')).status).toBe(200)
      done.suspended++
    }
  }
  return done
}

it('keeps ten tenants apart while files, tokens and suspensions change under load', { timeout: 120_000 }, async () => {
  for (const customer of customers) for (let count = 0; count < 2; count++) await mint(customer)
  let running = 0
  const load = customers.flatMap((customer) =>
    Array.from({ length: clients }, async (_, at) => {
      running++
      await runClient(customer, `${customer.tenant}-${at}`).finally(() => running--)
    }),
  )
  const done = await runOperator(() => running > 0)
  await Promise.all(load)
  expect(faults).toEqual([])

  const ledgers = new Map<string, LedgerCall[]>()
  for (const { tenant } of customers) ledgers.set(tenant, await admin.calls(tenant))
  for (const customer of customers) {
    const { tenant, answered, tokenIds } = customer
    const calls = (ledgers.get(tenant) ?? []).filter(({ credential }) => credential !== null)
    // Exactly the calls that its own clients were answered, by credentials of its own, with what they saw.
    expect(new Map(calls.map(({ id, status }) => [id, status]))).toEqual(answered)
    expect(calls.filter(({ credential }) => !tokenIds.has(credential ?? ''))).toEqual([])
    const received = upstreams.get(tenant)?.received ?? []
    const ids = new Set((ledgers.get(tenant) ?? []).map(({ id }) => id))
    for (const { authorization, body, requestId } of received) {
      expect(authorization).toBe(`Bearer ${secretOf(tenant)}`)
      if (body['displayName'] !== undefined) expect(body['displayName']).toBe(markOf(tenant))
      expect(ids.has(requestId.split('.')[0] ?? '')).toBe(true)
    }
  }
  const all = [...ledgers.values()].flat().map(({ id }) => id)
  expect(new Set(all).size).toBe(all.length)

  for (const { tenant, userIds } of customers.filter(({ tenant }) => !foreign.includes(tenant))) {
    const { token } = await admin.mint(tenant)
    const { body } = await gateway.ask('/scim/v2/Users?count=0', { token })
    expect(body['totalResults']).toBe(userIds.length)
  }
  const { text } = await admin.ask('/tenants')
  expect(tenants.filter((tenant) => text.includes(`version 0 of ${tenant}`)).length).toBeLessThan(tenants.length)
  console.info(`isolation: ${all.length} calls; ${JSON.stringify(done)}`)
  expect(Math.min(done.revoked, done.suspended, done.reloaded)).toBeGreaterThan(3)
})
