import type { CompareOperator, Filter } from '../../src/scim/filter.ts'
import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import type { AttributePath } from '../../src/scim/path.ts'
import type { Attribute, ResourceDefinition } from '../../src/scim/schema.ts'

/** RFC 7644 §3.4.2.2 by the plainest means: collect all values at a path, then try each. Slow, and obvious. */
export function naiveMatch(filter: Filter, resource: JsonObject, definition: ResourceDefinition): boolean {
  const at = (path: AttributePath): Found => collect(path, resource, definition)
  return judge(filter, at)
}

interface Found {
  readonly values: readonly Json[]
  readonly attribute: Attribute | undefined
}

function judge(filter: Filter, at: (path: AttributePath) => Found): boolean {
  switch (filter.kind) {
    case 'and':
      return judge(filter.left, at) && judge(filter.right, at)
    case 'or':
      return judge(filter.left, at) || judge(filter.right, at)
    case 'not':
      return !judge(filter.of, at)
    case 'present':
      return at(filter.path).values.some(isThere)
    case 'elements': {
      const { values, attribute } = at(filter.path)
      return values.some((element) => judge(filter.of, (path) => inElement(path, element, attribute)))
    }
    case 'compare': {
      const { values, attribute } = at(filter.path)
      const isAny = (operator: CompareOperator, value: string | number | boolean) =>
        values.some((one) => scalars(one).some((scalar) => passes(scalar, operator, value, typeOf(attribute))))
      if (filter.value === null) return values.some(isThere) === (filter.operator === 'ne')
      return filter.operator === 'ne' ? !isAny('eq', filter.value) : isAny(filter.operator, filter.value)
    }
  }
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()
const member = (object: JsonObject, name: string): Json =>
  Object.entries(object).find(([key]) => same(key, name))?.[1] ?? null
const list = (value: Json): readonly Json[] => (Array.isArray(value) ? value : [value]).filter((one) => one !== null)

function collect({ urn, name = '', sub }: AttributePath, resource: JsonObject, definition: ResourceDefinition): Found {
  const knows = (schema: { readonly attributes: readonly Attribute[] }) =>
    schema.attributes.find((one) => same(one.name, name))
  const owner = urn === undefined && knows(definition.core) === undefined ? definition.extensions.find(knows)?.id : urn
  const isCore = owner === undefined || same(owner, definition.core.id)
  const holder = isCore ? resource : member(resource, owner)
  const schema = isCore ? definition.core : definition.extensions.find(({ id }) => same(id, owner))
  const attribute = schema && knows(schema)
  const values = list(isObject(holder) ? member(holder, name) : null)
  if (sub === undefined) return { values, attribute }
  return {
    values: values.flatMap((value) => inElement({ name: sub }, value, undefined).values),
    attribute: attribute?.subAttributes?.find((one) => same(one.name, sub)),
  }
}

function inElement({ name = '' }: AttributePath, element: Json, parent: Attribute | undefined): Found {
  const isBare = same(name, 'value') && !isObject(element)
  const attribute =
    parent?.type === 'complex' ? parent.subAttributes?.find((one) => same(one.name, name)) : isBare ? parent : undefined
  return { values: isObject(element) ? list(member(element, name)) : isBare ? [element] : [], attribute }
}

/** A complex value is compared by its `value`. */
const scalars = (value: Json): readonly Json[] => (isObject(value) ? list(member(value, 'value')) : [value])

function isThere(value: Json): boolean {
  if (value === null || value === '') return false
  if (typeof value !== 'object') return true
  return (Array.isArray(value) ? value : Object.values(value)).some(isThere)
}

function typeOf(attribute: Attribute | undefined): string {
  const compared =
    attribute?.type === 'complex' ? attribute.subAttributes?.find(({ name }) => same(name, 'value')) : attribute
  if (compared === undefined) return 'unknown'
  const isExact = compared.type === 'string' ? compared.caseExact : true
  return ['string', 'reference', 'binary'].includes(compared.type) ? (isExact ? 'exact' : 'folded') : compared.type
}

const kindOf = (literal: string | number | boolean): string =>
  typeof literal === 'string' ? 'folded' : typeof literal === 'number' ? 'decimal' : 'boolean'

/** `Date.parse` alone takes `01.02.2020` for a day, too, of which no standard speaks. */
const instant = (text: string): number => (/^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN)

const numeral = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i

function passes(held: Json, operator: CompareOperator, wanted: string | number | boolean, type: string): boolean {
  const kind = type === 'unknown' ? kindOf(wanted) : type
  if (kind === 'boolean')
    return typeof held !== 'object' && same(String(held), String(wanted)) && typeof held !== 'number'
  if (kind === 'integer' || kind === 'decimal') {
    const number = typeof held === 'number' ? held : typeof held === 'string' && numeral.test(held) ? Number(held) : NaN
    return order(number - Number(wanted), operator)
  }
  if (typeof held !== 'string' || typeof wanted !== 'string') return false
  if (kind === 'dateTime' && !['co', 'sw', 'ew'].includes(operator))
    return order(instant(held) - instant(wanted), operator)
  const [a, b] = kind === 'exact' ? [held, wanted] : [held.toLowerCase(), wanted.toLowerCase()]
  if (operator === 'co') return a.includes(b)
  if (operator === 'sw') return a.startsWith(b)
  if (operator === 'ew') return a.endsWith(b)
  return order(compareCodePoints(a, b), operator)
}

function compareCodePoints(a: string, b: string): number {
  const [left, right] = [[...a], [...b]]
  const at = left.findIndex((letter, index) => letter !== right[index])
  if (at < 0) return left.length - right.length
  return at >= right.length ? 1 : (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? 0)
}

function order(difference: number, operator: CompareOperator): boolean {
  if (operator === 'eq') return difference === 0
  if (operator === 'gt') return difference > 0
  if (operator === 'ge') return difference >= 0
  if (operator === 'lt') return difference < 0
  return operator === 'le' && difference <= 0
}
