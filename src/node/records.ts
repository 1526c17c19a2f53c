import { requireErased, type TenantRecords, tenantRecord } from '../admin/records.ts'
import type { TenantStorages } from '../store/sqlite.ts'
import { busy, type ErrandAnswer } from './errands.ts'

/**
 * The tenants' databases as the admin API asks them.
 * @param flush resolves when every ledger row of the tenant that is durable is in its database.
 * @param erase removes the tenant's database, and whatever could bring its rows back; unless told, there is no such thing.
 */
export const localRecords = (
  storage: TenantStorages,
  flush: (tenant: string) => Promise<void>,
  erase: (tenant: string) => Promise<ErrandAnswer> = async (tenant) => {
    const removed = storage.remove(tenant)
    return removed === undefined ? busy('its records are being read: try again') : { done: true, ...removed }
  },
): TenantRecords => ({
  tenants: async () => storage.tenants(),
  exists: async (tenant) => storage.exists(tenant),
  of: (tenant) =>
    tenantRecord({
      exists: () => storage.exists(tenant),
      flush: () => flush(tenant),
      use: (work) => storage.of(tenant).use(work),
    }),
  erase: async (tenant) => requireErased(tenant, await erase(tenant)),
})
