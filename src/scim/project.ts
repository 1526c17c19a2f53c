import { canonicalPath } from './definition.ts'
import { fold } from './fold.ts'
import { isObject, type Json, type JsonObject, put } from './json.ts'
import type { AttributePath } from './path.ts'
import type { Projection } from './request.ts'
import type { Resource } from './resource.ts'
import type { Attribute, ResourceDefinition, Returned } from './schema.ts'

/** What a projection does to the value of one attribute: what is left of it, undefined when nothing is. */
type Rule = (value: Json) => Json | undefined
type Mode = 'only' | 'except'
/** What a projection names of an attribute: all of it, or these sub-attributes (folded). */
type Part = 'all' | Set<string>
/** What it names of a schema, by folded name. */
type Names = Map<string, Part>

const keep: Rule = (value) => value
const drop: Rule = () => undefined
const isDefault = (returned: Returned): boolean => returned === 'default' || returned === 'always'

const compiled = new WeakMap<ResourceDefinition, WeakMap<Projection, Rule>>()

/**
 * What the client gets of a resource (RFC 7644 §3.9, RFC 7643 §7 `returned`): `always` whatever it asks, `never` never,
 * `request` only when named. Unknown names are ignored. The resource is not changed, its own spelling is kept, and it is
 * given back as it is when nothing has to go. Use one projection object for many resources: it is compiled once.
 */
export function project(resource: Resource, projection: Projection, definition: ResourceDefinition): Resource {
  let ofDefinition = compiled.get(definition)
  if (ofDefinition === undefined) {
    ofDefinition = new WeakMap()
    compiled.set(definition, ofDefinition)
  }
  let rule = ofDefinition.get(projection)
  if (rule === undefined) {
    rule = compile(projection, definition)
    ofDefinition.set(projection, rule)
  }
  const projected = rule(resource)
  return isObject(projected) ? projected : {}
}

function compile(projection: Projection, definition: ResourceDefinition): Rule {
  const { attributes = [], excludedAttributes = [] } = projection
  // An empty list is an unassigned one (RFC 7643 §2.5): the client asked for nothing in particular.
  const mode = attributes.length > 0 ? 'only' : 'except'
  const named = namesOf(mode === 'only' ? attributes : excludedAttributes, definition)
  const { core, extensions } = definition
  const rules = new Map<string, Rule>()
  for (const [urn, part] of named) if (urn !== '') rules.set(urn, containerRule([], part, mode))
  for (const { id, attributes } of extensions) {
    rules.set(fold(id), containerRule(attributes, named.get(fold(id)) ?? new Map(), mode))
  }
  return containerRule(core.attributes, named.get('') ?? new Map(), mode, rules)
}

/** What the paths name, by the folded URN of the extension; the core schema's under the empty one. */
function namesOf(paths: readonly AttributePath[], definition: ResourceDefinition): Map<string, Names | 'all'> {
  const named = new Map<string, Names | 'all'>()
  for (const path of paths) {
    const { urn = '', name, sub } = canonicalPath(definition, path)
    const key = urn === definition.core.id ? '' : fold(urn)
    const names = named.get(key) ?? new Map<string, Part>()
    named.set(key, names)
    if (name === undefined) named.set(key, 'all')
    else if (names !== 'all') addName(names, fold(name), sub && fold(sub))
  }
  return named
}

function addName(names: Names, name: string, sub: string | undefined): void {
  const part = names.get(name)
  if (sub === undefined || part === 'all') names.set(name, 'all')
  else names.set(name, (part ?? new Set<string>()).add(sub))
}

/** The rule of an object that holds attributes: the resource itself, or an extension in it. */
function containerRule(
  attributes: readonly Attribute[],
  names: Names | 'all',
  mode: Mode,
  rules = new Map<string, Rule>(),
): Rule {
  const isWhole = names === 'all'
  if (isWhole && mode === 'except' && attributes.every(({ returned }) => returned !== 'always')) return drop
  for (const attribute of attributes) {
    const name = fold(attribute.name)
    const part = isWhole ? (isDefault(attribute.returned) ? 'all' : undefined) : names.get(name)
    const rule = attributeRule(attribute, part, mode)
    // Under both spellings: the resource's is nearly always the schema's.
    rules.set(name, rule).set(attribute.name, rule)
  }
  if (!isWhole) {
    for (const [name, part] of names) if (!rules.has(name)) rules.set(name, unknownRule(part, mode))
  }
  return (value) => (isObject(value) ? pick(value, rules, isWhole === (mode === 'only') ? keep : drop) : value)
}

function attributeRule(attribute: Attribute, part: Part | undefined, mode: Mode): Rule {
  const { returned, subAttributes = [] } = attribute
  if (returned === 'never') return drop
  if (returned === 'request' && (mode === 'except' || part === undefined)) return drop
  if (returned === 'default' && (mode === 'only' ? part === undefined : part === 'all')) return drop
  const subs = part instanceof Set && returned !== 'always' ? part : undefined
  const rules = new Map(
    subAttributes.map((sub) => [fold(sub.name), keepsSub(sub, subs, part, mode) ? keep : drop] as const),
  )
  if (subs !== undefined) {
    const otherwise = mode === 'only' ? drop : keep
    for (const sub of subs) if (!rules.has(sub)) rules.set(sub, mode === 'only' ? keep : drop)
    return eachElement(rules, otherwise)
  }
  return [...rules.values()].every((rule) => rule === keep) ? keep : eachElement(rules, keep)
}

function keepsSub(sub: Attribute, subs: Set<string> | undefined, part: Part | undefined, mode: Mode): boolean {
  if (sub.returned === 'never') return false
  if (sub.returned === 'always') return true
  const isNamed = part instanceof Set && part.has(fold(sub.name))
  if (sub.returned === 'request') return mode === 'only' && isNamed
  return subs === undefined || isNamed === (mode === 'only')
}

/** The rule of a named attribute that the schema does not know. */
function unknownRule(part: Part, mode: Mode): Rule {
  const [named, others] = mode === 'only' ? [keep, drop] : [drop, keep]
  if (part === 'all') return named
  return eachElement(new Map([...part].map((sub) => [sub, named])), others)
}

/** Applies sub-attribute rules to each value of an attribute; values of which nothing is left go. */
function eachElement(rules: ReadonlyMap<string, Rule>, otherwise: Rule): Rule {
  const ofOne = (value: Json): Json | undefined => {
    if (!isObject(value)) return (rules.get('value') ?? otherwise)(value)
    const left = pick(value, rules, otherwise)
    return Object.keys(left ?? {}).length === 0 ? undefined : left
  }
  return (value) => {
    if (!Array.isArray(value)) return ofOne(value)
    const left = value.map(ofOne).filter((one) => one !== undefined)
    return left.length === 0 ? undefined : left
  }
}

/** The object with the rules applied to its members; the object itself when they leave everything as it was. */
function pick(object: JsonObject, rules: ReadonlyMap<string, Rule>, otherwise: Rule): JsonObject | undefined {
  const ruleOf = (name: string): Rule => rules.get(name) ?? rules.get(fold(name)) ?? otherwise
  if (Object.keys(object).every((name) => isKept(object[name], ruleOf(name)))) return object
  const left: JsonObject = {}
  for (const name in object) {
    const value = object[name]
    const kept = value === undefined ? undefined : ruleOf(name)(value)
    if (kept !== undefined) put(left, name, kept)
  }
  return Object.keys(left).length === 0 ? undefined : left
}

const isKept = (value: Json | undefined, rule: Rule): boolean =>
  rule === keep || (value !== undefined && rule !== drop && rule(value) === value)
