import { toScimError } from '../scim/error.ts'
import type { ScimReply } from '../scim/request.ts'
import type { Outcome, Plan, Step } from './step.ts'

/** Sends one step upstream. @throws ScimError */
export type CarryStep = (step: Step) => Promise<ScimReply>

/**
 * Drives a plan to its end: the steps of a stage side by side, stage after stage.
 * @throws ScimError what the plan makes of its refusals; anything else that `carry` throws, at once
 */
export async function runPlan<Result>(plan: Plan<Result>, carry: CarryStep): Promise<Result> {
  let turn = plan.next([])
  while (turn.done !== true) {
    const outcomes = await Promise.all(turn.value.map((step) => outcomeOf(step, carry)))
    turn = plan.next(outcomes)
  }
  return turn.value
}

async function outcomeOf(step: Step, carry: CarryStep): Promise<Outcome> {
  try {
    return { kind: 'done', reply: await carry(step) }
  } catch (error) {
    return { kind: 'refused', error: toScimError(error) }
  }
}
