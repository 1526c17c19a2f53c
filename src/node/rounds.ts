import { reasonOf } from '../log.ts'
import type { Log } from '../ports.ts'
import type { JournalFiles } from './journal-files.ts'
import { paceMs } from './pace.ts'
import type { Settler } from './settler.ts'

export interface RoundsOptions {
  readonly settler: Settler
  readonly files: JournalFiles
  readonly log: Log
  readonly budgetMs: number
  readonly maxWaiting: number
  /** Whether the journal is being written to. */
  busy(): boolean
}

/** Moves rows into the databases and retires files, in rounds with rests between them. */
export interface Rounds {
  /** There is something to do: a round follows soon. */
  wake(): void
  /** Resolves when fewer than `maxWaiting` finished calls wait. */
  room(): Promise<void>
  stop(): void
}

/** A file without unsettled calls is renewed after so long without a record, so that a restart has nothing to read. */
const idleMs = 2000
/** After a failure, or while another process keeps a database from being checkpointed. */
const retryMs = 1000

export function createRounds({ settler, files, log, budgetMs, maxWaiting, busy }: RoundsOptions): Rounds {
  let timer: NodeJS.Timeout | undefined
  let dueAt = Number.POSITIVE_INFINITY
  let wokenAt = 0
  let endedAt = 0
  let spentMs = 0
  let retireAt = 0
  let stopped = false
  let forRoom: (() => void)[] = []

  const schedule = (): void => {
    const now = performance.now()
    const retiring = files.retirable() && retireAt <= now
    const soon = paceMs({ spentMs, sinceMs: now - endedAt, waiting: settler.waiting(), maxWaiting, retiring })
    const waitMs = soon ?? (files.count() > 0 || settler.failing() ? retryMs : undefined)
    if (stopped || waitMs === undefined || dueAt <= now + waitMs) return
    clearTimeout(timer)
    dueAt = now + waitMs
    timer = setTimeout(round, waitMs).unref()
  }

  const round = (): void => {
    const startedAt = performance.now()
    dueAt = Number.POSITIVE_INFINITY
    settler.round(budgetMs)
    try {
      if (startedAt - wokenAt >= idleMs && !busy()) files.renew()
      if (startedAt >= retireAt && !files.retire(budgetMs)) retireAt = startedAt + (files.retirable() ? retryMs : 0)
    } catch (error) {
      retireAt = startedAt + retryMs
      log.error({ reason: reasonOf(error), alert: 'journal' }, 'a file of the journal cannot be deleted yet')
    }
    if (settler.waiting() < maxWaiting) {
      for (const resume of forRoom) resume()
      forRoom = []
    }
    endedAt = performance.now()
    spentMs = endedAt - startedAt
    schedule()
  }

  return {
    wake: () => {
      wokenAt = performance.now()
      schedule()
    },
    room: async () => {
      while (settler.waiting() >= maxWaiting) {
        schedule()
        await new Promise<void>((resume) => forRoom.push(resume))
      }
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
