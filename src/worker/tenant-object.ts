import { Hono } from 'hono'
import { tenantRecord } from '../admin/records.ts'
import { createFrontDoor, refuse } from '../front-door.ts'
import type { Ports } from '../ports.ts'
import type { WorkerSettings } from '../settings.ts'
import { createControl } from '../store/control.ts'
import { d1ControlStorage } from '../store/d1.ts'
import { type ObjectStorage, objectStorage } from '../store/durable.ts'
import { type Actor, createActor } from '../tenant/actor.ts'
import { createGates } from '../tenant/gates.ts'
import { parseEnvironment, type TenantObject } from './bindings.ts'
import { connectionOf } from './connection.ts'
import { createObjectJournal } from './journal.ts'
import { workerPorts } from './ports.ts'
import { createRollUps } from './roll-ups.ts'
import { workerSecrets } from './secrets.ts'
import { createServed, type Served, type Standing, unreadable } from './served.ts'

/** Counters of one object would be read by nobody: the ledger counts (docs/workers.md). */
const uncounted = { answered: () => {}, refused: () => {} }

/** What the runtime asks of a tenant's object, beside what the Worker does. */
export interface RunningObject extends TenantObject {
  alarm(): Promise<void>
}

/**
 * One tenant as an actor: its document, credentials, ledger, tokens and directory. The Worker passes its front-door
 * requests on to `fetch`; the admin API asks by the other methods, over RPC.
 */
export function createTenantObject(state: DurableObjectState, given: Readonly<Record<string, unknown>>): RunningObject {
  const environment = parseEnvironment(given)
  const ports = workerPorts(environment.settings)
  const tenant = state.id.name
  // Its usage would be counted for nobody.
  if (tenant === undefined) throw new Error("a tenant's object must be asked for by name")
  const storage = objectStorage(state.storage)
  const control = createControl(d1ControlStorage(environment.control), ports.now)
  const journal = createObjectJournal({ storage, sync: () => state.storage.sync(), written: () => rollUps.soon() })
  const gates = createGates(() => served.known().actor === undefined)
  const rollUps = createRollUps({
    tenant,
    storage,
    alarms: state.storage,
    control,
    ports,
    underWay: () => gates.underWay(tenant),
  })
  const served: Served = createServed({
    tenant,
    control,
    ports,
    log: ports.log,
    compile: async (document) => {
      await storage.prepare()
      const parts = { ports, secrets: workerSecrets(environment.variables), journal }
      const isSuspended = () => served.known().standing?.suspended ?? false
      return createActor(document, parts, { storage, hasStorage: storage.exists, isSuspended, gate: gates.of(tenant) })
    },
    kept: keptIn(state),
    background: (work) => state.waitUntil(work),
  })
  const door = doorOf(served, ports, environment.settings)
  const record = tenantRecord({ exists: storage.exists, flush: async () => {}, use: storage.use })
  const forgetCredentials = (): void => served.known().actor?.forgetCredentials()
  state.blockConcurrencyWhile(async () => {
    if (!storage.exists()) return
    await storage.prepare()
    await rollUps.awake()
  })

  return {
    ...record,
    fetch: async (request) => door.fetch(request),
    alarm: rollUps.alarm,
    async refresh() {
      forgetCredentials()
      await served.refresh()
    },
    async addCredential(credential) {
      await storage.prepare()
      await record.addCredential(credential)
      forgetCredentials()
    },
    async revokeCredential(id, at) {
      const found = await record.revokeCredential(id, at)
      forgetCredentials()
      return found
    },
    probe: async () => (await served.current()).actor?.probe(),
    unfit: async () => served.known().actor?.unfit() ?? [],
    async erase() {
      await served.refresh()
      if (served.known().standing?.version !== null) return busy('it is served again')
      return gates.whileShut(tenant, async () => {
        if (gates.underWay(tenant) > 0) return busy('calls of it are still under way: try again')
        if (rollUps.isRunning()) return busy('its usage is being counted: try again')
        const calls = await erase(storage)
        rollUps.reset()
        served.reset()
        return { done: true, calls }
      })
    },
  }
}

function doorOf(served: Served, ports: Ports, settings: WorkerSettings): Hono {
  const tenants = {
    find: async () => {
      const { actor, isCertain } = await served.current()
      return actor === undefined || isCertain ? actor : guardedBy(actor)
    },
    servesHost: (host: string) => served.known().actor?.hosts.includes(host) ?? false,
    gauges: () => ({}),
  }
  const parts = { ports, settings, tenants, metrics: uncounted, connectionOf }
  const app = new Hono()
  app.all('*', createFrontDoor(parts))
  app.onError((error, context) => refuse(error, context, parts))
  return app
}

/** While nobody can say who is no tenant, a credential that is not good is told the same as one of no tenant. */
const guardedBy = (actor: Actor): Actor => ({
  ...actor,
  authenticate(presented, clientAddress) {
    const principal = actor.authenticate(presented, clientAddress)
    if (principal === undefined) throw unreadable()
    return principal
  },
})

const keptUnder = 'standing'

/** An object that keeps nothing ceases to exist: being asked for a tenant that is none must leave no trace. */
const keptIn = ({ storage: { kv } }: DurableObjectState) => ({
  read: () => kv.get<Standing>(keptUnder),
  write: (standing: Standing | undefined) => {
    if (standing !== undefined) kv.put(keptUnder, standing)
    else if (kv.get(keptUnder) !== undefined) kv.delete(keptUnder)
  },
})

const busy = (what: string) => ({ done: false, busy: what }) as const

/** Gives how many calls it erased. */
async function erase(storage: ObjectStorage): Promise<number> {
  if (!storage.exists()) return 0
  const usage = storage.use(({ calls }) => calls.usage({ from: null, to: null, by: 'month' }))
  await storage.erase()
  return usage.reduce((sum, { calls }) => sum + calls, 0)
}
