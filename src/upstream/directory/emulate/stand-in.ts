import type { Fetch, IncomingResponse, OutgoingRequest } from '../../../ports.ts'
import { ScimError } from '../../../scim/error.ts'
import type { ResourceQueries } from '../../../store/resources.ts'
import type { TenantStorage } from '../../../store/storage.ts'
import type { DirectoryPorts } from '../parts.ts'
import { ensureKeys } from '../rebuild.ts'
import { bad, respondError } from './answer.ts'
import type { EmulateOptions } from './clause.ts'
import type { StandInParts } from './parts.ts'
import { answer } from './serve.ts'
import { createThrottle } from './throttle.ts'
import { entraModel } from './types.ts'
import { readRequest } from './wire.ts'

export interface StandInOptions {
  readonly tenant: string
  /** The built-in directory's storage: everything is kept there. */
  readonly resources: TenantStorage<ResourceQueries>
  /** Ids that `newId` makes must be GUIDs in lower case. */
  readonly ports: DirectoryPorts
  readonly options?: EmulateOptions
}

/** One request that the stand-in answered. `path` has no query. */
export interface Served {
  readonly method: string
  readonly path: string
  readonly status: number
}

export interface EntraStandIn {
  /** Takes any URL whose path goes on after `/rp/scim`. */
  readonly fetch: Fetch
  /** Billed transactions since it was made: those answered 2xx or 404 (facts A10). */
  billed(): number
  /** The last thousand requests, oldest first. */
  requests(): readonly Served[]
}

const remembered = 1000

/**
 * Microsoft Entra's own SCIM API, as far as it is documented or was seen (facts A), over the built-in directory's storage.
 * Where it is not known, the stricter reading: docs/rehearsal.md lists them. Nothing in it is random.
 */
export function createEntraStandIn({ tenant, resources, ports, options = {} }: StandInOptions): EntraStandIn {
  const directory = { tenant, model: entraModel(options), storage: resources, ports }
  const parts: StandInParts = { directory, options }
  const throttle = createThrottle(options.throttle, ports.now)
  const timesOut = timeouts(options.gatewayTimeoutEvery)
  const served: Served[] = []
  let billed = 0
  let ready: Promise<void> | undefined

  const work = async (request: OutgoingRequest): Promise<IncomingResponse> => {
    requireToken(request)
    throttle()
    if (options.featureOff === true) throw bad(featureOff(tenant))
    ready ??= ensureKeys(directory).catch((error: unknown) => {
      ready = undefined
      throw error
    })
    await ready
    return answer(parts, readRequest(request))
  }
  const refused = (error: unknown): IncomingResponse => {
    if (error instanceof ScimError) return respondError(error)
    ports.log.error({ tenant, reason: String(error) }, 'the stand-in for Entra failed')
    return respondError(new ScimError(500, 'InternalServerException'))
  }

  return {
    fetch: async (request) => {
      request.signal.throwIfAborted()
      const timeout = timesOut()
      const done = timeout === 'before' ? undefined : await work(request).catch(refused)
      const response = done === undefined || timeout === 'after' ? gatewayTimeout() : done
      const { status } = response
      if ((status >= 200 && status <= 299) || status === 404) billed++
      served.push({ method: request.method, path: request.url.replace(/[?#].*$/s, ''), status })
      if (served.length > remembered) served.shift()
      return response
    },
    billed: () => billed,
    requests: () => served,
  }
}

const gatewayTimeout = () => respondError(new ScimError(504, 'GatewayTimeout'))

/** Every nth request times out: the first, third, fifth of them before anything was done, the others after all was done. */
function timeouts(every: number | undefined): () => 'before' | 'after' | undefined {
  let requests = 0
  return () => {
    requests++
    if (every === undefined || requests % every !== 0) return undefined
    return (requests / every) % 2 === 1 ? 'before' : 'after'
  }
}

/** App-only tokens (facts A1): which ones is not looked at, for in a rehearsal there may be none. */
function requireToken({ headers }: OutgoingRequest): void {
  const authorization = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1]
  if (authorization !== undefined && !/^bearer +\S+$/i.test(authorization))
    throw new ScimError(401, 'InvalidAuthenticationToken: Access token is empty or of another scheme.')
}

/** Facts A8. */
const featureOff = (tenant: string): string =>
  `No 'scimapiconsumptions' resource found for TenantId: ${tenant}. Please ensure 'SCIM Provisioning API' feature is ` +
  `enabled and only one 'scimapiconsumptions' resource exists.`
