import { attributeAt, canonicalPath } from '../scim/definition.ts'
import { chain, type Filter } from '../scim/filter.ts'
import type { AttributePath } from '../scim/path.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { comparedAttribute } from '../scim/target.ts'

type Compare = Extract<Filter, { kind: 'compare' }>
type Elements = Extract<Filter, { kind: 'elements' }>
/** A question about one attribute: never `ne`, which is a negated `eq`, and never `eq null`, which is a negated `pr`. */
export type Atom = Exclude<Filter, { kind: 'and' | 'or' | 'not' }>

export interface Literal {
  readonly kind: 'literal'
  readonly atom: Atom
  readonly negated: boolean
}

/** A filter with its negations pushed inward (De Morgan) and its chains flat. Means the same of every resource. */
export type Term = Literal | { readonly kind: 'and' | 'or'; readonly parts: readonly Term[] }

/**
 * A filter as a term, its paths spelt as the definition spells them: without the core schema's URN, with an extension's,
 * a complex attribute that is compared by its `value` (`members eq "u"`, `members[value eq "u"]` as `members.value eq "u"`).
 * That `not` turns everything round holds because a comparison is true or false and nothing else: of what is absent it is
 * false, and its `not` is true (src/scim/match.ts).
 */
export const termOf = (filter: Filter, definition: ResourceDefinition): Term =>
  term(filter, false, (path, isCompared) => settled(definition, path, isCompared), definition)

type Settle = (path: AttributePath, isCompared: boolean) => AttributePath

function term(filter: Filter, negated: boolean, settle: Settle, definition: ResourceDefinition): Term {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return join(
        (filter.kind === 'and') === negated ? 'or' : 'and',
        chain(filter, filter.kind).map((part) => term(part, negated, settle, definition)),
      )
    case 'not':
      return term(filter.of, !negated, settle, definition)
    case 'present':
      return literal({ ...filter, path: settle(filter.path, false) }, negated)
    case 'compare':
      return comparison(filter, negated, settle)
    case 'elements':
      return elements({ ...filter, path: settle(filter.path, false) }, negated, definition)
  }
}

const literal = (atom: Atom, negated: boolean): Literal => ({ kind: 'literal', atom, negated })

function comparison(filter: Compare, negated: boolean, settle: Settle): Literal {
  const { operator, path, value } = filter
  const isNegative = operator === 'ne'
  if (value === null && (operator === 'eq' || isNegative))
    return literal({ kind: 'present', path: settle(path, false) }, negated === isNegative)
  return literal(
    { ...filter, operator: isNegative ? 'eq' : operator, path: settle(path, true) },
    negated !== isNegative,
  )
}

/** One element is enough, so that an `or` divides, and a single plain question is one about the attribute's parts. */
function elements(filter: Elements, negated: boolean, definition: ResourceDefinition): Term {
  const inner = term(filter.of, false, (path) => path, definition)
  if (inner.kind === 'or')
    return join(
      negated ? 'and' : 'or',
      inner.parts.map((part) => elements({ ...filter, of: filterOf(part) }, negated, definition)),
    )
  const plain = inner.kind === 'literal' && !inner.negated ? ofPart(inner.atom, filter.path, definition) : undefined
  return literal(plain ?? filter, negated)
}

/** `emails[value eq "x"]` as `emails.value eq "x"`; undefined where the two are not the same question. */
export function ofPart(atom: Atom, path: AttributePath, definition: ResourceDefinition): Atom | undefined {
  const { urn, name, sub } = atom.path
  if (atom.kind === 'elements' || urn !== undefined || name === undefined || sub !== undefined) return undefined
  if (path.name === undefined || path.sub !== undefined) return undefined
  const attribute = attributeAt(definition, path)?.attribute
  if (attribute !== undefined && attribute.type !== 'complex') return undefined
  return { ...atom, path: settled(definition, { ...path, sub: name }, true) }
}

/** Every literal of an `and`, or the one that there is: what each resource fulfils that fulfils the term. */
export const conjuncts = (of: Term): readonly Term[] => (of.kind === 'and' ? of.parts : [of])

/** The term of an element's filter, its names as they stand. */
export const elementTerm = (of: Filter, definition: ResourceDefinition): Term =>
  term(of, false, (path) => path, definition)

/** Parts of the same kind are its own, and one part is itself. */
export function join(kind: 'and' | 'or', parts: readonly Term[]): Term {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.parts : [part]))
  const [only] = flat
  return flat.length === 1 && only !== undefined ? only : { kind, parts: flat }
}

/** The term as a filter again. */
export function filterOf(of: Term): Filter {
  if (of.kind === 'literal') return of.negated ? { kind: 'not', of: of.atom } : of.atom
  return joined(of.kind, of.parts.map(filterOf))
}

/** Filters in a chain; there must be one at least. */
export function joined(kind: 'and' | 'or', filters: readonly Filter[]): Filter {
  const [first, ...rest] = filters
  if (first === undefined) throw new Error('nothing to join')
  return rest.reduce((left, right) => ({ kind, left, right }), first)
}

/** A path in one spelling; a complex attribute that has a `value` is compared by that. */
export function settled(definition: ResourceDefinition, path: AttributePath, isCompared: boolean): AttributePath {
  const canonical = canonicalPath(definition, path)
  const place = isCompared && canonical.sub === undefined ? attributeAt(definition, canonical) : undefined
  if (place?.attribute.type !== 'complex' || comparedAttribute(place.attribute) === undefined) return canonical
  return { ...canonical, sub: 'value' }
}
