import type { Ports } from '../ports.ts'
import type { TenantDocument } from './schema.ts'
import { type MadeUpstream, makeUpstream } from './upstream.ts'

const idle = (): never => {
  throw new Error('a tenant that is only compiled does nothing')
}
const ignore = (): void => {}
const ports: Ports = {
  now: idle,
  newId: idle,
  randomBytes: idle,
  fetch: idle,
  wait: idle,
  log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  neverSent: idle,
}

/** Compiles a tenant's document as the gateway would, for what that throws. @throws ClauseError */
export const compileIdly = (document: TenantDocument): MadeUpstream =>
  makeUpstream({
    document,
    ledger: { open: idle },
    storage: { use: idle },
    ports,
    secrets: { env: idle, readFile: idle },
  })
