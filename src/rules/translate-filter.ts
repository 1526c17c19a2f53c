import { attributeAt, canonicalPath } from '../scim/definition.ts'
import type { Filter } from '../scim/filter.ts'
import { printFilter } from '../scim/filter.ts'
import { fold } from '../scim/fold.ts'
import { compileFilter } from '../scim/match.ts'
import type { AttributePath } from '../scim/path.ts'
import { targetOf } from '../scim/target.ts'
import type { BoundRules, Claim } from './bound.ts'
import { anyOf, atMost, type Bounds, disjunction, exactly, isExact, nothing, unknown } from './filter-bounds.ts'
import type { Question } from './filter-compare.ts'
import { askElements } from './filter-elements.ts'
import { askInside, comparesAlikeOrIs, elementAnswers } from './filter-inside.ts'
import { askSlot } from './filter-slot.ts'
import { type Answers, answer } from './filter-tree.ts'
import { filterOf, isSchemas, upstreamPath } from './filter-upstream.ts'
import type { FilterTranslation, Translator } from './translator.ts'

/** What an upstream is sent at most: as much as the front door takes. */
const maxLength = 8192

/**
 * Translates filters of the client view (law 3, contract §12): exactly where the upstream decides what `compileFilter`
 * decides over the client view, else as far as all matches get through. The upstream's values are taken to be of the types
 * that its schemas say; a name that no schema knows may hold any, but one where a rule reads one.
 */
export function translateFilter(bound: BoundRules): Translator['filter'] {
  const answers = answersOf(bound)
  return (filter) => {
    // What is wrong with it is told in the client's names.
    compileFilter(filter, bound.client)
    return translationOf(answer(filter, answers))
  }
}

function translationOf(bounds: Bounds): FilterTranslation {
  const { upper, reason = '' } = bounds
  if (upper === false) return { kind: 'nothing' }
  if (upper === true) return isExact(bounds) ? { kind: 'exact' } : { kind: 'superset', reason }
  if (printFilter(upper).length > maxLength)
    return { kind: 'superset', reason: 'through the rules the filter becomes too long to send' }
  return isExact(bounds) ? { kind: 'exact', filter: upper } : { kind: 'superset', filter: upper, reason }
}

function answersOf(bound: BoundRules): Answers {
  const { client, upstream } = bound
  const ask: Answers['ask'] = (given, question) => {
    const path = canonicalPath(client, given)
    if (isSchemas(path)) return askSchemas(bound, path, question)
    const reach = bound.reach(given)
    switch (reach.kind) {
      case 'free':
        return askFree(bound, path, question)
      case 'absent':
        return nothing
      case 'slot':
        return askSlot(reach.lens, reach.slot, question, upstream)
      case 'inside':
        return askInside(
          reach.lens,
          { attribute: targetOf(client, path).attribute, sub: path.sub ?? '' },
          question,
          bound,
        )
      case 'divided':
        return askDivided(path, reach.claims, question)
    }
  }

  /** Of an attribute that rules divide: what is asked of its values is asked of its elements. */
  function askDivided(path: AttributePath, claims: readonly Claim[], question: Question): Bounds {
    const { sub, ...whole } = path
    if (path.name === undefined) return unknown(`rules divide ${path.urn ?? ''}`)
    const attribute = attributeAt(client, whole)?.attribute
    const of = elementFilter(sub, question, bound, { path: whole, claims })
    if (of === undefined)
      return unknown(`rules divide ${path.name}, so that it is seen here whether it is there at all`)
    const known = askElements({ bound, path: whole, attribute, claims, of }, ask)
    if (sub !== undefined || question.kind !== 'present' || !claims.some(({ at }) => at.kind === 'each')) return known
    // What is hidden of an element may be all that schemas know of it, and the client still sees the rest.
    const any = exactly(filterOf(upstreamPath(whole, upstream), question))
    return anyOf([known, atMost(any, `parts of ${path.name} are hidden, so that it is seen here what is left of it`)])
  }

  return {
    ask,
    elements(given, of) {
      const path = canonicalPath(client, given)
      const claims = bound.claimsOn(path)
      const reach = bound.reach(given)
      if (reach.kind === 'absent') return nothing
      const attribute = targetOf(client, path).attribute
      if (claims.length > 0 && path.sub === undefined) return askElements({ bound, path, attribute, claims, of }, ask)
      const reason = `the elements of ${path.name ?? ''} are asked here`
      const there = upstreamPath(path, upstream)
      const target = targetOf(upstream, there)
      const isFree = reach.kind === 'free' && !target.isHidden && !isSchemas(path)
      const inner = answer(of, elementAnswers(attribute, target.attribute, reason))
      return isFree && isExact(inner) ? exactly({ kind: 'elements', path: there, of }) : unknown(reason)
    },
  }
}

/** What no rule reaches into is what it is upstream. */
function askFree({ client, upstream }: BoundRules, path: AttributePath, question: Question): Bounds {
  const there = upstreamPath(path, upstream)
  const target = targetOf(upstream, there)
  const isAlike = comparesAlikeOrIs(targetOf(client, path).attribute, target.attribute, question)
  if (isAlike && !target.isHidden) return exactly(filterOf(there, question))
  return unknown(`${path.name ?? path.urn ?? ''} is not compared as it is upstream`)
}

/** `schemas` tells what the client's resource has: the core schema always, the others by what is there. */
function askSchemas({ upstream }: BoundRules, { sub }: AttributePath, question: Question): Bounds {
  const isCore =
    question.kind === 'present' ||
    (question.operator === 'eq' && fold(String(question.value)) === fold(upstream.core.id))
  if (sub === undefined && isCore) return exactly(true)
  return unknown('which schemas a resource has is told by what the client sees of it')
}

interface Divided {
  readonly path: AttributePath
  readonly claims: readonly Claim[]
}

/** What is asked of an attribute's values, as a filter of its elements; undefined where their parts are not known. */
function elementFilter(
  sub: string | undefined,
  question: Question,
  { client, upstream }: BoundRules,
  { path, claims }: Divided,
): Filter | undefined {
  if (sub !== undefined) return filterOf({ name: sub }, question)
  // A complex attribute is compared by its `value` (RFC 7644 §3.4.2.2).
  if (question.kind === 'compare') return filterOf({ name: 'value' }, question)
  const every = claims.find(({ side, at }) => side === 'client' && at.kind === 'every')
  if (every !== undefined) return filterOf({ name: every.at.path.sub ?? '' }, question)
  const subs = [client, upstream].flatMap((one) => attributeAt(one, path)?.attribute.subAttributes ?? [])
  const names = [...new Set(subs.map(({ name }) => name))]
  const any = disjunction(names.map((name) => filterOf({ name }, question)))
  return typeof any === 'boolean' ? undefined : any
}
