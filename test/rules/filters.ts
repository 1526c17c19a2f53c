import fc from 'fast-check'
import type { CompareOperator, Filter } from '../../src/scim/filter.ts'
import { instantOf } from '../../src/scim/instant.ts'
import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import { type AttributePath, parsePatchPath } from '../../src/scim/path.ts'
import type { Attribute, ResourceDefinition } from '../../src/scim/schema.ts'
import type { RuleSet } from './rule-set.ts'

type Literal = string | number | boolean | null

const operators: readonly CompareOperator[] = [
  'eq',
  'eq',
  'eq',
  'eq',
  'ne',
  'ne',
  'co',
  'sw',
  'ew',
  'gt',
  'ge',
  'lt',
  'le',
]
const anywhere: readonly Literal[] = ['a', 'X', 'free', '', 'w', 'T', true, 3, null, 'LEAK', 'zzz', '4', 'true']

/** Names that filters are made of: those of the rules on both sides, parts and wholes of them, and others. */
export function pathsOf({ rules, world }: RuleSet): readonly AttributePath[] {
  const places = rules.flatMap((rule) =>
    rule.kind === 'two-way' ? [...rule.client, ...rule.client, ...rule.upstream] : [rule.upstream],
  )
  const others = [...world.text, ...world.boolean, ...world.list, ...world.complex, ...world.every]
  return [...places, ...places, ...others, 'id', 'schemas', 'name', 'emails', 'emails.type', 'nothing'].flatMap(
    (text) => {
      const { filter: _, ...path } = parsePatchPath(text)
      const { sub: __, ...whole } = path
      return [path, path, whole, ...(filterSub(text) === undefined ? [] : [{ ...whole, sub: filterSub(text) ?? '' }])]
    },
  )
}

const filterSub = (place: string): string | undefined => /\[(\w+) eq/.exec(place)?.[1]

/** Element filters at the places of the rules, their own filter among them. */
function ownFilters({
  rules,
}: RuleSet): readonly { readonly path: AttributePath; readonly own: Filter; readonly sub: string }[] {
  const places = rules.flatMap((rule) =>
    rule.kind === 'two-way' ? [...rule.client, ...rule.upstream] : [rule.upstream],
  )
  return places.flatMap((text) => {
    const { filter: own, sub = 'value', ...path } = parsePatchPath(text)
    return own === undefined ? [] : [{ path, own, sub }]
  })
}

/** Literals that are likely to hit: what the client sees, what rules speak of, in another case and with something cut off. */
function literalsOf(rules: RuleSet, views: readonly JsonObject[]): readonly Literal[] {
  const values = rules.rules.flatMap((rule) =>
    rule.kind === 'two-way' ? [...rule.clientValues, ...rule.upstreamValues] : [],
  )
  const found = [...views, ...values.flat()].flatMap(scalars)
  return [...found, ...found, ...anywhere]
}

const scalars = (value: Json): readonly Literal[] =>
  typeof value !== 'object' || value === null ? [value] : Object.values(value).flatMap(scalars)

const otherwise = (literal: Literal): fc.Arbitrary<Literal> =>
  typeof literal !== 'string'
    ? fc.constant(literal)
    : fc.constantFrom(
        literal,
        literal,
        literal.toUpperCase(),
        literal.toLowerCase(),
        literal.slice(0, 2),
        literal.slice(-3),
      )

/** Filters over the client view of resources that these rules show as `views`. */
export function filtersOf(rules: RuleSet, views: readonly JsonObject[]): fc.Arbitrary<Filter> {
  const literal = fc.constantFrom(...literalsOf(rules, views)).chain(otherwise)
  const operator = fc.constantFrom(...operators)
  const path = fc.constantFrom(...pathsOf(rules))
  const test = (at: fc.Arbitrary<AttributePath>): fc.Arbitrary<Filter> =>
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant('compare' as const), path: at, operator, value: literal }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('present' as const), path: at }) },
    )
  const joined = (part: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> =>
    fc.oneof(
      { weight: 3, arbitrary: part },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), left: part, right: part }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('not' as const), of: part }) },
    )
  const own = ownFilters(rules)
  const subs = fc.constantFrom('value', 'type', 'display', 'kind', 'note', 'locality', 'code')
  const inElement = (sub: string): fc.Arbitrary<Filter> =>
    joined(test(fc.oneof(fc.constant(sub), subs).map((name) => ({ name }))))
  const elements = fc.oneof(
    fc.tuple(path, inElement('value')).map(([{ sub: _, ...at }, of]): Filter => ({ kind: 'elements', path: at, of })),
    ...own.map(({ path, own, sub }) =>
      inElement(sub).chain((of) =>
        fc.constantFrom<Filter>(
          { kind: 'elements', path, of: { kind: 'and', left: own, right: of } },
          { kind: 'elements', path, of: own },
          { kind: 'elements', path, of },
        ),
      ),
    ),
  )
  return joined(fc.oneof({ weight: 4, arbitrary: test(path) }, { weight: own.length > 0 ? 2 : 1, arbitrary: elements }))
}

/** The resource without values that its own schemas do not allow: what an upstream holds is of its types. */
export function typed(resource: JsonObject, { core, extensions }: ResourceDefinition): JsonObject {
  const top = allowed(resource, core.attributes)
  for (const { id, attributes } of extensions)
    for (const key of Object.keys(top)) {
      const held = top[key] ?? null
      if (key.toLowerCase() === id.toLowerCase() && isObject(held)) top[key] = allowed(held, attributes)
    }
  return top
}

const allowed = (holder: JsonObject, attributes: readonly Attribute[]): JsonObject =>
  Object.fromEntries(
    Object.entries(holder).flatMap(([name, value]): [string, Json][] => {
      const attribute = attributes.find((one) => one.name.toLowerCase() === name.toLowerCase())
      if (attribute === undefined || value === null) return [[name, value]]
      if (!attribute.multiValued) return isOf(attribute, value) ? [[name, inner(attribute, value)]] : []
      return Array.isArray(value)
        ? [[name, value.filter((one) => isOf(attribute, one)).map((one) => inner(attribute, one))]]
        : []
    }),
  )

const inner = (attribute: Attribute, value: Json): Json =>
  isObject(value) ? allowed(value, attribute.subAttributes ?? []) : value

function isOf({ type }: Attribute, value: Json): boolean {
  if (type === 'complex') return isObject(value)
  if (type === 'boolean') return typeof value === 'boolean'
  if (type === 'integer' || type === 'decimal') return typeof value === 'number'
  if (type === 'dateTime') return typeof value === 'string' && instantOf(value) !== undefined
  return typeof value === 'string'
}
