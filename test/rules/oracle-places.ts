import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import type { ResourceDefinition } from '../../src/scim/schema.ts'

/**
 * A slow and obvious reading of places, to judge the real one by: resources are plain trees with every name in lower case
 * and nothing blank in them, and each step copies the whole tree.
 */
export interface OraclePlace {
  readonly text: string
  /** In lower case; empty for the core. */
  readonly urn: string
  readonly name: string
  readonly filter?: { readonly sub: string; readonly value: Json }
  readonly sub?: string
  /** A sub-attribute of all elements. */
  readonly every: boolean
  /** Whether the definition knows the attribute. */
  readonly known: boolean
}

const grammar = /^(?:(urn:.*):)?([\w-]+)(?:\[([\w$]+) eq (.+)\])?(?:\.([\w$]+))?$/i

export function oraclePlace(text: string, definition: ResourceDefinition): OraclePlace {
  const [, urn = '', name = '', filterSub, literal, sub] = grammar.exec(text) ?? []
  const owner =
    urn !== '' || isIn(definition.core, name) ? undefined : definition.extensions.find((one) => isIn(one, name))
  const schema = [definition.core, ...definition.extensions].find(({ id }) =>
    same(id, urn || (owner ?? definition.core).id),
  )
  const attribute = schema?.attributes.find((one) => same(one.name, name))
  const value: Json = literal === undefined ? null : JSON.parse(literal)
  return {
    text,
    urn: (owner?.id ?? (same(urn, definition.core.id) ? '' : urn)).toLowerCase(),
    name: name.toLowerCase(),
    ...(filterSub === undefined ? {} : { filter: { sub: filterSub.toLowerCase(), value } }),
    ...(sub === undefined ? {} : { sub: sub.toLowerCase() }),
    every: sub !== undefined && filterSub === undefined && attribute?.multiValued === true,
    known: attribute !== undefined,
  }
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()
const isIn = ({ attributes }: ResourceDefinition['core'], name: string): boolean =>
  attributes.some((one) => same(one.name, name))

/** Whether one place contains the other, or is it. */
export function overlaps(a: OraclePlace, b: OraclePlace): boolean {
  if (a.urn !== b.urn || a.name !== b.name) return false
  const isPart = (one: OraclePlace) => one.sub !== undefined && one.filter === undefined && !one.every
  if (isPart(a) && isPart(b)) return a.sub === b.sub
  if (a.filter === undefined || b.filter === undefined) return true
  if (JSON.stringify(a.filter).toLowerCase() !== JSON.stringify(b.filter).toLowerCase()) return false
  return a.sub === undefined || b.sub === undefined || a.sub === b.sub
}

/** The value with names in lower case and without what is null or empty; undefined when nothing is left. */
export function lower(value: Json | undefined): Json | undefined {
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value)) {
    const items = value.map(lower).filter((item) => item !== undefined)
    return items.length === 0 ? undefined : items
  }
  if (!isObject(value)) return value
  const members = Object.entries(value).flatMap(([name, member]): [string, Json][] => {
    const lowered = lower(member)
    return lowered === undefined ? [] : [[name.toLowerCase(), lowered]]
  })
  return members.length === 0 ? undefined : Object.fromEntries(members)
}

export const lowered = (resource: JsonObject): JsonObject => {
  const all = lower(resource)
  return isObject(all) ? all : {}
}

/** Lists without their order, so that equal trees have equal texts. */
export function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join()}]`
  if (!isObject(value)) return JSON.stringify(value ?? null)
  const names = Object.keys(value).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`
}

export function attributeAt(tree: JsonObject, { urn, name }: OraclePlace): Json | undefined {
  const holder = urn === '' ? tree : tree[urn]
  return isObject(holder) ? holder[name] : undefined
}

export function withAttribute(tree: JsonObject, { urn, name }: OraclePlace, value: Json | undefined): JsonObject {
  if (urn === '') return lowered({ ...tree, [name]: value ?? null })
  const holder = tree[urn]
  return lowered({ ...tree, [urn]: { ...(isObject(holder) ? holder : {}), [name]: value ?? null } })
}

export const elements = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value]

export function isChosen(element: Json, { filter }: OraclePlace): boolean {
  if (filter === undefined || !isObject(element)) return false
  const held = element[filter.sub]
  return typeof held === 'string' && typeof filter.value === 'string' ? same(held, filter.value) : held === filter.value
}

/** What stands there; `untold` when it cannot be told. */
export function get(tree: JsonObject, place: OraclePlace): Json | undefined | 'untold' {
  const value = attributeAt(tree, place)
  if (place.filter !== undefined) {
    const [one, another] = elements(value).filter((element) => isChosen(element, place))
    if (another !== undefined) return 'untold'
    if (!isObject(one)) return undefined
    if (place.sub !== undefined) return one[place.sub]
    return lower({ ...one, [place.filter.sub]: null })
  }
  const { sub } = place
  if (sub === undefined) return value
  if (!place.every) return value === undefined ? undefined : isObject(value) ? value[sub] : 'untold'
  return lower(elements(value).map((element) => (isObject(element) ? (element[sub] ?? null) : null)))
}

/** The tree without the place: an element goes whole, and so does what cannot be divided. */
export function take(tree: JsonObject, place: OraclePlace): JsonObject {
  const value = attributeAt(tree, place)
  if (value === undefined) return tree
  if (place.filter !== undefined)
    return withAttribute(
      tree,
      place,
      [...elements(value)].filter((element) => !isChosen(element, place)),
    )
  const isPart = place.sub !== undefined && !place.every && isObject(value)
  return withAttribute(tree, place, isPart ? { ...value, [place.sub ?? '']: null } : undefined)
}

/** The tree without a sub-attribute in each of the elements that the place means, or in a lone object. */
export function strip(tree: JsonObject, place: OraclePlace): JsonObject {
  const value = attributeAt(tree, place)
  if (value === undefined) return tree
  const without = (one: Json): Json =>
    isObject(one) && (place.filter === undefined || isChosen(one, place)) ? { ...one, [place.sub ?? '']: null } : one
  return withAttribute(tree, place, Array.isArray(value) ? value.map(without) : without(value))
}

/** Whether `hide` of this place leaves the rest of the elements alone. */
export const isOfElements = ({ sub, filter, every, known }: OraclePlace): boolean =>
  sub !== undefined && (filter !== undefined || every || !known)

/** The tree with the value there; `tree` has nothing there but other parts of the same element. */
export function set(tree: JsonObject, place: OraclePlace, value: Json): JsonObject {
  const held = attributeAt(tree, place)
  const { filter, sub } = place
  if (filter !== undefined) {
    const others = elements(held).filter((element) => !isChosen(element, place))
    const one = elements(held).find((element) => isChosen(element, place))
    const base = isObject(one) ? one : { [filter.sub]: filter.value }
    const part = sub === undefined ? (isObject(value) ? value : {}) : { [sub]: value }
    return withAttribute(tree, place, [...others, { ...base, ...part }])
  }
  if (sub === undefined) return withAttribute(tree, place, value)
  if (place.every)
    return withAttribute(
      tree,
      place,
      elements(value).map((one) => ({ [sub]: one })),
    )
  return withAttribute(tree, place, { ...(isObject(held) ? held : {}), [sub]: value })
}

/** Whether such a value can stand there. */
export function takes({ filter, sub, every }: OraclePlace, value: Json): boolean {
  if (every) return Array.isArray(value) && value.every((one) => one !== null && !Array.isArray(one))
  return filter === undefined || sub !== undefined || (isObject(value) && !(filter.sub in value))
}
