import { attributeNamed, subAttributeNamed } from './definition.ts'
import { isPrimary } from './elements.ts'
import { exactKey, foldedKey, isSame } from './equality.ts'
import { badRequest, type ScimError } from './error.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import type { PatchOperation } from './patch.ts'
import { isReference, resolvedPath, targetOf } from './patch-target.ts'
import { type PatchPath, printPatchPath } from './path.ts'
import { attributeIn, isAssigned, type Resource } from './resource.ts'
import type { Attribute, ResourceDefinition, Schema } from './schema.ts'
import { formats } from './value-format.ts'

/**
 * A normalised body as a service provider that owns its data stores it: only attributes that the schemas know and a
 * client may write, required ones present, values of the right type and format, at most one value primary; `schemas`
 * names the core schema and the extensions that have data. Canonical values are suggestions (RFC 7643 §7), unknown
 * attributes and extensions are ignored (RFC 7644 §3.3), `id` and `meta` are the provider's own.
 * @param before what is stored now, where there is something: its immutable attributes stay
 * @throws ScimError 400 `invalidValue` with the attribute's name; `mutability` for a changed immutable attribute
 */
export function acceptResource(body: Resource, definition: ResourceDefinition, before?: Resource): Resource {
  const { core, extensions, type } = definition
  const resource = acceptAttributes(body, core, before, '')
  const schemas = [core.id]
  for (const extension of extensions) {
    const isRequired = type.schemaExtensions.some(({ schema, required }) => required && schema === extension.id)
    const accepted = acceptExtension(body, extension, before, isRequired)
    if (accepted === undefined) continue
    schemas.push(extension.id)
    resource[extension.id] = accepted
  }
  return { ...resource, schemas }
}

/**
 * Checks that a PATCH speaks of attributes that the schemas know, as a service provider must that stores nothing else.
 * @throws ScimError 400 `invalidPath`
 */
export function acceptPatch(operations: readonly PatchOperation[], definition: ResourceDefinition): void {
  for (const { path } of operations) if (path !== undefined) requireKnown(resolvedPath(path, definition), definition)
}

function requireKnown(path: PatchPath, definition: ResourceDefinition): void {
  const { schema, attribute, sub } = targetOf(path, definition)
  const isKnown = path.name === undefined ? schema !== undefined : attribute !== undefined
  if (!isKnown || (path.sub !== undefined && sub === undefined)) {
    throw badRequest('invalidPath', `${printPatchPath(path)} is no attribute of ${definition.type.name}`)
  }
}

function acceptExtension(
  body: Resource,
  extension: Schema,
  before: Resource | undefined,
  isRequired: boolean,
): JsonObject | undefined {
  const given = attributeIn(body, extension.id)
  const held = before === undefined ? undefined : attributeIn(before, extension.id)
  if (!isAssigned(given) && !isRequired && !isObject(held)) return undefined
  if (isAssigned(given) && !isObject(given)) throw refused(extension.id, 'an object')
  const isAbsent = !isObject(given) || !Object.values(given).some(isAssigned)
  if (isAbsent && isRequired) throw badRequest('invalidValue', `the extension ${extension.id} is required`)
  if (isAbsent) {
    const kept = isObject(held) ? immutables(held, extension) : {}
    return Object.keys(kept).length === 0 ? undefined : kept
  }
  const accepted = acceptAttributes(given, extension, isObject(held) ? held : undefined, `${extension.id}:`)
  return Object.keys(accepted).length === 0 ? undefined : accepted
}

function immutables(held: JsonObject, schema: Schema): JsonObject {
  const kept: JsonObject = {}
  for (const { name, mutability } of schema.attributes) {
    const value = attributeIn(held, name)
    if (mutability === 'immutable' && value !== undefined && isAssigned(value)) kept[name] = value
  }
  return kept
}

function acceptAttributes(given: JsonObject, schema: Schema, held: JsonObject | undefined, prefix: string): JsonObject {
  const accepted: JsonObject = {}
  const index = new Map(Object.entries(given).map(([name, value]) => [attributeNamed(schema.attributes, name), value]))
  for (const attribute of schema.attributes) {
    const { name, mutability } = attribute
    if (mutability === 'readOnly' || name === 'schemas') continue
    const label = prefix + name
    const value = acceptValue(index.get(attribute) ?? null, attribute, label)
    const before = held && attributeIn(held, name)
    const kept = keepImmutable(value, before, attribute, label)
    if (isAssigned(kept)) accepted[name] = kept
    else if (attribute.required) throw badRequest('invalidValue', `${label} is required`)
  }
  return accepted
}

/** RFC 7644 §3.5.1: what is immutable and set must be given as it is; what is not given stays. */
function keepImmutable(value: Json, before: Json | undefined, attribute: Attribute, label: string): Json {
  if (before === undefined || !isAssigned(before)) return value
  if (attribute.mutability === 'immutable') {
    if (isAssigned(value) && !isSame(value, before)) throw badRequest('mutability', `${label} is immutable`)
    return before
  }
  if (attribute.multiValued || !isObject(value) || !isObject(before)) return value
  const kept: JsonObject = { ...value }
  for (const sub of attribute.subAttributes ?? []) {
    const given = keepImmutable(
      attributeIn(value, sub.name) ?? null,
      attributeIn(before, sub.name),
      sub,
      `${label}.${sub.name}`,
    )
    if (isAssigned(given)) kept[sub.name] = given
  }
  return kept
}

function acceptValue(value: Json, attribute: Attribute, label: string): Json {
  if (!isAssigned(value)) return null
  if (!attribute.multiValued) return acceptSingle(value, attribute, label)
  if (!Array.isArray(value)) throw refused(label, 'a list')
  const items = distinct(
    value.filter(isAssigned).map((item) => acceptSingle(item, attribute, label)),
    attribute,
  )
  if (items.filter(isPrimary).length > 1)
    throw badRequest('invalidValue', `${label} can have only one value that is primary`)
  return items.filter(isAssigned)
}

/** RFC 7643 §2.4: the same value of the same type is kept once, with all that was said of it; what is said last counts. */
function distinct(items: readonly Json[], attribute: Attribute): readonly Json[] {
  const { subAttributes = [] } = attribute
  if (items.length < 2 || subAttributes.every(({ name }) => name !== 'value')) return items
  const telling = subAttributes.filter(({ name }) => name === 'value' || name === 'type')
  const found = new Map<string, Json>()
  for (const item of items) {
    if (!isObject(item)) continue
    // Ids are compared exactly, whatever the schema says of `value` (RFC 7643 §3.1).
    const parts = telling.map((sub) =>
      isReference(attribute) ? exactKey(item[sub.name]) : foldedKey(item[sub.name], sub),
    )
    // Without a value there is nothing to be the same.
    const key = isAssigned(item['value']) ? parts.join(' ') : `\0${found.size}`
    const before = found.get(key)
    found.set(key, isObject(before) ? { ...before, ...item } : item)
  }
  return found.size === items.length ? items : [...found.values()]
}

function acceptSingle(value: Json, attribute: Attribute, label: string): Json {
  if (attribute.type !== 'complex') {
    const { wanted, fits } = formats[attribute.type]
    if (!fits(value)) throw refused(label, wanted)
    if (attribute.required && value === '') throw badRequest('invalidValue', `${label} is required and cannot be empty`)
    return value
  }
  if (!isObject(value)) throw refused(label, 'an object')
  const accepted: JsonObject = {}
  for (const name in value) {
    const sub = subAttributeNamed(attribute, name)
    if (sub === undefined || sub.mutability === 'readOnly') continue
    const member = acceptValue(value[name] ?? null, sub, `${label}.${sub.name}`)
    if (isAssigned(member)) accepted[sub.name] = member
  }
  for (const { name, required, mutability } of attribute.subAttributes ?? []) {
    if (required && mutability !== 'readOnly' && !Object.hasOwn(accepted, name))
      throw badRequest('invalidValue', `${label}.${name} is required`)
  }
  return Object.keys(accepted).length === 0 ? null : accepted
}

const refused = (label: string, wanted: string): ScimError => badRequest('invalidValue', `${label} must be ${wanted}`)
