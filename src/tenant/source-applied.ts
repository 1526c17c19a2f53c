import type { Documents } from '../store/documents.ts'
import { bundledFile, bundleFileOf } from './bundle.ts'
import type { TenantSource } from './source.ts'

/** Tenants that came through the admin API. It watches nothing: what changes is announced in the control store. */
export const appliedSource = (documents: Pick<Documents, 'list' | 'current'>): TenantSource => ({
  list: async () => (await documents.list()).map(({ tenant }) => tenant),
  read: async (id) => {
    const found = await documents.current(id)
    return found && bundledFile(id, found)
  },
  template: async () => undefined,
  fileOf: bundleFileOf,
  watch: () => () => {},
})
