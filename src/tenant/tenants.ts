import type { Control } from '../store/control.ts'
import type { TenantQueries } from '../store/queries.ts'
import type { TenantStorage } from '../store/storage.ts'
import { type Actor, type ActorParts, createActor } from './actor.ts'
import { createRegistry, type Registry } from './registry.ts'
import type { TenantSource } from './source.ts'
import type { Tenant, TenantClues, Tenants } from './tenant.ts'

export interface TenantsOptions extends ActorParts {
  readonly source: TenantSource
  readonly control: Pick<Control, 'changesSince' | 'suspensions'>
  /** Whether the control store was written to since this was last asked. */
  changed(): boolean
  /** Whether the tenant has a database yet: checking a credential must not make one. */
  hasStorage(tenant: string): boolean
  storageOf(tenant: string): TenantStorage<TenantQueries>
}

export interface ServedTenants extends Tenants {
  readonly registry: Registry<Tenant>
}

/** Joins each tenant's document, storage, ledger, credentials and upstream into one actor. */
export function createTenants(options: TenantsOptions): ServedTenants {
  const { control, ports } = options
  let suspended: ReadonlySet<string> = new Set()
  const registry = createRegistry<Actor>({
    source: options.source,
    compile: (document) =>
      createActor(document, options, {
        storage: options.storageOf(document.id),
        hasStorage: () => options.hasStorage(document.id),
        isSuspended: () => suspended.has(document.id),
      }),
    now: ports.now,
    log: ports.log,
    onReplaced: () => {},
  })

  let seen = 0
  /** News was announced and not read, or could not be read: until it is, nobody is let in. */
  let stale = true
  let refreshing = Promise.resolve()
  const refresh = async (): Promise<void> => {
    const [changes, suspensions] = await Promise.all([control.changesSince(seen), control.suspensions()])
    seen = changes.seq
    suspended = new Set(suspensions.map(({ tenant }) => tenant))
    for (const tenant of changes.tenants) registry.get(tenant)?.forgetCredentials()
  }
  /** A request that arrives while the news is being read waits for it: a revoked token must not slip past. */
  const upToDate = async (): Promise<void> => {
    if (options.changed()) stale = true
    if (stale) {
      stale = false
      refreshing = refreshing.catch(() => {}).then(refresh)
      refreshing.catch(() => {
        stale = true
      })
    }
    await refreshing
  }

  return {
    registry,
    async find(clues) {
      await upToDate()
      return named(clues, registry)
    },
    servesHost: (host) => registry.byHost(host) !== undefined,
    gauges() {
      const states = registry.list()
      const gauge = (help: string, value: number) => ({ help, value })
      return {
        tollgate_tenants: gauge('Tenants that have a file.', states.length),
        tollgate_tenants_broken: gauge(
          'Tenants whose file is refused as it is now.',
          states.filter((state) => state.problems.length > 0).length,
        ),
        tollgate_tenants_suspended: gauge(
          'Tenants suspended by their file or by an operator.',
          states.filter((state) => registry.get(state.id)?.suspended === true).length,
        ),
      }
    },
  }
}

/** The tenant that the path, else the host, else the credential names, if the credential claims to belong to it. */
function named({ presented, pathTenant, host }: TenantClues, registry: Registry<Actor>): Tenant | undefined {
  if (presented === undefined) return undefined
  const byPath = pathTenant === undefined ? undefined : registry.get(pathTenant)
  if (pathTenant !== undefined && byPath === undefined) return undefined
  const byHost = registry.byHost(host)
  // A path on another tenant's host is a mismatch like any other.
  if (byPath !== undefined && byHost !== undefined && byPath !== byHost) return undefined
  const tenant = byPath ?? byHost ?? registry.get(presented.tenant)
  return tenant?.id === presented.tenant ? tenant : undefined
}
