import type { ServerTimeouts } from '../../src/node/server.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import type { Settings } from '../../src/settings.ts'
import { type Answered, type Asked, adminToken, send } from './ask.ts'
import { home } from './home.ts'

export { type Answered, type Asked, adminToken, send } from './ask.ts'

/** A gateway of its own on a free port, with folders of its own. */
export interface TestGateway {
  readonly url: string
  /** Where it keeps its state, and on Node its tenant files. */
  readonly folder: string
  /** What it was told, as Node reads it. */
  readonly settings: Settings
  /** Puts a tenant file into the folder, or on Workers applies it: there it is in force when this resolves. */
  writeTenant(id: string, yaml: string): Promise<void>
  /** Sends to the front door or anywhere else on the gateway; a body that is no text is sent as JSON. */
  ask(path: string, asked?: Asked): Promise<Answered>
  /** Sends to the admin API with the admin token. */
  admin(path: string, asked?: Asked): Promise<Answered>
  /** A new token of the tenant, minted through the admin API. */
  mint(tenant: string, options?: JsonObject): Promise<string>
  /** Stops it and starts another on the same folders. */
  restart(): Promise<TestGateway>
  /** Stops it and removes its folders. */
  stop(): Promise<void>
}

/** A gateway as a home starts it. */
export type StartedGateway = Pick<TestGateway, 'url' | 'folder' | 'settings' | 'writeTenant' | 'stop'> & {
  restart(): Promise<StartedGateway>
}

/** A tenant on the built-in directory. */
export const directoryTenant = (id: string): string => `id: ${id}\nname: ${id}\nupstream: { kind: directory }\n`

/** A tenant on a SCIM server without a credential. */
export const scimTenant = (id: string, url: string, auth = '{ kind: none }'): string =>
  `id: ${id}\nname: ${id}\nupstream: { kind: scim, url: '${url}', timeout: 5s, auth: ${auth} }\n`

/** Starts one of the home that this vitest project tests; `timeouts` are Node's own, since on Workers the edge has its. */
export async function startTestGateway(
  tenants: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
  timeouts?: ServerTimeouts,
): Promise<TestGateway> {
  const given = { TOLLGATE_LOG: 'silent', TOLLGATE_ADMIN_TOKEN: adminToken, TOLLGATE_ALLOW_HOSTS: '127.0.0.1' }
  const variables = { ...given, ...environment }
  if (home === 'node') {
    const { startNodeGateway } = await import('./gateway-node.ts')
    return dressed(await startNodeGateway(tenants, variables, timeouts))
  }
  const { startWorkersGateway } = await import('./gateway-workers.ts')
  return dressed(await startWorkersGateway(tenants, variables))
}

function dressed(started: StartedGateway): TestGateway {
  const ask = (path: string, asked?: Asked) => send(started.url + path, asked)
  const admin = (path: string, asked: Asked = {}) => ask(`/admin/v1${path}`, { token: adminToken, ...asked })
  return {
    ...started,
    ask,
    admin,
    async mint(tenant, options = {}) {
      const { status, body, text } = await admin(`/tenants/${tenant}/tokens`, { method: 'POST', body: options })
      if (status !== 201 || typeof body['token'] !== 'string') throw new Error(`minting failed: ${status} ${text}`)
      return body['token']
    },
    restart: async () => dressed(await started.restart()),
  }
}
