import type { Filter } from '../../scim/filter.ts'
import { fold } from '../../scim/fold.ts'
import { isObject, type Json, type JsonObject } from '../../scim/json.ts'
import { attributeIn, isAssigned, type Resource } from '../../scim/resource.ts'
import type { ResourceDefinition } from '../../scim/schema.ts'

/** How the resources of a type are found again by what a create sent (contract §12). */
export interface Lookup {
  /** One filter after the other, until one finds something. */
  readonly filters: readonly Filter[]
  /** True where the upstream can hold one such resource only: finding none then proves that the create was not served. */
  readonly unique: boolean
}

const userKeys = ['externalId', 'userName']
const groupKeys = ['displayName']

/** The look-ups after a create whose answer was lost; undefined where nothing sent could single the resource out. */
export function lookupFor({ type }: ResourceDefinition, sent: Resource): Lookup | undefined {
  const isUser = type.name === 'User'
  const keys = isUser ? userKeys : type.name === 'Group' ? groupKeys : ['externalId', 'displayName']
  const filters = keys.flatMap((name): Filter[] => {
    const value = attributeIn(sent, name)
    if (typeof value !== 'string' || value === '') return []
    return [{ kind: 'compare', operator: 'eq', path: { name }, value }]
  })
  if (filters.length === 0) return undefined
  return { filters, unique: isUser && typeof attributeIn(sent, 'userName') === 'string' }
}

/** What was found: our own creation, somebody's earlier one, or something that does not say. */
export type Finding =
  | { readonly kind: 'ours'; readonly resource: Resource }
  | { readonly kind: 'older' }
  | { readonly kind: 'unsure' }

/** RFC 3339 times are often cut to the second. */
const granularityMs = 2_000

/**
 * Judges what a look-up found.
 * @param since when the create was sent, in milliseconds by the upstream's own clock.
 */
export function judge(sent: Resource, found: readonly Resource[], since: number): Finding {
  const alike = found.filter((resource) => holds(resource, sent))
  const fresh = alike.filter((resource) => (createdAt(resource) ?? since) >= since - granularityMs)
  const [only] = fresh
  if (fresh.length === 1 && only !== undefined) return { kind: 'ours', resource: only }
  const allOlder = found.every((resource) => (createdAt(resource) ?? since) < since - granularityMs)
  return found.length > 0 && allOlder ? { kind: 'older' } : { kind: 'unsure' }
}

function createdAt(resource: Resource): number | undefined {
  const meta = resource['meta']
  const at = isObject(meta) && typeof meta['created'] === 'string' ? Date.parse(meta['created']) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

/** Attributes that never come back, or that the upstream makes itself. */
const notEchoed: ReadonlySet<string> = new Set(['schemas', 'id', 'meta', 'password', '$ref', 'display', 'groups'])

/** True when `found` shows nothing other than what was sent; what it does not show says nothing. */
function holds(found: JsonObject, sent: JsonObject): boolean {
  return Object.entries(sent).every(([name, value]) => {
    if (notEchoed.has(name) || !isAssigned(value)) return true
    const shown = attributeIn(found, name)
    return !isAssigned(shown) || agrees(shown, value)
  })
}

function agrees(shown: Json, sent: Json): boolean {
  if (Array.isArray(sent)) {
    const elements = Array.isArray(shown) ? shown : [shown]
    return sent.every((one) => elements.some((element) => agrees(element, one)))
  }
  if (isObject(sent)) return isObject(shown) && holds(shown, sent)
  // Upstreams may fold what is not caseExact; two creations do not differ by case alone.
  return typeof sent === 'string' && typeof shown === 'string' ? fold(shown) === fold(sent) : shown === sent
}
