import type { Json, JsonObject } from './json.ts'

/** RFC 7643 §3.1. Times are RFC 3339. Inside the gateway `location` is relative to the SCIM root: `/Users/2819c223`. */
export interface Meta extends JsonObject {
  resourceType: string
}

/** A SCIM resource as it stands in JSON, attribute names spelt as its owner spelt them. */
export type Resource = JsonObject

/** The id of a resource, where it has one as text. */
export const idOf = (resource: Resource): string | undefined =>
  typeof resource['id'] === 'string' ? resource['id'] : undefined

/** Whether it is the resource of this id. Servers that number by GUIDs find them in any case. */
export const isOfId = (resource: Resource, id: string): boolean =>
  typeof resource['id'] === 'string' && resource['id'].toLowerCase() === id.toLowerCase()

/** The version of a resource (its ETag), where its `meta` shows one. */
export function versionOf(resource: Resource): string | undefined {
  const meta = resource['meta']
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) return undefined
  return typeof meta['version'] === 'string' ? meta['version'] : undefined
}

/**
 * The spelling under which `object` holds `name`, compared without case (RFC 7643 §2.1); undefined when it has none.
 * Own names only, so that `constructor` is an attribute like any other.
 */
export function spellingOf(object: JsonObject, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name
  const folded = name.toLowerCase()
  for (const own in object) if (own.length === name.length && own.toLowerCase() === folded) return own
  return undefined
}

/** The value that `object` holds under `name`, compared without case; undefined when absent. */
export function attributeIn(object: JsonObject, name: string): Json | undefined {
  const spelling = spellingOf(object, name)
  return spelling === undefined ? undefined : object[spelling]
}

/** RFC 7643 §2.5: null and the empty list are the same as absent. */
export const isAssigned = (value: Json | undefined): value is Exclude<Json, null> =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)
