import { type CallQueries, callQueries } from './calls.ts'
import { type CredentialQueries, credentialQueries } from './credentials.ts'
import type { TenantDatabase } from './storage.ts'

/** Every query by name over one tenant's database. */
export interface TenantQueries {
  readonly credentials: CredentialQueries
  readonly calls: CallQueries
}

/** Builds each group when it is first asked for: an opened database rarely needs them all. */
export function tenantQueries(db: TenantDatabase): TenantQueries {
  let credentials: CredentialQueries | undefined
  let calls: CallQueries | undefined
  return {
    get credentials() {
      credentials ??= credentialQueries(db)
      return credentials
    },
    get calls() {
      calls ??= callQueries(db)
      return calls
    },
  }
}
