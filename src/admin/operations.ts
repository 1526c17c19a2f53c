// The use-cases, plain functions over what `AdminDependencies` gives: HTTP stands in api.ts, the command line over that.
export type { AdminDependencies, TenantDirectory, UsageOfAll } from './dependencies.ts'
export {
  type AppliedView,
  type Applying,
  applyTenant,
  historyOf,
  removeTenant,
  rollBackTenant,
  type VersionView,
} from './operations-documents.ts'
export { eraseRecords } from './operations-erase.ts'
export { listCalls, readCall, usageOfAllTenants, usageOfTenant } from './operations-ledger.ts'
export { listActions } from './operations-log.ts'
export { probeTenant } from './operations-probe.ts'
export { listTenants, readTenant, resumeTenant, suspendTenant } from './operations-tenants.ts'
export { listCredentials, mintCredential, revokeCredential } from './operations-tokens.ts'
export { tryTenant } from './operations-try.ts'
export { type TenantRecord, type TenantRecords, tenantRecord } from './records.ts'
