import type { Fetch, IncomingResponse } from '../../src/ports.ts'
import { advance, type Clock, deadlineMs } from './sides.ts'

/** What may go wrong with one request to Entra: before it did anything, or after it did all. */
export const troubles = [
  '429 at once',
  '429 later',
  '500',
  '504 before',
  '504 after',
  'lost before',
  'lost after',
  'late before',
  'late after',
] as const

export interface Fault {
  readonly trouble: (typeof troubles)[number]
  /** Which request since it was set, and how many from there on. */
  readonly at: number
  readonly length: number
}

export interface Wire {
  readonly around: (fetch: Fetch, clock: Clock) => Fetch
  set(fault: Fault | undefined): void
  /** Requests since a fault was set, and whether it came. */
  requests(): number
}

const answered = (status: number, headers: Readonly<Record<string, string>> = {}): IncomingResponse => ({
  status,
  headers: { 'content-type': 'application/scim+json', ...headers },
  body: JSON.stringify({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    detail: 'trouble',
    status: String(status),
  }),
})

/** A way to Entra on which something goes wrong where a test says so. */
export function faultyWire(): Wire {
  let fault: Fault | undefined
  let requests = 0
  return {
    set(next) {
      fault = next
      requests = 0
    },
    requests: () => requests,
    around: (fetch, clock) => async (request) => {
      const number = requests++
      const isHit = fault !== undefined && number >= fault.at && number < fault.at + fault.length
      if (fault === undefined || !isHit) return fetch(request)
      const { trouble } = fault
      const done = trouble.endsWith('after') ? await fetch(request) : undefined
      if (trouble === '429 at once') return answered(429, { 'retry-after': '1' })
      if (trouble === '429 later') return answered(429, { 'retry-after': '3600' })
      if (trouble === '500') return answered(500)
      if (trouble.startsWith('504')) return answered(504)
      if (trouble.startsWith('late')) {
        advance(clock, deadlineMs)
        request.signal.throwIfAborted()
      }
      throw new Error(done === undefined ? 'the connection was reset' : 'the connection broke')
    },
  }
}
