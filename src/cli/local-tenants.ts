import type { AdminDependencies } from '../admin/operations.ts'
import { createTenantFolder } from '../node/tenant-folder.ts'
import type { Log } from '../ports.ts'
import type { Documents } from '../store/documents.ts'
import { createBundleCheck } from '../tenant/bundle-check.ts'
import { compileIdly } from '../tenant/compile-idly.ts'
import { readDocument } from '../tenant/document.ts'
import { holdersIn } from '../tenant/document-check.ts'
import { createRegistry } from '../tenant/registry.ts'
import type { SecretReader } from '../tenant/secret.ts'
import type { TenantSource } from '../tenant/source.ts'
import { appliedSource } from '../tenant/source-applied.ts'
import { hasFile, joinedSource } from '../tenant/source-joined.ts'
import { type DocumentStanding, standingOf } from '../tenant/summary.ts'
import { namePattern } from '../tenant/template.ts'

export interface LocalTenantsOptions {
  /** The folder of tenant files. One that is not there yet has no tenants. */
  readonly folder: string
  /** Tenants that were applied. */
  readonly documents: Documents
  /** Whoever reads their secrets. */
  readonly secrets: SecretReader
}

const ignore = (): void => {}
/** What is wrong with a file is part of the answer here, so that nothing need be logged. */
const silent: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore }

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/**
 * The tenants of a folder and of a control store, as they are when first asked for: one tenant is read alone, as long as it
 * lists no host that others might, and all of them at most once.
 */
export function localTenants({
  folder,
  documents,
  secrets,
}: LocalTenantsOptions): Pick<AdminDependencies, 'tenants' | 'check' | 'isFile'> {
  const files = forgiving(createTenantFolder({ folder, log: silent }))
  const source = joinedSource(files, appliedSource(documents))

  const load = async (): Promise<readonly DocumentStanding[]> => {
    const registry = createRegistry({ source, compile: compileIdly, now: Date.now, log: silent, onReplaced: ignore })
    try {
      await registry.start()
      return registry.list().map(standingOf)
    } finally {
      registry.stop()
    }
  }

  let loading: Promise<readonly DocumentStanding[]> | undefined
  const list = () => {
    loading ??= load()
    return loading
  }
  const findListed = async (id: string) => (await list()).find((entry) => entry.id === id)
  const find = async (id: string): Promise<DocumentStanding | undefined> => {
    if (loading !== undefined) return findListed(id)
    if (!namePattern.test(id)) return undefined
    const loaded = await readDocument(id, source)
    if (loaded === undefined) return undefined
    // Two tenants may list one host: whose it is, only all files say.
    if ((loaded.document?.frontDoor.hosts ?? []).length > 0) return findListed(id)
    return standingOf({ ...loaded, id })
  }

  return {
    tenants: {
      list,
      find,
      document: async (id) => (namePattern.test(id) ? (await readDocument(id, source))?.document : undefined),
    },
    isFile: (id) => hasFile(files, id),
    check: createBundleCheck({
      holders: async (hosts) => new Map([...(await documents.holders(hosts)), ...(await holdersIn(files, hosts))]),
      secrets,
      compile: compileIdly,
    }),
  }
}

const forgiving = (folder: TenantSource): TenantSource => ({
  ...folder,
  list: () =>
    folder.list().catch((error: unknown) => {
      if (isMissing(error)) return []
      throw error
    }),
})
