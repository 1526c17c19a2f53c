import { type AppliedDocument, Conflict, HostTaken, type LatestDocument } from '../store/documents.ts'
import type { Bundle } from '../tenant/bundle.ts'
import type { Problem as DocumentProblem } from '../tenant/position.ts'
import { namePattern } from '../tenant/template.ts'
import type { AdminDependencies } from './dependencies.ts'
import { type GoodBundle, requireGood, requireSize } from './good-bundle.ts'
import { requireRecorded } from './operations-tenants.ts'
import type { Operator } from './operator.ts'
import { invalid, notFound, Problem } from './problem.ts'
import { rfc3339 } from './time.ts'

/** What an operator asks to be put in force. */
export interface Applying extends Bundle {
  /** The version that must be in force; null: none may be. Absent: whatever it is. */
  readonly expectedVersion?: string | null | undefined
}

/** What came of it. */
export interface AppliedView {
  readonly id: string
  readonly version: string
  readonly previousVersion: string | null
  /** False: these texts were in force already, and nothing was written. */
  readonly changed: boolean
  readonly dryRun: boolean
  /** The version's number in the history; null in a dry run. */
  readonly number: number | null
  readonly previous: Bundle | null
  readonly warnings: DocumentProblem[]
}

/** One change of a tenant's document; `version` is null for a removal. */
export interface VersionView {
  readonly number: number
  readonly version: string | null
  readonly at: string
  readonly operator: string
  readonly action: 'apply' | 'rollback' | 'remove'
  readonly current: boolean
}

/**
 * Puts a tenant's file in force from the next request on, with the templates that it extends. A version that is refused
 * changes nothing; one that is in force already is only announced again, for a gateway that missed it.
 * @throws Problem 400, 409, 413
 */
export async function applyTenant(
  admin: AdminDependencies,
  operator: Operator,
  id: string,
  { expectedVersion, dryRun, ...bundle }: Applying & { readonly dryRun: boolean },
): Promise<AppliedView> {
  if (!namePattern.test(id)) throw invalid([{ field: 'id', detail: 'must be 1 to 63 characters of a-z, 0-9 and -' }])
  requireSize(bundle)
  await requireNoFile(admin, id)
  const latest = await admin.control.documents.latest(id)
  const inForce = latest.current?.version ?? null
  if (expectedVersion !== undefined && expectedVersion !== inForce) throw unexpected(id, inForce)
  return putInForce(admin, latest, await requireGood(admin, id, bundle), { id, operator, action: 'apply', dryRun })
}

/**
 * Puts an earlier version in force again, exactly as it was, templates included. Absent `number`: the latest that was
 * another one than that in force.
 * @throws Problem 404, 400 when this gateway would not take it in any more, 409
 */
export async function rollBackTenant(
  admin: AdminDependencies,
  operator: Operator,
  id: string,
  number?: number,
): Promise<AppliedView> {
  await requireNoFile(admin, id)
  const { documents } = admin.control
  const latest = await documents.latest(id)
  if (latest.number === 0) throw neverApplied(id)
  const wanted = number ?? (await earlierNumber(admin, id, latest))
  const found = await documents.at(id, wanted)
  if (found === undefined) throw notFound(`tenant ${id} has no version ${wanted} to go back to; its history lists them`)
  const checked = await requireGood(admin, id, { file: found.file, templates: found.templates })
  const to = { id, operator, action: 'rollback', dryRun: false, details: { to: String(wanted) } } as const
  return putInForce(admin, latest, checked, to)
}

/** Ends the service of a tenant that was applied; its history and records stay. Again: changes nothing. @throws Problem 404, 409 */
export async function removeTenant(admin: AdminDependencies, operator: Operator, id: string): Promise<void> {
  await requireNoFile(admin, id)
  const { control } = admin
  const { number, current } = await control.documents.latest(id)
  if (number === 0) throw neverApplied(id)
  if (current === undefined) return control.announce(id)
  const details = { previousVersion: current.version }
  const removal = { tenant: id, number: number + 1, operator: operator.name, details }
  await control.documents.remove(removal).catch((error: unknown) => refuse(admin, id, [], error))
}

/** Every version of a tenant's document that ever was, newest first; none of one that lives in a folder. @throws Problem 404 */
export async function historyOf(admin: AdminDependencies, id: string): Promise<VersionView[]> {
  const versions = await admin.control.documents.history(id)
  if (versions.length === 0) await requireRecorded(admin, id)
  return versions.map(({ number, version, at, operator, action }, index) => ({
    number,
    version,
    at: rfc3339(at),
    operator,
    action,
    current: index === 0 && version !== null,
  }))
}

interface Putting {
  readonly id: string
  readonly operator: Operator
  readonly action: 'apply' | 'rollback'
  readonly dryRun: boolean
  readonly details?: Readonly<Record<string, string>>
}

async function putInForce(
  admin: AdminDependencies,
  { number: last, current }: LatestDocument,
  { version, bundle, warnings, summary }: GoodBundle,
  { id, operator, action, dryRun, details }: Putting,
): Promise<AppliedView> {
  const { documents } = admin.control
  const previousVersion = current?.version ?? null
  const previous = current === undefined ? null : bundleIn(current)
  const view = { id, version, previousVersion, dryRun, previous, warnings: [...warnings] }
  if (previousVersion === version) {
    if (!dryRun) await admin.control.announce(id)
    return { ...view, changed: false, number: dryRun ? null : last }
  }
  if (dryRun) return { ...view, changed: true, number: null }
  const number = last + 1
  const logged = { ...details, ...(previousVersion === null ? {} : { previousVersion }) }
  const change = { tenant: id, number, operator: operator.name, action, version, ...bundle, summary, details: logged }
  await documents.put(change).catch((error: unknown) => refuse(admin, id, summary.hosts, error))
  return { ...view, changed: true, number }
}

const bundleIn = ({ file, templates }: AppliedDocument): Bundle => ({ file, templates })

async function requireNoFile(admin: AdminDependencies, id: string): Promise<void> {
  if (namePattern.test(id) && (await admin.isFile(id)))
    throw new Problem(409, `tenant ${id} is a file in this gateway's folder of tenant files: change it there`)
}

/**
 * The latest version that came before the one in force. After a rollback that is what came before the version it went back
 * to, never the one that it took away: whoever asks twice, for an answer that was lost, must not bring that back.
 * @throws Problem 409
 */
async function earlierNumber(admin: AdminDependencies, id: string, { current }: LatestDocument): Promise<number> {
  const versions = await admin.control.documents.history(id)
  const origin = versions.findIndex(
    ({ version }, index) => index > 0 && version !== null && version === current?.version,
  )
  const isRollback = versions[0]?.action === 'rollback'
  const earlier = versions
    .slice(isRollback ? origin + 1 : 0)
    .find(({ version }) => version !== null && version !== current?.version)
  if (earlier === undefined)
    throw new Problem(409, `tenant ${id} had no other version before the one in force: name a number of its history`)
  return earlier.number
}

const unexpected = (id: string, inForce: string | null): Problem =>
  new Problem(
    409,
    inForce === null
      ? `tenant ${id} has no applied version any more; look at it again`
      : `tenant ${id} is at version ${inForce}, which is not the expected one: somebody changed it; look at it again`,
  )

const neverApplied = (id: string): Problem =>
  notFound(namePattern.test(id) ? `no tenant ${id} was ever applied` : 'no tenant of that name was ever applied')

/** What the control store refused, in the operator's words. */
async function refuse(admin: AdminDependencies, id: string, hosts: readonly string[], error: unknown): Promise<never> {
  if (error instanceof Conflict)
    throw new Problem(409, `somebody else changed tenant ${id} at the same moment: look at it again`, { cause: error })
  if (!(error instanceof HostTaken)) throw error
  const holders = [...(await admin.control.documents.holders(hosts))].filter(([, holder]) => holder !== id)
  const said = holders.map(([host, holder]) => `\`${host}\` belongs to tenant \`${holder}\``)
  throw new Problem(409, said.join('; ') || 'another tenant held one of the hosts at that moment: try again', {
    cause: error,
  })
}
