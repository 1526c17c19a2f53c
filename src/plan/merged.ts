import type { PlanChoices, TypeForms } from '../capabilities.ts'
import { subAttributeNamed } from '../scim/definition.ts'
import { isSame } from '../scim/equality.ts'
import { fold } from '../scim/fold.ts'
import { instantOf } from '../scim/instant.ts'
import { isObject, type Json, type JsonObject, put } from '../scim/json.ts'
import { attributeIn, isAssigned, type Resource, spellingOf } from '../scim/resource.ts'
import type { Attribute, ResourceDefinition, Schema } from '../scim/schema.ts'
import { isPointer } from './holdable.ts'

/** What a PUT is merged by. */
export interface Merging {
  readonly definition: ResourceDefinition
  readonly forms: TypeForms | undefined
  readonly absent: PlanChoices['absentInPut']
  /** Folded names of the core schema that are not merged here: members. */
  readonly apart: ReadonlySet<string>
}

/** What a server may tell of a value without having been told. */
const echoed: ReadonlySet<string> = new Set(['$ref', 'display', 'displayname', 'primary'])
const serverNames: ReadonlySet<string> = new Set(['schemas', 'id', 'meta'])

/**
 * What an upstream would hold after a PUT (RFC 7644 §3.5.1): what the body says, and of the rest what it does not own.
 * Where the upstream only echoes in other words what was sent, its words stay, so that the same PUT changes nothing.
 */
export function mergedWith(held: Resource, body: Resource, merging: Merging): Resource {
  const { definition, forms, apart } = merging
  const after: JsonObject = { ...held }
  const isApart = (name: string) => serverNames.has(fold(name)) || apart.has(fold(name)) || name.includes(':')
  mergeInto(after, body, definition.core, { ...merging, isCleared: merging.absent === 'clear', isApart })
  const urns = [...definition.extensions.map(({ id }) => id), ...Object.keys(body).filter((name) => name.includes(':'))]
  for (const urn of new Map(urns.map((one) => [fold(one), one])).values()) {
    const schema = definition.extensions.find(({ id }) => fold(id) === fold(urn)) ?? unknownSchema(urn)
    const isOwn = forms?.own.some((one) => fold(one) === fold(urn)) ?? false
    const before = attributeIn(held, urn)
    const given = attributeIn(body, urn)
    const next: JsonObject = isObject(before) ? { ...before } : {}
    const isCleared = merging.absent === 'clear' && !isOwn
    mergeInto(next, isObject(given) ? given : {}, schema, { ...merging, isCleared, isApart: () => false })
    const spelling = spellingOf(after, urn) ?? urn
    if (Object.values(next).some(isAssigned)) after[spelling] = next
    else delete after[spelling]
  }
  return after
}

const unknownSchema = (id: string): Schema => ({ id, name: id, description: '', attributes: [] })

interface Rules extends Merging {
  readonly isCleared: boolean
  isApart(name: string): boolean
}

function mergeInto(into: JsonObject, given: JsonObject, schema: Schema, rules: Rules): void {
  for (const attribute of schema.attributes) {
    if (rules.isApart(attribute.name) || attribute.mutability === 'readOnly' || attribute.returned === 'never') continue
    const spelling = spellingOf(into, attribute.name) ?? attribute.name
    const value = attributeIn(given, attribute.name)
    if (value !== undefined && isAssigned(value)) into[spelling] = settled(into[spelling], value, attribute, rules)
    else if (isRemoved(value, attribute, rules)) delete into[spelling]
  }
  const known = new Set(schema.attributes.map(({ name }) => fold(name)))
  for (const [name, value] of Object.entries(given))
    if (!known.has(fold(name)) && !rules.isApart(name)) put(into, spellingOf(into, name) ?? name, value)
}

/** What is shown only when asked for was not read: nobody knows whether there is something to clear. */
const isRemoved = (value: Json | undefined, { mutability, returned }: Attribute, { isCleared }: Rules): boolean =>
  value !== undefined || (isCleared && mutability !== 'immutable' && returned !== 'request')

/** The value as it will be: the upstream's own where it means the same. */
function settled(held: Json | undefined, given: Json, attribute: Attribute, rules: Rules): Json {
  if (held === undefined || !isAssigned(held)) return given
  if (attribute.type !== 'complex') return isEcho(held, given, attribute) ? held : given
  if (attribute.multiValued) {
    if (!Array.isArray(held) || !Array.isArray(given)) return given
    return isEchoOfAll(held, given, attribute) ? held : given
  }
  if (!isObject(held) || !isObject(given)) return given
  if (isEchoOfObject(held, given, attribute)) return held
  return rules.isCleared || isPointer(attribute) ? given : { ...held, ...given }
}

/** Lists have no order (RFC 7643 §2.4): every element that was given must be there once, and no other. */
function isEchoOfAll(held: readonly Json[], given: readonly Json[], attribute: Attribute): boolean {
  if (held.length !== given.length) return false
  const left = [...held]
  return given.every((element) => {
    const at = left.findIndex((one) =>
      isObject(one) && isObject(element) ? isEchoOfObject(one, element, attribute) : isEcho(one, element, attribute),
    )
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  })
}

function isEchoOfObject(held: JsonObject, given: JsonObject, attribute: Attribute): boolean {
  // Of a reference, what it points at is all that a client says: the rest is told of that.
  if (isPointer(attribute)) return isSame(attributeIn(held, 'value'), attributeIn(given, 'value'))
  const names = new Map([...Object.keys(held), ...Object.keys(given)].map((name) => [fold(name), name]))
  return [...names.values()].every((name) => {
    const sub = subAttributeNamed(attribute, name)
    const value = attributeIn(given, name)
    if (sub?.mutability === 'readOnly') return true
    if (value === undefined && (echoed.has(fold(name)) || (sub === undefined && attribute.subAttributes !== undefined)))
      return true
    return isEcho(attributeIn(held, name), value, sub)
  })
}

function isEcho(held: Json | undefined, given: Json | undefined, attribute: Attribute | undefined): boolean {
  if (isSame(held, given)) return true
  // A boolean that is not set and one that is false are told apart by nobody who sets it.
  if (attribute?.type === 'boolean' && attribute.name === 'primary') return (held ?? false) === (given ?? false)
  if (attribute?.type !== 'dateTime' || typeof held !== 'string' || typeof given !== 'string') return false
  const instant = instantOf(held)
  return instant !== undefined && instant === instantOf(given)
}
