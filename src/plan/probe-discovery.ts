import type { Capabilities } from '../capabilities.ts'
import { fold } from '../scim/fold.ts'
import { isObject, type Json, type JsonObject } from '../scim/json.ts'
import { attributeIn } from '../scim/resource.ts'
import type { ResourceDefinition, Schema } from '../scim/schema.ts'
import type { ProbeCheck } from './probe-report.ts'

/** What a ServiceProviderConfig (RFC 7643 §5, RFC 9865 §4) says, beside what the capabilities say. */
export function comparedConfig(config: JsonObject | undefined, capabilities: Capabilities): ProbeCheck[] {
  const name = 'ServiceProviderConfig'
  if (config === undefined)
    return [{ name, outcome: 'differs', detail: 'there is none: the capabilities stand on their own' }]
  const { paging } = capabilities
  const rows: readonly (readonly [told: Json | undefined, expected: boolean, override: string])[] = [
    [supported(config, 'patch'), capabilities.patch !== false, 'patch'],
    [supported(config, 'bulk'), capabilities.bulk !== false, 'bulk'],
    [supported(config, 'sort'), capabilities.sort, 'sort'],
    [supported(config, 'etag'), capabilities.etag, 'etag'],
    [inObject(config, 'pagination', 'cursor'), paging.cursor, 'paging.cursor'],
    [inObject(config, 'pagination', 'index'), paging.index, 'paging.index'],
  ]
  const differing = rows.filter(([told, expected]) => typeof told === 'boolean' && told !== expected)
  if (differing.length === 0) return [{ name, outcome: 'ok', detail: 'it says what the capabilities say' }]
  return differing.map(([told, , override]) => ({
    name: `${name} ${override}`,
    outcome: 'differs',
    detail: `the upstream says ${String(told)}, its capabilities say ${String(told !== true)}`,
    mend: `if the upstream is right: upstream: { capabilities: ${overrideOf(override, told === true)} }`,
  }))
}

const overrideOf = (path: string, value: boolean): string =>
  path.split('.').reduceRight((inner, name) => `{ ${name}: ${inner} }`, String(value))

const supported = (config: JsonObject, name: string): Json | undefined => inObject(config, name, 'supported')

function inObject(config: JsonObject, name: string, member: string): Json | undefined {
  const value = attributeIn(config, name)
  return isObject(value) ? attributeIn(value, member) : undefined
}

/** The resource types that there are: beside User and Group, all of them are served. */
export function comparedTypes(types: JsonObject | undefined): ProbeCheck[] {
  const name = 'ResourceTypes'
  if (types === undefined)
    return [{ name, outcome: 'differs', detail: 'there are none announced: User and Group it is' }]
  const names = listed(types).map((type) => text(type['name']) || text(type['id']))
  const missing = ['User', 'Group'].filter((one) => !names.some((told) => fold(told) === fold(one)))
  if (missing.length === 0) return [{ name, outcome: 'ok', detail: names.join(', ') }]
  return [
    {
      name,
      outcome: 'differs',
      detail: `no ${missing.join(' and no ')} is announced, but ${names.join(', ') || 'nothing'}`,
      mend: 'see that upstream.url is the SCIM root, and what the application may read',
    },
  ]
}

const mostNames = 12

/** The attributes of users and groups, as announced and as the capabilities have them. */
export function comparedSchemas(
  schemas: JsonObject | undefined,
  definitions: Readonly<Record<string, ResourceDefinition>>,
): ProbeCheck[] {
  if (schemas === undefined) return [{ name: 'Schemas', outcome: 'differs', detail: 'there are none announced' }]
  const announced = listed(schemas)
  return Object.values(definitions).flatMap(({ core, extensions }) =>
    [core, ...extensions].flatMap((schema) => comparedSchema(schema, announced)),
  )
}

function comparedSchema(schema: Schema, announced: readonly JsonObject[]): ProbeCheck[] {
  const name = `Schemas ${schema.id}`
  const told = announced.find(({ id }) => fold(text(id)) === fold(schema.id))
  if (told === undefined) return [{ name, outcome: 'differs', detail: 'the upstream does not announce it' }]
  const theirs = namesIn(told['attributes'])
  const common = new Set(['schemas', 'id', 'externalid', 'meta'])
  const ours = schema.attributes.map((attribute) => attribute.name).filter((one) => !common.has(fold(one)))
  const missing = ours.filter((one) => !theirs.some((other) => fold(other) === fold(one)))
  const further = theirs.filter((one) => !common.has(fold(one)) && !ours.some((other) => fold(other) === fold(one)))
  if (missing.length + further.length === 0) return [{ name, outcome: 'ok', detail: `${ours.length} attributes` }]
  const parts = [
    ...(missing.length === 0 ? [] : [`it does not announce ${some(missing)}`]),
    ...(further.length === 0 ? [] : [`it announces ${some(further)} beside`]),
  ]
  return [{ name, outcome: 'differs', detail: parts.join('; ') }]
}

const some = (names: readonly string[]): string =>
  names.length <= mostNames
    ? names.join(', ')
    : `${names.slice(0, mostNames).join(', ')} and ${names.length - mostNames} more`

const namesIn = (attributes: Json | undefined): string[] =>
  Array.isArray(attributes) ? attributes.filter(isObject).map(({ name }) => text(name)) : []

function listed(list: JsonObject): JsonObject[] {
  const resources = attributeIn(list, 'Resources')
  return Array.isArray(resources) ? resources.filter(isObject) : []
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
