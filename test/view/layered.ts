import { expect, vi } from 'vitest'
import { directoryTenant, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { type Client, clientOf } from './support.ts'

/** Tenants of which the upstream is a directory tenant of the same gateway, so that both sides can be looked at. */
export interface Layered {
  readonly gateway: TestGateway
  /** A client of the upstream itself. */
  readonly inner: Client
  client(tenant: string): Client
  stop(): Promise<void>
}

const variable = 'TEST_VIEW_TOKEN'

/** @param tenants what the tenant files hold beside the upstream, by their ids */
export async function startLayered(tenants: Readonly<Record<string, string>>): Promise<Layered> {
  const gateway = await startTestGateway({ inner: directoryTenant('inner') })
  process.env[variable] = await gateway.mint('inner')
  const upstream = `{ kind: scim, url: '${gateway.url}/t/inner/scim/v2', auth: { kind: bearer, token: { env: ${variable} } } }`
  const clients = new Map<string, Client>()
  for (const [id, clauses] of Object.entries(tenants))
    await gateway.writeTenant(id, `id: ${id}\nname: ${id}\nupstream: ${upstream}\n${clauses}`)
  for (const id of Object.keys(tenants)) {
    await vi.waitFor(async () => expect((await gateway.admin(`/tenants/${id}`)).status).toBe(200), { timeout: 10_000 })
    clients.set(id, await clientOf(gateway, id))
  }
  const inner = await clientOf(gateway, 'inner')
  return {
    gateway,
    inner,
    client: (tenant) => clients.get(tenant) ?? inner,
    stop: () => gateway.stop(),
  }
}
