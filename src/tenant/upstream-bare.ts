import type { Ledger } from '../ledger/ledger.ts'
import { compileCapabilities } from '../plan/clause.ts'
import type { Planning } from '../plan/planning.ts'
import { entraUrls } from '../plan/presets/entra.ts'
import type { Ports } from '../ports.ts'
import type { TenantQueries } from '../store/queries.ts'
import type { TenantStorage } from '../store/storage.ts'
import type { OpenCall } from '../upstream/background.ts'
import { createDirectory } from '../upstream/directory/directory.ts'
import { type EmulateClause, emulateOptions } from '../upstream/directory/emulate/clause.ts'
import { createEntraStandIn } from '../upstream/directory/emulate/stand-in.ts'
import { timeoutMsOf } from '../upstream/scim/clause.ts'
import { createScimUpstream } from '../upstream/scim/scim.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { TenantDocument } from './schema.ts'
import { resolveSecret, type SecretReader } from './secret.ts'

export interface UpstreamParts {
  readonly document: TenantDocument
  readonly ledger: Ledger
  readonly storage: TenantStorage<TenantQueries>
  readonly ports: Ports
  readonly secrets: SecretReader
}

/** A tenant's directory as it is, before any plan or view. */
export interface BareUpstream {
  readonly upstream: Upstream
  /** The deadline of a whole client request. */
  readonly timeoutMs: number
}

/** The built-in directory answers in milliseconds; this bounds a scan of a very large one. */
const directoryTimeoutMs = 20_000

/** What a document's upstream can do, and what its operator decided about plans. */
export const planningOf = ({ upstream: clause }: TenantDocument): Planning =>
  compileCapabilities(
    clause.kind === 'directory' && clause.emulate !== undefined ? { ...clause, preset: 'entra' } : clause,
  )

/** Makes the upstream that a clause names, one function a kind. */
export function bareUpstream(parts: UpstreamParts, { capabilities }: Planning): BareUpstream {
  const { id: tenant, upstream: clause, frontDoor } = parts.document
  const { ledger, ports, secrets } = parts
  const { dialect } = frontDoor
  if (clause.kind === 'directory') {
    if (clause.emulate !== undefined) return rehearsal(parts, clause.emulate, capabilities.wire)
    const upstream = createDirectory({ tenant, clause, resources: resourcesOf(parts), ports, dialect })
    return { upstream, timeoutMs: directoryTimeoutMs }
  }
  const secret = (reference: Parameters<typeof resolveSecret>[0]) => resolveSecret(reference, secrets)
  const openCall = openCallOf(ledger)
  return {
    upstream: createScimUpstream({ tenant, clause, wire: capabilities.wire, secret, ports, openCall, dialect }),
    timeoutMs: timeoutMsOf(clause),
  }
}

/** All of the way to Entra but the network: what would be sent is answered in this process. */
function rehearsal(parts: UpstreamParts, emulate: EmulateClause, wire: Planning['capabilities']['wire']): BareUpstream {
  const { document, ledger, ports } = parts
  const { id: tenant, frontDoor } = document
  const standIn = createEntraStandIn({
    tenant,
    resources: resourcesOf(parts),
    ports,
    options: emulateOptions(emulate),
  })
  const upstream = createScimUpstream({
    tenant,
    clause: { kind: 'scim', url: entraUrls.global, auth: { kind: 'none' } },
    wire,
    secret: () => Promise.reject(new Error('a rehearsal has no secrets')),
    ports: { ...ports, fetch: standIn.fetch },
    openCall: openCallOf(ledger),
    dialect: frontDoor.dialect,
  })
  return { upstream, timeoutMs: directoryTimeoutMs }
}

const resourcesOf = ({ storage }: UpstreamParts): TenantStorage<TenantQueries['resources']> => ({
  use: (work) => storage.use((queries) => work(queries.resources)),
})

export const openCallOf =
  (ledger: Ledger): OpenCall =>
  (operation) =>
    ledger.open({ ...nobody, operation })

/** The opening of a call that no client made. */
const nobody = {
  credential: null,
  clientAddress: null,
  userAgent: null,
  clientRequestId: null,
  method: 'POST',
  resourceType: null,
  resourceId: null,
  bytesIn: 0,
}
