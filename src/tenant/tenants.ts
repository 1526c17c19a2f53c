import type { Control } from '../store/control.ts'
import { departedReason } from '../store/departures.ts'
import type { TenantQueries } from '../store/queries.ts'
import type { TenantStorage } from '../store/storage.ts'
import type { UnfitCount } from '../view/unfit.ts'
import { type Actor, type ActorParts, createActor } from './actor.ts'
import { createGates, type Gates } from './gates.ts'
import type { Probed } from './probed.ts'
import { createRegistry, type Registry } from './registry.ts'
import type { TenantSource } from './source.ts'
import { appliedSource } from './source-applied.ts'
import { joinedSource } from './source-joined.ts'
import type { Tenant, TenantClues, Tenants } from './tenant.ts'

export interface TenantsOptions extends ActorParts {
  /** Serves beside the documents of the control store, and before them where both name one id. */
  readonly source: TenantSource
  readonly control: Pick<Control, 'changesSince' | 'suspensions' | 'documents'>
  /** Whether the control store was written to since this was last asked. */
  changed(): boolean
  /** Whether the tenant has a database yet: checking a credential must not make one. */
  hasStorage(tenant: string): boolean
  storageOf(tenant: string): TenantStorage<TenantQueries>
}

export interface ServedTenants extends Tenants {
  readonly registry: Registry<Tenant>
  /** Loads every tenant, then follows both sources. @throws Error when one cannot be read at all. */
  start(): Promise<void>
  /** Reads what other processes announced up to now. */
  refresh(): Promise<void>
  readonly gates: Omit<Gates, 'of'>
  /** The upstream values that fitted no pattern of a tenant's rules; `id` may be any text. */
  unfit(id: string): readonly UnfitCount[]
  /** Probes a tenant's upstream, by the document in force; undefined where there is none. `id` may be any text. */
  probe(id: string): Promise<Probed | undefined>
}

/** Joins each tenant's document, storage, ledger, credentials and upstream into one actor. */
export function createTenants(options: TenantsOptions): ServedTenants {
  const { control, ports } = options
  let suspended: ReadonlySet<string> = new Set()
  let departed: ReadonlySet<string> = new Set()
  const gates = createGates((tenant) => departed.has(tenant) || registry.get(tenant) === undefined)
  const registry = createRegistry<Actor>({
    source: joinedSource(options.source, appliedSource(control.documents)),
    compile: (document) =>
      createActor(document, options, {
        storage: options.storageOf(document.id),
        hasStorage: () => options.hasStorage(document.id),
        isSuspended: () => suspended.has(document.id),
        gate: gates.of(document.id),
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
    suspended = new Set(suspensions.map(({ tenant }) => tenant))
    departed = new Set(suspensions.filter(({ reason }) => reason === departedReason).map(({ tenant }) => tenant))
    for (const tenant of changes.tenants) registry.get(tenant)?.forgetCredentials()
    // Most news is of a token: only a document that is not the one at hand is read again.
    const versions = changes.tenants.length === 0 ? [] : await control.documents.versions(changes.tenants)
    const changed = [...versions].filter(([tenant, version]) => !registry.isAt(tenant, version))
    if (changed.length > 0) await registry.takeIn(changed.map(([tenant]) => tenant))
    seen = changes.seq
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
    async start() {
      // What is announced while the tenants are loaded is news; what was before, they are loaded with.
      seen = (await control.changesSince(0)).seq
      await registry.start()
    },
    refresh: upToDate,
    gates,
    unfit: (id) => registry.get(id)?.unfit() ?? [],
    async probe(id) {
      await upToDate()
      return registry.get(id)?.probe()
    },
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
        tollgate_unfit_values: gauge(
          'Upstream values that fitted no pattern of a rule, since the rules were taken in.',
          states.flatMap(({ id }) => registry.get(id)?.unfit() ?? []).reduce((sum, { count }) => sum + count, 0),
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
