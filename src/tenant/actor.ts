import { createVerifier, type KnownCredential } from '../auth/verifier.ts'
import { createLedger, type LedgerOptions } from '../ledger/create.ts'
import type { Journal } from '../ledger/records.ts'
import { reasonOf } from '../log.ts'
import type { Ports } from '../ports.ts'
import { parseRanges } from '../ranges.ts'
import type { CredentialRow } from '../store/credentials.ts'
import type { TenantQueries } from '../store/queries.ts'
import type { TenantStorage } from '../store/storage.ts'
import type { UnfitCount } from '../view/unfit.ts'
import { counted, type Gate, gated } from './gates.ts'
import type { Probed } from './probed.ts'
import { hostKey } from './registry-hosts.ts'
import type { TenantDocument } from './schema.ts'
import type { SecretReader } from './secret.ts'
import type { Tenant } from './tenant.ts'
import { makeUpstream } from './upstream.ts'
import { planningOf } from './upstream-bare.ts'

/** What every tenant of a gateway is given alike. */
export interface ActorParts {
  readonly ports: Ports
  readonly secrets: SecretReader
  readonly journal: Journal
  /** Counts every tenant's attempts, those for tokens too; null stands for no answer. */
  readonly attempted?: LedgerOptions['attempted']
}

/** What is one tenant's alone. */
export interface ActorOwn {
  readonly storage: TenantStorage<TenantQueries>
  /** Whether the tenant has a database yet: checking a credential must not make one. */
  hasStorage(): boolean
  /** By an operator. */
  isSuspended(): boolean
  /** Where records can be taken away from under a gateway that serves. */
  readonly gate?: Gate
}

/** A tenant with what its owner alone may ask of it. */
export interface Actor extends Tenant {
  /** What it remembers of its credentials is looked up anew. */
  forgetCredentials(): void
  /** The upstream values that fitted no pattern of its rules, since these were taken in. */
  unfit(): readonly UnfitCount[]
  /** Looks at its upstream, by a call of the ledger's. */
  probe(): Promise<Probed>
}

const known = ({ id, hash, access, resourceTypes, expiresAt }: CredentialRow): KnownCredential => ({
  id,
  hash,
  scope: resourceTypes === null ? { access } : { access, resourceTypes },
  expiresAt,
})

/**
 * Joins a tenant's document, storage, ledger, credentials and upstream: cheap, without input or output.
 * @throws what is wrong with a clause of the document.
 */
export function createActor(document: TenantDocument, parts: ActorParts, own: ActorOwn): Actor {
  const { id, frontDoor } = document
  const { ports, journal, secrets, attempted } = parts
  const { storage, hasStorage, isSuspended, gate } = own
  const { billing } = planningOf(document).capabilities
  const written = createLedger({ tenant: id, journal, now: ports.now, newId: ports.newId, billing, attempted })
  const ledger = gate === undefined ? written : counted(written, gate)
  const liveCredentials = (): readonly KnownCredential[] => {
    if (!hasStorage()) return []
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
  const { upstream, timeoutMs, probe, unfit = () => [] } = makeUpstream({ document, ledger, storage, ports, secrets })
  return {
    id,
    dialect: frontDoor.dialect,
    hosts: frontDoor.hosts.map(hostKey),
    timeoutMs,
    get suspended() {
      return document.status === 'suspended' || isSuspended()
    },
    ledger: gate === undefined ? ledger : gated(ledger, gate),
    upstream,
    authenticate(presented, clientAddress) {
      if (presented === undefined || presented.tenant !== id) return undefined
      if (frontDoor.allowFrom !== undefined && (clientAddress === null || !admits(clientAddress))) return undefined
      return verifier.verify(presented.secret)
    },
    forgetCredentials: verifier.forget,
    unfit,
    probe,
  }
}
