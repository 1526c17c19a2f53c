import { z } from 'zod'
import { isObject, type Json, type JsonObject } from '../scim/json.ts'
import { tenantSchema } from './schema.ts'

/**
 * The text of `tenants/tenant.schema.json` (JSON Schema, draft 2020-12), which editors check tenant files with. A file
 * that extends a template need not be whole: the template may bring whatever it lacks but its id.
 */
export function publishedSchemaText(): string {
  const { $schema, $defs, ...whole } = z.toJSONSchema(tenantSchema, {
    io: 'input',
    unrepresentable: 'any',
    reused: 'ref',
  })
  const shared: Json = JSON.parse(JSON.stringify($defs ?? {}))
  const published = {
    $schema,
    title: 'Tollgate tenant',
    description: 'One customer of the gateway. Holds no secret.',
    anyOf: [{ $ref: '#/$defs/whole' }, { $ref: '#/$defs/heir' }],
    $defs: {
      whole,
      heir: { ...partialOf(JSON.parse(JSON.stringify(whole))), required: ['id', 'extends'] },
      ...(isObject(shared) ? shared : {}),
      ...renamed(partialOf(shared)),
    },
  }
  return `${JSON.stringify(published, null, 2)}\n`
}

const suffix = '_part'

const renamed = (schemas: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [`${name}${suffix}`, schema]))

const partialOf = (schema: Json): JsonObject => {
  const part = partial(schema)
  return isObject(part) ? part : {}
}

/** The same schema for a map of which the rest stands elsewhere: nothing is required, and alternatives may overlap. */
function partial(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(partial)
  if (!isObject(schema)) return schema
  const kept = Object.entries(schema).filter(([name, value]) => !(name === 'required' && Array.isArray(value)))
  return Object.fromEntries(
    kept.map(([name, value]) => {
      if (name === '$ref' && typeof value === 'string') return [name, `${value}${suffix}`]
      return [name === 'oneOf' ? 'anyOf' : name, partial(value)]
    }),
  )
}
