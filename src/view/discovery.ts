import { bulkLimits } from '../scim/bulk.ts'
import { attributeNamed, resourceTypeBody, schemaBody, schemaNamed } from '../scim/definition.ts'
import { ScimError } from '../scim/error.ts'
import { fold } from '../scim/fold.ts'
import { isObject, type Json, type JsonObject } from '../scim/json.ts'
import { listBody } from '../scim/list.ts'
import type { ScimReply, ScimRequest } from '../scim/request.ts'
import type { Schema } from '../scim/schema.ts'
import type { Errand } from '../upstream/upstream.ts'
import type { Carrier } from './carrier.ts'
import { announced, type Types, typesOf } from './discovery-types.ts'
import type { TypeView } from './type-view.ts'

type DiscoveryRequest = Extract<ScimRequest, { operation: 'discovery' }>

/**
 * What the upstream says of itself (RFC 7644 §4), as the client view has it: types that may be read, and their schemas with
 * the names that clients use.
 */
export async function carryDiscovery(carrier: Carrier, request: DiscoveryRequest, errand: Errand): Promise<ScimReply> {
  const { kind, name } = request
  if (kind === 'ServiceProviderConfig')
    return { kind: 'discovery', body: await configuration(carrier, request, errand) }
  const types = await typesOf(carrier, errand, kind === 'ResourceTypes' ? 'forward' : 'read')
  const listed =
    kind === 'ResourceTypes' ? listedTypes(types) : listedSchemas(types, await announced(carrier, 'Schemas', errand))
  if (name === undefined) {
    const all = listed.flatMap(({ body, isAllowed }) => (isAllowed ? [body] : []))
    const list = { resources: all, totalResults: all.length, startIndex: 1, itemsPerPage: all.length }
    return { kind: 'discovery', body: listBody(list) }
  }
  const found = listed.find(({ body }) => isNamed(body, name))
  if (found === undefined) throw new ScimError(404, `there is nothing at /${kind}/${name.slice(0, 200)}`)
  if (!found.isAllowed) throw new ScimError(403, `read is not allowed here for ${name.slice(0, 200)}`)
  return { kind: 'discovery', body: found.body }
}

interface Listed {
  readonly body: JsonObject
  readonly isAllowed: boolean
}

const isNamed = (body: JsonObject, name: string): boolean =>
  [body['id'], body['name']].some((one) => typeof one === 'string' && fold(one) === fold(name))

/** The view does a Bulk operation by operation, whether the upstream has such a thing or not. */
async function configuration(carrier: Carrier, request: DiscoveryRequest, errand: Errand): Promise<JsonObject> {
  const reply = await carrier.upstream.carry(request, errand)
  if (reply.kind !== 'discovery') throw new ScimError(502, 'the upstream directory does not say what it can do')
  return { ...reply.body, bulk: { supported: true, ...bulkLimits } }
}

function listedTypes({ announced, views }: Types): readonly Listed[] {
  const bodies = announced ?? views.map(({ translator }) => resourceTypeBody(translator.upstream.type))
  return bodies.map((body) => {
    const type = views.find(({ name }) => isNamed(body, name))
    if (type === undefined) return { body, isAllowed: true }
    const { schemaExtensions } = resourceTypeBody(type.translator.client.type)
    return {
      body: type.hasRules ? { ...body, schemaExtensions: schemaExtensions ?? [] } : body,
      isAllowed: type.isAllowed('read'),
    }
  })
}

function listedSchemas({ views }: Types, bodies: readonly JsonObject[] | undefined): readonly Listed[] {
  const known = new Map<string, JsonObject>()
  for (const body of bodies ?? []) if (typeof body['id'] === 'string') known.set(fold(body['id']), body)
  const own = views.flatMap(schemasOf)
  const ids = new Set([...known.keys(), ...own.map(({ schema }) => fold(schema.id))])
  return [...ids].flatMap((id): Listed[] => {
    const users = own.filter(({ schema }) => fold(schema.id) === id)
    const body = known.get(id)
    if (users.length === 0) return body === undefined ? [] : [{ body, isAllowed: true }]
    const isAllowed = users.some(({ type }) => type.isAllowed('read'))
    // Where two types share a schema, the one that rules change is shown as it is changed.
    const ruled = users.find(({ type }) => type.hasRules) ?? users[0]
    const shown = ruled && viewOf(ruled, body)
    return shown === undefined ? [] : [{ body: shown, isAllowed }]
  })
}

interface Used {
  readonly type: TypeView
  readonly schema: Schema
}

/** The schemas that a type has on either side. */
function schemasOf(type: TypeView): readonly Used[] {
  const { client, upstream } = type.translator
  const all = new Map(
    [upstream, client].flatMap(({ core, extensions }) =>
      [core, ...extensions].map((schema) => [fold(schema.id), schema]),
    ),
  )
  return [...all.values()].map((schema) => ({ type, schema }))
}

/** A schema as clients see it; undefined where nothing of it is left for them. */
function viewOf({ type, schema }: Used, announced: JsonObject | undefined): JsonObject | undefined {
  const { client, upstream } = type.translator
  if (!type.hasRules) return announced ?? schemaBody(schema)
  const shown = schemaNamed(client, schema.id)
  if (shown === undefined) return undefined
  const own = schemaBody(shown)
  if (announced === undefined) return own
  const { attributes } = announced
  const told = Array.isArray(attributes) ? attributes.filter(isObject) : []
  const before = schemaNamed(upstream, schema.id)
  const kept = told.flatMap((attribute) => attributeOf(attribute, { type, shown, before }))
  const names = new Set(kept.map(nameOf))
  const made = listed(own['attributes']).filter((attribute) => {
    const known = attributeNamed(before?.attributes, nameOf(attribute))
    return !names.has(nameOf(attribute)) && known !== attributeNamed(shown.attributes, nameOf(attribute))
  })
  return { ...announced, attributes: [...kept, ...made] }
}

interface Standing {
  readonly type: TypeView
  readonly shown: Schema
  readonly before: Schema | undefined
}

/** An attribute that the upstream announces: as the rules have it, or as it is where they leave it alone. */
function attributeOf(announced: JsonObject, { type, shown, before }: Standing): readonly JsonObject[] {
  const name = nameOf(announced)
  const own = attributeNamed(shown.attributes, name)
  const known = attributeNamed(before?.attributes, name)
  if (own !== undefined && own === known) return [announced]
  if (own !== undefined) return listed(schemaBody({ ...shown, attributes: [own] })['attributes'])
  const { core } = type.translator.upstream
  const isFree = type.translator.crosses(shown.id === core.id ? { name } : { urn: shown.id, name })
  return known === undefined && isFree ? [announced] : []
}

const nameOf = ({ name }: JsonObject): string => (typeof name === 'string' ? fold(name) : '')

const listed = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
