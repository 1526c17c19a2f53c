import { ScimError } from '../scim/error.ts'
import type { Conditions } from '../scim/request.ts'
import { namesVersion } from './conditions.ts'
import type { Plan } from './step.ts'

const maxTries = 3

/** The request, whose `held` is what it was before the try that failed. */
export const afresh = <Request extends { readonly held?: unknown }>(request: Request, isFirst: boolean) => {
  if (isFirst) return request
  const { held: _, ...rest } = request
  return rest
}

/**
 * Works from a read once more where somebody else's change came between it and the write, unless the client itself spoke
 * of a version, which then is no more.
 * @throws ScimError 503 where others change the resource all the time
 */
export function* again<T>(conditions: Conditions, work: (isFirst: boolean) => Plan<T>): Plan<T> {
  for (let tries = 1; ; tries++) {
    try {
      return yield* work(tries === 1)
    } catch (error) {
      if (namesVersion(conditions) || !(error instanceof ScimError) || error.status !== 412) throw error
      if (tries >= maxTries)
        throw new ScimError(503, 'others keep changing the resource: try again', { retryAfter: '1', cause: error })
    }
  }
}
