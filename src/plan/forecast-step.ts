import type { Purpose } from '../call.ts'
import type { Step } from './step.ts'

/** How often; `most` is absent where only what is there can tell. */
export interface Times {
  readonly least: number
  readonly most?: number
}

/** Upstream calls of one kind. `path` is a template without ids: `/Users/{id}`. */
export interface ForecastStep {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly purpose: Purpose
  readonly times: Times
  /** What it depends on, where that is not certain. */
  readonly why?: string
}

/** What a request will come to upstream, if every call is served at once (contract §6: the price before anything is sent). */
export interface Forecast {
  readonly steps: readonly ForecastStep[]
  readonly calls: Times
}

export const exactly = (count: number): Times => ({ least: count, most: count })

const methods = { create: 'POST', read: 'GET', list: 'GET', replace: 'PUT', patch: 'PATCH', delete: 'DELETE' } as const

export function stepOf({ request, purpose }: Step, times: Times, why?: string): ForecastStep {
  if (request.operation === 'bulk' || request.operation === 'discovery') throw new Error('no plan has such a step')
  const endpoint = request.definition?.type.endpoint ?? ''
  const isOne = request.operation !== 'create' && request.operation !== 'list'
  return {
    method: methods[request.operation],
    path: isOne ? `${endpoint}/{id}` : endpoint,
    purpose,
    times,
    ...(why === undefined ? {} : { why }),
  }
}
