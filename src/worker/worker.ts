import { createAdminApi } from '../admin/api.ts'
import { adminTokenOperators } from '../admin/operator.ts'
import { createGateway } from '../gateway.ts'
import { reasonOf } from '../log.ts'
import { createMetrics, exposeGauges } from '../metrics.ts'
import { createControl } from '../store/control.ts'
import { d1ControlStorage } from '../store/d1.ts'
import { adminDependencies } from './admin.ts'
import { parseEnvironment } from './bindings.ts'
import { connectionOf } from './connection.ts'
import { createHosts } from './hosts.ts'
import { workerPorts } from './ports.ts'
import { createTenantDoor } from './tenant-door.ts'

const never = { from: 0, to: 0, by: 'month' } as const

/** D1 fails on a statement that changes hundreds of thousands of rows, and an invocation may ask it a thousand times. */
const pieceRows = 2000
const maxPieces = 200

/**
 * The Worker: routes, the admin API, and the way to the tenants' objects.
 * @throws Error that names whatever is missing in the environment.
 */
export function createWorker(given: Readonly<Record<string, unknown>>) {
  const environment = parseEnvironment(given)
  const { control: database, objects, settings } = environment
  const ports = workerPorts(settings)
  const control = createControl(d1ControlStorage(database), ports.now)
  const hosts = createHosts(control, ports.log)
  const operators = adminTokenOperators(settings.adminToken)
  // Counters of one isolate among many tell nothing: only the gauges are shown.
  const metrics = createMetrics()
  const app = createGateway({
    ports,
    metrics,
    frontDoor: createTenantDoor({ objects, hosts, settings }),
    admin: createAdminApi({ admin: adminDependencies(environment, control, ports, hosts), operators, log: ports.log }),
    isOperator: (request) => operators.identify(request) !== undefined,
    notReady: async () => {
      try {
        // A table of each migration, without reading a row.
        await Promise.all([control.suspension(''), control.documents.latest(''), control.usage.overview(never)])
        return null
      } catch (error) {
        ports.log.error({ reason: reasonOf(error) }, 'the control store cannot be read')
        return 'the control store (D1) cannot be read: is it migrated? `npx wrangler d1 migrations apply CONTROL`'
      }
    },
    exposition: async () => {
      const [applied, suspended] = await Promise.all([control.documents.list(), control.suspensions()])
      const byOperator = new Set(suspended.map(({ tenant }) => tenant))
      const stopped = applied.filter(({ tenant, summary }) => summary.status === 'suspended' || byOperator.has(tenant))
      return exposeGauges({
        tollgate_tenants: { help: 'Tenants that have a document.', value: applied.length },
        tollgate_tenants_suspended: {
          help: 'Tenants suspended by their document or by an operator.',
          value: stopped.length,
        },
      })
    },
    connectionOf,
  })
  return {
    fetch: (request: Request, _given: unknown, context: ExecutionContext) => app.fetch(request, given, context),
    /** Once an hour (wrangler.toml): usage by the hour that nobody asks for any more goes. */
    scheduled: async (): Promise<void> => {
      let count = 0
      for (let piece = 0; piece < maxPieces; piece++) {
        const gone = await control.usage.prune(ports.now(), pieceRows)
        count += gone
        if (gone < pieceRows) break
      }
      ports.log.info({ count }, 'hours of usage that nobody asks for any more are gone')
    },
  }
}
