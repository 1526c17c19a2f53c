import { type Filter, printFilter } from '../scim/filter.ts'

/** A filter, or what it comes to where that is known: everything, nothing. */
export type Limit = Filter | boolean

/**
 * What the upstream can say of a client's filter: all that it lets through match `upper`, all that match `lower` it lets
 * through. Both are the same where the translation is exact; else `reason` says, for an operator, why it is not.
 */
export interface Bounds {
  readonly upper: Limit
  readonly lower: Limit
  readonly reason?: string
}

export const exactly = (limit: Limit): Bounds => ({ upper: limit, lower: limit })

export const everything: Bounds = exactly(true)
export const nothing: Bounds = exactly(false)

/** What lies between two limits. Where nothing lies above or everything below, that is exact. */
export function between(upper: Limit, lower: Limit, reason: string): Bounds {
  if (upper === false) return nothing
  if (lower === true) return everything
  return { upper, lower, reason }
}

/** Nothing is known upstream. */
export const unknown = (reason: string): Bounds => between(true, false, reason)

/** The same from above, with nothing known from below. */
export const atMost = (bounds: Bounds, reason: string): Bounds => between(bounds.upper, false, bounds.reason ?? reason)

export const isExact = ({ reason }: Bounds): boolean => reason === undefined

export const allOf = (all: readonly Bounds[]): Bounds => join(all, conjunction)
export const anyOf = (any: readonly Bounds[]): Bounds => join(any, disjunction)

/** The complement of a superset is none: the limits change places. */
export function not({ upper, lower, reason }: Bounds): Bounds {
  if (reason === undefined) return exactly(complement(upper))
  return between(complement(lower), complement(upper), reason)
}

function join(parts: readonly Bounds[], limit: (limits: readonly Limit[]) => Limit): Bounds {
  const upper = limit(parts.map((part) => part.upper))
  const inexact = parts.find((part) => !isExact(part))
  if (inexact?.reason === undefined) return exactly(upper)
  return between(upper, limit(parts.map((part) => part.lower)), inexact.reason)
}

export const conjunction = (limits: readonly Limit[]): Limit => chained('and', limits, true)
export const disjunction = (limits: readonly Limit[]): Limit => chained('or', limits, false)

/** @param neutral what changes nothing in such a chain; its opposite settles it */
function chained(kind: 'and' | 'or', limits: readonly Limit[], neutral: boolean): Limit {
  if (limits.includes(!neutral)) return !neutral
  const filters = limits.filter((limit) => typeof limit !== 'boolean')
  const distinct = filters.length < 2 ? filters : new Map(filters.map((one) => [printFilter(one), one])).values()
  return [...distinct].reduce<Limit>(
    (left, right) => (typeof left === 'boolean' ? right : { kind, left, right }),
    neutral,
  )
}

export function complement(limit: Limit): Limit {
  if (typeof limit === 'boolean') return !limit
  return limit.kind === 'not' ? limit.of : { kind: 'not', of: limit }
}
