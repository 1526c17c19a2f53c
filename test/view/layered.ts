import { directoryTenant, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { type Client, clientOf } from './support.ts'

/** Tenants of which the upstream is a directory tenant of another gateway, so that both sides can be looked at. */
export interface Layered {
  /** Where the tenants are. */
  readonly gateway: TestGateway
  /** A client of the upstream itself. */
  readonly inner: Client
  client(tenant: string): Client
  stop(): Promise<void>
}

const variable = 'TEST_VIEW_TOKEN'

/** @param tenants what the tenant files hold beside the upstream, by their ids */
export async function startLayered(tenants: Readonly<Record<string, string>>): Promise<Layered> {
  const upstream = await startTestGateway({ inner: directoryTenant('inner') })
  // Before the other one starts: on Workers secrets are given at the start.
  process.env[variable] = await upstream.mint('inner')
  const clause = `{ kind: scim, url: '${upstream.url}/t/inner/scim/v2', auth: { kind: bearer, token: { env: ${variable} } } }`
  const files = Object.entries(tenants).map(([id, clauses]): [string, string] => [
    id,
    `id: ${id}\nname: ${id}\nupstream: ${clause}\n${clauses}`,
  ])
  const gateway = await startTestGateway(Object.fromEntries(files))
  const clients = new Map<string, Client>()
  for (const id of Object.keys(tenants)) clients.set(id, await clientOf(gateway, id))
  const inner = await clientOf(upstream, 'inner')
  return {
    gateway,
    inner,
    client: (tenant) => clients.get(tenant) ?? inner,
    async stop() {
      await gateway.stop()
      await upstream.stop()
    },
  }
}
