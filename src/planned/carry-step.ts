import type { CarryStep } from '../plan/run.ts'
import type { Errand, Upstream } from '../upstream/upstream.ts'

/** What is left of a request's time for taking back what failed: a fifth of it, and two seconds at most. */
const undoShare = 1 / 5
const longestUndoMs = 2_000

/** Has the upstream serve the steps of one client request. @param now milliseconds since the epoch: when it begins */
export function carryStep(upstream: Upstream, errand: Errand, now: number): CarryStep {
  const undoMs = Math.max(0, Math.min(longestUndoMs, (errand.deadlineAt - now) * undoShare))
  return ({ request, purpose, isUndoable }) =>
    upstream.carry(request, {
      ...errand,
      ...(purpose === 'forward' ? {} : { purpose }),
      ...(isUndoable ? { deadlineAt: errand.deadlineAt - undoMs } : {}),
    })
}
