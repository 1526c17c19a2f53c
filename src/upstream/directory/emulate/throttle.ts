import { parseDuration } from '../../../duration.ts'
import { ScimError } from '../../../scim/error.ts'
import type { EmulateOptions } from './clause.ts'

/**
 * Counts requests: so many in any stretch of `per` are served. Refused ones count too, as Graph's do: who tries again too
 * early only waits longer (facts A9).
 * @returns a function to be called for each request. @throws by it: ScimError 429 with `Retry-After` in seconds.
 */
export function createThrottle(throttle: EmulateOptions['throttle'], now: () => number): () => void {
  if (throttle === undefined) return () => undefined
  const { requests, retryAfter } = throttle
  const perMs = parseDuration(throttle.per)
  /** When the last ones came, oldest first: at most `requests` of them. */
  const times: number[] = []
  return () => {
    const at = now()
    const oldest = times.length < requests ? undefined : times.shift()
    times.push(at)
    if (oldest === undefined || oldest + perMs <= at) return
    const next = times[0] ?? at
    const seconds = retryAfter ?? Math.max(1, Math.ceil((next + perMs - at) / 1000))
    throw new ScimError(429, 'Too many requests. Please retry after the time in the Retry-After header.', {
      retryAfter: String(seconds),
    })
  }
}
