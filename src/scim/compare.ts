import { badRequest, type ScimError } from './error.ts'
import type { CompareOperator } from './filter.ts'
import { fold, isCaseExact } from './fold.ts'
import { instantOf } from './instant.ts'
import type { Json } from './json.ts'
import type { Attribute, AttributeType } from './schema.ts'
import type { Test } from './target.ts'

/** `ne` is `not (… eq …)`, and null is absence: neither compares values. */
export interface Comparison {
  readonly operator: Exclude<CompareOperator, 'ne'>
  readonly value: string | number | boolean
  /** The compared attribute's definition; without one, text folds case and the value tells the type. */
  readonly attribute: Attribute | undefined
  /** As the client wrote it: for the error. */
  readonly name: string
}

type Order = 'eq' | 'gt' | 'ge' | 'lt' | 'le'

const orders: Readonly<Record<Order, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
}
const parts: Readonly<Record<'co' | 'sw' | 'ew', (text: string, part: string) => boolean>> = {
  co: (text, part) => text.includes(part),
  sw: (text, part) => text.startsWith(part),
  ew: (text, part) => text.endsWith(part),
}
const numberPattern = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i

/**
 * The test of one value (RFC 7644 §3.4.2.2), typed by the schema.
 * @throws ScimError 400 `invalidFilter` for a value of another type, and for an operator that the type does not have.
 */
export function compileComparison(comparison: Comparison): Test {
  const { attribute, value } = comparison
  const type = attribute?.type ?? typeOf(value)
  switch (type) {
    case 'boolean':
      return booleanTest(comparison)
    case 'integer':
    case 'decimal':
      return numberTest(comparison, type)
    case 'dateTime':
      return isPart(comparison.operator) ? textTest(comparison, type) : instantTest(comparison)
    default:
      return textTest(comparison, type)
  }
}

const typeOf = (value: string | number | boolean): AttributeType =>
  typeof value === 'string' ? 'string' : typeof value === 'number' ? 'decimal' : 'boolean'

const isPart = (operator: Comparison['operator']): operator is 'co' | 'sw' | 'ew' => operator in parts

const wrongValue = (name: string, wanted: string): ScimError =>
  badRequest('invalidFilter', `the filter compares ${name} with a value that is not ${wanted}`)

const wrongOperator = ({ name, operator }: Comparison, type: AttributeType): ScimError =>
  badRequest('invalidFilter', `the operator ${operator} is not supported for ${name}, which is of type ${type}`)

/** The boolean that a JSON value is; clients also write it as a string, in any case (Entra's `"False"`). */
export function booleanOf(value: Json): boolean | undefined {
  if (typeof value === 'boolean') return value
  const folded = typeof value === 'string' ? fold(value) : undefined
  return folded === 'true' ? true : folded === 'false' ? false : undefined
}

/** The number that a JSON value is, or that its text spells. */
export function numberOf(value: Json): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && numberPattern.test(value) ? Number(value) : undefined
}

function booleanTest(comparison: Comparison): Test {
  if (comparison.operator !== 'eq') throw wrongOperator(comparison, 'boolean')
  const wanted = booleanOf(comparison.value)
  if (wanted === undefined) throw wrongValue(comparison.name, 'true or false')
  return (value) => booleanOf(value) === wanted
}

function numberTest(comparison: Comparison, type: AttributeType): Test {
  const { operator } = comparison
  if (isPart(operator)) throw wrongOperator(comparison, type)
  const wanted = numberOf(comparison.value)
  if (wanted === undefined) throw wrongValue(comparison.name, 'a number')
  const passes = orders[operator]
  return (value) => {
    const number = numberOf(value)
    return number !== undefined && passes(number - wanted)
  }
}

function instantTest({ operator, value: literal, name }: Comparison): Test {
  const wanted = typeof literal === 'string' ? instantOf(literal) : undefined
  if (wanted === undefined || isPart(operator)) throw wrongValue(name, 'a dateTime')
  const passes = orders[operator]
  return (value) => {
    const instant = typeof value === 'string' ? instantOf(value) : undefined
    return instant !== undefined && passes(instant - wanted)
  }
}

function textTest(comparison: Comparison, type: AttributeType): Test {
  const { operator, value: literal, attribute, name } = comparison
  if (typeof literal !== 'string') throw wrongValue(name, 'a string in double quotes')
  const isExact = isCaseExact(attribute) && type !== 'dateTime'
  const spell = isExact ? (text: string): string => text : fold
  const wanted = spell(literal)
  if (operator === 'eq') return (value) => typeof value === 'string' && spell(value) === wanted
  if (isPart(operator)) {
    const passes = parts[operator]
    return (value) => typeof value === 'string' && passes(spell(value), wanted)
  }
  if (type === 'binary') throw wrongOperator(comparison, type)
  const passes = orders[operator]
  return (value) => typeof value === 'string' && passes(compareText(spell(value), wanted))
}

/**
 * Orders two texts by code point, as SQLite orders UTF-8; JavaScript's own `<` orders UTF-16 units, where what lies beyond
 * the basic plane comes too early. Negative, zero or positive.
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  const shorter = Math.min(a.length, b.length)
  for (let index = 0; index < shorter; index++) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

/** Puts the surrogates (U+D800 to U+DFFF) after the rest of the basic plane. */
const rank = (unit: number): number => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit)
