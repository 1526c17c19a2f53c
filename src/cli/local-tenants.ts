import type { TenantDirectory } from '../admin/operations.ts'
import { createTenantFolder } from '../node/tenant-folder.ts'
import type { Log } from '../ports.ts'
import { readDocument } from '../tenant/document.ts'
import { createRegistry } from '../tenant/registry.ts'
import { namePattern } from '../tenant/template.ts'

const ignore = (): void => {}
/** What is wrong with a file is part of the answer here, so that nothing need be logged. */
const silent: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore }

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** The tenant files of a folder, read when asked for: one tenant alone, as long as it lists no host that others might. */
export function localTenants(folder: string): TenantDirectory {
  const source = createTenantFolder({ folder, log: silent })

  const list: TenantDirectory['list'] = async () => {
    const registry = createRegistry({ source, compile: ignore, now: Date.now, log: silent, onReplaced: ignore })
    try {
      await registry.start()
      return registry.list()
    } catch (error) {
      // A folder that is not there yet has no tenants.
      if (isMissing(error)) return []
      throw error
    } finally {
      registry.stop()
    }
  }

  return {
    list,
    find: async (id) => {
      if (!namePattern.test(id)) return undefined
      const loaded = await readDocument(id, source)
      if (loaded === undefined) return undefined
      const { document, problems } = loaded
      if (document === undefined) return { id, problems }
      // Two tenants may list one host: whose it is, only all files say.
      if (document.frontDoor.hosts.length > 0) return (await list()).find((entry) => entry.id === id)
      return { id, problems, document }
    },
  }
}
