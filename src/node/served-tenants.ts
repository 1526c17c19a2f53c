import type { AdminDependencies } from '../admin/operations.ts'
import type { Documents } from '../store/documents.ts'
import { createBundleCheck } from '../tenant/bundle-check.ts'
import { compileIdly } from '../tenant/compile-idly.ts'
import type { SecretReader } from '../tenant/secret.ts'
import type { TenantSource } from '../tenant/source.ts'
import { hasFile } from '../tenant/source-joined.ts'
import { standingOf } from '../tenant/summary.ts'
import type { ServedTenants } from '../tenant/tenants.ts'

export interface ServedTenantsOptions {
  readonly tenants: Pick<ServedTenants, 'registry' | 'refresh' | 'unfit' | 'probe'>
  readonly folder: Pick<TenantSource, 'read'>
  readonly documents: Pick<Documents, 'holders'>
  readonly secrets: SecretReader
}

/** The tenants that a gateway serves, as its operators see them: with whatever was announced up to now. */
export const servedTenants = ({
  tenants: { registry, refresh, unfit, probe },
  folder,
  documents,
  secrets,
}: ServedTenantsOptions): Pick<AdminDependencies, 'tenants' | 'check' | 'isFile' | 'unfit' | 'probe'> => ({
  probe,
  unfit: async (id) => unfit(id),
  tenants: {
    list: async () => {
      await refresh()
      return registry.list().map(standingOf)
    },
    find: async (id) => {
      await refresh()
      const state = registry.state(id)
      return state && standingOf(state)
    },
    document: async (id) => {
      await refresh()
      return registry.state(id)?.document
    },
  },
  isFile: (id) => hasFile(folder, id),
  check: createBundleCheck({
    holders: async (hosts) => {
      await refresh()
      const served = hosts.flatMap((host): [string, string][] => {
        const holder = registry.byHost(host)
        return holder === undefined ? [] : [[host, holder.id]]
      })
      return new Map([...(await documents.holders(hosts)), ...served])
    },
    secrets,
    compile: compileIdly,
  }),
})
