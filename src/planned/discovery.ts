import type { Capabilities } from '../capabilities.ts'
import { defaultPageSize, maxPageSize } from '../plan/list-memory.ts'
import { resourceTypeBody, schemaBody } from '../scim/definition.ts'
import { discovered, serviceProviderConfig, undiscovered } from '../scim/discovered.ts'
import { ScimError } from '../scim/error.ts'
import { fold } from '../scim/fold.ts'
import { isObject, type JsonObject } from '../scim/json.ts'
import type { ScimReply, ScimRequest } from '../scim/request.ts'
import type { ResourceDefinition, Schema } from '../scim/schema.ts'
import { authenticationSchemes } from '../upstream/scim/read-discovery.ts'
import type { Errand, Upstream } from '../upstream/upstream.ts'
import type { KnownTypes } from './definitions.ts'

type DiscoveryRequest = Extract<ScimRequest, { operation: 'discovery' }>

interface Asking {
  readonly upstream: Upstream
  readonly capabilities: Capabilities
  readonly types: KnownTypes
}

/**
 * What the gateway can do over an upstream (RFC 7644 §4): what the plan makes up for is announced as supported. Where the
 * capabilities describe every type, the upstream is not asked at all.
 */
export async function carryDiscovery(request: DiscoveryRequest, errand: Errand, asking: Asking): Promise<ScimReply> {
  const { types, upstream } = asking
  const { kind, name } = request
  if (kind === 'ServiceProviderConfig') {
    if (name !== undefined) throw undiscovered(kind, name)
    return { kind: 'discovery', body: await configuration(request, errand, asking) }
  }
  if (!types.isAll) return upstream.carry(request, errand)
  return { kind: 'discovery', body: discovered(bodiesOf(kind, types.definitions), kind, name) }
}

/** Of an upstream that knows more of itself than its capabilities say, only what the plan does not touch. */
async function configuration(
  request: DiscoveryRequest,
  errand: Errand,
  { types, upstream, capabilities }: Asking,
): Promise<JsonObject> {
  const { etag: hasEtag } = capabilities
  const own = serviceProviderConfig({ etag: hasEtag, authenticationSchemes, defaultPageSize, maxPageSize })
  const told = types.isAll ? undefined : await upstream.carry(request, errand).catch(unlessMissing)
  if (told?.kind !== 'discovery') return own
  const { changePassword, etag } = told.body
  const hasTags = !isObject(etag) || etag['supported'] !== false
  return {
    ...told.body,
    ...own,
    ...(changePassword === undefined ? {} : { changePassword }),
    etag: { supported: hasEtag && hasTags },
  }
}

/** An upstream without the endpoint says nothing that we would have to know. */
function unlessMissing(error: unknown): undefined {
  if (error instanceof ScimError && (error.status === 404 || error.status === 501)) return undefined
  throw error
}

function bodiesOf(kind: 'ResourceTypes' | 'Schemas', definitions: readonly ResourceDefinition[]): JsonObject[] {
  if (kind === 'ResourceTypes') return definitions.map(({ type }) => resourceTypeBody(type))
  const schemas = new Map<string, Schema>()
  for (const { core, extensions } of definitions)
    for (const schema of [core, ...extensions]) if (!schemas.has(fold(schema.id))) schemas.set(fold(schema.id), schema)
  return [...schemas.values()].map(schemaBody)
}
