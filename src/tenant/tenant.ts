import type { Presented } from '../auth/presented.ts'
import type { Principal } from '../auth/principal.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Upstream } from '../upstream/upstream.ts'

/** One customer, ready to serve: everything of it, and no way to another. */
export interface Tenant {
  readonly id: string
  readonly dialect: 'auto' | 'strict'
  /** Hosts that are its alone, in lower case and without ports. */
  readonly hosts: readonly string[]
  /** The deadline of a whole client request, retries included. */
  readonly timeoutMs: number
  /** By its file, or by an operator. */
  readonly suspended: boolean
  readonly ledger: Ledger
  readonly upstream: Upstream
  /** Who is calling; undefined when the credential is not this tenant's or the address is not allowed. */
  authenticate(presented: Presented | undefined, clientAddress: string | null): Principal | undefined
}

/** What a request says of its tenant, before anything was checked. */
export interface TenantClues {
  readonly presented: Presented | undefined
  readonly pathTenant: string | undefined
  readonly host: string
}

/** All tenants that this gateway serves. */
export interface Tenants {
  /**
   * The tenant that the path, else the host, else the credential names, as of this moment: what another process changed
   * before is taken in first.
   */
  find(clues: TenantClues): Promise<Tenant | undefined>
  /** True when some tenant lists this host as its own. */
  servesHost(host: string): boolean
  /** How many tenants stand how, for `/metrics`. */
  gauges(): Readonly<Record<string, { readonly help: string; readonly value: number }>>
}
