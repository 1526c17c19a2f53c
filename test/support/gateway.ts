import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServerTimeouts } from '../../src/node/server.ts'
import { startGateway } from '../../src/node.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { parseSettings, type Settings } from '../../src/settings.ts'

export const adminToken = 'an-admin-token-for-tests-0123456789'

export interface Asked {
  readonly method?: string
  readonly token?: string
  readonly body?: Json | string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as an object; empty where there is none. */
  readonly body: JsonObject
}

/** A gateway of its own on a free port, with folders of its own, in this process. */
export interface TestGateway {
  readonly url: string
  readonly folder: string
  readonly settings: Settings
  writeTenant(id: string, yaml: string): void
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

/** A tenant on the built-in directory. */
export const directoryTenant = (id: string): string => `id: ${id}\nname: ${id}\nupstream: { kind: directory }\n`

/** A tenant on a SCIM server without a credential. */
export const scimTenant = (id: string, url: string, auth = '{ kind: none }'): string =>
  `id: ${id}\nname: ${id}\nupstream: { kind: scim, url: '${url}', timeout: 5s, auth: ${auth} }\n`

export async function startTestGateway(
  tenants: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
  timeouts?: ServerTimeouts,
): Promise<TestGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-test-'))
  mkdirSync(join(folder, 'tenants'))
  for (const [id, yaml] of Object.entries(tenants)) writeFileSync(join(folder, 'tenants', `${id}.yaml`), yaml)
  return start(folder, environment, timeouts)
}

async function start(
  folder: string,
  environment: Readonly<Record<string, string>>,
  timeouts?: ServerTimeouts,
): Promise<TestGateway> {
  const settings = parseSettings({
    PORT: '0',
    TOLLGATE_LOG: 'silent',
    TOLLGATE_TENANTS: join(folder, 'tenants'),
    TOLLGATE_DATA: join(folder, 'data'),
    TOLLGATE_ADMIN_TOKEN: adminToken,
    TOLLGATE_ALLOW_HOSTS: '127.0.0.1',
    ...environment,
  })
  const gateway = await startGateway(settings, timeouts)
  const ask = (path: string, asked?: Asked) => send(gateway.url + path, asked)
  const admin = (path: string, asked: Asked = {}) => ask(`/admin/v1${path}`, { token: adminToken, ...asked })
  return {
    url: gateway.url,
    folder,
    settings,
    writeTenant: (id, yaml) => writeFileSync(join(folder, 'tenants', `${id}.yaml`), yaml),
    ask,
    admin,
    async mint(tenant, options = {}) {
      const { status, body, text } = await admin(`/tenants/${tenant}/tokens`, { method: 'POST', body: options })
      if (status !== 201 || typeof body['token'] !== 'string') throw new Error(`minting failed: ${status} ${text}`)
      return body['token']
    },
    async restart() {
      await gateway.stop()
      return start(folder, environment, timeouts)
    },
    async stop() {
      await gateway.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** One request; the body comes as an object where it is one. */
export async function send(url: string, { method, token, body, headers }: Asked = {}): Promise<Answered> {
  const response = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined
        ? {}
        : { 'content-type': url.includes('/scim/v2') ? 'application/scim+json' : 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: parseObject(text) }
}

function parseObject(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
  } catch {
    return {}
  }
}
