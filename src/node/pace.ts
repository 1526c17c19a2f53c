/** The shortest time between two rounds: calls that arrive within it share a transaction. */
const restMs = 15

export interface PaceInput {
  /** How long the last round worked, and how long ago it ended. */
  readonly spentMs: number
  readonly sinceMs: number
  /** Finished calls that wait, and how many may. */
  readonly waiting: number
  readonly maxWaiting: number
  /** Whether a file of the journal only waits for its tenants' databases to be synced. */
  readonly retiring: boolean
}

/**
 * How long to leave the event loop to requests before the next round; undefined when there is nothing to do. A call's
 * row may be late, since whoever reads it has it applied first; so while few calls wait, rounds take a tenth of the time at
 * most, and more only as the backlog fills. Waiting pays: with thousands of tenants a database is opened once for many
 * calls.
 */
export function paceMs({ spentMs, sinceMs, waiting, maxWaiting, retiring }: PaceInput): number | undefined {
  if (waiting === 0 && !retiring) return undefined
  const fullness = waiting / maxWaiting
  if (fullness >= 0.9) return 0
  const rests = fullness < 0.25 ? 9 : fullness < 0.5 ? 4 : 1
  return Math.max(restMs, spentMs * rests - sinceMs)
}
