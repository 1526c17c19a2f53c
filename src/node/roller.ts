import { setImmediate, setTimeout as wait } from 'node:timers/promises'
import { reasonOf } from '../log.ts'
import type { Log } from '../ports.ts'
import { dayMs } from '../store/periods.ts'
import type { TenantStorages } from '../store/sqlite.ts'
import type { UsageRollups } from '../store/usage-rollups.ts'
import { type Outcome, rollUpSome } from './roll-up.ts'

/**
 * Rolls the tenants' usage up to the control store, in the background.
 *
 * Why nothing is lost: which tenants are marked is known in memory only, but a file of the journal is kept until the
 * tenants whose rows it holds are `settled`. After a crash the next gateway applies its rows again, which changes nothing
 * in their databases and marks them anew. Beyond that, an hour waits in the tenant's own database until the control store
 * durably has it.
 */
export interface Roller {
  /** Rows of the tenant were applied. */
  mark(tenant: string): void
  /** How many marks there were so far: a name for this moment. */
  marks(): number
  /** Whether all that was marked up to a moment is rolled up. What is not has its turn soon, since somebody waits. */
  settled(tenant: string, marks: number): boolean
  /** Rolls up all that is marked, letting requests in between, until it is done or `performance.now()` is `until`. */
  settle(until?: number): Promise<void>
  stop(): void
}

export interface RollerOptions {
  readonly storage: TenantStorages
  readonly usage: Pick<UsageRollups, 'putAll' | 'prune' | 'tenants'>
  readonly log: Log
  /** Milliseconds since the epoch. */
  now(): number
  /** A tenant's usage is rolled up once in so long, unless somebody waits for it. A minute unless told. */
  readonly everyMs?: number
}

/** A round follows so many times as long after the last as that took, so that a tenth of the time is spent at most. */
const rests = 9
const restMs = 15

/** Rolls up these tenants, and those of which the control store knows nothing, for a process that does nothing else. */
export async function rollUpNow(options: RollerOptions, tenants: Iterable<string>): Promise<void> {
  const roller = await createRoller(options)
  try {
    for (const tenant of tenants) roller.mark(tenant)
    await roller.settle()
  } finally {
    roller.stop()
  }
}

/** Who waits to be rolled up: next, or with the next minute, because it was done or tried in this one. */
function createTurns() {
  const ready = new Set<string>()
  const later = new Set<string>()
  /** The first mark of each tenant that is not rolled up: before its turn, and while it has it. */
  const waiting = new Map<string, number>()
  const rolling = new Map<string, number>()
  const hadItsTurn = new Set<string>()
  const failing = new Set<string>()
  return {
    ready,
    failing,
    add: (tenant: string, mark: number): void => {
      if (!waiting.has(tenant)) waiting.set(tenant, mark)
      if (!ready.has(tenant)) (hadItsTurn.has(tenant) ? later : ready).add(tenant)
    },
    next: (): string | undefined => {
      const [tenant] = ready
      if (tenant === undefined) return undefined
      ready.delete(tenant)
      rolling.set(tenant, waiting.get(tenant) ?? 0)
      waiting.delete(tenant)
      return tenant
    },
    ended: ({ tenant, ...outcome }: Outcome): void => {
      const mark = rolling.get(tenant) ?? 0
      rolling.delete(tenant)
      hadItsTurn.add(tenant)
      if (outcome.done) failing.delete(tenant)
      else failing.add(tenant)
      if (outcome.done && !outcome.more) return
      waiting.set(tenant, mark)
      if (!ready.has(tenant)) (outcome.done ? ready : later).add(tenant)
    },
    first: (tenant: string): number | undefined => rolling.get(tenant) ?? waiting.get(tenant),
    hasten: (tenant: string): void => {
      if (later.delete(tenant)) ready.add(tenant)
    },
    minute: (): void => {
      hadItsTurn.clear()
      for (const tenant of later) ready.add(tenant)
      later.clear()
    },
  }
}

/** Tenants that have a database and of which the control store knows nothing are marked at once. */
export async function createRoller(options: RollerOptions): Promise<Roller> {
  const { storage, usage, log, now, everyMs = 60_000 } = options
  const turns = createTurns()
  const unknown = await unknownTenants(storage, usage)
  let marks = 0
  let timer: NodeJS.Timeout | undefined
  let prunedAt = Number.NEGATIVE_INFINITY
  let running = Promise.resolve()
  let stopped = false

  const roll = async (): Promise<void> => {
    const parts = { storage, usage, next: turns.next, isAnew: (tenant: string) => unknown.has(tenant) }
    for (const outcome of await rollUpSome(parts)) {
      turns.ended(outcome)
      if (outcome.done) unknown.delete(outcome.tenant)
      else tell(outcome.tenant, outcome.error, log)
    }
  }

  const round = (): Promise<void> => {
    running = running.then(roll)
    return running
  }

  const schedule = (waitMs = restMs): void => {
    if (!stopped && turns.ready.size > 0) timer ??= setTimeout(background, waitMs).unref()
  }

  const background = async (): Promise<void> => {
    const startedAt = performance.now()
    await round()
    timer = undefined
    schedule(Math.max(restMs, (performance.now() - startedAt) * rests))
  }

  const minute = setInterval(() => {
    turns.minute()
    schedule()
    if (now() - prunedAt < dayMs) return
    prunedAt = now()
    void prune(usage, log, now())
  }, everyMs).unref()

  for (const tenant of unknown) turns.add(tenant, marks)
  schedule()

  return {
    mark: (tenant) => {
      marks += 1
      turns.add(tenant, marks)
      schedule()
    },
    marks: () => marks,
    settled: (tenant, upTo) => {
      const first = turns.first(tenant)
      if (first === undefined || first > upTo) return true
      // One that fails has its next turn with the next minute, as it would have without anybody waiting.
      if (!turns.failing.has(tenant)) turns.hasten(tenant)
      schedule()
      return false
    },
    settle: async (until = Number.POSITIVE_INFINITY) => {
      turns.minute()
      while (turns.ready.size > 0 && performance.now() < until) {
        await round()
        await setImmediate()
      }
      await running
      schedule()
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
      clearInterval(minute)
    },
  }
}

async function unknownTenants(storage: TenantStorages, usage: RollerOptions['usage']): Promise<Set<string>> {
  const known = new Set(await usage.tenants())
  return new Set(storage.tenants().filter((tenant) => !known.has(tenant)))
}

const tell = (tenant: string, error: unknown, log: Log): void =>
  log.error({ tenant, reason: reasonOf(error), alert: 'usage-roll-up' }, 'usage cannot be rolled up yet')

/** About 4 ms of work, and a rest. */
const prunedAtOnce = 1000
const pruneRestMs = 50

async function prune(usage: RollerOptions['usage'], log: Log, now: number): Promise<void> {
  try {
    let count = 0
    for (let some = prunedAtOnce; some === prunedAtOnce; count += some) {
      some = await usage.prune(now, prunedAtOnce)
      await wait(pruneRestMs, undefined, { ref: false })
    }
    if (count > 0) log.info({ count }, 'hours of usage that nobody asks for any more are gone')
  } catch (error) {
    log.warn({ reason: reasonOf(error) }, 'old hours of usage cannot be deleted yet')
  }
}
