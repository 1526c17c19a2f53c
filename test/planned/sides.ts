import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import type { Capabilities, PlanChoices } from '../../src/capabilities.ts'
import { isBilled } from '../../src/capabilities.ts'
import { defaultChoices } from '../../src/plan/plan.ts'
import { entra } from '../../src/plan/presets/entra.ts'
import type { PlannedUpstream } from '../../src/planned/list.ts'
import { createPlanned } from '../../src/planned/planned.ts'
import type { Fetch, Ports } from '../../src/ports.ts'
import { toScimError } from '../../src/scim/error.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { parseScimRequest } from '../../src/scim/parse.ts'
import { errorHeaders, replyBody, replyHeaders, replyStatus } from '../../src/scim/reply.ts'
import type { ScimRequest } from '../../src/scim/request.ts'
import { type ResourceQueries, resourceQueries } from '../../src/store/resources.ts'
import type { TenantStorage } from '../../src/store/storage.ts'
import { directoryClause } from '../../src/upstream/directory/clause.ts'
import { createDirectory } from '../../src/upstream/directory/directory.ts'
import { createEntraStandIn, type EntraStandIn } from '../../src/upstream/directory/emulate/stand-in.ts'
import { createScimUpstream } from '../../src/upstream/scim/scim.ts'
import type { Errand, Upstream } from '../../src/upstream/upstream.ts'

const empty: Buffer = (() => {
  const client = new Database(':memory:')
  migrate(drizzle(client), { migrationsFolder: `${import.meta.dirname}/../../migrations/tenant` })
  return client.serialize()
})()

/** A tenant's tables in memory, empty at first. */
interface Memory {
  readonly storage: TenantStorage<ResourceQueries>
  /** From here on everything can be taken back. */
  mark(): void
  undo(): void
  keep(): void
}

function freshMemory(): Memory {
  const client = new Database(empty)
  const queries = resourceQueries(drizzle(client))
  return {
    storage: { use: (work) => work(queries) },
    mark: () => client.exec('savepoint deed'),
    undo: () => client.exec('rollback to deed; release deed'),
    keep: () => client.exec('release deed'),
  }
}

/** One attempt as the ledger has it. */
export interface Attempted {
  readonly purpose: string
  readonly method: string
  readonly path: string
  status: number | null | undefined
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: JsonObject
}

export interface Asked {
  readonly method: string
  readonly path: string
  readonly body?: Json
  readonly ifMatch?: string
  readonly ifNoneMatch?: string
}

/** A server as its clients see it: parse, carry, print. What it asks others for is written down. */
export interface Server {
  readonly clock: Clock
  /** Since it began. */
  readonly attempts: Attempted[]
  /** The request as it was read last. */
  readonly last: { request?: ScimRequest }
  send(asked: Asked): Promise<Answer>
}

const base = 'https://gate.example/scim/v2'

/** Time passes where somebody waits, and where a test says so. */
export interface Clock {
  now: number
  /** What is waited for, and by when. */
  readonly timers: Set<{ readonly at: number; readonly ring: () => void }>
}

export const clockAt = (now: number): Clock => ({ now, timers: new Set() })

export function advance(clock: Clock, ms: number): void {
  clock.now += ms
  for (const timer of [...clock.timers]) if (timer.at <= clock.now && clock.timers.delete(timer)) timer.ring()
}

/** Longer waits are deadlines: they come when the clock is advanced. */
const longestPassedWaitMs = 60_000

/** @param idPrefix eight hexadecimal digits that ids made here begin with, so that no id of another server is taken for one */
export function portsOf(idPrefix: string, clock: Clock): Ports {
  let made = 0
  return {
    now: () => clock.now,
    newId: () => `${idPrefix}-0000-7000-8000-${(++made).toString(16).padStart(12, '0')}`,
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    fetch: () => Promise.reject(new Error('nothing leaves this process')),
    neverSent: () => false,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    wait: (waitMs, signal) =>
      new Promise((resolve, reject) => {
        if (waitMs <= longestPassedWaitMs) {
          advance(clock, waitMs)
          return resolve()
        }
        const timer = { at: clock.now + waitMs, ring: resolve }
        clock.timers.add(timer)
        signal?.addEventListener('abort', () => {
          clock.timers.delete(timer)
          reject(signal.reason)
        })
      }),
  }
}

/** The deadline of a client's request. */
export const deadlineMs = 600_000

export function serverOver(upstream: Upstream, clock: Clock, dialect: 'auto' | 'strict' = 'auto'): Server {
  const attempts: Attempted[] = []
  const last: { request?: ScimRequest } = {}
  const errand = (): Errand => ({
    credential: 'test',
    deadlineAt: clock.now + deadlineMs,
    attempts: {
      callId: 'call',
      begin: async ({ purpose, method, path }) => {
        const row: Attempted = { purpose, method, path, status: undefined }
        const seq = attempts.push(row)
        return { seq, requestId: `call.${seq}`, answered: (status) => Object.assign(row, { status }) }
      },
      note: () => {},
    },
  })
  return {
    clock,
    attempts,
    last,
    async send({ method, path, body, ifMatch, ifNoneMatch }) {
      const [route = '', query = ''] = path.split('?', 2)
      const asking = errand()
      try {
        const request = await parseScimRequest(
          {
            method,
            segments: route === '/' ? [] : route.split('/').slice(1).map(decodeURIComponent),
            query: new URLSearchParams(query),
            contentType: 'application/scim+json',
            ifMatch,
            ifNoneMatch,
            body: body === undefined ? '' : JSON.stringify(body),
            base,
          },
          (segment) => upstream.definitionAt(segment, asking),
          dialect,
        )
        last.request = request
        const reply = await upstream.carry(request, asking)
        return { status: replyStatus(reply), headers: replyHeaders(reply), body: replyBody(reply) ?? {} }
      } catch (thrown) {
        const error = toScimError(thrown)
        if (error.status === 500) throw thrown
        const told = error.toBody()
        return { status: error.status, headers: errorHeaders(error), body: { ...told, schemas: [...told.schemas] } }
      }
    },
  }
}

const begin = Date.parse('2026-01-01T00:00:00Z')

export interface PlainServer extends Server, Omit<Memory, 'storage'> {
  readonly upstream: Upstream
}

/** The built-in directory, as it is. @param around what stands between it and its clients */
export function plainServer(
  idPrefix: string,
  around: (directory: Upstream, ports: Ports) => Upstream = (one) => one,
): PlainServer {
  const clock = clockAt(begin)
  const ports = portsOf(idPrefix, clock)
  const clause = directoryClause.parse({ kind: 'directory' })
  const { storage, ...memory } = freshMemory()
  const directory = createDirectory({ tenant: 'contoso', clause, resources: storage, ports, dialect: 'auto' })
  const upstream = around(directory, ports)
  return { ...serverOver(upstream, clock), ...memory, upstream }
}

/** Capabilities put to the test over an upstream. */
export const plannedOver = (
  upstream: Upstream,
  ports: Ports,
  capabilities: Capabilities,
  choices: Partial<PlanChoices> = {},
): PlannedUpstream =>
  createPlanned({
    tenant: 'contoso',
    upstream,
    capabilities,
    choices: { ...defaultChoices, ...choices },
    dialect: 'auto',
    ports,
  })

export interface EntraServer extends Server {
  readonly standIn: EntraStandIn
  readonly upstream: Upstream
  /** Attempts in the ledger that were billed, since it began. */
  billedAttempts(): number
}

export interface EntraServerOptions {
  readonly choices?: Partial<PlanChoices>
  readonly capabilities?: Capabilities
  /** What stands between the gateway and Entra. */
  readonly wire?: (fetch: Fetch, clock: Clock) => Fetch
  /** What stands between the plan and the client. */
  readonly around?: (planned: PlannedUpstream, ports: Ports) => Upstream
}

/** The plan over Entra's stand-in: all of the way to Entra but the network. */
export function entraServer(idPrefix: string, options: EntraServerOptions = {}): EntraServer {
  const clock = clockAt(begin)
  const ports = portsOf(idPrefix, clock)
  const standIn = createEntraStandIn({ tenant: 'contoso', resources: freshMemory().storage, ports })
  const fetch = options.wire?.(standIn.fetch, clock) ?? standIn.fetch
  const scim = createScimUpstream({
    tenant: 'contoso',
    clause: { kind: 'scim', url: 'https://graph.example/rp/scim', auth: { kind: 'none' } },
    wire: entra.wire,
    secret: () => Promise.reject(new Error('there are no secrets')),
    ports: { ...ports, fetch },
    openCall: () => {
      throw new Error('nothing is asked in the background')
    },
    dialect: 'auto',
  })
  const planned = plannedOver(scim, ports, options.capabilities ?? entra, options.choices)
  const upstream = options.around?.(planned, ports) ?? planned
  const server = serverOver(upstream, clock)
  return {
    ...server,
    standIn,
    upstream,
    billedAttempts: () => server.attempts.filter(({ status }) => isBilled(entra.billing, status ?? null)).length,
  }
}
