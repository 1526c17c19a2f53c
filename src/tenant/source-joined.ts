import type { TenantSource } from './source.ts'

/** The files of `first`, and those of `second` that `first` does not have. Templates and changes are those of `first`. */
export const joinedSource = (first: TenantSource, second: TenantSource): TenantSource => ({
  list: async () => [...new Set([...(await first.list()), ...(await second.list())])],
  read: async (id) => (await first.read(id)) ?? (await second.read(id)),
  template: first.template,
  fileOf: first.fileOf,
  watch: first.watch,
})

/** Whether the source has this tenant's file. One that cannot be read is there all the same. */
export const hasFile = (source: Pick<TenantSource, 'read'>, id: string): Promise<boolean> =>
  source.read(id).then(
    (found) => found !== undefined,
    () => true,
  )
