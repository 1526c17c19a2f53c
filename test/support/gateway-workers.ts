import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json } from '../../src/scim/json.ts'
import { parseSettings } from '../../src/settings.ts'
import { adminToken, send } from './ask.ts'
import type { StartedGateway } from './gateway.ts'
import { freshState, startWorker } from './worker.ts'

type Texts = Readonly<Record<string, string>>

/** Any key does; a Worker has no folder to keep one of its own in. */
export const sealingKey = `${'k'.repeat(42)}A`

/** What the tests' tenant files name by `{ env: NAME }`: on Workers these are given at the start. */
const secrets = (): Texts =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      name.startsWith('TEST_') && value !== undefined ? [[name, value] as const] : [],
    ),
  )

/** Starts the Worker with a fresh control store, and applies the tenants through its admin API. */
export async function startWorkersGateway(tenants: Texts, variables: Texts): Promise<StartedGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-test-'))
  freshState(folder)
  const gateway = await start(folder, { TOLLGATE_KEY: sealingKey, ...secrets(), ...variables })
  for (const [id, yaml] of Object.entries(tenants)) await gateway.writeTenant(id, yaml)
  return gateway
}

async function start(folder: string, variables: Texts): Promise<StartedGateway> {
  const { url, stop } = await startWorker({ state: folder, variables })
  return {
    url,
    folder,
    settings: parseSettings(variables),
    writeTenant: (id, file) => putTenant(url, id, { file }),
    async restart() {
      await stop()
      return start(folder, variables)
    },
    async stop() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Applies a tenant. @throws Error with the answer when it is refused. */
async function putTenant(url: string, id: string, body: Json): Promise<void> {
  const answer = await send(`${url}/admin/v1/tenants/${id}`, { method: 'PUT', token: adminToken, body })
  if (answer.status !== 200) throw new Error(`${id} is refused: ${answer.status} ${answer.text}`)
}
