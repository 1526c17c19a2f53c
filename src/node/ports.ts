import { setTimeout as delay } from 'node:timers/promises'
import { uuidV7 } from '../id.ts'
import type { Log, Ports } from '../ports.ts'
import type { NodeFetch } from './fetch.ts'

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count))

async function wait(waitMs: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(waitMs, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    throw signal?.aborted ? signal.reason : error
  }
}

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
