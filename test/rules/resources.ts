import fc from 'fast-check'
import { isObject, type Json, type JsonObject, put } from '../../src/scim/json.ts'
import {
  attributeAt,
  elements,
  isChosen,
  isOfElements,
  type OraclePlace,
  oraclePlace,
  overlaps,
  set,
  withAttribute,
} from './oracle-places.ts'
import type { RuleSet, TwoWaySpec } from './rule-set.ts'
import type { World } from './worlds.ts'

type Side = 'client' | 'upstream'

/** Stands where the other side must never see anything. */
export const leak = { client: 'LEAK of the client', upstream: 'LEAK of the upstream' } as const

/** Takes one choice after the other from a list of numbers; zero, to which fast-check shrinks, is the first option. */
interface Choices {
  of<T>(options: readonly T[]): T | undefined
}

function choicesFrom(numbers: readonly number[]): Choices {
  let at = 0
  return {
    of(options) {
      const number = numbers[at % numbers.length] ?? 0
      at += 1
      return options[number % Math.max(1, options.length)]
    },
  }
}

/**
 * Resources of one side: values that suit the rules and values that do not, others that no rule names, and `LEAK` at
 * names that only the other side has. Names are spelt as the schemas spell them, or in lower case.
 */
export const resourcesOf = (rules: RuleSet, side: Side): fc.Arbitrary<JsonObject> =>
  fc
    .array(fc.nat({ max: 60 }), { minLength: 60, maxLength: 60 })
    .map((numbers) => build(rules, side, choicesFrom(numbers)))

/** Rules with a resource of one side. */
export const cases = (ruleSets: fc.Arbitrary<RuleSet>, side: Side): fc.Arbitrary<[RuleSet, JsonObject]> =>
  ruleSets.chain((rules) => fc.tuple(fc.constant(rules), resourcesOf(rules, side)))

function build(rules: RuleSet, side: Side, choices: Choices): JsonObject {
  const { world } = rules
  const at = (place: string) => oraclePlace(place, world.definition)
  const twoWay = rules.rules.filter((rule) => rule.kind === 'two-way')
  const own = twoWay.flatMap((rule) => rule[side]).map(at)
  const others = rules.rules.flatMap((rule) => {
    if (rule.kind === 'two-way') return rule[side === 'client' ? 'upstream' : 'client'].map(at)
    return rule.kind === 'default' || (side === 'upstream' && rule.kind !== 'hide') ? [] : [at(rule.upstream)]
  })
  // What rules write is theirs, and what stood there before goes.
  const written = rules.rules.flatMap((rule) =>
    side === 'upstream' && (rule.kind === 'constant' || rule.kind === 'template') ? [at(rule.upstream)] : [],
  )
  let tree: JsonObject = {}
  for (const [place, value] of freeValues(rules, [...own, ...others], choices)) tree = set(tree, place, value)
  for (const place of others)
    if (choices.of([false, true]) && [...own, ...written].every((one) => !overlaps(one, place)))
      tree = place.sub === undefined && place.filter !== undefined ? tree : set(tree, place, leak[side])
  for (const rule of rules.rules)
    if (rule.kind === 'hide') tree = besideHidden(tree, at(rule.upstream), { side, at, choices })
  for (const place of [...own, ...others])
    if (place.urn !== '' && choices.of([0, 0, 1]) === 1) tree = withAlias(tree, place, { rules, side, choices })
  for (const rule of twoWay) tree = withSlots(tree, rule, { side, at, choices })
  for (const place of own) tree = embroidered(tree, place, { side, at, choices })
  return dressed(tree, world, choices)
}

/** Values of attributes that no rule has anything to do with, or only with other parts of. */
function freeValues({ world }: RuleSet, claimed: readonly OraclePlace[], choices: Choices): [OraclePlace, Json][] {
  const kinds: readonly (readonly [readonly string[], readonly Json[]])[] = [
    [world.text, ['free', 'a', 'X']],
    [world.boolean, [true, false]],
    [world.integer, [3]],
    [world.list, [['one', 'two']]],
    [world.complex, [[{ value: 'v', type: 'w' }, { value: 'w' }], { value: 'x' }]],
    [['emails[type eq "other"].value', 'name.formatted', 'nothing.knows', 'urn:acme:far:1.0:name'], ['free']],
  ]
  return kinds.flatMap(([places, values]) =>
    places.flatMap((text): [OraclePlace, Json][] => {
      const place = oraclePlace(text, world.definition)
      const value = choices.of([undefined, ...values])
      const isFree = claimed.every((one) => !overlaps(one, place))
      return value === undefined || !isFree ? [] : [[place, value]]
    }),
  )
}

interface Filling {
  readonly side: Side
  readonly at: (place: string) => OraclePlace
  readonly choices: Choices
}

/** Elements with something hidden, beside what is seen of them and of others. */
function besideHidden(tree: JsonObject, place: OraclePlace, { side, choices }: Filling): JsonObject {
  const { filter, sub } = place
  if (sub === undefined || attributeAt(tree, place) === undefined || !isOfElements(place)) return tree
  const literal = filter === undefined ? {} : { [filter.sub]: filter.value }
  const seen = sub === 'type' ? 'unit' : 'type'
  const list = choices.of<readonly JsonObject[]>([
    [],
    [{ [sub]: leak[side], ...literal, note: 'n' }],
    [
      { [sub]: leak[side], [seen]: 'p', ...literal },
      { [seen]: 'q', ...literal },
    ],
    [{ [sub]: `${leak[side]} again`, other: { deep: 'o' }, ...literal }, { [seen]: 'r' }],
  ])
  return list === undefined || list.length === 0 ? tree : withAttribute(tree, place, [...list])
}

/** An extension's attribute under a name at the top, where it does not belong. */
function withAlias(
  tree: JsonObject,
  { urn, name, known, text }: OraclePlace,
  { rules: { rules, world }, side, choices }: Pick<Filling, 'side' | 'choices'> & { readonly rules: RuleSet },
): JsonObject {
  const isTaken = world.definition.core.attributes.some((one) => one.name.toLowerCase() === name)
  const isClaimed = rules.some(
    (rule) => rule.kind === 'two-way' && [...rule.client, ...rule.upstream].some((one) => one.toLowerCase() === name),
  )
  const isOfClient = rules.some((rule) => rule.kind === 'two-way' && rule.client.includes(text))
  const isBare = !isTaken && !isClaimed && (known || isOfClient)
  return { ...tree, [choices.of(isBare ? [name, `${urn}:${name}`] : [`${urn}:${name}`]) ?? '']: leak[side] }
}

/** A rule's slots, mostly all of them. */
function withSlots(tree: JsonObject, rule: TwoWaySpec, { side, at, choices }: Filling): JsonObject {
  const values = side === 'client' ? rule.clientValues : rule.upstreamValues
  if (choices.of([true, false, false]) === true) return tree
  return rule[side].reduce((made, text, slot) => {
    const value = choices.of(values[slot] ?? [])
    const isAbsent = rule[side].length > 1 && choices.of([false, false, false, false, false, true]) === true
    return value === undefined || isAbsent ? made : set(made, at(text), value)
  }, tree)
}

/** What real clients send beside an element's value, and sometimes what no rule can carry. */
function embroidered(tree: JsonObject, place: OraclePlace, { side, choices }: Filling): JsonObject {
  const { filter, sub } = place
  const isPart = side === 'client' && filter === undefined && sub !== undefined && !place.every
  if (isPart && choices.of([0, 0, 0, 0, 0, 0, 1]) === 1) return withAttribute(tree, place, 'no object')
  if (filter === undefined || sub === undefined) return tree
  const extra = choices.of<JsonObject | 'twice'>([
    {},
    {},
    {},
    { display: 'd' },
    { primary: true },
    { extra: 'e' },
    'twice',
  ])
  const literal =
    typeof filter.value === 'string'
      ? { [filter.sub]: choices.of([filter.value, filter.value.toUpperCase()]) ?? '' }
      : {}
  const list = elements(attributeAt(tree, place)).flatMap((element) => {
    if (!isChosen(element, place) || !isObject(element)) return [element]
    return extra === 'twice' ? [element, { ...element, [sub]: 'second' }] : [{ ...element, ...literal, ...extra }]
  })
  return withAttribute(tree, place, list)
}

/** As JSON of a client or a server: with its own names, spelt one way or the other. */
function dressed(tree: JsonObject, { definition }: World, choices: Choices): JsonObject {
  const { core, extensions } = definition
  const spellings = new Map<string, string>()
  const isSpelt = choices.of([true, true, false])
  for (const schema of [core, ...extensions]) {
    spellings.set(schema.id.toLowerCase(), schema.id)
    for (const { name, subAttributes = [] } of schema.attributes)
      for (const one of [name, ...subAttributes.map((sub) => sub.name)]) spellings.set(one.toLowerCase(), one)
  }
  const spell = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(spell)
    if (!isObject(value)) return value
    const spelt: JsonObject = {}
    for (const name in value) put(spelt, (isSpelt && spellings.get(name)) || name, spell(value[name] ?? null))
    return spelt
  }
  const schemas = choices.of<Json>([
    [core.id],
    [core.id.toUpperCase(), 'urn:acme:empty:1.0'],
    null,
    [core.id, ...extensions.map(({ id }) => id)],
  ])
  const marks = choices.of<JsonObject>([
    {},
    { id: '7', meta: { resourceType: definition.type.name, version: 'W/"1"' } },
  ])
  const blanks = choices.of<JsonObject>([{}, { blank: null, empty: [], 'urn:acme:nothing:1.0': { a: null } }])
  const body = spell(tree)
  return { schemas: schemas ?? null, ...marks, ...blanks, ...(isObject(body) ? body : {}) }
}
