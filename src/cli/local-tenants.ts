import type { TenantDirectory } from '../admin/operations.ts'
import { createTenantFolder } from '../node/tenant-folder.ts'
import type { Log } from '../ports.ts'
import { readDocument } from '../tenant/document.ts'
import { createRegistry } from '../tenant/registry.ts'
import { type DocumentStanding, standingOf } from '../tenant/summary.ts'
import { namePattern } from '../tenant/template.ts'
import { compileIdly } from './compile.ts'

const ignore = (): void => {}
/** What is wrong with a file is part of the answer here, so that nothing need be logged. */
const silent: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore }

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/**
 * The tenant files of a folder, as they are when first asked for: one tenant is read alone, as long as it lists no host
 * that others might, and all of them at most once.
 */
export function localTenants(folder: string): TenantDirectory {
  const source = createTenantFolder({ folder, log: silent })

  const load = async (): Promise<readonly DocumentStanding[]> => {
    const registry = createRegistry({ source, compile: compileIdly, now: Date.now, log: silent, onReplaced: ignore })
    try {
      await registry.start()
      return registry.list().map(standingOf)
    } catch (error) {
      // A folder that is not there yet has no tenants.
      if (isMissing(error)) return []
      throw error
    } finally {
      registry.stop()
    }
  }

  let loading: Promise<readonly DocumentStanding[]> | undefined
  const list: TenantDirectory['list'] = () => {
    loading ??= load()
    return loading
  }
  const findListed = async (id: string) => (await list()).find((entry) => entry.id === id)

  return {
    list,
    find: async (id) => {
      if (loading !== undefined) return findListed(id)
      if (!namePattern.test(id)) return undefined
      const loaded = await readDocument(id, source)
      if (loaded === undefined) return undefined
      // Two tenants may list one host: whose it is, only all files say.
      if ((loaded.document?.frontDoor.hosts ?? []).length > 0) return findListed(id)
      return standingOf({ ...loaded, id })
    },
  }
}
