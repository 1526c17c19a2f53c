import { printAttributePath } from './attribute-path.ts'
import { commonAttributes } from './common.ts'
import { fold } from './fold.ts'
import type { Json, JsonObject } from './json.ts'
import type { AttributePath } from './path.ts'
import type { Attribute, ResourceDefinition, ResourceType, Schema } from './schema.ts'

const schemaUrn = 'urn:ietf:params:scim:schemas:core:2.0:Schema'
const resourceTypeUrn = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType'

/** Where a path leads: `extension` is absent for attributes of the core schema and the common ones. */
export interface AttributePlace {
  readonly attribute: Attribute
  readonly extension?: Schema
  readonly sub?: Attribute
}

const indexes = new WeakMap<readonly Attribute[], ReadonlyMap<string, Attribute>>()

/** The attribute of this name among `attributes`, compared without case (RFC 7643 §2.1). */
export function attributeNamed(attributes: readonly Attribute[] | undefined, name: string): Attribute | undefined {
  if (attributes === undefined) return undefined
  let index = indexes.get(attributes)
  if (index === undefined) {
    index = new Map(attributes.map((attribute) => [fold(attribute.name), attribute]))
    indexes.set(attributes, index)
  }
  return index.get(fold(name))
}

/** The sub-attribute of a complex attribute by its name, compared without case. */
export const subAttributeNamed = (attribute: Attribute, name: string): Attribute | undefined =>
  attributeNamed(attribute.subAttributes, name)

/** The schema of a definition, core or extension, that a URN names (compared without case). */
export function schemaNamed(definition: ResourceDefinition, urn: string): Schema | undefined {
  const folded = fold(urn)
  if (fold(definition.core.id) === folded) return definition.core
  return definition.extensions.find((extension) => fold(extension.id) === folded)
}

/**
 * The path with its schema and names settled by the definition: known names spelt as the schemas spell them, the core
 * schema's URN left out, a whole schema as its `urn` alone, and a bare name that only an extension knows (RFC 7644 §3.10
 * lets clients omit the URN) under that extension. What the definition does not know stays as it was.
 */
export function canonicalPath(definition: ResourceDefinition, path: AttributePath): AttributePath {
  const split = path.urn === undefined ? path : splitAtSchema(definition, path)
  if (split.name === undefined) return split
  const schema = split.urn === undefined ? undefined : schemaNamed(definition, split.urn)
  if (split.urn !== undefined && schema === undefined) return split
  const owner = schema ?? ownerOf(definition, split.name)
  const attribute = attributeNamed(owner.attributes, split.name)
  const { sub } = split
  return {
    ...(owner === definition.core ? {} : { urn: owner.id }),
    name: attribute?.name ?? split.name,
    ...(sub === undefined ? {} : { sub: (attribute && subAttributeNamed(attribute, sub)?.name) ?? sub }),
  }
}

/** The schema that a bare name belongs to: the core, unless only an extension has it. */
function ownerOf(definition: ResourceDefinition, name: string): Schema {
  if (attributeNamed(definition.core.attributes, name) !== undefined) return definition.core
  return definition.extensions.find((one) => attributeNamed(one.attributes, name) !== undefined) ?? definition.core
}

/** A URN may hold colons and dots anywhere, so that only the known schemas, the longest first, can say where it ends. */
function splitAtSchema(definition: ResourceDefinition, path: AttributePath): AttributePath {
  const text = printAttributePath(path)
  const folded = fold(text)
  const schemas = [definition.core, ...definition.extensions].sort((a, b) => b.id.length - a.id.length)
  for (const { id } of schemas) {
    if (!folded.startsWith(fold(id))) continue
    if (text.length === id.length) return { urn: id }
    const rest = /^[:.]([^:.]+)(?:\.([^:.]+))?$/.exec(text.slice(id.length))
    if (rest?.[1] !== undefined) return { urn: id, name: rest[1], ...(rest[2] === undefined ? {} : { sub: rest[2] }) }
  }
  return path
}

/** The attribute that a path names, with its extension and sub-attribute; undefined when the definition has none such. */
export function attributeAt(definition: ResourceDefinition, path: AttributePath): AttributePlace | undefined {
  const { urn, name, sub } = canonicalPath(definition, path)
  if (name === undefined) return undefined
  const extension = urn === undefined ? undefined : schemaNamed(definition, urn)
  if (urn !== undefined && extension === undefined) return undefined
  const attribute = attributeNamed((extension ?? definition.core).attributes, name)
  if (attribute === undefined) return undefined
  const place = { attribute, ...(extension === undefined ? {} : { extension }) }
  if (sub === undefined) return place
  const subAttribute = subAttributeNamed(attribute, sub)
  return subAttribute && { ...place, sub: subAttribute }
}

/** The schema that a path names as a whole, as in `attributes=urn:...:enterprise:2.0:User`; undefined when it names none. */
export function schemaAt(definition: ResourceDefinition, path: AttributePath): Schema | undefined {
  const { urn, name } = canonicalPath(definition, path)
  return urn !== undefined && name === undefined ? schemaNamed(definition, urn) : undefined
}

/**
 * Joins a resource type with its schemas, the common attributes among the core ones; where a schema lists a common
 * attribute itself, RFC 7643 §3.1's definition takes precedence.
 * @throws TypeError when a schema that the type names is not among `schemas`.
 */
export function defineResource(type: ResourceType, schemas: readonly Schema[]): ResourceDefinition {
  const find = (urn: string): Schema => {
    const schema = schemas.find((one) => fold(one.id) === fold(urn))
    if (schema === undefined)
      throw new TypeError(`resource type ${type.name} names the schema ${urn}, which is not known`)
    return schema
  }
  const core = find(type.schema)
  const own = core.attributes.filter((one) => attributeNamed(commonAttributes, one.name) === undefined)
  return {
    type,
    core: { ...core, attributes: [...commonAttributes, ...own] },
    extensions: type.schemaExtensions.map((extension) => find(extension.schema)),
  }
}

/** A schema as `/Schemas` shows it (RFC 7643 §7), without the common attributes. `meta.location` is relative. */
export function schemaBody(schema: Schema): JsonObject {
  const own = schema.attributes.filter((attribute) => !commonAttributes.includes(attribute))
  return {
    schemas: [schemaUrn],
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: own.map(attributeBody),
    meta: { resourceType: 'Schema', location: `/Schemas/${schema.id}` },
  }
}

function attributeBody(attribute: Attribute): Json {
  const { canonicalValues, referenceTypes, subAttributes, ...rest } = attribute
  return {
    ...rest,
    ...(canonicalValues === undefined ? {} : { canonicalValues: [...canonicalValues] }),
    ...(referenceTypes === undefined ? {} : { referenceTypes: [...referenceTypes] }),
    ...(subAttributes === undefined ? {} : { subAttributes: subAttributes.map(attributeBody) }),
  }
}

/** A resource type as `/ResourceTypes` shows it (RFC 7643 §6). `meta.location` is relative to the SCIM root. */
export function resourceTypeBody(type: ResourceType): JsonObject {
  return {
    schemas: [resourceTypeUrn],
    id: type.name,
    name: type.name,
    endpoint: type.endpoint,
    description: type.description,
    schema: type.schema,
    schemaExtensions: type.schemaExtensions.map(({ schema, required }) => ({ schema, required })),
    meta: { resourceType: 'ResourceType', location: `/ResourceTypes/${type.name}` },
  }
}
