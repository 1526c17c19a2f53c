import { canonicalPath, subAttributeNamed } from '../scim/definition.ts'
import type { Filter } from '../scim/filter.ts'
import { fold } from '../scim/fold.ts'
import { type AttributePath, printAttributePath } from '../scim/path.ts'
import type { Attribute, ResourceDefinition } from '../scim/schema.ts'
import type { BoundPlace } from './bound.ts'
import { atMost, type Bounds, exactly, unknown } from './filter-bounds.ts'
import { comparisonOf, type Question } from './filter-compare.ts'
import type { ElementFilter } from './place.ts'

/** A settled path as the upstream takes it: a name of the core that an extension has, too, comes with the core's URN. */
export function upstreamPath(path: AttributePath, upstream: ResourceDefinition): AttributePath {
  const isSame = (one: AttributePath) =>
    fold(printAttributePath(canonicalPath(upstream, one))) === fold(printAttributePath(path))
  return path.urn !== undefined || isSame(path) ? path : { urn: upstream.core.id, ...path }
}

/** Whether a settled path is the attribute that lists a resource's schemas. */
export const isSchemas = ({ urn, name }: AttributePath): boolean => urn === undefined && fold(name ?? '') === 'schemas'

/** A question about a path. */
export const filterOf = (path: AttributePath, question: Question): Filter => ({ ...question, path })

/** Whether the upstream tells the elements of a filter as the rules do: text without case, else the JSON value. */
export function literalFilter({ sub, value }: ElementFilter, attribute: Attribute | undefined): Bounds {
  const question = { kind: 'compare', operator: 'eq', value } as const
  const comparison = comparisonOf(attribute && subAttributeNamed(attribute, sub), question)
  if (comparison === undefined) return unknown(`the upstream cannot tell ${sub} ${JSON.stringify(value)} from others`)
  const filter = exactly(filterOf({ name: sub }, question))
  return comparison === 'exact' ? { ...filter, upper: true, reason: `${sub} is compared with case upstream` } : filter
}

/** What the upstream says of the values at a place. The attribute that is there can answer such a question. */
export function askUpstream(at: BoundPlace, question: Question, upstream: ResourceDefinition): Bounds {
  const path = upstreamPath(at.path, upstream)
  if (at.filter === undefined) return exactly(filterOf(path, question))
  const several = `the upstream may hold several values at ${at.text}, of which the client sees none`
  const { sub, ...list } = path
  const literal = literalFilter(at.filter, at.attribute).lower
  const asked =
    sub === undefined && question.kind === 'present' ? undefined : filterOf({ name: sub ?? 'value' }, question)
  const isTold = literalFilter(at.filter, at.attribute).upper !== true && typeof literal !== 'boolean'
  if (isTold) {
    const of: Filter = asked === undefined ? literal : { kind: 'and', left: literal, right: asked }
    return atMost(exactly({ kind: 'elements', path: list, of }), several)
  }
  return atMost(exactly(filterOf(sub === undefined ? list : path, question)), several)
}
