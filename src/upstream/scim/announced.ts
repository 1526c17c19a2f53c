import { defineResource } from '../../scim/definition.ts'
import { isObject, type Json, type JsonObject } from '../../scim/json.ts'
import { attributeIn } from '../../scim/resource.ts'
import type {
  Attribute,
  AttributeType,
  Mutability,
  ResourceDefinition,
  Returned,
  Schema,
  Uniqueness,
} from '../../scim/schema.ts'
import { groupDefinition, userDefinition } from '../../scim/schemas.ts'
import type { Locations } from './location.ts'
import { endpointOf } from './read-discovery.ts'

/** Definitions by their path segment in lower case. */
export type Definitions = ReadonlyMap<string, ResourceDefinition>

/** The resource types that every SCIM server is taken to have, whatever it announces. */
export const builtIn: Definitions = new Map(
  [userDefinition, groupDefinition].map((one) => [one.type.endpoint.slice(1).toLowerCase(), one]),
)

/**
 * The resource types that an upstream announces beyond User and Group, from its `/ResourceTypes` and `/Schemas` answers.
 * What it leaves out is taken at RFC 7643 §7's defaults; a type without a usable endpoint is left out.
 */
export function announcedIn(types: JsonObject, schemas: JsonObject | undefined, locations: Locations): Definitions {
  const known = (schemas === undefined ? [] : listed(schemas)).map(schemaIn).filter((schema) => schema.id !== '')
  const found = new Map<string, ResourceDefinition>()
  for (const type of listed(types)) {
    const definition = definitionIn(type, known, locations)
    const segment = definition?.type.endpoint.slice(1).toLowerCase() ?? ''
    if (definition !== undefined && segment !== '' && !builtIn.has(segment)) found.set(segment, definition)
  }
  return found
}

function listed(list: JsonObject): JsonObject[] {
  const resources = attributeIn(list, 'Resources')
  return Array.isArray(resources) ? resources.filter(isObject) : []
}

function definitionIn(
  type: JsonObject,
  known: readonly Schema[],
  locations: Locations,
): ResourceDefinition | undefined {
  const endpoint = endpointOf(text(type['endpoint']), locations)
  const schema = text(type['schema'])
  const name = text(type['name']) || text(type['id'])
  if (!/^\/[A-Za-z0-9._~-]*[A-Za-z0-9_~-][A-Za-z0-9._~-]*$/.test(endpoint) || schema === '' || name === '')
    return undefined
  const schemaExtensions = objects(type['schemaExtensions'])
    .map((one) => ({ schema: text(one['schema']), required: one['required'] === true }))
    .filter((one) => one.schema !== '')
  const needed = [schema, ...schemaExtensions.map((one) => one.schema)].map((id) => schemaNamed(id, known))
  return defineResource({ name, endpoint, description: text(type['description']), schema, schemaExtensions }, needed)
}

/** A schema that a type names and nobody describes has no attributes that we know of. */
const schemaNamed = (id: string, known: readonly Schema[]): Schema =>
  known.find((schema) => schema.id.toLowerCase() === id.toLowerCase()) ?? {
    id,
    name: id.split(':').at(-1) ?? id,
    description: '',
    attributes: [],
  }

const schemaIn = (schema: JsonObject): Schema => ({
  id: text(schema['id']),
  name: text(schema['name']),
  description: text(schema['description']),
  attributes: attributesIn(schema['attributes'], 0),
})

/** RFC 7643 §2.3.8: a sub-attribute cannot be complex, so that more levels are no schema. */
const maxDepth = 2

const attributesIn = (value: Json | undefined, depth: number): Attribute[] =>
  objects(value).flatMap((one) => (text(one['name']) === '' ? [] : [attributeOf(one, depth)]))

function attributeOf(attribute: JsonObject, depth: number): Attribute {
  const subAttributes = depth < maxDepth ? attributesIn(attribute['subAttributes'], depth + 1) : []
  return {
    name: text(attribute['name']),
    type: oneOf(types, attribute['type'], subAttributes.length > 0 ? 'complex' : 'string'),
    multiValued: attribute['multiValued'] === true,
    description: text(attribute['description']),
    required: attribute['required'] === true,
    caseExact: attribute['caseExact'] === true,
    mutability: oneOf(mutabilities, attribute['mutability'], 'readWrite'),
    returned: oneOf(returnings, attribute['returned'], 'default'),
    uniqueness: oneOf(uniquenesses, attribute['uniqueness'], 'none'),
    ...(subAttributes.length === 0 ? {} : { subAttributes }),
  }
}

const types = ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'reference', 'binary', 'complex'] as const
const mutabilities = ['readOnly', 'readWrite', 'immutable', 'writeOnly'] as const
const returnings = ['always', 'never', 'default', 'request'] as const
const uniquenesses = ['none', 'server', 'global'] as const

const oneOf = <Word extends AttributeType | Mutability | Returned | Uniqueness>(
  words: readonly Word[],
  value: Json | undefined,
  otherwise: Word,
): Word => words.find((word) => word.toLowerCase() === text(value).toLowerCase()) ?? otherwise

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const objects = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
