import type { CallPage, CallSearch, CallWithAttempts, UsageCounts, UsageRange } from '../store/calls.ts'
import type { CredentialRow, NewCredential } from '../store/credentials.ts'
import type { TenantQueries } from '../store/queries.ts'
import { Problem } from './problem.ts'

/**
 * What operators ask of one tenant's records. Plain values in and out: on Workers the records are in the tenant's object,
 * and this is asked across a wire. Every ledger row that is durable is seen. A tenant without records has none to show,
 * and a look does not make any.
 */
export interface TenantRecord {
  credentials(): Promise<readonly CredentialRow[]>
  /** In force with the next request, as is a revocation. */
  addCredential(credential: NewCredential): Promise<void>
  /** False: there is no such credential. Revoking again keeps the first time. */
  revokeCredential(id: string, at: number): Promise<boolean>
  /** Undefined when the cursor is none of a list of calls. */
  calls(search: CallSearch): Promise<CallPage | undefined>
  call(id: string): Promise<CallWithAttempts | undefined>
  usage(range: UsageRange): Promise<readonly UsageCounts[]>
}

/** The tenants' own records, each tenant named first (house rule 3). */
export interface TenantRecords {
  /** The tenants that have records, whether or not they are still served. */
  tenants(): Promise<readonly string[]>
  /** Whether this tenant has records. `tenant` may be any text. */
  exists(tenant: string): Promise<boolean>
  of(tenant: string): TenantRecord
  /**
   * Erases the tenant's records and gives how many calls they held. Only to be asked of a tenant that is not served.
   * @throws Problem 409 while calls of it are under way.
   */
  erase(tenant: string): Promise<{ readonly calls: number }>
}

/** How erasing ended. `busy` says what will pass: nothing was erased, and it may be asked again. */
export type Erasure = { readonly done: true; readonly calls: number } | { readonly done: false; readonly busy: string }

/** @throws Problem 409 when it is not done. */
export function requireErased(tenant: string, erasure: Erasure): { readonly calls: number } {
  if (!erasure.done) throw new Problem(409, `${tenant} was not erased: ${erasure.busy}`)
  return { calls: erasure.calls }
}

export interface RecordAccess {
  /** Whether there are records at all. */
  exists(): boolean
  /** Resolves when every durable ledger row is in the database. */
  flush(): Promise<void>
  use<Result>(work: (queries: TenantQueries) => Result): Result
}

/** One tenant's records over its database. */
export function tenantRecord({ exists, flush, use }: RecordAccess): TenantRecord {
  const look = async <Result>(nothing: Result, work: (queries: TenantQueries) => Result): Promise<Result> => {
    await flush()
    return exists() ? use(work) : nothing
  }
  return {
    credentials: () => look([], ({ credentials }) => credentials.list()),
    addCredential: async (credential) => use(({ credentials }) => credentials.insert(credential)),
    revokeCredential: (id, at) => look(false, ({ credentials }) => credentials.revoke(id, at)),
    calls: (search) => look<CallPage | undefined>({ calls: [] }, ({ calls }) => calls.list(search)),
    call: (id) => look(undefined, ({ calls }) => calls.find(id)),
    usage: (range) => look([], ({ calls }) => calls.usage(range)),
  }
}
