import { uuidV7 } from '../id.ts'
import type { Ports } from '../ports.ts'
import type { CommonSettings } from '../settings.ts'
import { parseAllowHosts } from '../upstream/address.ts'
import { workerFetch } from './fetch.ts'
import { consoleLog } from './log.ts'

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count))

/** The timer is cleared as soon as nobody waits: one that runs on keeps an object awake, and awake is billed. */
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

/** The Workers runtime's answers to what the core asks. */
export const workerPorts = ({ allowHosts, logLevel }: Pick<CommonSettings, 'allowHosts' | 'logLevel'>): Ports => ({
  ...workerFetch(parseAllowHosts(allowHosts)),
  now: Date.now,
  newId: () => uuidV7(Date.now(), randomBytes(10)),
  randomBytes,
  wait,
  log: consoleLog(logLevel),
})
