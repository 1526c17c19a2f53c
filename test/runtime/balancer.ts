import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'

/** A front balancer as docs/sharding.md describes it: the path or the host says the tenant, a map says its shard. */
export interface Balancer {
  readonly url: string
  /** Where a tenant's requests go from now on; undefined: it is moving, and they are answered 503. */
  map(tenant: string, shard: string | undefined): void
  close(): void
}

/** The header that tells its own answers from those of the shards. */
export const balancerHeader = 'x-balancer'

export const hostOf = (tenant: string): string => `${tenant}.scim.example`

const tenantIn = (path: string, host: string): string =>
  /^\/t\/([a-z0-9-]+)\//.exec(path)?.[1] ?? /^([a-z0-9-]+)\.scim\.example/.exec(host)?.[1] ?? ''

export async function startBalancer(): Promise<Balancer> {
  const shards = new Map<string, string | undefined>()
  const agent = new Agent({ keepAlive: true })
  const server = createServer((incoming, outgoing) => {
    const { method, url = '', headers } = incoming
    const tenant = tenantIn(url, headers.host ?? '')
    const shard = shards.get(tenant)
    if (shard === undefined) {
      const status = shards.has(tenant) ? 503 : 404
      incoming.resume()
      outgoing.writeHead(status, { [balancerHeader]: '1', 'retry-after': '1' }).end()
      return
    }
    const passed = request(shard + url, { method, headers, agent }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('error', () => outgoing.writeHead(502, { [balancerHeader]: '1' }).end())
    incoming.pipe(passed)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    map: (tenant, shard) => void shards.set(tenant, shard),
    close: () => {
      server.closeAllConnections()
      server.close()
      agent.destroy()
    },
  }
}
