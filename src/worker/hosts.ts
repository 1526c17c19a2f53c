import { LRUCache } from 'lru-cache'
import { reasonOf } from '../log.ts'
import type { Log } from '../ports.ts'
import type { Control } from '../store/control.ts'
import { hostKey } from '../tenant/registry-hosts.ts'

/** Which tenant holds a host. */
export interface Hosts {
  /** Undefined: nobody, so that it is the common front door. While the control store is away, as it was last read. */
  holderOf(host: string): Promise<string | undefined>
  /** A tenant has changed: what was read before is not to be believed any more. */
  forget(): void
}

/** Contract §12 gives a change 2 s: so long another isolate's change stays unseen by this one. */
const freshMs = 2000
/** Clients can make up any number of hosts. */
const mostKept = 10_000

/** Holders by host. Not `LRUCache.fetch`: a promise must not be shared between requests of a Worker. */
export function createHosts({ documents }: Pick<Control, 'documents'>, log: Log): Hosts {
  const options = { max: mostKept, ttl: freshMs, noDeleteOnStaleGet: true }
  const known = new LRUCache<string, { readonly holder: string | undefined }>(options)
  /** A reading that began before a change must not be kept after it. */
  let changes = 0
  return {
    async holderOf(host) {
      const key = hostKey(host)
      const found = known.get(key)
      if (found !== undefined) return found.holder
      const asked = changes
      try {
        const holder = (await documents.holders([key])).get(key)
        if (asked === changes) known.set(key, { holder })
        return holder
      } catch (error) {
        // The object checks the credential all the same: what is lost is only that a host is one tenant's alone.
        log.warn({ reason: reasonOf(error) }, 'the control store cannot be read: hosts are taken as they were')
        return known.get(key, { allowStale: true })?.holder
      }
    },
    forget: () => {
      changes += 1
      known.clear()
    },
  }
}
