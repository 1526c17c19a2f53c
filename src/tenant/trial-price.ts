import type { Times } from '../plan/forecast.ts'
import type { Planning } from '../plan/planning.ts'
import type { TriedCall } from './trial-call.ts'
import type { Recorder } from './trial-record.ts'

/** What a client request would cost, if every call is served. */
export interface Price {
  /** Where all that is named differs from what is there, and each list is one page. */
  readonly calls: number
  readonly costMicros: number
  /** Absent where calls cost nothing. */
  readonly currency?: string
  /** How few calls it may come to, and how many, where that depends on what is there; null: no bound is known. */
  readonly least?: number
  readonly most?: number | null
}

export function priceOf(recorder: Pick<Recorder, 'calls' | 'total'>, { capabilities: { billing } }: Planning): Price {
  const { least, most }: Times = recorder.total()
  const calls = Math.max(least, expected(recorder.calls))
  return {
    calls,
    costMicros: calls * (billing?.perCallMicros ?? 0),
    ...(billing === undefined ? {} : { currency: billing.currency }),
    ...(least === most ? {} : { least, most: most ?? null }),
  }
}

/** Calls whose body is known are made where all is new; of the others, one write is. */
function expected(calls: readonly TriedCall[]): number {
  const made = calls.filter(({ times, body, method }) => times.least > 0 || (method !== 'GET' && body !== null))
  const count = made.reduce((sum, { times }) => sum + Math.max(1, times.least), 0)
  const isWritten = made.some(({ method }) => method !== 'GET')
  const mayWrite = calls.some(({ method, times }) => method !== 'GET' && times.most === 1)
  return isWritten || !mayWrite ? count : count + 1
}
