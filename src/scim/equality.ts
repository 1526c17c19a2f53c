import { attributeNamed } from './definition.ts'
import { fold, isCaseExact } from './fold.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { attributeIn, isAssigned, spellingOf } from './resource.ts'
import type { Attribute } from './schema.ts'

const nothing = 'null'

/**
 * A text that two values share exactly when they are equal: null, the empty list, the empty object and absence are one
 * (RFC 7643 §2.5), lists have no order (§2.4), names have no case (§2.1). Text is compared with its case, for a client
 * that changes only the case of a name wants it changed.
 */
export function exactKey(value: Json | undefined): string {
  return key(value, undefined, (text) => text)
}

/** The same, text without case where the schema says that case does not matter. Unknown attributes keep theirs. */
export function foldedKey(value: Json | undefined, attribute: Attribute | undefined): string {
  return key(value, attribute, (text, of) => (of === undefined || isCaseExact(of) ? text : fold(text)))
}

/**
 * Whether two values are equal as `exactKey` has it. Values that share most of what is in them, as a resource and its
 * successor do, are compared by what they do not share.
 */
export function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) return isSameList(a, b)
  if (isObject(a) && isObject(b)) return isSameObject(a, b)
  return exactKey(a) === exactKey(b)
}

function isSameList(a: readonly Json[], b: readonly Json[]): boolean {
  const isPlain = a.every(isAssigned) && b.every(isAssigned)
  if (isPlain && a.length !== b.length) return false
  const inA = new Set(a)
  const inB = new Set(b)
  const isDistinct = inA.size === a.length && inB.size === b.length
  if (!isDistinct) return exactKey([...a]) === exactKey([...b])
  return exactKey(a.filter((item) => !inB.has(item))) === exactKey(b.filter((item) => !inA.has(item)))
}

function isSameObject(a: JsonObject, b: JsonObject): boolean {
  const names = Object.keys(a)
  // Each name is looked for without case: beyond this many, the sorted keys are cheaper.
  if (names.length > 200 || names.length !== Object.keys(b).length) return exactKey(a) === exactKey(b)
  const isKnown = (name: string) => spellingOf(a, name) !== undefined || exactKey(b[name]) === nothing
  return names.every((name) => isSame(a[name], attributeIn(b, name))) && Object.keys(b).every(isKnown)
}

type Spell = (text: string, attribute: Attribute | undefined) => string

function key(value: Json | undefined, attribute: Attribute | undefined, spell: Spell): string {
  if (value === undefined || value === null) return nothing
  if (typeof value === 'string') return JSON.stringify(spell(value, attribute))
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) {
    const keys = value.map((item) => key(item, attribute, spell)).filter((one) => one !== nothing)
    return keys.length === 0 ? nothing : `[${keys.sort().join(',')}]`
  }
  if (!isObject(value)) return nothing
  const members: string[] = []
  for (const name in value) {
    const sub = attribute?.subAttributes && attributeNamed(attribute.subAttributes, name)
    const member = key(value[name], sub, spell)
    if (member !== nothing) members.push(`${JSON.stringify(fold(name))}:${member}`)
  }
  return members.length === 0 ? nothing : `{${members.sort().join(',')}}`
}

/** Whether two simple values are equal, text without case where the schema says that case does not matter. */
export function isEqualText(a: Json | undefined, b: Json | undefined, attribute: Attribute | undefined): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return (a ?? null) === (b ?? null)
  return a === b || (attribute !== undefined && !isCaseExact(attribute) && fold(a) === fold(b))
}
