import { canonicalPath } from '../scim/definition.ts'
import { isCaseExact } from '../scim/fold.ts'
import type { AttributePath } from '../scim/path.ts'
import type { Attribute, ResourceDefinition } from '../scim/schema.ts'
import { comparedAttribute, targetOf } from '../scim/target.ts'
import type { BoundRules } from './bound.ts'
import { renamedWhole } from './filter-inside.ts'
import { isSchemas, upstreamPath } from './filter-upstream.ts'
import type { Translator } from './translator.ts'

/**
 * Translates `sortBy`: what crosses, and whole renames whose both sides agree in type, case and number of values (contract
 * §12). Undefined where the upstream's order may be another.
 */
export function translateSortBy(bound: BoundRules): Translator['sortBy'] {
  const { client, upstream } = bound
  return (given) => {
    const path = canonicalPath(client, given)
    const across = acrossOf(bound, given, path)
    if (across === undefined) return undefined
    const there = upstreamPath(across, upstream)
    return isSameOrder({ path, definition: client }, { path: there, definition: upstream }) ? there : undefined
  }
}

function acrossOf(bound: BoundRules, given: AttributePath, path: AttributePath): AttributePath | undefined {
  const reach = bound.reach(given)
  // Which schemas a client's resource has is told by what the client sees of it.
  if (isSchemas(path)) return undefined
  if (reach.kind === 'free') return path
  if (reach.kind === 'inside' && path.sub !== undefined) {
    const whole = renamedWhole(reach.lens)
    return whole && { ...whole, sub: path.sub }
  }
  if (reach.kind !== 'slot' || !reach.lens.isRename) return undefined
  const kinds = [reach.lens.client[0]?.at.kind, reach.lens.upstream[0]?.at.kind]
  return kinds.every((kind) => kind === 'whole' || kind === 'part') ? reach.lens.upstream[0]?.at.path : undefined
}

interface Placed {
  readonly path: AttributePath
  readonly definition: ResourceDefinition
}

function isSameOrder(here: Placed, there: Placed): boolean {
  const [ofClient, ofUpstream] = [here, there].map(({ path, definition }) => targetOf(definition, path))
  if (ofClient === undefined || ofUpstream === undefined || ofUpstream.isHidden) return false
  return (
    ofClient.attribute?.multiValued === ofUpstream.attribute?.multiValued &&
    orderOf(ofClient.attribute) === orderOf(ofUpstream.attribute)
  )
}

/** What values are ordered by: texts with or without case, times, numbers or truth. */
function orderOf(attribute: Attribute | undefined): string {
  const compared = attribute && comparedAttribute(attribute)
  if (compared === undefined) return attribute === undefined ? 'unknown' : 'none'
  if (compared.returned === 'never') return 'hidden'
  if (compared.type === 'integer') return 'decimal'
  const isText = compared.type === 'string' || compared.type === 'reference' || compared.type === 'binary'
  return isText ? `text ${isCaseExact(compared)}` : compared.type
}
