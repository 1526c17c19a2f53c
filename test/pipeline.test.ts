import { expect, it } from 'vitest'
import type { DoorRequest } from '../src/door/exchange.ts'
import { routeOf } from '../src/door/route.ts'
import { createLedger } from '../src/ledger/create.ts'
import type { Journal } from '../src/ledger/records.ts'
import { frontDoor } from '../src/pipeline.ts'
import { ScimError } from '../src/scim/error.ts'
import { userDefinition } from '../src/scim/schemas.ts'
import type { Tenant } from '../src/tenant/tenant.ts'
import { keptLog } from './support/log.ts'

const route = routeOf('/scim/v2/Users/7', '')
if (route === undefined) throw new Error('no route')

const request: DoorRequest = {
  method: 'GET',
  route,
  host: 'gate.example',
  publicUrl: undefined,
  base: 'https://gate.example/scim/v2',
  clientAddress: '192.0.2.7',
  header: () => undefined,
  readBody: async () => '',
}

/** What the log holds once the upstream of a tenant threw this. */
async function logged(thrown: unknown, append: Journal['append'] = async () => {}) {
  const log = keptLog()
  const ids = { now: () => 0, newId: () => 'call-1' }
  const tenant: Tenant = {
    id: 'contoso',
    dialect: 'auto',
    hosts: [],
    timeoutMs: 1000,
    suspended: false,
    ledger: createLedger({ tenant: 'contoso', journal: { append }, ...ids }),
    upstream: { definitionAt: async () => userDefinition, carry: () => Promise.reject(thrown) },
    authenticate: () => ({ tenant: 'contoso', credential: 'c', scope: { access: 'write' } }),
  }
  const reply = await frontDoor(request, {
    tenants: { find: async () => tenant, servesHost: () => false, gauges: () => ({}) },
    ports: {
      ...ids,
      log,
      randomBytes: (count) => new Uint8Array(count),
      fetch: () => Promise.reject(new Error('nothing is fetched here')),
      wait: async () => {},
      neverSent: () => true,
    },
  })
  return { reply, lines: log.lines }
}

it('writes into the log, under the id that the client reads, what it does not tell the client', async () => {
  const { reply, lines } = await logged(new TypeError('a slip of ours'))
  expect(reply).toMatchObject({ status: 500, headers: { 'X-Request-Id': 'call-1' } })
  expect(reply.body).not.toContain('slip')
  expect(lines).toMatchObject([{ level: 'error', fields: { tenant: 'contoso', call: 'call-1', status: 500 } }])
  expect(lines[0]?.fields.reason).toContain('TypeError: a slip of ours')
})

it('warns of an upstream that fails, with the reason', async () => {
  const cause = new Error('connect ECONNREFUSED')
  const { lines } = await logged(new ScimError(503, 'the upstream directory cannot be reached', { cause }))
  expect(lines).toMatchObject([{ level: 'warn', fields: { call: 'call-1', status: 503 } }])
  expect(lines[0]?.fields.reason).toContain('ECONNREFUSED')
})

it('withholds an answer that cannot be written down, under the id that its row will have', async () => {
  const full = () => Promise.reject(new Error('ENOSPC'))
  const { reply, lines } = await logged(new ScimError(404, 'no'), full)
  expect(reply).toMatchObject({ status: 503, headers: { 'X-Request-Id': 'call-1' } })
  expect(lines).toMatchObject([{ fields: { call: 'call-1', status: 503, reason: expect.stringContaining('ENOSPC') } }])
})

it.each([404, 501])('says nothing of a %i, which is an answer', async (status) => {
  expect((await logged(new ScimError(status, 'no'))).lines).toEqual([])
})
