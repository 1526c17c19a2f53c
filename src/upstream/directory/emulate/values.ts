import { attributeNamed } from '../../../scim/definition.ts'
import { isObject, type Json, type JsonObject } from '../../../scim/json.ts'
import type { Attribute, ResourceDefinition, Schema } from '../../../scim/schema.ts'
import { bad } from './answer.ts'

/**
 * Checks a body's names and values by the letter: names as the schemas spell them, nothing unknown, nothing readOnly,
 * nothing null or empty (facts E: those cause failures when they are sent as they are).
 * @throws ScimError 400
 */
export function checkBody(body: JsonObject, definition: ResourceDefinition): void {
  const { core, extensions } = definition
  const schemas = schemasIn(body, definition)
  for (const [name, value] of Object.entries(body)) {
    if (name === 'schemas') continue
    const extension = extensions.find(({ id }) => id === name)
    if (extension === undefined) {
      checkNamed(core, name, value)
      continue
    }
    if (!schemas.includes(name)) throw bad(`The schema '${name}' is used but not listed in schemas.`)
    if (!isObject(value)) throw bad(`'${name}' must be an object.`)
    for (const [member, given] of Object.entries(value)) checkNamed(extension, member, given)
  }
}

function schemasIn({ schemas }: JsonObject, { core, extensions }: ResourceDefinition): readonly Json[] {
  if (!Array.isArray(schemas) || !schemas.includes(core.id)) throw bad(`schemas must list '${core.id}'.`)
  const known: readonly Json[] = [core.id, ...extensions.map(({ id }) => id)]
  const unknown = schemas.find((urn) => !known.includes(urn))
  if (unknown !== undefined) throw bad(`The schema '${String(unknown).slice(0, 200)}' is not supported.`)
  return schemas
}

function checkNamed(schema: Schema, name: string, value: Json): void {
  const attribute = attributeNamed(schema.attributes, name)
  if (attribute?.name !== name) throw bad(`The attribute '${name.slice(0, 200)}' is not supported.`)
  checkValue(value, attribute, name)
}

/** A whole value of an attribute: a list where it has several. @throws ScimError 400 */
export function checkValue(value: Json, attribute: Attribute, label: string): void {
  const values = attribute.multiValued ? value : [value]
  if (!Array.isArray(values) || values.length === 0) throw bad(`'${label}' must be a list of at least one value.`)
  for (const one of values) checkOne(one, attribute, label)
}

/** One value, or one element of several. Types are the built-in directory's to check. @throws ScimError 400 */
export function checkOne(value: Json, attribute: Attribute, label: string): void {
  if (attribute.mutability === 'readOnly') throw bad(`The attribute '${label}' is read-only.`)
  if (value === null || value === '') throw bad(`Invalid value specified for property '${label}'.`)
  if (attribute.type !== 'complex') return
  if (!isObject(value) || Object.keys(value).length === 0) throw bad(`'${label}' must be an object.`)
  for (const [name, member] of Object.entries(value)) {
    const sub = attributeNamed(attribute.subAttributes, name)
    if (sub?.name !== name) throw bad(`The attribute '${label}.${name.slice(0, 200)}' is not supported.`)
    checkValue(member, sub, `${label}.${name}`)
  }
}
