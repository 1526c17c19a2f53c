import { existsSync } from 'node:fs'
import { createBacklog } from '../ledger/backlog.ts'
import type { Log } from '../ports.ts'
import type { TenantStorages } from '../store/sqlite.ts'
import { tryLock, tryRecordsLock } from './lock.ts'
import { journalFolder, readSegment, segmentNumbers } from './segments.ts'
import { createSettler } from './settler.ts'

export interface CatchUpOptions {
  readonly dataFolder: string
  readonly storage: TenantStorages
  readonly log: Log
  /** Whether the caller holds the data folder's lock: then no gateway is alive. Absent: that is to be found out. */
  readonly alone?: boolean
  /** Is told whose rows were applied, whether or not they were new. */
  applied?(tenant: string): void
}

/** Longer than an erasure takes. */
const waitMs = 10_000

/**
 * For a process beside the gateway, or without one: brings what the journal holds of one tenant, or of all, into the
 * databases, so that counts are fresh at once. It deletes nothing. Both may apply the same rows, since that changes
 * nothing; a file that vanishes meanwhile was applied by the gateway. Where no gateway is alive, open calls are in doubt.
 */
export async function catchUp(options: CatchUpOptions, tenant: string | 'all'): Promise<void> {
  const { dataFolder, storage, log, alone = false } = options
  const folder = journalFolder(dataFolder)
  if (!existsSync(folder)) return
  const lock = alone ? undefined : tryLock(dataFolder)
  const records = tryRecordsLock(dataFolder, 'shared', waitMs)
  try {
    if (records === undefined) throw new Error("the tenants' records are locked: another command is erasing some")
    const backlog = createBacklog()
    for (const number of segmentNumbers(folder)) {
      const content = await readSegment(folder, number, log)
      for (const record of content?.records ?? []) {
        if (tenant === 'all' || record.tenant === tenant) backlog.add(record, number)
      }
    }
    if (alone || lock !== undefined) backlog.abandonAll()
    const settler = createSettler({ backlog, storage, log, applied: options.applied })
    for (const each of backlog.tenants()) settler.flush(each)
  } finally {
    records?.release()
    lock?.release()
  }
}
