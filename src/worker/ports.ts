import { uuidV7 } from '../id.ts'
import type { Ports } from '../ports.ts'
import type { CommonSettings } from '../settings.ts'
import { parseAllowHosts } from '../upstream/address.ts'
import { wait } from '../wait.ts'
import { workerFetch } from './fetch.ts'
import { consoleLog } from './log.ts'

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count))

/** The Workers runtime's answers to what the core asks. */
export const workerPorts = ({ allowHosts, logLevel }: Pick<CommonSettings, 'allowHosts' | 'logLevel'>): Ports => ({
  ...workerFetch(parseAllowHosts(allowHosts)),
  now: Date.now,
  newId: () => uuidV7(Date.now(), randomBytes(10)),
  randomBytes,
  wait,
  log: consoleLog(logLevel),
})
