/** A circuit breaker as a value: the pure part, tested as a table. */
export interface BreakerState {
  /** Failures in a row while closed. */
  readonly failures: number
  /** How often it opened without a success in between; 0 while closed. */
  readonly openings: number
  /** Milliseconds since the epoch; the breaker is open, or half-open once this has passed. */
  readonly openUntil: number
  /** True while the one request that a half-open breaker lets through is under way. */
  readonly trying: boolean
}

export type Admission =
  | { readonly state: BreakerState; readonly admitted: true; readonly trial: boolean }
  | { readonly state: BreakerState; readonly admitted: false; readonly waitMs: number }

/** How an admitted request ended. `void`: it was never sent for a reason that says nothing of the upstream. */
export type Verdict = 'success' | 'failure' | 'void'

export const closedBreaker: BreakerState = { failures: 0, openings: 0, openUntil: 0, trying: false }

const failuresToOpen = 5
const firstOpenMs = 5_000
const longestOpenMs = 60_000
/** What a refused request is told to wait while another one is trying the half-open breaker. */
const trialWaitMs = 1_000

/** Asks for passage. A half-open breaker lets one request through and refuses the others until that one has ended. */
export function admit(state: BreakerState, now: number): Admission {
  if (state.openings === 0) return { state, admitted: true, trial: false }
  if (now < state.openUntil) return { state, admitted: false, waitMs: state.openUntil - now }
  if (state.trying) return { state, admitted: false, waitMs: trialWaitMs }
  return { state: { ...state, trying: true }, admitted: true, trial: true }
}

/**
 * Writes an admitted request's end down. While the breaker is open only the trial counts: the others were admitted
 * before it opened and tell old news.
 */
export function record(state: BreakerState, trial: boolean, verdict: Verdict, now: number): BreakerState {
  if (trial) {
    if (verdict === 'success') return closedBreaker
    return verdict === 'failure' ? opened(state.openings + 1, now) : { ...state, trying: false }
  }
  if (state.openings > 0 || verdict === 'void') return state
  if (verdict === 'success') return state.failures === 0 ? state : closedBreaker
  const failures = state.failures + 1
  return failures >= failuresToOpen ? opened(1, now) : { ...state, failures }
}

const opened = (openings: number, now: number): BreakerState => ({
  failures: 0,
  openings,
  openUntil: now + Math.min(longestOpenMs, firstOpenMs * 2 ** (openings - 1)),
  trying: false,
})

/** The state of a breaker that is held open for a reason of its own (the upstream's feature is off). */
export const heldOpen = (holdMs: number, now: number): BreakerState => ({ ...opened(1, now), openUntil: now + holdMs })

/** One tenant's breaker: the thin shell that keeps the state. */
export interface Breaker {
  /** A function that must be told how the request ended; or, when refused, the milliseconds to wait. */
  enter(): { readonly end: (verdict: Verdict) => void } | { readonly waitMs: number }
  hold(holdMs: number): void
}

export function createBreaker(now: () => number): Breaker {
  let state = closedBreaker
  return {
    enter() {
      const admission = admit(state, now())
      state = admission.state
      if (!admission.admitted) return { waitMs: admission.waitMs }
      return {
        end(verdict) {
          state = record(state, admission.trial, verdict, now())
        },
      }
    },
    hold(holdMs) {
      state = heldOpen(holdMs, now())
    },
  }
}
