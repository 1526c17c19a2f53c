import { uuidV7 } from '../id.ts'
import type { Log, Ports } from '../ports.ts'
import { wait } from '../wait.ts'
import type { NodeFetch } from './fetch.ts'

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count))

/** Randomness for so many ids is drawn at once: the system call costs more than all the rest of an id. */
const idsAtOnce = 512
const idBytes = 10
let drawn: Uint8Array = new Uint8Array(0)

function bytesForId(): Uint8Array {
  if (drawn.length === 0) drawn = randomBytes(idsAtOnce * idBytes)
  const bytes = drawn.subarray(0, idBytes)
  drawn = drawn.subarray(idBytes)
  return bytes
}

/** Node's answers to what the core asks. */
export const nodePorts = ({ fetch, neverSent }: NodeFetch, log: Log): Ports => ({
  now: Date.now,
  newId: () => uuidV7(Date.now(), bytesForId()),
  randomBytes,
  fetch,
  wait,
  log,
  neverSent,
})
