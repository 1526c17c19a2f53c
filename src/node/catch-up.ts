import { existsSync } from 'node:fs'
import { createBacklog } from '../ledger/backlog.ts'
import type { Log } from '../ports.ts'
import type { TenantStorages } from '../store/sqlite.ts'
import { tryLock } from './lock.ts'
import { journalFolder, readSegment, segmentNumbers } from './segments.ts'
import { createSettler } from './settler.ts'

export interface CatchUpOptions {
  readonly dataFolder: string
  readonly storage: TenantStorages
  readonly log: Log
}

/**
 * For a process beside the gateway, or without one: brings what the journal holds of one tenant, or of all, into the
 * databases, so that counts are fresh at once. It deletes nothing. Both may apply the same rows, since that changes
 * nothing; a file that vanishes meanwhile was applied by the gateway. Where no gateway is alive, open calls are in doubt.
 */
export async function catchUp({ dataFolder, storage, log }: CatchUpOptions, tenant: string | 'all'): Promise<void> {
  const folder = journalFolder(dataFolder)
  if (!existsSync(folder)) return
  const lock = tryLock(dataFolder)
  try {
    const backlog = createBacklog()
    for (const number of segmentNumbers(folder)) {
      const content = await readSegment(folder, number, log)
      for (const record of content?.records ?? []) {
        if (tenant === 'all' || record.tenant === tenant) backlog.add(record, number)
      }
    }
    if (lock !== undefined) backlog.abandonAll()
    const settler = createSettler({ backlog, storage, log })
    for (const each of backlog.tenants()) settler.flush(each)
  } finally {
    lock?.release()
  }
}
