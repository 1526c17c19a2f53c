import { type TenantRecords, tenantRecord } from '../admin/records.ts'
import type { TenantStorages } from '../store/sqlite.ts'

/**
 * The tenants' databases as the admin API asks them.
 * @param flush resolves when every ledger row of the tenant that is durable is in its database.
 */
export const localRecords = (storage: TenantStorages, flush: (tenant: string) => Promise<void>): TenantRecords => ({
  tenants: async () => storage.tenants(),
  exists: async (tenant) => storage.exists(tenant),
  of: (tenant) =>
    tenantRecord({
      exists: () => storage.exists(tenant),
      flush: () => flush(tenant),
      use: (work) => storage.of(tenant).use(work),
    }),
})
