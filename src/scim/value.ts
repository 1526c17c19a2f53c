import { attributeNamed } from './definition.ts'
import { badRequest, type ScimError } from './error.ts'
import { isObject, type Json, type JsonObject, parseJson, put } from './json.ts'
import type { Attribute, AttributeType } from './schema.ts'

/** How a client is taken: as real ones are, or by the letter (contract §2). */
export type Dialect = 'auto' | 'strict'

/** What is known of the place a value stands at. */
export interface Place {
  readonly dialect: Dialect
  /** The attribute as the error's detail names it. */
  readonly name: string
  /** In a PATCH a null or empty sub-attribute asks for its removal, so that it must not be dropped. */
  readonly patch: boolean
}

/**
 * A client's value in the shape that the schema gives the attribute: real booleans, lists where there are several,
 * objects where they are complex. Null means unassigned (RFC 7643 §2.5). Type errors are refused in both dialects; forms
 * that merely look odd (facts, part C) only by `strict`.
 * @throws ScimError 400 `invalidValue`, or `invalidSyntax` for a name given twice
 */
export function normaliseValue(value: Json, attribute: Attribute, place: Place): Json {
  if (value === null) return unassigned(place)
  const plain = place.dialect === 'auto' ? unwrapped(value, attribute) : value
  if (!attribute.multiValued) return single(plain, attribute, place)
  if (!Array.isArray(plain)) {
    if (place.dialect === 'strict') throw refused(place, 'a list')
    return plain === '' ? [] : [element(plain, attribute, place)]
  }
  const items: Json[] = []
  for (const item of plain) if (item !== null || place.dialect === 'strict') items.push(element(item, attribute, place))
  return items
}

/** One element of a multi-valued attribute. `{ "$ref": null, "value": "x" }` loses its null (Entra; facts, C1). */
export function element(value: Json, attribute: Attribute, place: Place): Json {
  if (value === null) throw refused(place, 'a list without null')
  const inList = { ...place, patch: false }
  if (attribute.type !== 'complex') return scalar(value, attribute.type, inList)
  return complex(place.dialect === 'auto' ? decoded(value) : value, attribute, inList)
}

function single(value: Json, attribute: Attribute, place: Place): Json {
  if (Array.isArray(value)) {
    if (place.dialect === 'strict' || value.length > 1) throw refused(place, 'a single value')
    const [only = null] = value
    return only === null ? null : single(unwrapped(only, attribute), attribute, place)
  }
  if (attribute.type === 'complex') return value === '' ? unassigned(place) : complex(value, attribute, place)
  // The validator of Microsoft clears an attribute by the empty string (facts, C1); on create a client may mean it.
  if (value === '' && place.dialect === 'auto' && (place.patch || attribute.type !== 'string')) return null
  return scalar(value, attribute.type, place)
}

function complex(value: Json, attribute: Attribute, place: Place): Json {
  if (isObject(value)) return members(value, attribute, place)
  const hasValue = attributeNamed(attribute.subAttributes ?? [], 'value') !== undefined
  // A manager or a member given as the bare id (facts, C1; contract §12).
  if (place.dialect === 'auto' && typeof value === 'string' && hasValue) return { value }
  throw refused(place, 'an object')
}

function members(value: JsonObject, attribute: Attribute, place: Place): JsonObject {
  const result: JsonObject = {}
  for (const given in value) {
    const raw = value[given]
    if (raw === undefined) continue
    const sub = attributeNamed(attribute.subAttributes ?? [], given)
    const name = sub?.name ?? given
    if (Object.hasOwn(result, name)) throw givenTwice(`${place.name}.${name}`)
    const shaped =
      sub === undefined || sub.mutability === 'readOnly'
        ? raw
        : normaliseValue(raw, sub, { ...place, name: `${place.name}.${name}` })
    if (shaped !== null || place.patch) put(result, name, shaped)
  }
  return result
}

/** The value's scalar, its type checked; `"False"`, `"42"` and `{ "value": x }` are read as what they stand for. */
function scalar(value: Json, type: AttributeType, place: Place): Json {
  const plain = place.dialect === 'auto' && isObject(value) && Object.hasOwn(value, 'value') ? value['value'] : value
  const { wanted, fits } = scalarKinds[type]
  if (plain !== undefined && fits(plain)) return plain
  const read =
    place.dialect === 'auto' && typeof plain === 'string' ? scalarKinds[type].read?.(plain.trim()) : undefined
  if (read !== undefined) return read
  throw refused(place, wanted)
}

interface ScalarKind {
  readonly wanted: string
  fits(value: Json): boolean
  read?(text: string): Json | undefined
}

const text: ScalarKind = { wanted: 'a string', fits: (value) => typeof value === 'string' }
const scalarKinds: Readonly<Record<AttributeType, ScalarKind>> = {
  string: text,
  dateTime: text,
  reference: text,
  binary: text,
  boolean: {
    wanted: 'true or false',
    fits: (value) => typeof value === 'boolean',
    read: (given) => (/^true$/i.test(given) ? true : /^false$/i.test(given) ? false : undefined),
  },
  integer: {
    wanted: 'an integer',
    fits: (value) => Number.isInteger(value),
    read: (given) => (/^[+-]?\d{1,15}$/.test(given) ? Number(given) : undefined),
  },
  decimal: {
    wanted: 'a number',
    fits: (value) => typeof value === 'number',
    read: (given) => (/^[+-]?\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,2})?$/i.test(given) ? Number(given) : undefined),
  },
  complex: { wanted: 'an object', fits: isObject },
}

const unwrapped = (value: Json, attribute: Attribute): Json => (attribute.type === 'complex' ? decoded(value) : value)

/** A complex value that was sent as JSON inside a string (Entra's `roles`; facts, C1), else the value itself. */
export function decoded(value: Json): Json {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value
  try {
    // Parsed as strictly as a body: a nesting bomb inside a string is one, too.
    return parseJson(value)
  } catch {
    return value
  }
}

function unassigned(place: Place): null {
  if (place.dialect === 'auto') return null
  throw badRequest('invalidValue', `${place.name} is null or empty: leave it out, or remove it`)
}

const refused = (place: Place, wanted: string): ScimError =>
  badRequest('invalidValue', `${place.name} must be ${wanted}`)

export const givenTwice = (name: string): ScimError =>
  badRequest('invalidSyntax', `${name} is given more than once (attribute names do not differ by case)`)
