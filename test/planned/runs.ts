import type { Parameters } from 'fast-check'

/** How long a soak lasts, in minutes; unset: the runs that each property has by default. */
const soakMinutes = Number(process.env['TOLLGATE_SOAK_MINUTES'] ?? 0)
const seed = process.env['TOLLGATE_SEED']

/** How often a property is tried. fast-check prints the seed of a failure: give it back as `TOLLGATE_SEED`. */
export const runs = <T>(numRuns: number): Parameters<T> => ({
  numRuns: soakMinutes > 0 ? 1_000_000 : numRuns,
  ...(soakMinutes > 0 ? { interruptAfterTimeLimit: soakMinutes * 60_000, markInterruptAsFailure: false } : {}),
  ...(seed === undefined ? {} : { seed: Number(seed) }),
})

export const timeoutMs = soakMinutes > 0 ? soakMinutes * 60_000 + 300_000 : 120_000
