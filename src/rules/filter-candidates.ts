import { booleanOf, numberOf } from '../scim/compare.ts'
import type { Json } from '../scim/json.ts'
import type { BoundLens, BoundSlot } from './bound.ts'
import { type Comparison, clientTest, comparisonOf, isText, type Literal } from './filter-compare.ts'
import { printInward } from './print-inward.ts'
import { isBlindToCase, isCaseless, isSimple, respelt } from './text-case.ts'

/** Upstream literals that together let every match through, unless `isCovered` is false: then others might, too. */
export interface Candidates {
  readonly literals: readonly Literal[]
  readonly isCovered: boolean
}

/** A rule with one slot a side, and the literal that is asked of the client's. */
export interface Asked {
  readonly lens: BoundLens
  readonly client: BoundSlot
  readonly upstream: BoundSlot
  readonly literal: Literal
  /** How the client's values are compared with it. */
  readonly comparison: Comparison
  /** What the client sees of an upstream value. */
  show(value: Json): Json | undefined
}

const none: Candidates = { literals: [], isCovered: true }
const untold: Candidates = { literals: [], isCovered: false }
const only = (literal: Literal, isCovered = true): Candidates => ({ literals: [literal], isCovered })

/** Literals of what the rule makes the client's value of. */
export function fittingCandidates(asked: Asked): Candidates {
  const { lens, client, literal, comparison } = asked
  if (lens.isRename) return none
  if (lens.table !== undefined) return ofTable(asked)
  const { match } = client.pattern
  if (comparison === 'instant') return untold
  if (comparison === 'number') {
    const takesText = [String(literal), `0${literal}`].some((text) => match(text) !== undefined)
    return takesText ? untold : printed(asked, [numberOf(literal) ?? literal])
  }
  if (comparison !== 'boolean') return ofText(asked, String(literal))
  const wanted = booleanOf(literal) ?? false
  // As text, too: a pipe reads it in one spelling, what reads any text in every case.
  const isSpelt = match(String(wanted).toUpperCase()) === undefined
  const texts = isSpelt ? printed(asked, [String(wanted)]) : ofText(asked, String(wanted))
  return joined(printed(asked, [wanted]), texts)
}

/** One text stands for all its cases where nothing on the way tells them apart; `asItIsCandidates` tells of the end. */
function ofText(asked: Asked, text: string): Candidates {
  const { client, upstream, comparison } = asked
  if (comparison === 'exact' || isCaseless(text)) return printed(asked, [text])
  const isSingle = isSimple(client.pattern) && isSimple(upstream.pattern)
  const isBlind = isBlindToCase(client.pattern, text) && isBlindToCase(upstream.pattern, text)
  if (!isSingle && !isBlind) return untold
  const again = isSingle ? respelt(text, client.pattern) : undefined
  return printed(asked, again === undefined ? [text] : [text, again])
}

function ofTable({ lens, client, literal, show }: Asked): Candidates {
  const passes = clientTest(client.at.leaf, { kind: 'compare', operator: 'eq', value: literal })
  return told((lens.table?.pairs ?? []).flatMap(([, value]) => (passes(show(value)) ? [value] : [])))
}

/** What the upstream holds where the client sees these values. */
const printed = ({ client, upstream }: Asked, values: readonly Literal[]): Candidates =>
  told(
    values.flatMap((value) => {
      const bindings = client.pattern.match(value)
      return bindings === undefined ? [] : (printInward(upstream.pattern, bindings) ?? [])
    }),
  )

function told(values: readonly Json[]): Candidates {
  const literals = values.filter((value) => value !== null && typeof value !== 'object')
  return { literals, isCovered: literals.length === values.length }
}

const joined = (a: Candidates, b: Candidates): Candidates => ({
  literals: [...a.literals, ...b.literals],
  isCovered: a.isCovered && b.isCovered,
})

/**
 * Literals of what fits no pattern upstream, and passes as it is. An attribute of the schema's holds values of its type; a
 * name that no schema knows may hold any.
 */
export function asItIsCandidates({ upstream, literal, comparison }: Asked): Candidates {
  const { leaf } = upstream.at
  if (leaf?.type === 'complex') return untold
  const isNumber = leaf?.type === 'integer' || leaf?.type === 'decimal'
  const there = comparisonOf(leaf, { operator: 'eq', value: literal })
  if (isText(comparison)) {
    if (leaf?.type === 'boolean' || isNumber) return none
    if (there === undefined) return untold
    return only(literal, there !== 'exact' || comparison === 'exact' || isCaseless(String(literal)))
  }
  if (comparison === 'instant') return there === undefined ? untold : only(literal, there === 'instant')
  if (comparison === 'boolean') {
    const wanted = booleanOf(literal) ?? false
    if (leaf === undefined || leaf.type === 'boolean') return only(wanted)
    return isNumber || leaf.type === 'dateTime' ? none : only(String(wanted), !isExactText(leaf))
  }
  const number = numberOf(literal) ?? 0
  if (leaf === undefined || isNumber) return only(number)
  return leaf.type === 'boolean' || leaf.type === 'dateTime' ? none : only(String(number), false)
}

const isExactText = (leaf: Parameters<typeof comparisonOf>[0]): boolean =>
  comparisonOf(leaf, { operator: 'eq', value: 'true' }) === 'exact'
