import { createVerifier, type KnownCredential } from '../auth/verifier.ts'
import { createLedger, type LedgerOptions } from '../ledger/create.ts'
import type { Journal } from '../ledger/records.ts'
import { reasonOf } from '../log.ts'
import type { Ports } from '../ports.ts'
import { parseRanges } from '../ranges.ts'
import type { Control } from '../store/control.ts'
import type { CredentialRow } from '../store/credentials.ts'
import type { TenantQueries } from '../store/queries.ts'
import type { TenantStorage } from '../store/storage.ts'
import { createRegistry, type Registry } from './registry.ts'
import { hostKey } from './registry-hosts.ts'
import type { TenantDocument } from './schema.ts'
import type { SecretReader } from './secret.ts'
import type { TenantSource } from './source.ts'
import type { Tenant, TenantClues, Tenants } from './tenant.ts'
import { makeUpstream } from './upstream.ts'

export interface TenantsOptions {
  readonly ports: Ports
  readonly source: TenantSource
  readonly secrets: SecretReader
  readonly journal: Journal
  readonly control: Control
  /** Whether the control store was written to since this was last asked. */
  changed(): boolean
  /** Whether the tenant has a database yet: checking a credential must not make one. */
  hasStorage(tenant: string): boolean
  storageOf(tenant: string): TenantStorage<TenantQueries>
  /** Counts every tenant's attempts, those for tokens too; null stands for no answer. */
  readonly attempted?: LedgerOptions['attempted']
}

/** A tenant with what its owner alone may ask of it. */
interface Actor extends Tenant {
  forgetCredentials(): void
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
    compile: (document) => createActor(document, options, () => suspended.has(document.id)),
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

const known = ({ id, hash, access, resourceTypes, expiresAt }: CredentialRow): KnownCredential => ({
  id,
  hash,
  scope: resourceTypes === null ? { access } : { access, resourceTypes },
  expiresAt,
})

function createActor(document: TenantDocument, options: TenantsOptions, isSuspended: () => boolean): Actor {
  const { id, frontDoor } = document
  const { ports, journal } = options
  const storage = options.storageOf(id)
  const { attempted } = options
  const ledger = createLedger({ tenant: id, journal, now: ports.now, newId: ports.newId, attempted })
  const liveCredentials = (): readonly KnownCredential[] => {
    if (!options.hasStorage(id)) return []
    try {
      return storage.use(({ credentials }) => credentials.live(ports.now()).map(known))
    } catch (error) {
      // The request is no call of the tenant's yet: nobody after this knows whose database it was.
      ports.log.error({ tenant: id, reason: reasonOf(error) }, "the tenant's credentials cannot be read")
      throw error
    }
  }
  const verifier = createVerifier(id, liveCredentials, ports.now)
  const admits = frontDoor.allowFrom === undefined ? () => true : parseRanges(frontDoor.allowFrom)
  const { upstream, timeoutMs } = makeUpstream({ document, ledger, storage, ports, secrets: options.secrets })
  return {
    id,
    dialect: frontDoor.dialect,
    hosts: frontDoor.hosts.map(hostKey),
    timeoutMs,
    get suspended() {
      return document.status === 'suspended' || isSuspended()
    },
    ledger,
    upstream,
    authenticate(presented, clientAddress) {
      if (presented === undefined || presented.tenant !== id) return undefined
      if (frontDoor.allowFrom !== undefined && (clientAddress === null || !admits(clientAddress))) return undefined
      return verifier.verify(presented.secret)
    },
    forgetCredentials: verifier.forget,
  }
}
