import type { Outcome, Plan, Stage } from './step.ts'

/**
 * Two plans that do not wait for one another, as one: each stage holds what both have to send next. What the first one
 * throws ends both at once: the second one's answer is worth nothing without it.
 */
export function* together<A, B>(first: Plan<A>, second: Plan<B>): Plan<readonly [A, B]> {
  let one = first.next([])
  let other = second.next([])
  while (one.done !== true || other.done !== true) {
    const left: Stage = one.done === true ? [] : one.value
    const right: Stage = other.done === true ? [] : other.value
    const outcomes: readonly Outcome[] = yield [...left, ...right]
    if (one.done !== true) one = first.next(outcomes.slice(0, left.length))
    if (other.done !== true) other = second.next(outcomes.slice(left.length))
  }
  return [one.value, other.value]
}
