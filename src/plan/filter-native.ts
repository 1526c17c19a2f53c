import type { Comparison, FilterList } from '../capabilities.ts'
import { booleanOf, numberOf } from '../scim/compare.ts'
import { attributeAt } from '../scim/definition.ts'
import type { CompareOperator, Filter } from '../scim/filter.ts'
import { fold } from '../scim/fold.ts'
import { type AttributePath, printAttributePath } from '../scim/path.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { comparedAttribute } from '../scim/target.ts'
import { type Atom, conjuncts, elementTerm, joined, type Literal, ofPart, settled, type Term } from './filter-terms.ts'

/** What an upstream's list of comparisons says of one type. */
export interface Forms {
  readonly list: FilterList
  readonly definition: ResourceDefinition
  readonly byPath: ReadonlyMap<string, readonly Comparison[]>
}

export function formsOf(list: FilterList, definition: ResourceDefinition): Forms {
  const byPath = new Map<string, Comparison[]>()
  for (const comparison of list.comparisons) {
    const key = keyOf(settled(definition, comparison.path, true))
    byPath.set(key, [...(byPath.get(key) ?? []), comparison])
  }
  return { list, definition, byPath }
}

const keyOf = (path: AttributePath): string => fold(printAttributePath(path))

export const comparisonsOf = ({ byPath }: Forms, path: AttributePath): readonly Comparison[] =>
  byPath.get(keyOf(path)) ?? []

/** A question that the upstream can be asked. */
export interface Native {
  readonly filter: Filter
  /** It must be the whole filter. */
  readonly alone: boolean
  /** Resources that it lets through, guessed: what is chosen by is only which one lets fewer through. */
  readonly expected: number
}

/** How many resources a type is taken to have. */
export const everything = 10_000

/** The term as the upstream can be asked it, whole; undefined where it cannot. */
export function nativeOf(term: Term, forms: Forms): Native | undefined {
  if (term.kind === 'literal') return nativeLiteral(term, forms)
  if (!forms.list[term.kind]) return undefined
  const parts: Native[] = []
  for (const part of term.parts) {
    const native = nativeOf(part, forms)
    if (native === undefined || native.alone) return undefined
    parts.push(native)
  }
  return together(term.kind, parts)
}

/** Native questions as one. */
export function together(kind: 'and' | 'or', parts: readonly Native[]): Native {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return only
  const expected = parts.map((part) => part.expected)
  return {
    filter: joined(
      kind,
      parts.map(({ filter }) => filter),
    ),
    alone: false,
    expected: kind === 'or' ? expected.reduce((sum, one) => sum + one, 0) : Math.min(...expected) * 0.9,
  }
}

/**
 * What the upstream can be asked that every resource fulfils which fulfils the term, where the term itself it cannot be
 * asked: of `emails[type eq "work" and value eq "x"]`, whether some address is `x`.
 */
export function impliedBy(term: Term, forms: Forms): readonly Native[] {
  if (term.kind !== 'literal' || term.negated || term.atom.kind !== 'elements') return []
  const { path, of } = term.atom
  return conjuncts(elementTerm(of, forms.definition)).flatMap((inner) => {
    if (inner.kind !== 'literal' || inner.negated) return []
    const atom = ofPart(inner.atom, path, forms.definition)
    const native = atom && nativeLiteral({ kind: 'literal', atom, negated: false }, forms)
    return native === undefined ? [] : [native]
  })
}

function nativeLiteral({ atom, negated }: Literal, forms: Forms): Native | undefined {
  if (atom.kind === 'elements') return undefined
  const written = atom.kind === 'compare' ? { ...atom, value: valueFor(atom, forms.definition) } : atom
  if (written.kind === 'compare' && written.value === undefined) return undefined
  const operator = atom.kind === 'compare' ? atom.operator : 'pr'
  for (const { path, operators, negated: negatable, alone } of comparisonsOf(forms, atom.path)) {
    const asked = spelt(written, path)
    if (asked === undefined) return undefined
    const expected = negated ? everything / 2 : expectedOf(atom, forms.definition)
    if (!negated && operators.includes(operator)) return { filter: asked, alone, expected }
    if (negated && negatable.includes(operator)) return { filter: { kind: 'not', of: asked }, alone, expected }
    if (negated && operator === 'eq' && asked.kind === 'compare' && operators.includes('ne'))
      return { filter: { ...asked, operator: 'ne' }, alone, expected }
  }
  return undefined
}

type Value = string | number | boolean | null

/** In the upstream's own spelling of the path. */
function spelt(
  atom: { kind: 'present' } | { kind: 'compare'; operator: CompareOperator; value: Value | undefined },
  path: AttributePath,
): Filter | undefined {
  if (atom.kind === 'present') return { kind: 'present', path }
  const { operator, value } = atom
  return value === undefined ? undefined : { kind: 'compare', operator, path, value }
}

/** The value in the attribute's type; undefined where it has another one, which is not the upstream's to find out. */
function valueFor({ path, value }: Extract<Atom, { kind: 'compare' }>, definition: ResourceDefinition) {
  if (value === null) return undefined
  const place = attributeAt(definition, path)
  const attribute = place && comparedAttribute(place.sub ?? place.attribute)
  switch (attribute?.type) {
    case undefined:
      return value
    case 'boolean':
      return booleanOf(value)
    case 'integer':
    case 'decimal':
      return numberOf(value)
    // An upstream that lists what it compares need not take a text that is none (docs/rehearsal.md).
    default:
      return typeof value === 'string' && value !== '' ? value : undefined
  }
}

/** RFC 7643 §3.1, §4.1.1: what tells one resource from all others. */
const telling: ReadonlySet<string> = new Set(['id', 'username', 'externalid'])

function expectedOf(atom: Atom, definition: ResourceDefinition): number {
  if (atom.kind !== 'compare') return everything / 2
  const { path, operator } = atom
  if (operator !== 'eq') return everything / 100
  if (path.urn === undefined && path.sub === undefined && telling.has(fold(path.name ?? '')))
    return fold(path.name ?? '') === 'id' ? 1 : 1.5
  const place = attributeAt(definition, path)
  return (place?.sub ?? place?.attribute)?.type === 'boolean' ? everything / 2 : everything / 1000
}
