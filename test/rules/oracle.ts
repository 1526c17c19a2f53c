import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import {
  attributeAt,
  canonical,
  elements,
  get,
  isChosen,
  isOfElements,
  lower,
  lowered,
  type OraclePlace,
  oraclePlace,
  set,
  strip,
  take,
  takes,
} from './oracle-places.ts'
import type { RuleSet, TwoWaySpec } from './rule-set.ts'

/** What the rules must make of whole resources (contract §5 and §12), by the plainest means. */
export interface Oracle {
  /** The upstream's resource, or the client's places that cannot be carried. */
  outward(client: JsonObject): { readonly upstream: JsonObject } | { readonly refused: readonly string[] }
  /** The client's resource, and how many rules did not fit. */
  inward(upstream: JsonObject): { readonly client: JsonObject; readonly unfit: number }
  /**
   * Whether a value of the upstream's fits no pattern, and looks like one that the client could have given: no filter finds
   * it by accident (contract §5).
   */
  hasAccident(upstream: JsonObject): boolean
  /** What the client sees of its own resource once it is stored. */
  seen(client: JsonObject): JsonObject
}

const protocol = ['id', 'schemas', 'meta']
const letGo = ['primary', 'display', '$ref']

interface Bound {
  readonly spec: TwoWaySpec
  readonly client: readonly OraclePlace[]
  readonly upstream: readonly OraclePlace[]
}

export function oracleOf({ world, unmapped, rules }: RuleSet): Oracle {
  const at = (text: string) => oraclePlace(text, world.definition)
  const twoWay: readonly Bound[] = rules.flatMap((spec) =>
    spec.kind === 'two-way' ? [{ spec, client: spec.client.map(at), upstream: spec.upstream.map(at) }] : [],
  )
  const owned = rules.flatMap((rule) => (rule.kind === 'two-way' || rule.kind === 'default' ? [] : [at(rule.upstream)]))
  const hides = rules.flatMap((rule) => (rule.kind === 'hide' ? [at(rule.upstream)] : [])).filter(isOfElements)
  const claimed = [
    ...twoWay.flatMap(({ client, upstream }) => [...client, ...upstream]),
    ...owned.filter(({ text }) => hides.every((place) => place.text !== text)),
  ]
  const aliases = aliasesOf(
    [...claimed, ...hides],
    twoWay.flatMap(({ client }) => client),
    world.definition,
  )

  /** What no rule claims. */
  function rest(tree: JsonObject): JsonObject {
    const own = Object.fromEntries(Object.entries(lowered(tree)).filter(([name]) => !aliases.has(name)))
    const left = hides.reduce(strip, claimed.reduce(take, own))
    const { schemas: _, ...data } = left
    if (unmapped === 'pass') return data
    const spared = Object.fromEntries(Object.entries(data).filter(([name]) => protocol.includes(name)))
    return rules.reduce((kept, rule) => {
      const value = rule.kind === 'default' ? get(left, at(rule.upstream)) : undefined
      return rule.kind !== 'default' || value === undefined || value === 'untold'
        ? kept
        : set(kept, at(rule.upstream), value)
    }, spared)
  }

  function translated(client: JsonObject): { readonly upstream: JsonObject } | { readonly refused: readonly string[] } {
    const tree = lowered(client)
    const refused = notCarriable(
      tree,
      twoWay.flatMap((one) => one.client),
      hides,
    ).map(({ text }) => text)
    let upstream = rest(tree)
    for (const rule of twoWay) {
      const values = outwardOf(
        rule,
        rule.client.map((place) => get(tree, place)),
      )
      if (values === undefined) refused.push(...rule.client.map(({ text }) => text))
      for (const [slot, value] of (values ?? []).entries()) upstream = setAt(upstream, rule.upstream[slot], value)
    }
    if (refused.length > 0) return { refused }
    return { upstream }
  }

  function inward(upstream: JsonObject) {
    const tree = lowered(upstream)
    let client = rest(tree)
    let unfit = 0
    for (const rule of twoWay) {
      const { values, fits } = inwardOf(
        rule,
        rule.upstream.map((place) => get(tree, place)),
      )
      if (!fits) unfit += 1
      for (const [slot, value] of values.entries()) client = setAt(client, rule.client[slot], value)
    }
    return { client, unfit }
  }

  function seen(client: JsonObject): JsonObject {
    const tree = lowered(client)
    return twoWay
      .flatMap((rule) => rule.client)
      .reduce((made, place) => {
        const value = get(tree, place)
        return value === undefined || value === 'untold' ? made : set(made, place, value)
      }, rest(tree))
  }

  function hasAccident(upstream: JsonObject): boolean {
    const tree = lowered(upstream)
    return twoWay.some(({ spec: { meaning }, client, upstream: places }) => {
      const given = places.map((place) => get(tree, place))
      const [value] = given
      if (client.length > 1 || places.length > 1 || value === undefined || value === 'untold') return false
      const again = typeof value === 'string' ? [[value], [value.toLowerCase()]] : [[value]]
      return meaning.inward([value]) === undefined && again.some((one) => meaning.outward(one) !== undefined)
    })
  }

  return {
    inward,
    hasAccident,
    seen,
    outward(client) {
      const out = translated(client)
      if ('refused' in out) return out
      const view = seen(client)
      let { upstream } = out
      for (const rule of rules) {
        if (rule.kind === 'constant') upstream = set(upstream, at(rule.upstream), rule.value)
        if (rule.kind === 'default' && get(upstream, at(rule.upstream)) === undefined)
          upstream = set(upstream, at(rule.upstream), rule.value)
        if (rule.kind !== 'template' || (rule.unless !== undefined && isThere(get(view, at(rule.unless))))) continue
        const read = get(view, at(rule.reads))
        if (read !== undefined && typeof read !== 'object') upstream = set(upstream, at(rule.upstream), `${read}!`)
      }
      return { upstream }
    },
  }
}

/** Other names, at the top, for what rules claim in extensions: bare ones that no core attribute has, and with the URN. */
function aliasesOf(
  claimed: readonly OraclePlace[],
  ofClient: readonly OraclePlace[],
  { core }: RuleSet['world']['definition'],
): ReadonlySet<string> {
  const isCore = (name: string) =>
    core.attributes.some((one) => one.name.toLowerCase() === name) ||
    claimed.some((place) => place.urn === '' && place.name === name)
  return new Set(
    claimed
      .filter(({ urn }) => urn !== '')
      .flatMap(({ urn, name, known, text }) => {
        const isBare = !isCore(name) && (known || ofClient.some((one) => one.text === text))
        return isBare ? [name, `${urn}:${name}`] : [`${urn}:${name}`]
      }),
  )
}

/** `pr`: the empty text is not there. */
const isThere = (value: Json | undefined): boolean => value !== undefined && value !== ''

const setAt = (tree: JsonObject, place: OraclePlace | undefined, value: Json): JsonObject =>
  place === undefined ? tree : set(tree, place, value)

/** The client's places that hold more than their rules carry. */
function notCarriable(
  tree: JsonObject,
  places: readonly OraclePlace[],
  hides: readonly OraclePlace[],
): readonly OraclePlace[] {
  return places.filter((place) => {
    const value = attributeAt(tree, place)
    const { filter, sub } = place
    if (value === undefined || (filter === undefined && sub === undefined)) return false
    if (filter === undefined && !place.every) return !isObject(value)
    const chosen = place.every ? elements(value) : elements(value).filter((element) => isChosen(element, place))
    if (!place.every && chosen.length > 1) return true
    if (sub === undefined) return false
    const siblings = [...places, ...hides].filter((one) => one.urn === place.urn && one.name === place.name)
    const alike = siblings.filter((one) => canonical(lower(one.filter)) === canonical(lower(filter)))
    const named = [...letGo, filter?.sub ?? '', ...alike.map((one) => one.sub ?? '')]
    return chosen.some((element) => isObject(element) && Object.keys(element).some((name) => !named.includes(name)))
  })
}

type Values = readonly (Json | undefined)[]

/** The upstream's values; undefined when the client's cannot be carried. */
function outwardOf({ spec, client, upstream }: Bound, values: Values): readonly Json[] | undefined {
  const given = values.filter((value) => value !== undefined)
  if (given.length === 0 || values.includes('untold')) return []
  if (given.length < values.length) return undefined
  const { outward, inward, otherwise } = spec.meaning
  const isSingle = client.length === 1 && upstream.length === 1
  const canStand = (made: readonly Json[]) =>
    made.every((value, slot) => upstream.every((at, n) => n !== slot || takes(at, value)))
  const made = outward(given)
  if (made === undefined) {
    if (otherwise !== undefined) return [otherwise]
    return isSingle && inward(given) === undefined && canStand(given) ? given : undefined
  }
  const back = inward(made)
  return back !== undefined && canonical([...back]) === canonical(given) && canStand(made) ? made : undefined
}

function inwardOf(
  { spec, client, upstream }: Bound,
  values: Values,
): { readonly values: readonly Json[]; readonly fits: boolean } {
  if (values.includes('untold')) return { values: [], fits: false }
  const given = values.filter((value) => value !== undefined)
  if (given.length === 0) return { values: [], fits: true }
  const canStand = (made: readonly Json[]) =>
    made.every((value, slot) => client.every((at, n) => n !== slot || takes(at, value)))
  const { outward, inward } = spec.meaning
  const made = given.length < values.length ? undefined : inward(given)
  const again = made && outward(made)
  const comes = again !== undefined && isSameFolded(again, given)
  if (made !== undefined && comes && canStand(made)) return { values: made, fits: true }
  const isSingle = client.length === 1 && upstream.length === 1
  return { values: isSingle && canStand(given) ? given : [], fits: false }
}

/** The upstream's text may differ by case where it has none. */
const isSameFolded = (a: readonly Json[], b: readonly Json[]): boolean =>
  canonical([...a]).toLowerCase() === canonical([...b]).toLowerCase()
