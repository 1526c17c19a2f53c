import type { ElementForms, TypeForms } from '../capabilities.ts'
import { attributeNamed, schemaNamed, subAttributeNamed } from '../scim/definition.ts'
import { isPrimary } from '../scim/elements.ts'
import { fold } from '../scim/fold.ts'
import { isObject, type Json, type JsonObject, put } from '../scim/json.ts'
import { type AttributePath, printAttributePath } from '../scim/path.ts'
import { attributeIn, isAssigned, type Resource } from '../scim/resource.ts'
import type { Attribute, Schema } from '../scim/schema.ts'

/** What the upstream can hold of something, and the names of what it cannot. */
export interface Holdable<T> {
  readonly held: T
  readonly dropped: readonly string[]
}

const serverNames: ReadonlySet<string> = new Set(['schemas', 'id', 'meta'])
/** What a server tells of the resource that a reference points at. Leaving it out loses nothing. */
const told: ReadonlySet<string> = new Set(['$ref', 'display', 'displayname', 'type'])

/** Whether the attribute's values are references, though the upstream may hold nothing of them but their `value`. */
export const isPointer = (attribute: Attribute | undefined): boolean =>
  attribute?.type === 'complex' &&
  subAttributeNamed(attribute, 'value') !== undefined &&
  (!attribute.multiValued ||
    attribute.subAttributes?.length === 1 ||
    subAttributeNamed(attribute, '$ref') !== undefined)

/** A schema of the upstream's own that nobody here knows: what is in it passes as it is. */
export const isForeign = ({ definition, own }: TypeForms, urn: string): boolean =>
  definition !== undefined && schemaNamed(definition, urn) === undefined && own.some((one) => fold(one) === fold(urn))

/** A body reduced to what the upstream can hold. What is readOnly goes without a word (contract §12). */
export function holdableResource(resource: Resource, forms: TypeForms | undefined): Holdable<Resource> {
  const definition = forms?.definition
  if (forms === undefined || definition === undefined) return { held: resource, dropped: [] }
  const dropped: string[] = []
  const held: JsonObject = {}
  const schemas = [definition.core.id]
  for (const [name, value] of Object.entries(resource)) {
    if (serverNames.has(fold(name))) continue
    if (!name.includes(':')) {
      take(held, { schema: definition.core, name, value }, forms, dropped)
      continue
    }
    const schema = schemaNamed(definition, name)
    if (schema === undefined && !isForeign(forms, name)) {
      if (isAssigned(value)) dropped.push(name)
      continue
    }
    const kept = schema === undefined ? value : inSchema(value, schema, forms, dropped)
    if (!isObject(kept) || Object.keys(kept).length === 0) continue
    put(held, schema?.id ?? name, kept)
    schemas.push(schema?.id ?? name)
  }
  return { held: { schemas, ...held }, dropped }
}

function inSchema(value: Json, schema: Schema, forms: TypeForms, dropped: string[]): JsonObject {
  const kept: JsonObject = {}
  for (const [name, member] of Object.entries(isObject(value) ? value : {}))
    take(kept, { schema, urn: schema.id, name, value: member }, forms, dropped)
  return kept
}

interface Given {
  readonly schema: Schema
  readonly urn?: string
  readonly name: string
  readonly value: Json
}

function take(into: JsonObject, { schema, urn, name, value }: Given, forms: TypeForms, dropped: string[]): void {
  // An upstream that is described so exactly takes no empty text (facts, part E): it stands for nothing.
  if (value === '') return
  const attribute = attributeNamed(schema.attributes, name)
  const path = { ...(urn === undefined ? {} : { urn }), name: attribute?.name ?? name }
  if (attribute === undefined) {
    if (isAssigned(value)) dropped.push(printAttributePath(path))
    return
  }
  if (attribute.mutability === 'readOnly') return
  const reduced = holdableValue(value, attribute, { path, forms })
  dropped.push(...reduced.dropped)
  if (reduced.held !== undefined) put(into, attribute.name, reduced.held)
}

interface Place {
  readonly path: AttributePath
  readonly forms: TypeForms
}

/** One attribute's value reduced. Undefined where the upstream can hold nothing of it. */
export function holdableValue(value: Json, attribute: Attribute, { path, forms }: Place): Holdable<Json | undefined> {
  if (attribute.type !== 'complex' || !isAssigned(value)) return { held: value, dropped: [] }
  const dropped: string[] = []
  if (!attribute.multiValued || !Array.isArray(value)) {
    const held = holdableElement(value, attribute, path, dropped)
    return { held, dropped }
  }
  const allowed = elementsOf(forms, path)
  const fitting = allowed === undefined ? value : fittingElements(value, allowed, path, dropped)
  const held = fitting.flatMap((element) => {
    const kept = holdableElement(element, attribute, path, dropped)
    return kept === undefined ? [] : [allowed === undefined ? kept : settledElement(kept, allowed, attribute)]
  })
  return { held, dropped: [...new Set(dropped)] }
}

/** Which elements a multi-valued attribute may have; undefined where any. */
export const elementsOf = (forms: TypeForms | undefined, path: AttributePath): ElementForms | undefined =>
  forms?.elements.find(
    (one) => fold(one.path.name ?? '') === fold(path.name ?? '') && fold(one.path.urn ?? '') === fold(path.urn ?? ''),
  )

function holdableElement(value: Json, attribute: Attribute, path: AttributePath, dropped: string[]): Json | undefined {
  if (!isObject(value)) return value
  const kept: JsonObject = {}
  for (const [name, member] of Object.entries(value)) {
    const sub = subAttributeNamed(attribute, name)
    if (sub?.mutability === 'readOnly' || member === '' || (attribute.multiValued && !isAssigned(member))) continue
    if (sub !== undefined) put(kept, sub.name, member)
    else if (isAssigned(member) && !(isPointer(attribute) && told.has(fold(name))) && !isShown(name, attribute))
      dropped.push(printAttributePath({ ...path, sub: name }))
  }
  return Object.keys(kept).length === 0 ? undefined : kept
}

/** `display` and `primary` say nothing that an attribute without them could not do without. */
const isShown = (name: string, { multiValued }: Attribute): boolean =>
  multiValued && ['display', 'primary', '$ref'].includes(fold(name))

const typeOf = (element: Json): string | undefined => {
  const type = isObject(element) ? attributeIn(element, 'type') : undefined
  return typeof type === 'string' ? fold(type) : undefined
}

/** The elements of the types that there may be, at most so many of each: the primary one rather than others. */
function fittingElements(
  elements: readonly Json[],
  { types }: ElementForms,
  path: AttributePath,
  dropped: string[],
): readonly Json[] {
  const kept = new Set<Json>()
  for (const { type, most = Number.POSITIVE_INFINITY } of types) {
    const own = elements.filter((element) => typeOf(element) === fold(type))
    const ranked = [...own.filter(isPrimary), ...own.filter((element) => !isPrimary(element))]
    for (const element of ranked.slice(0, most)) kept.add(element)
  }
  for (const element of elements) if (!kept.has(element)) dropped.push(nameOf(element, path))
  return elements.filter((element) => kept.has(element))
}

function nameOf(element: Json, path: AttributePath): string {
  const type = typeOf(element)
  return `${printAttributePath(path)}[${type === undefined ? 'not (type pr)' : `type eq ${JSON.stringify(type)}`}]`
}

/** The type as the upstream spells it; and where it says itself whether that is primary, nothing else can be said. */
function settledElement(element: Json, { types }: ElementForms, attribute: Attribute): Json {
  const own = types.find(({ type }) => fold(type) === typeOf(element))
  if (own === undefined || !isObject(element)) return element
  const typed: JsonObject = { ...element, type: own.type }
  if (own.primary === undefined) return typed
  const { primary: _, ...rest } = typed
  return own.primary && subAttributeNamed(attribute, 'primary') !== undefined ? { ...rest, primary: true } : rest
}
