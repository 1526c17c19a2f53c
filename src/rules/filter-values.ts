import { booleanOf, numberOf } from '../scim/compare.ts'
import { fold } from '../scim/fold.ts'
import type { Json } from '../scim/json.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import type { BoundLens, BoundSlot } from './bound.ts'
import { type Bounds, between, disjunction, exactly, unknown } from './filter-bounds.ts'
import { type Asked, asItIsCandidates, fittingCandidates } from './filter-candidates.ts'
import {
  type Comparing,
  type Comparison,
  clientTest,
  comparisonOf,
  differenceOf,
  isText,
  type Literal,
} from './filter-compare.ts'
import { askUpstream } from './filter-upstream.ts'
import { caseVariants, hasList, isBlindToCase, isSimple, respelt } from './text-case.ts'

/**
 * `eq` through a rule with one slot a side: which upstream values the client sees as this one. Those that the rule makes
 * it of, and those that fit no pattern and are shown as they are. The rule itself is asked what it shows of each, so that
 * nothing is said here that it does not do.
 */
export function equalThrough(lens: BoundLens, comparing: Comparing, definition: ResourceDefinition): Bounds {
  const [client, upstream] = [lens.client[0], lens.upstream[0]]
  const comparison = client && comparisonOf(client.at.leaf, comparing)
  if (client === undefined || upstream === undefined || comparison === undefined) return unknown('it is no such value')
  const show = lens.isRename ? (value: Json) => value : (value: Json) => lens.inward([value]).values[0]
  const asked: Asked = { lens, client, upstream, literal: comparing.value, comparison, show }
  const reason = lens.isRename
    ? differenceOf(client.at, upstream.at, comparing)
    : `not all that is equal at ${upstream.at.text} upstream is shown as equal at ${client.at.text}`
  const asItIs = asItIsCandidates(asked)
  const found = [fittingCandidates(asked), isOfTheRule(asked) ? { ...asItIs, literals: [] } : asItIs]
  const passes = clientTest(client.at.leaf, comparing)
  const parts = new Map<string, Bounds>()
  for (const given of found.flatMap(({ literals }) => literals)) {
    const there = comparisonOf(upstream.at.leaf, { operator: 'eq', value: given })
    if (there === undefined) return unknown(reason)
    const literal = literalAs(there, given)
    const question = { kind: 'compare', operator: 'eq', value: literal } as const
    const { upper, lower, reason: unsure } = askUpstream(upstream.at, question, definition)
    const verdict = judge(asked, { literal, comparison: there, passes })
    const why = verdict === 'some' ? reason : unsure
    const part = verdict === 'none' ? exactly(false) : { upper, lower: verdict === 'all' && lower }
    parts.set(`${there} ${there === 'folded' ? fold(String(literal)) : literal}`, {
      ...part,
      ...(verdict === 'none' || why === undefined ? {} : { reason: why }),
    })
  }
  return together([...parts.values()], found.every(({ isCovered }) => isCovered) ? undefined : reason)
}

/**
 * Whether the literal fits the client's side of a pattern: then it means what the rule makes of it, and an upstream value
 * that is shown as it is and looks the same is not found by accident (contract §5).
 */
function isOfTheRule({ lens, client, literal, comparison }: Asked): boolean {
  const { pattern } = client
  const isPattern = !lens.isRename && lens.table === undefined && lens.exact && isSimple(pattern) && !hasList(pattern)
  return isPattern && isText(comparison) && pattern.match(literal) !== undefined
}

/** A literal of the type that the upstream compares, for not every server takes `"true"` for true. */
const literalAs = (comparison: Comparison, literal: Literal): Literal =>
  (comparison === 'boolean' ? booleanOf(literal) : comparison === 'number' ? numberOf(literal) : literal) ?? literal

/** @param open why there may be more than these */
function together(parts: readonly Bounds[], open: string | undefined): Bounds {
  const upper = open === undefined ? disjunction(parts.map((one) => one.upper)) : true
  const reason = open ?? parts.find((one) => one.reason !== undefined)?.reason
  return reason === undefined ? exactly(upper) : between(upper, disjunction(parts.map((one) => one.lower)), reason)
}

interface Judged {
  readonly literal: Literal
  /** How the upstream compares it. */
  readonly comparison: Comparison
  passes(value: Json | undefined): boolean
}

/** Whether of the upstream values that equal the literal all, some or none pass at the client. */
function judge(asked: Asked, { literal, comparison, passes }: Judged): 'all' | 'some' | 'none' {
  if (comparison === 'instant' || (comparison === 'folded' && !isTold(asked, String(literal)))) return 'some'
  const values = valuesLike(literal, comparison, asked.upstream)
  const passing = values.filter((value) => passes(asked.show(value)))
  return passing.length === values.length ? 'all' : passing.length === 0 ? 'none' : 'some'
}

/** Whether some cases of a text tell what the rule does to all of them. */
function isTold({ lens, client, upstream }: Asked, text: string): boolean {
  if (lens.isRename || lens.table !== undefined) return true
  if (isSimple(client.pattern) && isSimple(upstream.pattern)) return true
  return isBlindToCase(client.pattern, text) && isBlindToCase(upstream.pattern, text)
}

/** Values that stand for all that equal the literal upstream. A name that no schema knows may hold a value's text, too. */
function valuesLike(literal: Literal, comparison: Comparison, { at, pattern }: BoundSlot): readonly Json[] {
  const text = String(literal)
  if (comparison === 'folded') {
    const again = isSimple(pattern) ? respelt(text, pattern) : undefined
    return again === undefined ? caseVariants(text) : [...caseVariants(text), again]
  }
  const isKnown = at.leaf !== undefined
  if (comparison === 'boolean') {
    const value = booleanOf(literal) ?? false
    return isKnown ? [value] : [value, String(value), String(value).toUpperCase()]
  }
  if (comparison !== 'number') return [literal]
  const value = numberOf(literal) ?? 0
  return isKnown ? [value] : [value, String(value), `${value < 0 ? '-' : ''}0${Math.abs(value)}`]
}
