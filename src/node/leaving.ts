import { existsSync } from 'node:fs'
import { printRecord } from '../ledger/records.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../ports.ts'
import { ScimError } from '../scim/error.ts'
import type { TenantStorages } from '../store/sqlite.ts'
import type { ServedTenants } from '../tenant/tenants.ts'
import { catchUp } from './catch-up.ts'
import { busy, type ErrandAnswer, type Errands, type GatewayErrands } from './errands.ts'
import type { OpenJournal } from './journal.ts'
import { tryRecordsLock } from './lock.ts'
import { createSegment } from './segment.ts'
import { journalFolder, segmentNumbers } from './segments.ts'

const underWay = 'calls of it are still under way: try again'
const inUse = 'a command is reading its records: try again'

export interface GatewayErrandsOptions {
  readonly dataFolder: string
  readonly storage: TenantStorages
  readonly journal: OpenJournal
  readonly tenants: Pick<ServedTenants, 'registry' | 'refresh' | 'gates' | 'probe' | 'unfit'>
  readonly log: Log
}

/** A gateway's own doing, with what it has in memory. */
export function gatewayErrands({ dataFolder, storage, journal, tenants, log }: GatewayErrandsOptions): GatewayErrands {
  const { registry, gates } = tenants

  const erase = async (tenant: string): Promise<ErrandAnswer> => {
    if (registry.state(tenant) !== undefined) return busy('the gateway has not taken in yet that its file is gone')
    if (gates.underWay(tenant) > 0) return busy(underWay)
    const lock = tryRecordsLock(dataFolder, 'sole', 0)
    if (lock === undefined) return busy(inUse)
    try {
      await countable(tenant, async () => journal.flush(tenant), log)
      // First the journal, then the database: the other way round, a crash between them would bring rows back.
      await journal.erase(tenant)
      const removed = storage.remove(tenant)
      if (removed === undefined) return busy(inUse)
      log.info({ tenant, count: removed.calls }, "the tenant's records are erased")
      return { done: true, calls: removed.calls }
    } finally {
      lock.release()
    }
  }

  return {
    probe: async (tenant) => ({ done: true, calls: 0, report: JSON.stringify((await tenants.probe(tenant)) ?? null) }),
    unfit: async (tenant) => ({ done: true, calls: 0, report: JSON.stringify(tenants.unfit(tenant)) }),
    release: async (tenant) => {
      await tenants.refresh()
      if (!gates.isShut(tenant)) return busy('it is served here again')
      if (gates.underWay(tenant) > 0) return busy(underWay)
      journal.flush(tenant)
      return { done: true, calls: 0 }
    },
    erase: async (tenant) => {
      await tenants.refresh()
      return gates.whileShut(tenant, () => erase(tenant))
    },
  }
}

export interface LoneErrandsOptions {
  readonly dataFolder: string
  readonly storage: TenantStorages
  readonly log: Log
}

/** The same where no gateway is alive. The caller holds the data folder's lock. */
export function loneErrands({ dataFolder, storage, log }: LoneErrandsOptions): Errands {
  const takeIn = (tenant: string) => catchUp({ dataFolder, storage, log, alone: true }, tenant)
  return {
    release: async (tenant) => {
      await takeIn(tenant)
      return { done: true, calls: 0 }
    },
    erase: async (tenant) => {
      await countable(tenant, () => takeIn(tenant), log)
      const lock = tryRecordsLock(dataFolder, 'sole', 0)
      if (lock === undefined) return busy(inUse)
      try {
        await eraseInJournal(dataFolder, tenant)
        const removed = storage.remove(tenant)
        return removed === undefined ? busy(inUse) : { done: true, calls: removed.calls }
      } finally {
        lock.release()
      }
    },
  }
}

/**
 * Brings the tenant's last calls into its database, so that they are counted, and are not lost should that be in use after
 * all. A damaged database is no reason to keep it. @throws what will pass: a database that is locked.
 */
async function countable(tenant: string, bringIn: () => Promise<void>, log: Log): Promise<void> {
  try {
    await bringIn()
  } catch (error) {
    if (error instanceof ScimError) throw error
    log.warn({ tenant, reason: reasonOf(error) }, 'some calls of a tenant that is erased could not be counted')
  }
}

/** A file of the journal for the erasure alone: the next gateway reads it after those that hold the tenant's rows. */
async function eraseInJournal(dataFolder: string, tenant: string): Promise<void> {
  const folder = journalFolder(dataFolder)
  const last = existsSync(folder) ? segmentNumbers(folder).at(-1) : undefined
  if (last === undefined) return
  const segment = createSegment(folder, last + 1)
  try {
    await segment.append(Buffer.from(`${printRecord({ kind: 'erased', tenant })}\n`))
  } finally {
    segment.close()
  }
}
