import { booleanOf, compileComparison, numberOf } from '../scim/compare.ts'
import type { CompareOperator } from '../scim/filter.ts'
import { isCaseExact } from '../scim/fold.ts'
import { instantOf } from '../scim/instant.ts'
import { isObject, type Json } from '../scim/json.ts'
import type { Attribute, AttributeType } from '../scim/schema.ts'
import { anyOf, comparedAttribute, subTest } from '../scim/target.ts'
import type { BoundPlace } from './bound.ts'
import { isCaseless } from './text-case.ts'

export type Literal = string | number | boolean

/** What a filter asks of the values at a path. `ne` and null are `not`s of these. */
export type Question =
  | { readonly kind: 'present' }
  | { readonly kind: 'compare'; readonly operator: Exclude<CompareOperator, 'ne'>; readonly value: Literal }

export type Comparing = Extract<Question, { kind: 'compare' }>

/** How values are compared: `folded` and `exact` are texts without and with their case. */
export type Comparison = 'folded' | 'exact' | 'boolean' | 'number' | 'instant'

const partOperators: readonly string[] = ['co', 'sw', 'ew']
export const isPartOperator = (operator: string): boolean => partOperators.includes(operator)

/** How an attribute compares, as `compileFilter` has it; undefined where it does not. Without one the value tells. */
export function comparisonOf(
  attribute: Attribute | undefined,
  { operator, value }: Pick<Comparing, 'operator' | 'value'>,
): Comparison | undefined {
  if (attribute?.returned === 'never') return undefined
  const compared = attribute && comparedAttribute(attribute)
  if (attribute !== undefined && (compared === undefined || compared.returned === 'never')) return undefined
  const type = compared?.type ?? typeOf(value)
  const isPart = isPartOperator(operator)
  if (type === 'boolean') return operator === 'eq' && booleanOf(value) !== undefined ? 'boolean' : undefined
  if (type === 'integer' || type === 'decimal') return !isPart && numberOf(value) !== undefined ? 'number' : undefined
  if (typeof value !== 'string') return undefined
  if (type === 'dateTime') return isPart ? 'folded' : instantOf(value) === undefined ? undefined : 'instant'
  if (type === 'binary' && operator !== 'eq' && !isPart) return undefined
  return isCaseExact(compared) ? 'exact' : 'folded'
}

const typeOf = (value: Literal): AttributeType =>
  typeof value === 'string' ? 'string' : typeof value === 'number' ? 'decimal' : 'boolean'

/** Whether both attributes give the same answer for the same values. */
export function comparesAlike(
  client: Attribute | undefined,
  upstream: Attribute | undefined,
  comparing: Comparing,
): boolean {
  const here = comparisonOf(client, comparing)
  const there = comparisonOf(upstream, comparing)
  if (here === undefined || there === undefined) return false
  return here === there || (isText(here) && isText(there) && isCaseBlind(comparing))
}

export const isText = (comparison: Comparison | undefined): comparison is 'folded' | 'exact' =>
  comparison === 'folded' || comparison === 'exact'

/** Whether case makes no difference to a comparison of texts: of what has no letters, in texts that may have some. */
const isCaseBlind = ({ operator, value }: Comparing): boolean =>
  typeof value === 'string' && isCaseless(value) && (operator === 'eq' || isPartOperator(operator))

/**
 * Whether every text that passes at the client passes upstream, too: where case matters, less passes.
 * @param client how the client's texts are compared, and `upstream` how the upstream's are
 */
export const isWiderText = (
  client: Comparison | undefined,
  upstream: Comparison | undefined,
  comparing: Comparing,
): boolean => {
  if (!isText(client) || !isText(upstream)) return false
  if (isCaseBlind(comparing) || client === upstream) return true
  return client === 'exact' && (comparing.operator === 'eq' || isPartOperator(comparing.operator))
}

/** The test of a client's value, as `compileFilter` makes it: of several values one is enough. */
export function clientTest(
  attribute: Attribute | undefined,
  comparing: Comparing,
): (value: Json | undefined) => boolean {
  const compared = attribute && comparedAttribute(attribute)
  const test = compileComparison({ ...comparing, attribute: compared, name: attribute?.name ?? '' })
  const ofValue = subTest('value', test)
  return (value) => anyOf(value, (one) => (isObject(one) ? ofValue(one) : test(one)))
}

/** Why comparing at the client and upstream may differ, for an operator. */
export function differenceOf(client: BoundPlace, upstream: BoundPlace, comparing: Comparing): string {
  const [here, there] = [comparisonOf(client.leaf, comparing), comparisonOf(upstream.leaf, comparing)]
  if (here === 'exact' && there === 'folded')
    return `${client.text} is compared with its case, and ${upstream.text} is not upstream`
  if (here === 'folded' && there === 'exact')
    return `${upstream.text} is compared with its case upstream, and ${client.text} is not here`
  return `${client.text} is not compared as ${upstream.text} is upstream`
}
