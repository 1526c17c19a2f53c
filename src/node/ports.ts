import { uuidV7 } from '../id.ts'
import type { Log, Ports } from '../ports.ts'
import type { NodeFetch } from './fetch.ts'

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count))

/** Plain timers: those of node:timers/promises make an error for each wait that ends early, and every request has one. */
const wait = (waitMs: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const abort = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, waitMs)
    signal?.addEventListener('abort', abort, { once: true })
  })

/** Node's answers to what the core asks. */
export const nodePorts = ({ fetch, neverSent }: NodeFetch, log: Log): Ports => ({
  now: Date.now,
  newId: () => uuidV7(Date.now(), randomBytes(10)),
  randomBytes,
  fetch,
  wait,
  log,
  neverSent,
})
