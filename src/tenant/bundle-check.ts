import { type Bundle, pruned, readBundle } from './bundle.ts'
import { type CheckOptions, compileFaults, type Findings, secretWarnings, takenHosts } from './document-check.ts'
import type { Problem } from './position.ts'
import { hostKey } from './registry-hosts.ts'
import type { TenantDocument } from './schema.ts'

/** What a gateway would make of a bundle. It takes it in where there are no problems and no host is taken. */
export interface CheckedBundle extends Findings {
  readonly version: string
  /** The bundle without templates that its file does not extend. */
  readonly bundle: Bundle
  /** Absent when there are problems. */
  readonly document?: TenantDocument
  /** Hosts that other tenants hold. */
  readonly taken: readonly Problem[]
}

export type BundleCheck = (id: string, bundle: Bundle) => Promise<CheckedBundle>

export interface BundleCheckOptions extends Pick<CheckOptions, 'secrets' | 'compile'> {
  /** Which tenant holds which of these hosts (in lower case, without ports); free ones are absent. */
  holders(hosts: readonly string[]): Promise<ReadonlyMap<string, string>>
}

/** Checks a tenant's texts before they are put in force, as `tenant check` does. */
export const createBundleCheck =
  ({ holders, secrets, compile }: BundleCheckOptions): BundleCheck =>
  async (id, given) => {
    const loaded = await readBundle(id, given)
    const { version, document, problemAt } = loaded
    const checked = { version, bundle: pruned({ bundle: given, loaded }), taken: [], warnings: [] }
    if (document === undefined) return { ...checked, problems: loaded.problems }
    const problems = compileFaults(document, compile ? { compile } : {}).map(({ path, message }) =>
      problemAt(path, message),
    )
    if (problems.length > 0) return { ...checked, problems }
    const { hosts } = document.frontDoor
    const held = hosts.length === 0 ? new Map<string, string>() : await holders(hosts.map(hostKey))
    return {
      ...checked,
      problems,
      document,
      taken: takenHosts(document, (host) => held.get(host), problemAt),
      warnings: await secretWarnings(document, secrets, problemAt),
    }
  }
