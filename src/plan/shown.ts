import { fold } from '../scim/fold.ts'
import { isObject, type Json, type JsonObject } from '../scim/json.ts'
import type { AttributePath } from '../scim/path.ts'
import { project } from '../scim/project.ts'
import type { Projection, ScimReply } from '../scim/request.ts'
import { attributeIn, type Resource, spellingOf } from '../scim/resource.ts'
import type { ResourceDefinition } from '../scim/schema.ts'

const isMembers = ({ urn, name }: AttributePath): boolean => urn === undefined && fold(name ?? '') === 'members'

/** Whether a projection shows members, where they are shown unless somebody says otherwise. */
export function wantsMembers({ attributes = [], excludedAttributes = [] }: Projection): boolean {
  if (attributes.length > 0) return attributes.some(isMembers)
  return !excludedAttributes.some((path) => isMembers(path) && path.sub === undefined)
}

/** A projection that asks for no members. */
export function withoutMembers({ attributes = [], excludedAttributes = [] }: Projection): Projection {
  if (attributes.length > 0) {
    const others = attributes.filter((path) => !isMembers(path))
    return { attributes: others.length === 0 ? [{ name: 'id' }] : others }
  }
  const others = excludedAttributes.filter((path) => !isMembers(path))
  return others.length === 0 ? {} : { excludedAttributes: others }
}

/** A list of members as a projection shows it, by their parts. */
export function membersShown(members: readonly JsonObject[], projection: Projection): readonly JsonObject[] {
  const subsOf = (paths: readonly AttributePath[] = []) =>
    paths.filter(isMembers).flatMap(({ sub }) => (sub === undefined ? [] : [fold(sub)]))
  const isAllAsked = projection.attributes?.some((path) => isMembers(path) && path.sub === undefined) ?? true
  const only = isAllAsked ? [] : subsOf(projection.attributes)
  const not = subsOf(projection.excludedAttributes)
  if (only.length === 0 && not.length === 0) return members
  const isShown = (name: string) => (only.length === 0 || only.includes(fold(name))) && !not.includes(fold(name))
  return members.map((member) => Object.fromEntries(Object.entries(member).filter(([name]) => isShown(name))))
}

/** What a reply about a resource that was computed here needs. */
export interface Shown {
  readonly definition: ResourceDefinition
  readonly id: string
  readonly projection: Projection
  readonly resource: Resource
  readonly etag?: string | undefined
  /** Where they were read. Absent: they are an attribute of the resource like any other, or nobody asked. */
  readonly members?: readonly JsonObject[] | undefined
}

/** The resource as the client asked to see it, from what is known of it here. */
export function replyOf({ definition, id, projection, resource, etag, members }: Shown): ScimReply {
  const whole = members === undefined ? resource : { ...without(resource, 'members'), members: [...members] }
  return {
    kind: 'resource',
    status: 200,
    resource: projected(whole, projection, definition),
    location: `${definition.type.endpoint}/${encodeURIComponent(id)}`,
    ...(etag === undefined ? {} : { etag }),
  }
}

/** `project`, but members are shown wherever they are known: an upstream's schema may say that they are never returned. */
export function projected(resource: Resource, projection: Projection, definition: ResourceDefinition): Resource {
  const members = attributeIn(resource, 'members')
  if (!Array.isArray(members)) return project(resource, projection, definition)
  const own = project(without(resource, 'members'), projection, definition)
  if (!wantsMembers(projection)) return own
  return { ...own, members: [...membersShown(members.filter(isObject), projection)] }
}

export function without(resource: Resource, name: string): Resource {
  const spelling = spellingOf(resource, name)
  if (spelling === undefined) return resource
  const { [spelling]: _, ...rest } = resource
  return rest
}

/** What of `meta` is no longer true of a resource that was just changed, and not told by the upstream. */
export function aged(resource: Resource): Resource {
  const meta: Json | undefined = attributeIn(resource, 'meta')
  if (!isObject(meta)) return resource
  return { ...resource, meta: without(without(meta, 'version'), 'lastModified') }
}
