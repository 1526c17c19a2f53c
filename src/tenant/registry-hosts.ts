/** A host as it is compared: in lower case, without port and without a final dot. */
export const hostKey = (host: string): string => host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '')

/** A host that somebody else holds; `index` is its place in the asking tenant's list. */
export interface TakenHost {
  readonly host: string
  readonly index: number
  readonly holder: string
}

/** Which tenant holds which host: at most one each. */
export interface HostIndex {
  /** The hosts of the list that other tenants hold. */
  takenFrom(tenant: string, hosts: readonly string[]): TakenHost[]
  areFree(tenant: string, hosts: readonly string[]): boolean
  /** The tenant holds these hosts from now on, and no others. */
  hold(tenant: string, hosts: readonly string[]): void
  release(tenant: string): void
  holderOf(key: string): string | undefined
}

export function createHostIndex(): HostIndex {
  const holders = new Map<string, string>()
  const held = new Map<string, readonly string[]>()

  const takenFrom = (tenant: string, hosts: readonly string[]): TakenHost[] =>
    hosts.flatMap((host, index) => {
      const holder = holders.get(hostKey(host))
      return holder === undefined || holder === tenant ? [] : [{ host, index, holder }]
    })

  const release = (tenant: string): void => {
    for (const key of held.get(tenant) ?? []) holders.delete(key)
    held.delete(tenant)
  }

  return {
    takenFrom,
    areFree: (tenant, hosts) => takenFrom(tenant, hosts).length === 0,
    hold(tenant, hosts) {
      release(tenant)
      if (hosts.length === 0) return
      const keys = hosts.map(hostKey)
      for (const key of keys) holders.set(key, tenant)
      held.set(tenant, keys)
    },
    release,
    holderOf: (key) => holders.get(key),
  }
}
