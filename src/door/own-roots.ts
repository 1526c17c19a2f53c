import type { OwnRoots } from '../scim/locate.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { DoorRequest } from './exchange.ts'

/**
 * Whatever URL of this gateway's a client has kept, it means its own tenant's resources: at the host that it names now, at
 * the tenant's own hosts and at the public URL, with the tenant in the path and without. Another tenant's path is foreign.
 */
export function ownRootsOf(
  { id, hosts }: Pick<Tenant, 'id' | 'hosts'>,
  { host, publicUrl }: Pick<DoorRequest, 'host' | 'publicUrl'>,
): OwnRoots {
  const roots = ['/scim/v2', `/t/${id}/scim/v2`]
  if (publicUrl === undefined) return { hosts: [host, ...hosts], paths: roots }
  const { hostname, pathname } = new URL(publicUrl)
  const outer = pathname.replace(/\/+$/, '')
  return { hosts: [host, ...hosts, hostname], paths: [...roots, ...roots.map((root) => outer + root)] }
}
