import type { TenantStorages } from '../store/sqlite.ts'
import type { WaitingHour } from '../store/usage-hours.ts'
import type { UsageRollups } from '../store/usage-rollups.ts'

export interface RollUpParts {
  readonly storage: TenantStorages
  readonly usage: Pick<UsageRollups, 'putAll'>
  /** The next tenant; undefined when there is none. */
  next(): string | undefined
  /** Whether the control store may have lost what it was told of the tenant. */
  isAnew(tenant: string): boolean
}

/** What became of a tenant whose turn it was: its usage is rolled up, in part if there is more, or could not be. */
export type Outcome =
  | { readonly tenant: string; readonly done: true; readonly more: boolean }
  | { readonly tenant: string; readonly done: false; readonly error: unknown }

/** How long one round reads, and of how many tenants: one commit of the control store is for all of them. */
const budgetMs = 2
const tenantsAtOnce = 64
/** More hours than a year has. */
const hoursAtOnce = 10_000

interface Read {
  readonly tenant: string
  readonly hours: readonly WaitingHour[]
  readonly wasOpen: boolean
}

/**
 * Rolls the next tenants' usage up, as many as can be read in 2 ms. Databases that were not open are closed again, so that
 * those of idle tenants make no room for themselves by closing others.
 */
export async function rollUpSome(parts: RollUpParts): Promise<Outcome[]> {
  const { storage, usage } = parts
  const { reads, failed } = readSome(parts)
  try {
    await usage.putAll(reads.filter(({ hours }) => hours.length > 0))
    return [...failed, ...reads.map((each) => finish(each, storage))]
  } catch (error) {
    return [...failed, ...reads.map(({ tenant }): Outcome => ({ tenant, done: false, error }))]
  } finally {
    for (const { tenant, wasOpen } of reads) if (!wasOpen) storage.release(tenant)
  }
}

function readSome({ storage, next, isAnew }: RollUpParts) {
  const until = performance.now() + budgetMs
  const reads: Read[] = []
  const failed: Outcome[] = []
  for (let tenant = next(); tenant !== undefined; tenant = next()) {
    const wasOpen = storage.isOpen(tenant)
    try {
      reads.push({ tenant, hours: waitingOf(tenant, storage, isAnew(tenant)), wasOpen })
    } catch (error) {
      failed.push({ tenant, done: false, error })
    }
    if (reads.length >= tenantsAtOnce || performance.now() >= until) break
  }
  return { reads, failed }
}

function waitingOf(tenant: string, storage: TenantStorages, isAnew: boolean): readonly WaitingHour[] {
  // Erased meanwhile: a mere look must not make its file again.
  if (!storage.exists(tenant)) return []
  return storage.useUnsynced(tenant, ({ usage }) => {
    if (isAnew) usage.rollUpAgain()
    return usage.waiting(hoursAtOnce)
  })
}

/** The control store durably has these hours. Should a power cut take the mark away, they are told once more. */
function finish({ tenant, hours }: Read, storage: TenantStorages): Outcome {
  try {
    if (hours.length > 0 && storage.exists(tenant)) storage.useUnsynced(tenant, ({ usage }) => usage.rolledUp(hours))
    return { tenant, done: true, more: hours.length === hoursAtOnce }
  } catch (error) {
    return { tenant, done: false, error }
  }
}
