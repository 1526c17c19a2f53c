import type { z } from 'zod'
import { appliedBody, tenantListBody } from '../admin/shapes.ts'
import { printProblem } from '../tenant/position.ts'
import { diffBundles } from './apply-diff.ts'
import type { LocalFolder, LocalTenant } from './apply-folder.ts'
import type { AdminClient } from './client.ts'
import { Exit, exitCodes } from './exit.ts'
import { inFlight } from './in-flight.ts'

/** Requests under way at once: a gateway serves its clients beside this. */
const width = 4

/** What applying one tenant changes. */
export interface Change {
  readonly tenant: LocalTenant
  readonly change: 'new' | 'changed'
  readonly previousVersion: string | null
  /** A unified diff a file. */
  readonly diffs: readonly string[]
  /** `file:line:column: clause: message`, of the gateway. */
  readonly warnings: readonly string[]
}

export interface Failure {
  readonly id: string
  readonly detail: string
}

export interface Plan {
  readonly changes: readonly Change[]
  /** How many are in force as they are here. */
  readonly unchanged: number
  /** Those of them that the gateway does not serve in that version yet: it must have missed the news. */
  readonly unheard: readonly LocalTenant[]
  /** What the gateway would not take in. */
  readonly refused: readonly Failure[]
  /** Tenants of the gateway that have no file here. */
  readonly elsewhere: readonly string[]
}

/**
 * Compares a folder with a gateway and changes nothing. Tenants whose versions are equal cost no request.
 * @throws Exit when the gateway cannot be asked.
 */
export async function planApply(admin: AdminClient, local: LocalFolder, folder: string): Promise<Plan> {
  const { tenants } = await admin.ask({ path: ['tenants'] }, tenantListBody)
  const there = new Map(tenants.filter(({ status }) => status !== 'removed').map(({ id, version }) => [id, version]))
  const here = new Set(local.ids)
  const differing = local.tenants.filter(({ id, version }) => there.get(id) !== version)
  const looked = await inFlight(differing, width, (tenant) => orRefused(tenant.id, () => look(admin, tenant, folder)))
  const unheard = looked.flatMap((found) => ('unheard' in found ? [found.unheard] : []))
  return {
    changes: looked.flatMap((found) => ('diffs' in found ? [found] : [])),
    unchanged: local.tenants.length - differing.length + unheard.length,
    unheard,
    refused: looked.flatMap((found) => ('detail' in found ? [found] : [])),
    elsewhere: [...there.keys()].filter((id) => !here.has(id)).sort(),
  }
}

async function look(
  admin: AdminClient,
  tenant: LocalTenant,
  folder: string,
): Promise<Change | { readonly unheard: LocalTenant }> {
  const answer = await put(admin, tenant, { dryRun: true })
  if (!answer.changed) return { unheard: tenant }
  const { previous, previousVersion, warnings } = answer
  return {
    tenant,
    change: previousVersion === null ? 'new' : 'changed',
    previousVersion,
    diffs: diffBundles(tenant.id, folder, previous, tenant.bundle),
    warnings: warnings.map((warning) =>
      printProblem({ ...warning, message: `warning from the gateway: ${warning.message}` }),
    ),
  }
}

/** What one tenant's turn came to. */
export type Outcome = { readonly applied: Change } | Failure

/** After as many turns in a row without an answer the gateway is gone, and the rest would each wait for nothing. */
const maxLost = width

/**
 * Puts the changes in force, each only if nobody changed that tenant since its diff was made. One that fails stops no
 * other. `report` hears of each as it ends.
 */
export async function carryOut(
  admin: AdminClient,
  { changes, unheard }: Plan,
  report: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  let lost = 0
  const apply = async (change: Change): Promise<Outcome> => {
    const { id } = change.tenant
    if (lost >= maxLost) return { id, detail: 'not sent, since the gateway does not answer any more' }
    try {
      await put(admin, change.tenant, { expectedVersion: change.previousVersion })
      lost = 0
      return { applied: change }
    } catch (error) {
      if (!(error instanceof Exit)) throw error
      lost = error.exitCode === exitCodes.gateway ? lost + 1 : 0
      return { id, detail: error.message }
    }
  }
  const outcomes = await inFlight(changes, width, async (change) => {
    const outcome = await apply(change)
    report(outcome)
    return outcome
  })
  if (lost === 0) await tellAgain(admin, unheard)
  return outcomes
}

/** Changes nothing, but makes gateways look again. Where that fails, the next `apply` comes here again. */
async function tellAgain(admin: AdminClient, unheard: readonly LocalTenant[]): Promise<void> {
  try {
    await inFlight(unheard, width, (tenant) => put(admin, tenant, { expectedVersion: tenant.version }))
  } catch (error) {
    if (!(error instanceof Exit)) throw error
  }
}

/** What was asked, or that the gateway refused it for this tenant. @throws Exit when it refuses everybody or is not there. */
async function orRefused<Answer>(id: string, ask: () => Promise<Answer>): Promise<Answer | Failure> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Exit && error.exitCode !== exitCodes.gateway) return { id, detail: error.message }
    throw error
  }
}

const put = (
  admin: AdminClient,
  { id, bundle }: LocalTenant,
  { dryRun = false, ...expected }: { readonly dryRun?: boolean; readonly expectedVersion?: string | null },
): Promise<z.infer<typeof appliedBody>> =>
  admin.ask(
    { method: 'PUT', path: ['tenants', id], query: { dryRun: String(dryRun) }, body: { ...bundle, ...expected } },
    appliedBody,
  )
