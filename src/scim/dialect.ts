import { attributeNamed, canonicalPath, schemaNamed } from './definition.ts'
import { badRequest } from './error.ts'
import { fold } from './fold.ts'
import { isObject, type Json, type JsonObject, put } from './json.ts'
import { type AttributePath, parseAttributePath } from './path.ts'
import { isAssigned, type Resource, spellingOf } from './resource.ts'
import type { ResourceDefinition, Schema } from './schema.ts'
import { type Dialect, givenTwice, normaliseValue } from './value.ts'

export type { Dialect } from './value.ts'

/** Entra lists it on every group it creates; no service provider knows it (facts, C1). */
const entraGroupUrn = fold('http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group')

/**
 * The body of a create or a replace as the standard would have it: names spelt as the schemas spell them, values in
 * their schema's shape, extension attributes in their extension's object, `schemas` true. Attributes that the definition
 * does not know stay as they are, for an upstream may know them; so do readOnly ones, which their owner ignores.
 * @throws ScimError 400
 */
export function normaliseResource(body: JsonObject, definition: ResourceDefinition, dialect: Dialect): Resource {
  const resource: JsonObject = {}
  const qualified: [AttributePath, Json][] = []
  for (const name in body) {
    const value = body[name]
    if (value === undefined || fold(name) === 'schemas') continue
    const schema = schemaNamed(definition, name)
    if (schema !== undefined) addSchema(resource, { schema, value }, definition, dialect)
    else {
      const path = qualifiedPath(name, definition)
      if (path === undefined) addAttribute(resource, definition.core, name, { value, dialect })
      else if (dialect === 'auto') qualified.push([path, value])
      else throw badRequest('invalidSyntax', `${name} must stand in its own object, not as a path`)
    }
  }
  for (const [path, value] of qualified) addQualified(resource, path, value, definition)
  return { schemas: schemasOf(body, resource, definition, dialect), ...resource }
}

interface Given {
  readonly value: Json
  readonly dialect: Dialect
  /** The extension's URN, for the error's detail. */
  readonly urn?: string
}

/**
 * Where a top-level name leads that is more than an attribute's plain name (`name.givenName`,
 * `urn:…:User:department`, an extension's attribute without its URN), if the definition knows what it leads to.
 */
export function qualifiedPath(name: string, definition: ResourceDefinition): AttributePath | undefined {
  if (attributeNamed(definition.core.attributes, name) !== undefined) return undefined
  const path = canonicalPath(definition, readPath(name))
  if (path.name === undefined) return undefined
  if (path.urn !== undefined) return schemaNamed(definition, path.urn) === undefined ? undefined : path
  const known = attributeNamed(definition.core.attributes, path.name) !== undefined
  return known ? path : undefined
}

/** Whatever cannot be read as a path is an unknown attribute's name. */
function readPath(name: string): AttributePath {
  if (!/[.:]/.test(name)) return { name }
  try {
    return parseAttributePath(name)
  } catch {
    return {}
  }
}

function addSchema(
  resource: JsonObject,
  { schema, value }: { schema: Schema; value: Json },
  definition: ResourceDefinition,
  dialect: Dialect,
): void {
  if (value === null && dialect === 'auto') return
  if (!isObject(value)) throw badRequest('invalidValue', `${schema.id} must be an object`)
  const isCore = schema === definition.core
  if (!isCore && Object.hasOwn(resource, schema.id)) throw givenTwice(schema.id)
  const target: JsonObject = isCore ? resource : {}
  for (const name in value) {
    const member = value[name]
    if (member !== undefined) addAttribute(target, schema, name, { value: member, dialect, urn: schema.id })
  }
  if (!isCore && Object.keys(target).length > 0) resource[schema.id] = target
}

function addAttribute(target: JsonObject, schema: Schema, given: string, { value, dialect, urn }: Given): void {
  const attribute = attributeNamed(schema.attributes, given)
  const name = attribute?.name ?? given
  const label = urn === undefined ? name : `${urn}:${name}`
  if (spellingOf(target, name) !== undefined) throw givenTwice(label)
  const shaped =
    attribute === undefined || attribute.mutability === 'readOnly'
      ? value
      : normaliseValue(value, attribute, { dialect, name: label, patch: false })
  if (shaped !== null) put(target, name, shaped)
}

function addQualified(resource: JsonObject, path: AttributePath, value: Json, definition: ResourceDefinition): void {
  const { urn, name = '', sub } = path
  const schema = urn === undefined ? definition.core : schemaNamed(definition, urn)
  if (schema === undefined || value === null) return
  const held = urn === undefined ? resource : resource[urn]
  const target = isObject(held) ? held : {}
  if (sub === undefined) addAttribute(target, schema, name, { value, dialect: 'auto', urn: schema.id })
  else {
    const complex = target[name]
    const others = isObject(complex) ? complex : {}
    if (spellingOf(others, sub) !== undefined) throw givenTwice(`${name}.${sub}`)
    const shaped: JsonObject = {}
    addAttribute(shaped, schema, name, { value: { [sub]: value }, dialect: 'auto' })
    const added = shaped[name]
    if (Array.isArray(added) || Array.isArray(complex))
      throw badRequest('invalidSyntax', `${name} is a list: ${name}.${sub} names none of its values`)
    if (isObject(added)) put(target, name, { ...others, ...added })
  }
  if (urn !== undefined && Object.keys(target).length > 0) resource[urn] = target
}

/** The client's own list, spelt as registered, with whatever schema has data and without what nobody knows (Entra). */
function schemasOf(body: JsonObject, resource: Resource, definition: ResourceDefinition, dialect: Dialect): string[] {
  const spelling = spellingOf(body, 'schemas')
  const given = spelling === undefined ? undefined : body[spelling]
  if (!isAssigned(given) && dialect === 'strict') throw badRequest('invalidSyntax', 'schemas is missing')
  const named = given === undefined || given === null ? [] : Array.isArray(given) ? given : [given]
  const schemas = new Map([[fold(definition.core.id), definition.core.id]])
  for (const urn of named) {
    if (typeof urn !== 'string') throw badRequest('invalidSyntax', 'schemas must be a list of URNs')
    if (fold(urn) === entraGroupUrn && dialect === 'auto') continue
    schemas.set(fold(urn), schemaNamed(definition, urn)?.id ?? urn)
  }
  for (const { id } of definition.extensions) if (Object.hasOwn(resource, id)) schemas.set(fold(id), id)
  return [...schemas.values()]
}
