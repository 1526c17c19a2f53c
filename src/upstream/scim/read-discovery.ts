import { isObject, type Json, type JsonObject } from '../../scim/json.ts'
import { listResponseUrn } from '../../scim/list.ts'
import type { DiscoveryKind, ScimRequest } from '../../scim/request.ts'
import { attributeIn, spellingOf } from '../../scim/resource.ts'
import { notScim } from './body.ts'
import { cleanTexts, type Locations, rewriteRefs } from './location.ts'
import { relativeOrForeign } from './read-resource.ts'

/** What the front door takes at most (contract §12), whatever the upstream would. */
const maxOperations = 1_000
const maxPayloadSize = 8 * 1024 * 1024

/** How clients come in through the gateway (contract §3): the upstream's own ways in are not theirs. */
export const authenticationSchemes: readonly Json[] = [
  {
    type: 'oauthbearertoken',
    name: 'OAuth Bearer Token',
    description: 'A bearer token of this gateway',
    specUri: 'https://www.rfc-editor.org/info/rfc6750',
    primary: true,
  },
  {
    type: 'httpbasic',
    name: 'HTTP Basic',
    description: 'The tenant as the user name, a token of this gateway as the password',
    specUri: 'https://www.rfc-editor.org/info/rfc7617',
  },
]

const resourceTypeOf: Readonly<Record<DiscoveryKind, string>> = {
  ServiceProviderConfig: 'ServiceProviderConfig',
  ResourceTypes: 'ResourceType',
  Schemas: 'Schema',
}

type DiscoveryRequest = Extract<ScimRequest, { operation: 'discovery' }>

/**
 * What the upstream says of itself, as the gateway says it of itself (RFC 7644 §4).
 * @throws ScimError 502 where it is not what was asked for.
 */
export function readDiscovery(given: JsonObject, { kind, name }: DiscoveryRequest, locations: Locations): JsonObject {
  rewriteRefs(given, (reference) => relativeOrForeign(reference, locations))
  // Descriptions and a vendor's own members may name the upstream's URLs, too.
  const cleaned = cleanTexts(given, locations)
  const body = isObject(cleaned) ? cleaned : given
  if (kind === 'ServiceProviderConfig') return providerConfig(body)
  if (name !== undefined) return described(body, kind, locations)
  const listed = attributeIn(body, 'Resources')
  if (!Array.isArray(listed)) throw notScim(`${kind} that are no list`)
  const Resources = listed.filter(isObject).map((item) => described(item, kind, locations))
  return {
    schemas: [listResponseUrn],
    totalResults: Resources.length,
    startIndex: 1,
    itemsPerPage: Resources.length,
    Resources,
  }
}

function described(item: JsonObject, kind: DiscoveryKind, locations: Locations): JsonObject {
  const id = item['id'] ?? item['name']
  const { endpoint } = item
  const location =
    typeof id === 'string' ? { location: `/${kind}/${encodeURIComponent(id).replaceAll('%3A', ':')}` } : {}
  return {
    ...item,
    ...(typeof endpoint === 'string' ? { endpoint: endpointOf(endpoint, locations) } : {}),
    meta: { resourceType: resourceTypeOf[kind], ...location },
  }
}

/** RFC 7643 §6 wants it relative to the SCIM root; absolute URLs, a missing slash and lower case (facts A1) are seen. */
export function endpointOf(text: string, locations: Locations): string {
  // A made-up id turns the endpoint into a location, which knows all the spellings.
  const mapped = locations.toRelative(`${text.replace(/\/+$/, '')}/id`)
  return mapped.kind === 'relative' ? mapped.location.replace(/\/id$/, '') : '/'
}

function providerConfig(body: JsonObject): JsonObject {
  const spelling = spellingOf(body, 'documentationUri')
  const { meta: _meta, ...rest } = body
  if (spelling !== undefined) Reflect.deleteProperty(rest, spelling)
  const { bulk } = rest
  return {
    ...rest,
    ...(isObject(bulk) ? { bulk: limited(bulk) } : {}),
    authenticationSchemes: [...authenticationSchemes],
    meta: { resourceType: 'ServiceProviderConfig', location: '/ServiceProviderConfig' },
  }
}

const limited = (bulk: JsonObject): JsonObject => ({
  ...bulk,
  maxOperations: least(bulk['maxOperations'], maxOperations),
  maxPayloadSize: least(bulk['maxPayloadSize'], maxPayloadSize),
})

const least = (told: Json | undefined, own: number): number => (typeof told === 'number' ? Math.min(told, own) : own)
