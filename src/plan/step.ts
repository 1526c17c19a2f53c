import type { Purpose } from '../call.ts'
import type { ScimError } from '../scim/error.ts'
import type { ScimReply, ScimRequest } from '../scim/request.ts'

/** One upstream call: a request that the upstream can serve as it stands, and what it is for. */
export interface Step {
  readonly request: ScimRequest
  readonly purpose: Purpose
  /** Whether another step takes it back where it fails: then it leaves time for that. */
  readonly isUndoable?: true
}

/** What a step came to. */
export type Outcome =
  | { readonly kind: 'done'; readonly reply: ScimReply }
  | { readonly kind: 'refused'; readonly error: ScimError }

/** Steps that do not wait for one another. Their outcomes come in the same order. */
export type Stage = readonly Step[]

/**
 * One client request as upstream calls (contract §6): yields what is to be sent, is told what it came to, and returns what
 * it is all for. Pure: whoever drives it does the sending, and a test can be the upstream.
 */
export type Plan<Result> = Generator<Stage, Result, readonly Outcome[]>

/** Sends one step. */
export function* attempt(step: Step): Plan<Outcome> {
  const [outcome] = yield [step]
  if (outcome === undefined) throw new Error('a step was driven without an outcome')
  return outcome
}

/** Sends one step that must succeed. @throws ScimError what refused it */
export function* ask(step: Step): Plan<ScimReply> {
  const outcome = yield* attempt(step)
  if (outcome.kind === 'refused') throw outcome.error
  return outcome.reply
}

/** A plan that is one call. */
export const forward = (request: ScimRequest, purpose: Purpose = 'forward'): Plan<ScimReply> =>
  ask({ request, purpose })
