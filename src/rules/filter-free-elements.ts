import { attributeAt, subAttributeNamed } from '../scim/definition.ts'
import { chain, type Filter } from '../scim/filter.ts'
import { fold } from '../scim/fold.ts'
import { compileElementFilter } from '../scim/match.ts'
import type { AttributePath } from '../scim/path.ts'
import type { Attribute } from '../scim/schema.ts'
import type { BoundRules, Claim } from './bound.ts'
import { allOf, atMost, type Bounds, type Limit, not, nothing, unknown } from './filter-bounds.ts'
import type { Literal } from './filter-compare.ts'
import { elementAnswers } from './filter-inside.ts'
import { type Answers, answer } from './filter-tree.ts'
import { literalFilter, upstreamPath } from './filter-upstream.ts'
import type { ElementFilter } from './place.ts'

/** An attribute that rules reach into, and what is asked of its elements. */
export interface AskedElements {
  readonly bound: BoundRules
  /** The attribute's, settled. */
  readonly path: AttributePath
  /** As the client's definition has it. */
  readonly attribute: Attribute | undefined
  readonly claims: readonly Claim[]
  readonly of: Filter
}

/** Whether an element of the upstream's passes that no rule claims: those cross as they are. */
export function askFreeElements({ bound, path, attribute, claims, of }: AskedElements): Bounds {
  if (bound.rules.unmapped === 'drop') return nothing
  const name = path.name ?? ''
  const there = attributeAt(bound.upstream, path)?.attribute
  const reason = `rules divide ${name}, whose elements are not compared as they are upstream`
  const asked = equalsIn(of)
  const others: Bounds[] = []
  for (const filter of claimedFilters(claims)) {
    const literals = asked.filter(({ sub }) => fold(sub) === fold(filter.sub))
    if (literals.some(({ value }) => isSameLiteral(value, filter.value))) return nothing
    const isSingle = (there && subAttributeNamed(there, filter.sub))?.multiValued !== true
    const isAnother = literals.some(({ value }) => typeof value === typeof filter.value)
    if (!isSingle || !isAnother) others.push(not(literalFilter(filter, there)))
  }
  const answers = elementAnswers(attribute, there, reason)
  const ask: Answers['ask'] = (path, question) => {
    const hidden = claims.filter(({ at }) => at.kind === 'each' && fold(at.path.sub ?? '') === fold(path.name ?? ''))
    if (hidden.some(({ at }) => at.filter === undefined)) return nothing
    const asked = answers.ask(path, question)
    return hidden.length === 0 ? asked : atMost(asked, `${name}.${path.name ?? ''} is hidden in some elements`)
  }
  const all = allOf([answer(of, { ...answers, ask }), ...others])
  const passing = ofElements(upstreamPath(path, bound.upstream), all, reason)
  // Of elements that have nothing but what is hidden, the client sees none.
  const isOfNothing = claims.some(({ at }) => at.kind === 'each') && compileElementFilter(of, attribute)({})
  return isOfNothing ? atMost(passing, reason) : passing
}

/** Whether some element of the upstream's is between these bounds. */
export function ofElements(path: AttributePath, inner: Bounds, reason: string): Bounds {
  if (inner.upper === true) return unknown(inner.reason ?? reason)
  const wrapped = (limit: Limit): Limit => typeof limit !== 'boolean' && { kind: 'elements', path, of: limit }
  return { ...inner, upper: wrapped(inner.upper), lower: wrapped(inner.lower) }
}

/** What every element that passes must equal. */
const equalsIn = (of: Filter): readonly { readonly sub: string; readonly value: Literal }[] =>
  chain(of, 'and').flatMap((part) =>
    part.kind === 'compare' && part.operator === 'eq' && part.value !== null
      ? [{ sub: part.path.name ?? '', value: part.value }]
      : [],
  )

const isSameLiteral = (a: Literal, b: Literal): boolean =>
  typeof a === 'string' && typeof b === 'string' ? fold(a) === fold(b) : a === b

function claimedFilters(claims: readonly Claim[]): readonly ElementFilter[] {
  const filters = claims.flatMap(({ at }) => (at.kind === 'each' ? [] : (at.filter ?? [])))
  return [
    ...new Map(filters.map((filter) => [`${fold(filter.sub)} ${fold(JSON.stringify(filter.value))}`, filter])).values(),
  ]
}
