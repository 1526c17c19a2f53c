import type { Outcome, Plan, Stage } from './step.ts'

/** Steps of one client request that are under way at once. */
const mostAtOnce = 4

/** Plans that do not wait for one another, at most so many at once. What one of them throws ends them all. */
export function* sideBySide<T>(plans: readonly (() => Plan<T>)[], most = mostAtOnce): Plan<readonly T[]> {
  const results = new Map<number, T>()
  const waiting = plans.entries()
  let running: readonly Running<T>[] = []
  for (;;) {
    running = [...running, ...begun(waiting, most - running.length, results)]
    if (running.length === 0) break
    const outcomes: readonly Outcome[] = yield running.flatMap(({ stage }) => stage)
    let at = 0
    running = running.flatMap(({ number, plan, stage }) => {
      const turn = plan.next(outcomes.slice(at, at + stage.length))
      at += stage.length
      if (turn.done !== true) return [{ number, plan, stage: turn.value }]
      results.set(number, turn.value)
      return []
    })
  }
  return [...results].toSorted(([a], [b]) => a - b).map(([, result]) => result)
}

interface Running<T> {
  readonly number: number
  readonly plan: Plan<T>
  readonly stage: Stage
}

/** The next plans, up to their first step; one that needs none has ended. */
function begun<T>(
  waiting: Iterator<[number, () => Plan<T>]>,
  most: number,
  results: Map<number, T>,
): readonly Running<T>[] {
  const running: Running<T>[] = []
  while (running.length < most) {
    const next = waiting.next()
    if (next.done === true) break
    const [number, make] = next.value
    const plan = make()
    const turn = plan.next([])
    if (turn.done === true) results.set(number, turn.value)
    else running.push({ number, plan, stage: turn.value })
  }
  return running
}
