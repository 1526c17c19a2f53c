import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServerTimeouts } from '../../src/node/server.ts'
import { startGateway } from '../../src/node.ts'
import { parseSettings } from '../../src/settings.ts'
import type { StartedGateway } from './gateway.ts'

type Texts = Readonly<Record<string, string>>

/** Starts a gateway in this process, its tenants in files. */
export function startNodeGateway(tenants: Texts, variables: Texts, timeouts?: ServerTimeouts): Promise<StartedGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-test-'))
  mkdirSync(join(folder, 'tenants'))
  for (const [id, yaml] of Object.entries(tenants)) writeFileSync(join(folder, 'tenants', `${id}.yaml`), yaml)
  return start(folder, variables, timeouts)
}

async function start(folder: string, variables: Texts, timeouts?: ServerTimeouts): Promise<StartedGateway> {
  const settings = parseSettings({
    PORT: '0',
    TOLLGATE_TENANTS: join(folder, 'tenants'),
    TOLLGATE_DATA: join(folder, 'data'),
    ...variables,
  })
  const { url, stop } = await startGateway(settings, timeouts === undefined ? {} : { timeouts })
  return {
    url,
    folder,
    settings,
    writeTenant: async (id, yaml) => writeFileSync(join(folder, 'tenants', `${id}.yaml`), yaml),
    async restart() {
      await stop()
      return start(folder, variables, timeouts)
    },
    async stop() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
