import { attributeNamed, schemaNamed } from '../scim/definition.ts'
import { fold } from '../scim/fold.ts'
import type { Attribute, ResourceDefinition, Schema } from '../scim/schema.ts'
import { groupDefinition, userDefinition } from '../scim/schemas.ts'
import type { BoundPlace } from './bound.ts'
import { type ClientPlace, type TwoWayRule, withPlace } from './client-attribute.ts'
import { bindHidden, bindPlace } from './place-bind.ts'
import type { TypeRules } from './rule.ts'

/** By folded URN, the core's under its own. */
type Attributes = Map<string, readonly Attribute[]>

const spared: ReadonlySet<string> = new Set(['id', 'schemas', 'meta'])

/**
 * What the client is shown and parsed by: the upstream's definition without the names that belong to the rules, and with
 * the client's names of them (contract §5). A name of the upstream's definition or of the standard's keeps what it is
 * there, but for what the upstream allows across; a name that nobody knows is derived.
 */
export function clientDefinition(rules: TypeRules, upstream: ResourceDefinition): ResourceDefinition {
  const attributes: Attributes = new Map(
    [upstream.core, ...upstream.extensions].map((schema) => [
      fold(schema.id),
      rules.unmapped === 'drop' ? schema.attributes.filter(({ name }) => spared.has(fold(name))) : schema.attributes,
    ]),
  )
  const owned = ownedPlaces(rules, upstream)
  for (const place of owned) removePlace(attributes, place, upstream)
  const places = clientPlaces(rules, upstream)
  for (const place of places) addPlace(attributes, place, upstream)
  relaxDefaults(attributes, rules, upstream)
  return assemble(attributes, upstream, { owned, given: places.map(({ at }) => at) })
}

/** The names that only the upstream side has: to the client they are not there. */
function ownedPlaces(rules: TypeRules, upstream: ResourceDefinition): readonly BoundPlace[] {
  return rules.rules.flatMap((rule): readonly BoundPlace[] => {
    if (rule.kind === 'two-way') return rule.upstream.map(({ place }) => bindPlace(place, upstream))
    if (rule.kind === 'hide') return [bindHidden(rule.place, upstream)]
    return rule.kind === 'default' ? [] : [bindPlace(rule.upstream, upstream)]
  })
}

function clientPlaces(rules: TypeRules, upstream: ResourceDefinition): readonly ClientPlace[] {
  const standard = standardOf(upstream)
  return rules.rules.flatMap((rule) => (rule.kind === 'two-way' ? placesOf(rule, upstream, standard) : []))
}

function placesOf(
  rule: TwoWayRule,
  upstream: ResourceDefinition,
  standard: ResourceDefinition | undefined,
): readonly ClientPlace[] {
  const [only, ...others] = rule.upstream
  const isOne = rule.client.length === 1 && others.length === 0
  const across = isOne && only !== undefined ? bindPlace(only.place, upstream).leaf : undefined
  return rule.client.map(({ place }) => {
    const ofUpstream = bindPlace(place, upstream)
    const ofStandard = standard && bindPlace(place, standard)
    const isStandard = ofUpstream.attribute === undefined && ofStandard?.attribute !== undefined
    const at = isStandard ? ofStandard : ofUpstream
    return { rule, at, known: at.attribute, across }
  })
}

/** The definition that RFC 7643 gives this type of resource. */
function standardOf({ core, type }: ResourceDefinition): ResourceDefinition | undefined {
  return [userDefinition, groupDefinition].find(
    (one) => fold(one.core.id) === fold(core.id) || fold(one.type.name) === fold(type.name),
  )
}

const urnOf = ({ path }: BoundPlace, { core }: ResourceDefinition): string => fold(path.urn ?? core.id)

function removePlace(attributes: Attributes, at: BoundPlace, upstream: ResourceDefinition): void {
  const held = attributes.get(urnOf(at, upstream)) ?? []
  // Other elements than the claimed one are still to be seen.
  if (at.filter !== undefined) return
  const left = held.flatMap((attribute) => {
    if (fold(attribute.name) !== fold(at.path.name)) return [attribute]
    if (at.kind !== 'part' && at.kind !== 'each') return []
    const subs = attribute.subAttributes?.filter(({ name }) => fold(name) !== fold(at.path.sub ?? '')) ?? []
    return subs.length === 0 ? [] : [{ ...attribute, subAttributes: subs }]
  })
  attributes.set(urnOf(at, upstream), left)
}

function addPlace(attributes: Attributes, place: ClientPlace, upstream: ResourceDefinition): void {
  const urn = urnOf(place.at, upstream)
  const held = attributes.get(urn) ?? []
  const current = attributeNamed(held, place.at.path.name)
  const next = withPlace(current, place)
  attributes.set(urn, current === undefined ? [...held, next] : held.map((one) => (one === current ? next : one)))
}

/** What the rules fill in, no client has to give. */
function relaxDefaults(attributes: Attributes, rules: TypeRules, upstream: ResourceDefinition): void {
  for (const rule of rules.rules) {
    if (rule.kind !== 'default') continue
    const at = bindPlace(rule.upstream, upstream)
    const held = attributes.get(urnOf(at, upstream))
    if (held === undefined || at.kind !== 'whole') continue
    const relaxed = held.map((one) =>
      one.required && fold(one.name) === fold(at.path.name) ? { ...one, required: false } : one,
    )
    attributes.set(urnOf(at, upstream), relaxed)
  }
}

interface Places {
  readonly owned: readonly BoundPlace[]
  readonly given: readonly BoundPlace[]
}

function assemble(attributes: Attributes, upstream: ResourceDefinition, places: Places): ResourceDefinition {
  const core = { ...upstream.core, attributes: inOrder(attributes.get(fold(upstream.core.id)) ?? [], upstream.core) }
  const extensions = [...attributes].flatMap(([urn, own]): readonly Schema[] => {
    if (urn === fold(core.id) || own.length === 0) return []
    const schema = schemaOf(urn, upstream, places)
    return [{ ...schema, attributes: inOrder(own, schema) }]
  })
  const isIn = (id: string) => (place: BoundPlace) => fold(place.path.urn ?? '') === fold(id)
  const schemaExtensions = extensions.map(({ id }) => {
    const known = upstream.type.schemaExtensions.find(({ schema }) => fold(schema) === fold(id))
    // An extension that rules write into need not be given by the client.
    return { schema: id, required: known?.required === true && !places.owned.some(isIn(id)) }
  })
  return { type: { ...upstream.type, schemaExtensions }, core, extensions }
}

/** Attributes in the order that their schema has them, new ones last. */
function inOrder(attributes: readonly Attribute[], schema: Schema): readonly Attribute[] {
  const numbers = new Map(schema.attributes.map(({ name }, index) => [fold(name), index]))
  const numberOf = ({ name }: Attribute): number => numbers.get(fold(name)) ?? numbers.size
  return attributes.toSorted((a, b) => numberOf(a) - numberOf(b))
}

function schemaOf(urn: string, upstream: ResourceDefinition, { given }: Places): Schema {
  const known = schemaNamed(upstream, urn) ?? schemaNamed(userDefinition, urn)
  if (known !== undefined) return known
  const id = given.find(({ path }) => fold(path.urn ?? '') === urn)?.path.urn ?? urn
  return {
    id,
    name: id.slice(id.lastIndexOf(':') + 1),
    description: 'Given by the rules of this gateway.',
    attributes: [],
  }
}
