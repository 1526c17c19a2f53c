import { attributeAt } from '../scim/definition.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { bindRules } from './bind.ts'
import { createBodies } from './bodies.ts'
import type { BoundRules } from './bound.ts'
import { carryingOver } from './carry-over.ts'
import type { TypeRules } from './rule.ts'
import { inwardOf, outwardOf } from './translate.ts'
import { translateFilter } from './translate-filter.ts'
import { translatePatch } from './translate-patch.ts'
import { translateProjection } from './translate-projection.ts'
import { translateSortBy } from './translate-sort.ts'
import type { Translator, Unfit } from './translator.ts'

/** Binds the rules of a resource type to its upstream's definition: once, at the first use of an upstream. */
export function createTranslator(rules: TypeRules, upstream: ResourceDefinition, unfit: Unfit): Translator {
  const bound = bindRules(rules, upstream)
  const bodies = createBodies(bound)
  return {
    upstream,
    client: bound.client,
    toUpstream: outwardOf(bodies),
    toClient: inwardOf(bodies, unfit),
    carryOver: carryingOver(bodies),
    hidesSomething: hidesSomething(bound),
    isOwned: (path) => bound.reach(path).kind === 'absent',
    carried: bound.claims.flatMap(({ side, at, lens }) =>
      side === 'upstream' && lens !== undefined && at.filter === undefined ? [at.path] : [],
    ),
    crosses: (path) => bound.reach(path).kind === 'free',
    patch: translatePatch(bound),
    filter: translateFilter(bound),
    sortBy: translateSortBy(bound),
    projection: translateProjection(bound),
  }
}

/**
 * Whether the upstream may hold what the client cannot see, or sees otherwise than it would be written. Constants, and
 * computed values without a condition, are the rules' own: a replace writes them again.
 */
function hidesSomething({ rules, upstream, lenses, oneWay, claims }: BoundRules): boolean {
  if (rules.unmapped === 'drop' || rules.rules.some(({ kind }) => kind === 'hide')) return true
  if (oneWay.some((one) => one.kind === 'computed' && one.rule.when !== undefined)) return true
  const isPlain = lenses.every(({ exact, client, upstream }) => exact && client.length === 1 && upstream.length === 1)
  if (!isPlain || claims.some(({ at }) => at.kind === 'element' || at.kind === 'every')) return true
  const ofUpstream = new Set(claims.flatMap(({ side, at }) => (side === 'upstream' ? [at.text] : [])))
  return claims.some(({ side, at }) => side === 'client' && !ofUpstream.has(at.text) && isKnown(at.path, upstream))
}

/** What the upstream's schemas do not know, it does not hold. */
const isKnown = (path: Parameters<typeof attributeAt>[1], definition: ResourceDefinition): boolean =>
  attributeAt(definition, path) !== undefined
