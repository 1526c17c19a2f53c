import type { Purpose } from '../call.ts'
import { ScimError } from '../scim/error.ts'
import { isObject, type JsonObject } from '../scim/json.ts'
import type { DiscoveryKind } from '../scim/request.ts'
import { attributeIn } from '../scim/resource.ts'
import type { Errand } from '../upstream/upstream.ts'
import type { Carrier } from './carrier.ts'
import type { TypeView } from './type-view.ts'

/** What the upstream lists of itself; undefined where it has no such endpoint. */
export async function announced(
  carrier: Carrier,
  kind: DiscoveryKind,
  errand: Errand,
): Promise<readonly JsonObject[] | undefined> {
  try {
    const reply = await carrier.upstream.carry({ operation: 'discovery', kind }, errand)
    return reply.kind === 'discovery' ? listedIn(reply.body) : undefined
  } catch (error) {
    if (error instanceof ScimError && (error.status === 404 || error.status === 501)) return undefined
    throw error
  }
}

export function listedIn(body: JsonObject): readonly JsonObject[] {
  const listed = attributeIn(body, 'Resources')
  return Array.isArray(listed) ? listed.filter(isObject) : []
}

export interface Types {
  /** In the upstream's own words; undefined where it does not say. */
  readonly announced: readonly JsonObject[] | undefined
  readonly views: readonly TypeView[]
}

/** Every resource type that the upstream serves; User and Group where it does not say. */
export async function typesOf(carrier: Carrier, errand: Errand, purpose: Purpose = 'read'): Promise<Types> {
  const types = await announced(carrier, 'ResourceTypes', { ...errand, purpose })
  const endpoints = types?.flatMap(({ endpoint }) => (typeof endpoint === 'string' ? [endpoint] : []))
  const views: TypeView[] = []
  for (const endpoint of endpoints ?? ['/Users', '/Groups']) {
    const type = await carrier.viewAt(endpoint.replace(/^\//, ''), errand)
    if (type !== undefined && !views.includes(type)) views.push(type)
  }
  return { announced: types, views }
}
