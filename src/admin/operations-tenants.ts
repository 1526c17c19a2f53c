import type { Suspension } from '../store/control.ts'
import type { Problem as DocumentProblem } from '../tenant/position.ts'
import type { DocumentStanding } from '../tenant/summary.ts'
import { namePattern } from '../tenant/template.ts'
import type { UnfitCount } from '../view/unfit.ts'
import type { AdminDependencies } from './dependencies.ts'
import type { Operator } from './operator.ts'
import { notFound, type Problem } from './problem.ts'
import type { TenantRecord } from './records.ts'
import { rfc3339 } from './time.ts'

/** One tenant as operators see it. */
export interface TenantView {
  readonly id: string
  readonly name: string | null
  /** `broken`: no version of its file could be loaded. `removed`: its file is gone, its records are kept. */
  readonly status: 'active' | 'suspended' | 'broken' | 'removed'
  readonly suspendedBy: 'file' | 'operator' | null
  readonly suspension: { readonly operator: string; readonly at: string; readonly reason: string | null } | null
  readonly upstream: { readonly kind: string; readonly url: string | null } | null
  readonly hosts: readonly string[]
  /** A hash of the texts that the serving version was made of. */
  readonly version: string | null
  readonly faults: readonly DocumentProblem[]
  /** What its rules could not read, as the gateway that serves it counted it. */
  readonly unfit?: readonly UnfitCount[]
}

function statusOf(entry: DocumentStanding | undefined, suspended: boolean): Pick<TenantView, 'status' | 'suspendedBy'> {
  if (entry === undefined) return { status: 'removed', suspendedBy: null }
  if (suspended) return { status: 'suspended', suspendedBy: 'operator' }
  if (entry.summary === undefined) return { status: 'broken', suspendedBy: null }
  const byFile = entry.summary.status === 'suspended'
  return { status: entry.summary.status, suspendedBy: byFile ? 'file' : null }
}

function tenantView(id: string, entry: DocumentStanding | undefined, suspension: Suspension | undefined): TenantView {
  const summary = entry?.summary
  return {
    id,
    name: summary?.name ?? null,
    ...statusOf(entry, suspension !== undefined),
    suspension:
      suspension === undefined
        ? null
        : { operator: suspension.operator, at: rfc3339(suspension.at), reason: suspension.reason },
    upstream: summary?.upstream ?? null,
    hosts: summary?.hosts ?? [],
    version: entry?.version ?? null,
    faults: entry?.problems ?? [],
  }
}

/** Every tenant that has a file or records, by id. */
export async function listTenants(admin: AdminDependencies): Promise<TenantView[]> {
  const entries = new Map((await admin.tenants.list()).map((entry) => [entry.id, entry]))
  const suspensions = new Map((await admin.control.suspensions()).map((row) => [row.tenant, row]))
  const ids = new Set([...entries.keys(), ...(await admin.records.tenants())])
  return [...ids].sort().map((id) => tenantView(id, entries.get(id), suspensions.get(id)))
}

/** @throws Problem 404 */
export async function readTenant(admin: AdminDependencies, id: string): Promise<TenantView> {
  const entry = await admin.tenants.find(id)
  if (entry === undefined) await requireRecorded(admin, id)
  const suspensions = await admin.control.suspensions()
  const suspension = suspensions.find((row) => row.tenant === id)
  const view = tenantView(id, entry, suspension)
  return entry?.summary === undefined || admin.unfit === undefined ? view : { ...view, unfit: await admin.unfit(id) }
}

/** Stops the tenant from the next request on, whatever its file says. Suspending again changes nothing. @throws Problem 404 */
export async function suspendTenant(
  admin: AdminDependencies,
  operator: Operator,
  id: string,
  reason?: string,
): Promise<TenantView> {
  await requireTenant(admin, id)
  const suspensions = await admin.control.suspensions()
  // Announced anew where it is suspended already: whoever did not hear of it the first time is made good by asking again.
  if (suspensions.some(({ tenant }) => tenant === id)) await admin.control.announce(id)
  else await admin.control.suspend(id, operator.name, reason)
  return readTenant(admin, id)
}

/** Takes an operator's suspension back; what the file says stays. Resuming again changes nothing. @throws Problem 404 */
export async function resumeTenant(admin: AdminDependencies, operator: Operator, id: string): Promise<TenantView> {
  await requireTenant(admin, id)
  const suspensions = await admin.control.suspensions()
  if (suspensions.some(({ tenant }) => tenant === id)) await admin.control.resume(id, operator.name)
  else await admin.control.announce(id)
  return readTenant(admin, id)
}

/** @throws Problem 404 when no file names this tenant. */
export async function requireTenant(admin: AdminDependencies, id: string): Promise<void> {
  if ((await admin.tenants.find(id)) === undefined) throw unknownTenant(id)
}

/** @throws Problem 404 when there is neither a file nor a record of this tenant. */
export async function requireRecorded(admin: AdminDependencies, id: string): Promise<void> {
  if ((await admin.tenants.find(id)) !== undefined) return
  if (!(await admin.records.exists(id))) throw unknownTenant(id)
}

/** One tenant's records, to look at. @throws Problem 404 */
export async function recordOf(admin: AdminDependencies, tenant: string): Promise<TenantRecord> {
  await requireRecorded(admin, tenant)
  return admin.records.of(tenant)
}

const unknownTenant = (id: string): Problem =>
  notFound(namePattern.test(id) ? `there is no tenant ${id}` : 'there is no tenant of that name')
