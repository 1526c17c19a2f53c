import { attributeAt } from '../scim/definition.ts'
import { diffResources } from '../scim/diff.ts'
import { isSame } from '../scim/equality.ts'
import { ScimError } from '../scim/error.ts'
import { isObject, type Json } from '../scim/json.ts'
import type { PatchOperation } from '../scim/patch.ts'
import { applyPatch } from '../scim/patch-apply.ts'
import { isReference } from '../scim/patch-target.ts'
import type { Conditions, ScimReply } from '../scim/request.ts'
import { attributeIn, isAssigned, type Resource } from '../scim/resource.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import type { Errand } from '../upstream/upstream.ts'
import {
  type Asked,
  ask,
  type Carrier,
  type Held,
  readHeld,
  replyOf,
  requireInScope,
  shown,
  tagged,
} from './carrier.ts'
import { requireConditions } from './entity-tag.ts'
import { isMembers } from './members.ts'
import type { TypeView } from './type-view.ts'
import { afterReading, heldBy } from './write.ts'

/** A client's PATCH, its type found. */
interface Patch {
  readonly carrier: Carrier
  readonly type: TypeView
  readonly request: Asked<'patch'>
  readonly errand: Errand
  /** In the upstream's tags. */
  readonly conditions: Conditions
}

/** Changes a resource (RFC 7644 §3.5.2): by translated operations, or by the difference that they make to what is there. */
export async function carryPatch(carrier: Carrier, request: Asked<'patch'>, errand: Errand): Promise<ScimReply> {
  const type = carrier.viewOf(request.definition)
  type.requireAllowed('update')
  return change({ carrier, type, request, errand, conditions: type.tags.inUpstream(request) }, (after, before) =>
    requireInScope(type, after, before),
  )
}

/**
 * What stands for a DELETE where accounts are kept: the resource is no longer active. It may leave the scope by that.
 * @throws ScimError 403 for a type that has no `active`
 */
export async function carryDeactivation(
  carrier: Carrier,
  type: TypeView,
  { definition, id, operation: _, ...conditions }: Asked<'delete'>,
  errand: Errand,
): Promise<ScimReply> {
  const active = attributeAt(definition, { name: 'active' })
  if (active === undefined || active.extension !== undefined || active.attribute.type !== 'boolean')
    throw new ScimError(403, `a ${type.name} cannot be deactivated, and this tenant deletes nothing: leave it as it is`)
  const operations = [{ op: 'replace', path: { name: 'active' }, value: false }] as const
  const request = { operation: 'patch', definition, id, operations, projection: {}, ...conditions } as const
  await change({ carrier, type, request, errand, conditions: type.tags.inUpstream(conditions) }, () => {})
  return { kind: 'empty', status: 204 }
}

async function change(patch: Patch, accept: (after: Resource, before: Resource) => void): Promise<ScimReply> {
  const { type, request, conditions } = patch
  const { operations, members, isUnread } = withMembersApart(request, type)
  const translation = type.translator.patch(operations)
  const read = () => readHeld(patch, request.id, isUnread ? withoutMembers : {})
  // An upstream that is asked to change nothing gives what it likes: it is only asked whether the resource is there.
  if (translation.operations.length + members.length === 0) return unchanged(patch, await read())
  if (translation.kind === 'direct' && type.scope === undefined)
    return send(patch, [...translation.operations, ...members], { conditions })
  return afterReading(conditions, read, async (held, own) => {
    const asked = translation.kind === 'direct' ? operations : translation.operations
    const written = writtenBy(asked, held, type)
    if (type.scope !== undefined) accept(type.translator.toClient(written.after), held.client)
    const changes = [...(translation.kind === 'direct' ? translation.operations : written.difference), ...members]
    if (changes.length > 0) return send(patch, changes, { conditions: own, held })
    return unchanged(patch, held)
  })
}

const withoutMembers = { excludedAttributes: [{ name: 'members' }] } as const

/**
 * Members are many, and may cost a call a page to read. Where rules leave them alone, what a PATCH does to them goes as it
 * is, unread: no other operation can depend on it.
 */
function withMembersApart({ operations, projection }: Asked<'patch'>, { leavesMembers }: TypeView) {
  const isOfMembers = ({ path }: PatchOperation): boolean => leavesMembers && isMembers(path)
  const others = operations.filter((one) => !isOfMembers(one))
  return {
    operations: others,
    members: operations.filter(isOfMembers),
    isUnread: leavesMembers && projection.attributes === undefined && others.every(({ path }) => path !== undefined),
  }
}

/** Nothing has to be written: 204, unless the client asked to see the resource (contract §12). */
function unchanged({ type, request: { projection }, conditions }: Patch, held: Held): ScimReply {
  requireConditions(conditions, held.etag)
  return projection.attributes === undefined
    ? { kind: 'empty', status: 204, ...tagged(type, held.etag) }
    : replyOf(type, held, projection)
}

/** What the upstream holds after the client's operations, and how it differs from what it held. */
function writtenBy(operations: readonly PatchOperation[], { resource, client }: Held, { translator }: TypeView) {
  const after = translator.carryOver(resource, applyPatch(client, operations, translator.client), false)
  const difference = diffResources(resource, after, translator.upstream).flatMap((one) =>
    apart(one, translator.upstream),
  )
  return { after, difference: [...difference, ...secretsIn(resource, after, translator.upstream)] }
}

/**
 * A change of some parts of a complex value, part by part: servers differ in whether a replace of the whole keeps the
 * others (RFC 7644 §3.5.2.3). A reference (`manager`) is one value.
 */
function apart(operation: PatchOperation, definition: ResourceDefinition): readonly PatchOperation[] {
  if (operation.op !== 'replace' || operation.path === undefined || !isObject(operation.value)) return [operation]
  const { op, path, value } = operation
  const attribute = attributeAt(definition, path)?.attribute
  if (attribute?.multiValued === true || isReference(attribute)) return [operation]
  return Object.entries(value).map(([sub, one]) => ({ op, path: { ...path, sub }, value: one }))
}

/** What is never returned (a password) cannot be compared: where the client gave one, it is written. */
function secretsIn(before: Resource, after: Resource, { core, extensions }: ResourceDefinition): PatchOperation[] {
  return [core, ...extensions].flatMap(({ id, attributes }) =>
    attributes.flatMap(({ name, returned }): PatchOperation[] => {
      if (returned !== 'never') return []
      const path = id === core.id ? { name } : { urn: id, name }
      const value = memberAt(after, path)
      return isAssigned(value) && !isSame(value, memberAt(before, path)) ? [{ op: 'replace', path, value }] : []
    }),
  )
}

function memberAt(resource: Resource, { urn, name }: { urn?: string; name: string }): Json | undefined {
  const holder = urn === undefined ? resource : attributeIn(resource, urn)
  return isObject(holder) ? attributeIn(holder, name) : undefined
}

async function send(
  { carrier, type, request, errand }: Patch,
  operations: readonly PatchOperation[],
  { conditions, held }: { readonly conditions: Conditions; readonly held?: Held },
): Promise<ScimReply> {
  const { id, projection } = request
  const { translator } = type
  const asked = {
    operation: 'patch',
    definition: translator.upstream,
    id,
    operations,
    projection: translator.projection(projection),
    ...conditions,
    ...heldBy(held),
  } as const
  const reply = await ask(asked, errand, { carrier, type })
  const isWanted = type.hasRules && projection.attributes !== undefined
  if (reply.kind === 'empty' && isWanted) {
    const shownNow = translator.projection(projection, type.scope?.needs)
    return replyOf(type, await readHeld({ carrier, type, errand }, id, shownNow), projection)
  }
  return shown(type, reply, projection)
}
