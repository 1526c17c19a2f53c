import type { Json, JsonObject } from '../scim/json.ts'

/** RFC 7643 §2.5: null, the empty list, the empty object and what holds nothing else are the same as absent. */
export function isBlank(value: Json | undefined): value is undefined {
  if (value === undefined || value === null) return true
  if (typeof value !== 'object') return false
  if (Array.isArray(value)) return value.every(isBlank)
  for (const name in value) if (!isBlank(value[name])) return false
  return true
}

/** The value, undefined where it is blank. */
export const assigned = (value: Json | undefined): Json | undefined => (isBlank(value) ? undefined : value)

/** An own member by its exact name: `constructor` is an attribute like any other. */
export const own = (object: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined
