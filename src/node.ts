import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { createAdminApi } from './admin/api.ts'
import { adminTokenOperators } from './admin/operator.ts'
import type { Connection } from './door/connection.ts'
import { createFrontDoor } from './front-door.ts'
import { createGateway } from './gateway.ts'
import { createMetrics } from './metrics.ts'
import { adminTokenOf } from './node/admin-token.ts'
import { openControl } from './node/control.ts'
import { demoTenant, greeting, mintDemoToken } from './node/demo.ts'
import { serveErrands } from './node/errands.ts'
import { createFetch } from './node/fetch.ts'
import { openJournal } from './node/journal.ts'
import { gatewayErrands } from './node/leaving.ts'
import { lock } from './node/lock.ts'
import { nodeLog } from './node/log.ts'
import { nodePorts } from './node/ports.ts'
import { localRecords } from './node/records.ts'
import { createRoller } from './node/roller.ts'
import { servedTenants } from './node/served-tenants.ts'
import { listenOn, type ServerTimeouts, serverTimeouts } from './node/server.ts'
import { createTenantFolder } from './node/tenant-folder.ts'
import { createSecretReader } from './node/text-file.ts'
import type { Settings } from './settings.ts'
import { openTenantStorage } from './store/sqlite.ts'
import type { Probed } from './tenant/probed.ts'
import { createTenants } from './tenant/tenants.ts'
import { parseAllowHosts } from './upstream/address.ts'

export interface RunningGateway {
  /** Where it listens: `http://127.0.0.1:8080`. */
  readonly url: string
  /** What to tell whoever started it. Holds the demo tenant's token when it was minted just now. */
  readonly greeting: string
  /** Probes a tenant's upstream; undefined where the tenant is not served. */
  probe(tenant: string): Promise<Probed | undefined>
  /** Takes no more requests, finishes those under way, and empties the journal as far as 5 s allow. */
  stop(): Promise<void>
}

/** Databases open at once: three file descriptors and about a quarter of a megabyte each. */
const maxOpen = 1000
const idleMs = 60_000
/** Nothing else is served while a request waits for a locked database; no command of ours locks one for longer. */
const busyMs = 100
/** How long requests under way may take to finish once the gateway stops. */
const drainMs = 25_000

export interface StartOptions {
  readonly timeouts?: ServerTimeouts
  /** Whether the demo tenant's first token is made, for the greeting to show it. Unless told, it is. */
  readonly isGreeting?: boolean
}

/**
 * Starts the gateway on this machine.
 * @throws Error that says what is wrong with the settings, the folder or the port.
 */
export async function startGateway(
  settings: Settings,
  { timeouts = serverTimeouts, isGreeting = true }: StartOptions = {},
): Promise<RunningGateway> {
  const log = nodeLog(settings.logLevel)
  const nodeFetch = createFetch(parseAllowHosts(settings.allowHosts))
  const ports = nodePorts(nodeFetch, log)
  const { dataFolder } = settings
  const held = await lock(dataFolder, log)
  const storage = openTenantStorage({ dataFolder, maxOpen, idleMs, busyMs })
  const { control, changed, close } = openControl(dataFolder, ports.now)
  const roller = await createRoller({ storage, usage: control.usage, log, now: ports.now })
  const journal = await openJournal({ dataFolder, storage, log, roller })
  const metrics = createMetrics()
  const folder = createTenantFolder({ folder: settings.tenantsFolder, log })
  const secrets = createSecretReader(process.env, dataFolder)
  const tenants = createTenants({
    ports,
    source: folder,
    secrets,
    journal,
    control,
    changed,
    hasStorage: storage.exists,
    storageOf: storage.of,
    attempted: metrics.attempted,
  })
  const { registry } = tenants
  await tenants.start()
  const errands = gatewayErrands({ dataFolder, storage, journal, tenants, log })
  const errandsServed = serveErrands(dataFolder, errands)
  const operators = adminTokenOperators(adminTokenOf(dataFolder, settings.adminToken))
  const admin = createAdminApi({
    admin: {
      ...ports,
      ...servedTenants({ tenants, folder, documents: control.documents, secrets }),
      records: localRecords(storage, async (tenant) => journal.flush(tenant), errands.erase),
      usage: {
        settle: async () => {
          await journal.flushAll()
          await roller.settle()
        },
        overview: control.usage.overview,
      },
      control,
    },
    operators,
    log,
  })
  let stopping = false
  const app = createGateway({
    ports,
    metrics,
    frontDoor: createFrontDoor({ ports, settings, tenants, metrics, connectionOf }),
    admin,
    isOperator: (request) => operators.identify(request) !== undefined,
    notReady: () => (stopping ? 'stopping' : null),
    exposition: () => metrics.text(tenants.gauges()),
    connectionOf,
  })
  const { url, close: closeServer } = await listenOn(app.fetch, {
    host: settings.host,
    port: settings.port,
    timeouts,
    newId: ports.newId,
  })
  log.info({ url, count: registry.list().length }, 'listening')
  const hasDemo = isGreeting && registry.get(demoTenant) !== undefined
  const demo = hasDemo ? { token: mintDemoToken(storage, ports) } : undefined

  return {
    url,
    greeting: greeting(url, demo),
    probe: tenants.probe,
    async stop() {
      stopping = true
      registry.stop()
      await closeServer(drainMs)
      errandsServed.stop()
      await journal.drain()
      roller.stop()
      await nodeFetch.close()
      storage.close()
      close()
      held.release()
      log.info({}, 'stopped')
    },
  }
}

/** `tollgate serve`: runs until SIGTERM or SIGINT; a second signal ends it at once. */
export async function serve(settings: Settings): Promise<void> {
  const starting = startGateway(settings)
  let stopping = false
  // Before anybody can know that it listens: whoever is told so may stop it at once.
  const stop = (): void => {
    if (stopping) process.exit(1)
    stopping = true
    starting
      .then((gateway) => gateway.stop())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.stdout.write((await starting).greeting)
}

function connectionOf(context: Context<{ Bindings: HttpBindings }>): Connection {
  const { socket, url } = context.env.incoming
  return { address: socket.remoteAddress ?? null, secure: 'encrypted' in socket, target: url }
}
