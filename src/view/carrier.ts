import type { Purpose } from '../call.ts'
import { projected } from '../plan/shown.ts'
import type { PlannedUpstream } from '../planned/list.ts'
import type { Turns } from '../planned/turns.ts'
import { ScimError } from '../scim/error.ts'
import { fold } from '../scim/fold.ts'
import { isObject, type JsonObject } from '../scim/json.ts'
import type { Projection, ResourceRequest, ScimReply, ScimRequest } from '../scim/request.ts'
import { attributeIn, isOfId, type Resource, spellingOf, versionOf } from '../scim/resource.ts'
import type { ResourceDefinition, Schema } from '../scim/schema.ts'
import type { Errand } from '../upstream/upstream.ts'
import type { OnDelete } from './clause.ts'
import type { TypeView } from './type-view.ts'

/** What every part of a view works on. */
export interface Carrier {
  readonly upstream: PlannedUpstream
  readonly onDelete: OnDelete
  /** The view of a type, by the definition that the client was parsed by. */
  viewOf(definition: ResourceDefinition): TypeView
  /** Lets the writes of one resource through one after the other: what one of them read, no other one changes. */
  readonly turns: Turns
  /** The view of the type at `/{segment}`. */
  viewAt(segment: string, errand: Errand): Promise<TypeView | undefined>
}

/** A resource as the upstream holds it, and as clients see it. */
export interface Held {
  readonly resource: Resource
  readonly client: Resource
  /** The upstream's. */
  readonly etag: string | undefined
}

/** Has the upstream serve a request of its own words. @throws ScimError in the client's words */
export async function ask(
  request: ScimRequest,
  errand: Errand,
  { carrier, type, purpose }: { readonly carrier: Carrier; readonly type: TypeView; readonly purpose?: Purpose },
): Promise<ScimReply> {
  try {
    return await carrier.upstream.carry(request, purpose === undefined ? errand : { ...errand, purpose })
  } catch (error) {
    throw type.inClientWords(error)
  }
}

/**
 * Reads a resource for the gateway's own use: all of it, or what is asked for in the upstream's names.
 * @throws ScimError 404 as well where it is out of the tenant's scope, in the same words
 */
export async function readHeld(
  { carrier, type, errand }: Asking,
  id: string,
  projection: Projection = {},
): Promise<Held> {
  const request = { operation: 'read', definition: type.translator.upstream, id, projection } as const
  const reply = await ask(request, errand, { carrier, type, purpose: 'read' }).catch((error) => {
    throw type.scope !== undefined && error instanceof ScimError && error.status === 404
      ? notFound(type, id, error)
      : error
  })
  if (reply.kind !== 'resource') throw new ScimError(502, 'the upstream directory answered without the resource')
  const { resource } = reply
  // Neither scope nor rules may be asked about another one.
  if (!isOfId(resource, id)) throw new ScimError(502, 'the upstream directory answered with another resource')
  const client = type.translator.toClient(resource)
  if (type.scope?.holds(client) === false) throw notFound(type, id)
  return { resource, client, etag: reply.etag ?? versionOf(resource) }
}

/** One client request of one type. */
export interface Asking {
  readonly carrier: Carrier
  readonly type: TypeView
  readonly errand: Errand
}

export const notFound = ({ name }: TypeView, id: string, cause?: unknown): ScimError =>
  new ScimError(404, `there is no ${name} with the id ${JSON.stringify(id.slice(0, 100))}`, { cause })

/**
 * @param client the resource as the client will see it. What of it is readOnly is not the client's to say: that counts as
 * it was `before`.
 * @throws ScimError 403 where the resource is not to be provisioned
 */
export function requireInScope({ name, scope, translator }: TypeView, client: Resource, before: Resource = {}): void {
  if (scope?.holds(withServersOwn(client, before, translator.client)) === false)
    throw new ScimError(403, `this ${name} is out of scope: this tenant provisions other ones only`)
}

/** The resource with what only its server can write as the server has it. */
function withServersOwn(client: Resource, before: Resource, { core, extensions }: ResourceDefinition): Resource {
  const made = ownOf(client, before, core)
  for (const extension of extensions) {
    const [given, held] = [attributeIn(client, extension.id), attributeIn(before, extension.id)]
    const own = ownOf(isObject(given) ? given : {}, isObject(held) ? held : {}, extension)
    if (Object.keys(own).length > 0) made[spellingOf(made, extension.id) ?? extension.id] = own
  }
  return made
}

function ownOf(client: JsonObject, before: JsonObject, { attributes }: Schema): JsonObject {
  const made: JsonObject = { ...client }
  for (const { name, mutability } of attributes) {
    if (mutability !== 'readOnly' || fold(name) === 'schemas') continue
    const spelling = spellingOf(made, name)
    if (spelling !== undefined) delete made[spelling]
    const held = attributeIn(before, name)
    if (held !== undefined) made[name] = held
  }
  return made
}

/** A reply about one resource in the client's view. What it does not speak of passes. */
export function shown(type: TypeView, reply: ScimReply, projection: Projection): ScimReply {
  if (!type.hasRules) return reply
  if (reply.kind === 'empty') return { ...reply, ...tagged(type, reply.etag) }
  if (reply.kind !== 'resource') return reply
  const { etag, ...rest } = reply
  return { ...rest, resource: shownResource(type, reply.resource, projection), ...tagged(type, etag) }
}

/** One of the upstream's resources as the client asked to see it. */
export function shownResource(type: TypeView, resource: Resource, projection: Projection): Resource {
  return type.hasRules ? shownClient(type, type.translator.toClient(resource), projection) : resource
}

/** All that a client can see of one of the upstream's resources. */
export const seen = (type: TypeView, resource: Resource): Resource =>
  withOwnTag(type, type.translator.toClient(resource))

/** A resource of the client's view as the client asked to see it. */
export const shownClient = (type: TypeView, client: Resource, projection: Projection): Resource =>
  projected(withOwnTag(type, client), projection, type.translator.client)

/** The version in it is the view's own. */
function withOwnTag({ tags, hasRules }: TypeView, client: Resource): Resource {
  const { meta } = client
  if (!hasRules) return client
  if (!isObject(meta) || meta['version'] === undefined) return client
  const { version, ...rest } = meta
  const minted = typeof version === 'string' ? tags.mint(version) : undefined
  return { ...client, meta: minted === undefined ? rest : { ...rest, version: minted } }
}

export function tagged({ tags }: TypeView, upstream: string | undefined): { readonly etag?: string } {
  const etag = tags.mint(upstream)
  return etag === undefined ? {} : { etag }
}

/** The reply to a request, from what was read of the resource already. */
export function replyOf(type: TypeView, held: Held, projection: Projection): ScimReply {
  const id = held.resource['id']
  const location =
    typeof id === 'string' ? `${type.translator.upstream.type.endpoint}/${encodeURIComponent(id)}` : undefined
  return {
    kind: 'resource',
    status: 200,
    resource: shownClient(type, held.client, projection),
    ...(location === undefined ? {} : { location }),
    ...tagged(type, held.etag),
  }
}

/** What the protocol's owner writes of a resource, no client does: where it is and which version it has. */
export function withoutMeta(resource: Resource): Resource {
  if (!Object.hasOwn(resource, 'meta')) return resource
  const { meta: _, ...rest } = resource
  return rest
}

export type Asked<Name extends ResourceRequest['operation']> = Extract<ResourceRequest, { operation: Name }>
