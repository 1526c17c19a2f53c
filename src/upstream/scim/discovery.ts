import type { Ports } from '../../ports.ts'
import { ScimError } from '../../scim/error.ts'
import type { JsonObject } from '../../scim/json.ts'
import type { DiscoveryKind } from '../../scim/request.ts'
import type { ResourceDefinition } from '../../scim/schema.ts'
import type { OpenCall } from '../background.ts'
import type { Errand } from '../upstream.ts'
import { announcedIn, builtIn, type Definitions } from './announced.ts'
import type { Locations } from './location.ts'

export interface DiscoveryParts {
  readonly ports: Ports
  readonly openCall: OpenCall
  readonly timeoutMs: number
  readonly locations: Locations
  /** Asks the upstream; undefined when it answered that it has no such endpoint. @throws ScimError */
  readonly ask: (kind: DiscoveryKind, errand: Errand) => Promise<JsonObject | undefined>
}

const keptMs = 600_000

/**
 * The resource type at a path segment. User and Group are known; for others the upstream is asked once in ten minutes,
 * whether it has more or not, by one request at a time that belongs to a call of its own (contract §12).
 */
export function createDefinitions(parts: DiscoveryParts): (segment: string) => Promise<ResourceDefinition | undefined> {
  let kept: { readonly definitions: Definitions; readonly until: number } | undefined
  let flight: Promise<Definitions> | undefined
  const announced = async (): Promise<Definitions> => {
    if (kept !== undefined && parts.ports.now() < kept.until) return kept.definitions
    flight ??= discover(parts)
      .then((definitions) => {
        kept = { definitions, until: parts.ports.now() + keptMs }
        return definitions
      })
      .finally(() => {
        flight = undefined
      })
    return flight
  }
  return async (segment) => {
    const folded = segment.toLowerCase()
    return builtIn.get(folded) ?? (await announced()).get(folded)
  }
}

async function discover({ ports, openCall, timeoutMs, locations, ask }: DiscoveryParts): Promise<Definitions> {
  const call = openCall('probe')
  const errand = { attempts: call, credential: '', deadlineAt: ports.now() + timeoutMs }
  let status = 200
  try {
    const types = await ask('ResourceTypes', errand)
    return types === undefined ? new Map() : announcedIn(types, await ask('Schemas', errand), locations)
  } catch (error) {
    status = error instanceof ScimError ? error.status : 500
    throw error
  } finally {
    await call.close({ status, scimType: null, bytesOut: 0 })
  }
}
