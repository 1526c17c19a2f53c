import type { Probed } from '../tenant/probed.ts'
import type { AdminDependencies } from './dependencies.ts'
import { requireRecorded } from './operations-tenants.ts'
import { Problem } from './problem.ts'

/**
 * Looks at a tenant's upstream, and says how it differs from its capabilities. Calls are made, and billed where the
 * upstream bills; nothing is changed.
 * @throws Problem 404, or 409 when the tenant is not served
 */
export async function probeTenant(admin: AdminDependencies, id: string): Promise<Probed> {
  const probed = await admin.probe(id)
  if (probed !== undefined) return probed
  await requireRecorded(admin, id)
  throw new Problem(409, `tenant ${id} has no document in force: its file is gone, or was never good`)
}
