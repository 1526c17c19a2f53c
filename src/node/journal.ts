import { setImmediate } from 'node:timers/promises'
import { createBacklog } from '../ledger/backlog.ts'
import { type Journal, type JournalRecord, printRecord } from '../ledger/records.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../ports.ts'
import type { TenantStorages } from '../store/sqlite.ts'
import { createGroupCommit } from './group-commit.ts'
import { openJournalFiles } from './journal-files.ts'
import type { Roller } from './roller.ts'
import { createRounds } from './rounds.ts'
import type { Write } from './segment.ts'
import { createSettler } from './settler.ts'

export interface JournalOptions {
  readonly dataFolder: string
  readonly storage: TenantStorages
  readonly log: Log
  /** Is told whose rows were applied; a file is kept until they are rolled up. Absent: nobody rolls up. */
  readonly roller?: Roller | undefined
  /** A file of the journal ends when it has so many bytes. */
  readonly segmentBytes?: number
  /** Finished calls that may wait for their tenants' databases; beyond it `append` waits. */
  readonly maxWaiting?: number
  /** For tests: what the system call does. */
  readonly write?: Write
}

export interface OpenJournal extends Journal {
  /** Brings everything of the tenant that is durable into its database. @throws what the database threw. */
  flush(tenant: string): void
  /**
   * The same for all tenants, letting requests in between. One whose database fails is left out: that is in the log,
   * and whoever reads its database is told.
   */
  flushAll(): Promise<void>
  /**
   * Drops all that the journal holds of a tenant, for good once this resolves: a later start does not bring it back. Only
   * for a tenant without calls under way, whose database is removed next.
   */
  erase(tenant: string): Promise<void>
  /**
   * Takes no more records, brings all into the databases and deletes the journal's files. What is not done after
   * `withinMs` (5 s unless told) stays in the journal for the next start: with thousands of tenants it may be much.
   */
  drain(withinMs?: number): Promise<void>
}

interface Entry {
  readonly tenant: string
  readonly records: readonly JournalRecord[]
}

/** How long one round may keep the event loop from requests. */
const budgetMs = 5

/**
 * Opens the process's one journal, `{dataFolder}/journal/`; the caller holds the data folder's lock. One for all tenants,
 * because a sync for each tenant would cost the more the more tenants there are. What a killed gateway left is read
 * first: its open calls are in doubt, and all of it goes to the tenants' databases in the background, as usual. The files
 * stay until that is done, so that being killed meanwhile changes nothing.
 */
export async function openJournal(options: JournalOptions): Promise<OpenJournal> {
  const { dataFolder, storage, log, roller, segmentBytes = 8 * 1024 * 1024, maxWaiting = 40_000, write } = options
  const backlog = createBacklog()
  const settler = createSettler({ backlog, storage, log, roller, applied: roller?.mark })
  const files = await openJournalFiles({ dataFolder, backlog, settler, log, segmentBytes, write })
  const commit = createGroupCommit<Entry>(async (entries) => {
    await rounds.room()
    const lines = entries.flatMap(({ records }) => records.map((record) => `${printRecord(record)}\n`))
    const tenants = entries.map(({ tenant }) => tenant)
    const segment = await files.append(lines.join(''), tenants)
    for (const { records } of entries) for (const record of records) backlog.add(record, segment)
    rounds.wake()
  })
  const rounds = createRounds({ settler, files, log, budgetMs, maxWaiting, busy: commit.busy })
  let draining = false
  rounds.wake()

  return {
    append: async (tenant, records) => {
      if (draining) throw new Error('the journal is closed')
      // A call that began must be let end: what it did upstream is done, and while it is open it pins the journal's files.
      const begins = records.some(({ kind }) => kind === 'open')
      if (begins && settler.refuses(tenant)) throw new Error("the tenant's database takes no rows")
      try {
        await commit.add({ tenant, records })
      } catch (error) {
        for (const { kind, call } of records) if (kind === 'close') backlog.abandon(tenant, call)
        throw error
      }
    },
    flush: settler.flush,
    flushAll: async () => {
      while (settler.round(budgetMs)) await setImmediate()
      for (const tenant of backlog.tenants()) if (!settler.failing(tenant)) settler.flush(tenant)
    },
    erase: async (tenant) => {
      if (draining) throw new Error('the journal is closed')
      await commit.add({ tenant, records: [{ kind: 'erased', tenant }] })
      settler.forget(tenant)
    },
    drain: async (withinMs = 5000) => {
      const until = performance.now() + withinMs
      draining = true
      await commit.idle()
      rounds.stop()
      files.end()
      while (performance.now() < until && settler.round(budgetMs)) await setImmediate()
      await roller?.settle(until)
      try {
        while (performance.now() < until && files.count() > 0 && files.retire(budgetMs)) await setImmediate()
      } catch (error) {
        log.error({ reason: reasonOf(error), alert: 'journal' }, 'a file of the journal cannot be deleted yet')
      }
      if (files.count() > 0) log.info({ count: files.count() }, 'files of the journal are left for the next start')
    },
  }
}
