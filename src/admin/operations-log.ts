import type { AdminDependencies } from './dependencies.ts'
import { rfc3339 } from './time.ts'

/** What an operator did. `details` holds names and ids, never a secret. */
export interface ActionView {
  readonly seq: number
  readonly at: string
  readonly operator: string
  readonly action: string
  readonly tenant: string | null
  readonly details: Readonly<Record<string, string>>
}

export interface ActionSearch {
  /** `all` brings those of no tenant too. */
  readonly tenants: 'all' | readonly string[]
  readonly limit: number
  /** Only entries older than the one with this `seq`. */
  readonly before?: number | undefined
}

/** The operator audit log, newest first. */
export async function listActions(admin: AdminDependencies, search: ActionSearch): Promise<ActionView[]> {
  const { tenants, limit, before = null } = search
  const entries = await admin.control.entries({ tenants, limit, before })
  return entries.map(({ seq, at, operator, action, tenant, details }) => ({
    seq,
    at: rfc3339(at),
    operator,
    action,
    tenant,
    details,
  }))
}
