import { subAttributeNamed } from './definition.ts'
import { qualifiedPath } from './dialect.ts'
import { badRequest } from './error.ts'
import { fold } from './fold.ts'
import { isObject, type Json, type JsonObject, put } from './json.ts'
import type { PatchOperation } from './patch.ts'
import { isReadOnly, type Reading, resolvedPath, type Target, targetOf } from './patch-target.ts'
import { type PatchPath, parsePatchPath, printPatchPath } from './path.ts'
import { isAssigned } from './resource.ts'
import type { Attribute } from './schema.ts'
import { decoded, element, givenTwice, normaliseValue, type Place } from './value.ts'

/** An add or a replace as it was sent, its path settled. */
export interface Assignment {
  readonly op: 'add' | 'replace'
  readonly path: PatchPath
  readonly value: Json
}

/**
 * A path-less add or replace: one operation an attribute. What is readOnly is left out, for clients send `id` and `meta`
 * along (Okta's rename; facts, C2), and `schemas` follows from the data.
 * @throws ScimError 400
 */
export function assignAll(op: Assignment['op'], value: Json, reading: Reading): PatchOperation[] {
  const given = reading.dialect === 'auto' ? decoded(value) : value
  if (!isObject(given)) throw badRequest('invalidValue', `without a path the ${op} needs an object of attributes`)
  return assignMembers(op, given, reading, (name) => memberPath(name, reading))
}

/** Entra's feature flag makes paths of the names in a path-less value (facts, C1). */
function memberPath(name: string, { definition, dialect }: Reading): PatchPath {
  const path = resolvedPath(parsePatchPath(name), definition)
  const isPath = path.filter !== undefined || qualifiedPath(name, definition) !== undefined
  if (isPath && dialect === 'strict') {
    throw badRequest('invalidSyntax', `${name} is a path: it must stand in "path", not as a name in the value`)
  }
  return path
}

function assignMembers(
  op: Assignment['op'],
  value: JsonObject,
  reading: Reading,
  pathOf: (name: string) => PatchPath,
): PatchOperation[] {
  const operations: PatchOperation[] = []
  const seen = new Set<string>()
  for (const name in value) {
    const member = value[name]
    if (member === undefined || fold(name) === 'schemas') continue
    const path = pathOf(name)
    const label = printPatchPath(path)
    if (seen.has(label)) throw givenTwice(label)
    seen.add(label)
    if (!isReadOnly(targetOf(path, reading.definition)))
      operations.push(...assign({ op, path, value: member }, reading).flatMap((one) => apart(one, reading)))
  }
  return operations
}

/**
 * A path-less replace changes the sub-attributes that it names and no others (RFC 7644 §3.5.2.3). With a path to the whole
 * attribute, which nobody sent, some servers drop the others: each sub-attribute gets the path that says what was meant. A
 * reference (`manager`) is one value, whatever it is made of.
 */
function apart(operation: PatchOperation, { definition }: Reading): PatchOperation[] {
  const { op, path } = operation
  if (op !== 'replace' || path === undefined || path.filter !== undefined || !isObject(operation.value))
    return [operation]
  const { attribute } = targetOf(path, definition)
  if (attribute?.type !== 'complex' || attribute.multiValued || subAttributeNamed(attribute, 'value') !== undefined)
    return [operation]
  return Object.entries(operation.value).map(([sub, value]) => ({ op, path: { ...path, sub }, value }))
}

/**
 * An add or a replace with its value in shape, or the removals that an empty value means.
 * @throws ScimError 400
 */
export function assign({ op, path, value }: Assignment, reading: Reading): PatchOperation[] {
  if (path.name === undefined) return assignSchema({ op, path, value }, reading)
  const target = targetOf(path, reading.definition)
  const place = { dialect: reading.dialect, name: printPatchPath(path), patch: true }
  const shaped = shape({ op, path, value }, target, place)
  if (shaped === null || (op === 'add' && !isAssigned(shaped))) return unassign({ op, path, value }, target)
  const isComplex = path.filter === undefined && path.sub === undefined && isObject(shaped)
  return isComplex ? assignComplex({ op, path, value: shaped }, shaped, target) : [{ op, path, value: shaped }]
}

function shape({ op, path, value }: Assignment, { attribute, sub }: Target, place: Place): Json {
  if (attribute === undefined) return value
  if (path.sub !== undefined) return sub === undefined ? value : normaliseValue(value, sub, place)
  if (path.filter !== undefined) return shapeElement(value, attribute, place)
  // RFC 7644 §3.5.2.1 lets an add give one value of many as a plain object.
  const isOneOfMany = attribute.multiValued && op === 'add' && isObject(value)
  return normaliseValue(isOneOfMany ? [value] : value, attribute, place)
}

function shapeElement(value: Json, attribute: Attribute, place: Place): Json {
  const only = place.dialect === 'auto' && Array.isArray(value) && value.length === 1 ? (value[0] ?? null) : value
  return only === null || only === '' ? normaliseValue(null, attribute, place) : element(only, attribute, place)
}

/** What an empty value means: a replace takes the attribute away, an add of nothing to a list adds nothing. */
function unassign({ op, path }: Assignment, { attribute, sub }: Target): PatchOperation[] {
  const leaf = path.sub === undefined ? attribute : sub
  if (op === 'add' && (leaf?.multiValued ?? true)) return []
  if (leaf?.required === true && path.filter === undefined) {
    throw badRequest('invalidValue', `${printPatchPath(path)} is required and cannot be empty`)
  }
  return [{ op: 'remove', path }]
}

/** An object with empty sub-attributes in it: these are removals of their own (`"manager": {"value": ""}` of the whole). */
function assignComplex({ op, path }: Assignment, shaped: JsonObject, { attribute }: Target): PatchOperation[] {
  const kept: JsonObject = {}
  const removed: PatchOperation[] = []
  for (const name in shaped) {
    const member = shaped[name]
    if (member !== undefined && member !== null) put(kept, name, member)
    else if (name === 'value' && attribute?.type === 'complex') return [{ op: 'remove', path }]
    else if (attribute !== undefined && !isReadOnly({ attribute, ...subOf(path, name, attribute) }))
      removed.push({ op: 'remove', path: { ...path, sub: name } })
  }
  return Object.keys(kept).length === 0 ? removed : [{ op, path, value: kept }, ...removed]
}

const subOf = (path: PatchPath, sub: string, attribute: Attribute): Target => {
  const found = attribute.subAttributes?.find((one) => fold(one.name) === fold(sub))
  return path.name !== undefined && found !== undefined ? { sub: found } : {}
}

/** A whole extension, or the core schema by its URN: its attributes one by one. */
function assignSchema({ op, path, value }: Assignment, reading: Reading): PatchOperation[] {
  const { schema } = targetOf({ ...path, name: '' }, reading.definition)
  if (value === null && reading.dialect === 'auto') return op === 'add' ? [] : [{ op: 'remove', path }]
  const given = reading.dialect === 'auto' ? decoded(value) : value
  if (!isObject(given)) throw badRequest('invalidValue', `${printPatchPath(path)} must be an object`)
  if (schema === undefined) return [{ op, path, value: given }]
  const prefix = schema === reading.definition.core ? '' : `${schema.id}:`
  return assignMembers(op, given, reading, (name) => resolvedPath(parsePatchPath(prefix + name), reading.definition))
}
