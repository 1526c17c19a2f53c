import { badRequest } from './error.ts'

export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [name: string]: Json
}

/** Levels of nesting a body may have. SCIM needs five; a nesting bomb has thousands. */
const maxDepth = 64
/** A text so short is parsed in no time, whatever it holds. */
const smallLength = 64 * 1024
/** Names that one object may have. Names are looked for without case, one by one; no schema has a tenth as many. */
const maxNames = 2000

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Parses a body's text. `__proto__` keys are dropped wherever they stand, so that no later copy can reach a prototype.
 * @throws ScimError 400 `invalidSyntax` when it is no JSON, nested deeper than 64 levels, or an object in it has more
 * than 2,000 names; `invalidValue` for a number beyond those of IEEE 754.
 */
export function parseJson(text: string): Json {
  if (text.length > smallLength && isDeep(text)) throw tooDeep()
  let value: Json
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw badRequest('invalidSyntax', 'the body is not valid JSON', cause)
  }
  clean(value, 0)
  return value
}

const tooDeep = () => badRequest('invalidSyntax', `the body is nested deeper than ${maxDepth} levels`)

/** Asked of a text that is not small: to parse a bomb of 8 MiB takes a second and a quarter of a gigabyte. */
function isDeep(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const letter = text.charCodeAt(at)
    if (letter === 0x22) at = endOfString(text, at)
    else if (letter === 0x5b || letter === 0x7b) depth += 1
    else if (letter === 0x5d || letter === 0x7d) depth -= 1
    if (depth > maxDepth) return true
  }
  return false
}

/** Where the string that begins at `start` ends: at the next quotation mark with an even number of backslashes before. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0
    while (text.charCodeAt(at - 1 - escapes) === 0x5c) escapes += 1
    if (escapes % 2 === 0) return at
  }
  return text.length
}

function clean(value: Json, depth: number): void {
  // `1e400` is read as infinity, and would be written as null.
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
    throw badRequest('invalidValue', 'a number in the body is larger than any that can be kept')
  if (typeof value !== 'object' || value === null) return
  if (depth >= maxDepth) throw tooDeep()
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
    if (member !== undefined && typeof member !== 'string') clean(member, depth + 1)
  }
}

/**
 * Sets a member of an object that is still being built. `__proto__` is no SCIM attribute name and would not be set but
 * change the object's prototype, so it is left out.
 */
export function put(object: JsonObject, name: string, value: Json): void {
  if (name !== '__proto__') object[name] = value
}
