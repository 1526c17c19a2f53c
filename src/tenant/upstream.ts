import type { Ledger } from '../ledger/ledger.ts'
import type { Ports } from '../ports.ts'
import type { TenantQueries } from '../store/queries.ts'
import type { TenantStorage } from '../store/storage.ts'
import type { OpenCall } from '../upstream/background.ts'
import { createDirectory } from '../upstream/directory/directory.ts'
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

export interface MadeUpstream {
  readonly upstream: Upstream
  /** The deadline of a whole client request. */
  readonly timeoutMs: number
}

/** The built-in directory answers in milliseconds; this bounds a scan of a very large one. */
const directoryTimeoutMs = 20_000

/** Makes a tenant's upstream from its clause, one function a kind. */
export function makeUpstream({ document, ledger, storage, ports, secrets }: UpstreamParts): MadeUpstream {
  const { id: tenant, upstream: clause } = document
  const { dialect } = document.frontDoor
  if (clause.kind === 'directory') {
    const resources: TenantStorage<TenantQueries['resources']> = {
      use: (work) => storage.use((queries) => work(queries.resources)),
    }
    return { upstream: createDirectory({ tenant, clause, resources, ports, dialect }), timeoutMs: directoryTimeoutMs }
  }
  const secret = (reference: Parameters<typeof resolveSecret>[0]) => resolveSecret(reference, secrets)
  const openCall: OpenCall = (operation) => ledger.open({ ...nobody, operation })
  return {
    upstream: createScimUpstream({ tenant, clause, secret, ports, openCall, dialect }),
    timeoutMs: timeoutMsOf(clause),
  }
}

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
