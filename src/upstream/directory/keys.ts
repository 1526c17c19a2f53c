import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { fold } from '../../scim/fold.ts'
import { isObject, type Json } from '../../scim/json.ts'
import { attributeIn, type Resource } from '../../scim/resource.ts'
import type { ResourceKey } from '../../store/resource-keys.ts'
import type { DirectoryType, KeyedAttribute } from './model.ts'

/** Longer values are kept by their hash, so that no client can fill the index with its megabytes. */
const maxKeyLength = 200

/** The text under which a value is kept and looked up: two values have the same exactly when they are equal. */
export function keyText(value: string, keyed: KeyedAttribute): string {
  const spelt = keyed.caseExact ? value : fold(value)
  // NUL cannot begin a short key: those that hold one are hashed too.
  if (spelt.length <= maxKeyLength && !spelt.includes('\0')) return spelt
  return `\0${bytesToHex(sha256(utf8ToBytes(spelt)))}`
}

/** Every key of a resource, each once. */
export function keysOf(resource: Resource, type: DirectoryType): ResourceKey[] {
  const keys = new Map<string, ResourceKey>()
  for (const keyed of type.keyed.values())
    for (const value of valuesOf(resource, keyed)) {
      const key = { attribute: keyed.name, value: keyText(value, keyed), single: keyed.single }
      keys.set(`${key.attribute} ${key.value}`, key)
    }
  return [...keys.values()]
}

function valuesOf(resource: Resource, { extension, attribute, sub }: KeyedAttribute): string[] {
  const holder = extension === undefined ? resource : attributeIn(resource, extension.id)
  if (!isObject(holder)) return []
  const values = listOf(attributeIn(holder, attribute.name))
  const leaves = sub === undefined ? values : values.flatMap((one) => listOf(subValue(one, sub.name)))
  return leaves.flatMap((leaf) => (typeof leaf === 'string' || typeof leaf === 'number' ? [String(leaf)] : []))
}

const subValue = (element: Json, name: string): Json | undefined =>
  isObject(element) ? attributeIn(element, name) : fold(name) === 'value' ? element : undefined

const listOf = (value: Json | undefined): readonly Json[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]

export interface KeyDifference {
  readonly gone: readonly ResourceKey[]
  readonly come: readonly ResourceKey[]
}

/** Which keys a change takes away and which it brings: usually none. */
export function keyDifference(before: readonly ResourceKey[], after: readonly ResourceKey[]): KeyDifference {
  const text = (key: ResourceKey) => `${key.attribute} ${key.value}`
  const old = new Set(before.map(text))
  const now = new Set(after.map(text))
  return {
    gone: before.filter((key) => !now.has(text(key))),
    come: after.filter((key) => !old.has(text(key))),
  }
}
