import { type CallQueries, callQueries } from './calls.ts'
import { type CredentialQueries, credentialQueries } from './credentials.ts'
import { lazily } from './lazily.ts'
import { type ResourceQueries, resourceQueries } from './resources.ts'
import type { TenantDatabase } from './storage.ts'
import { type UsageQueries, usageQueries } from './usage-hours.ts'

/** Every query by name over one tenant's database. */
export interface TenantQueries {
  readonly credentials: CredentialQueries
  readonly calls: CallQueries
  readonly resources: ResourceQueries
  readonly usage: UsageQueries
}

/** Builds each group when it is first asked for: an opened database rarely needs them all. */
export function tenantQueries(db: TenantDatabase): TenantQueries {
  const credentials = lazily(() => credentialQueries(db))
  const calls = lazily(() => callQueries(db))
  const resources = lazily(() => resourceQueries(db))
  const usage = lazily(() => usageQueries(db))
  return {
    get credentials() {
      return credentials()
    },
    get calls() {
      return calls()
    },
    get resources() {
      return resources()
    },
    get usage() {
      return usage()
    },
  }
}
