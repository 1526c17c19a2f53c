import { badRequest } from './error.ts'

export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [name: string]: Json
}

/** Levels of nesting a body may have. SCIM needs five; a nesting bomb has thousands. */
const maxDepth = 64
/** Names that one object may have. Names are looked for without case, one by one; no schema has a tenth as many. */
const maxNames = 2000

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Parses a body's text. `__proto__` keys are dropped wherever they stand, so that no later copy can reach a prototype.
 * @throws ScimError 400 `invalidSyntax` when it is no JSON, nested deeper than 64 levels, or an object in it has more
 * than 2,000 names.
 */
export function parseJson(text: string): Json {
  let value: Json
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw badRequest('invalidSyntax', 'the body is not valid JSON', cause)
  }
  clean(value, 0)
  return value
}

function clean(value: Json, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth >= maxDepth) throw badRequest('invalidSyntax', `the body is nested deeper than ${maxDepth} levels`)
  if (Array.isArray(value)) {
    for (const item of value) clean(item, depth + 1)
    return
  }
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__')
  let names = 0
  for (const name in value) {
    names += 1
    if (names > maxNames) throw badRequest('invalidSyntax', `an object in the body has more than ${maxNames} names`)
    const member = value[name]
    if (typeof member === 'object' && member !== null) clean(member, depth + 1)
  }
}

/**
 * Sets a member of an object that is still being built. `__proto__` is no SCIM attribute name and would not be set but
 * change the object's prototype, so it is left out.
 */
export function put(object: JsonObject, name: string, value: Json): void {
  if (name !== '__proto__') object[name] = value
}
