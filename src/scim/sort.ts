import { printAttributePath } from './attribute-path.ts'
import { booleanOf, compareText, numberOf } from './compare.ts'
import { badRequest } from './error.ts'
import { fold, isCaseExact } from './fold.ts'
import { instantOf } from './instant.ts'
import { isObject, type Json } from './json.ts'
import type { AttributePath } from './path.ts'
import { attributeIn, type Resource } from './resource.ts'
import type { Attribute, ResourceDefinition } from './schema.ts'
import { comparedAttribute, isPresent, targetOf } from './target.ts'

/** What a resource is sorted by; undefined when it has no such value. */
export type SortKey = string | number | undefined

/**
 * Orders resources by an attribute (RFC 7644 §3.4.2.3): of several values by the primary or else the first one; those
 * without a value last when ascending, first when descending. Equals stay as they are: the caller breaks ties.
 * @throws ScimError 400 `invalidPath` for a complex attribute that has no `value`.
 */
export function compileSort(
  sortBy: AttributePath,
  sortOrder: 'ascending' | 'descending' | undefined,
  definition: ResourceDefinition,
): (a: Resource, b: Resource) => number {
  const keyOf = sortKeyOf(sortBy, definition)
  const ascending = (a: Resource, b: Resource): number => compareSortKeys(keyOf(a), keyOf(b))
  return sortOrder === 'descending' ? (a, b) => ascending(b, a) : ascending
}

/**
 * The key by which `sortBy` orders a resource, to be computed once for each: text folded unless case exact, dateTimes as
 * milliseconds, booleans as 0 and 1. Attributes that are never returned have no key, lest the order tell their values.
 * @throws ScimError 400 `invalidPath` for a complex attribute that has no `value`.
 */
export function sortKeyOf(sortBy: AttributePath, definition: ResourceDefinition): (resource: Resource) => SortKey {
  const { read, sub, attribute, isHidden } = targetOf(definition, sortBy)
  const compared = attribute && comparedAttribute(attribute)
  if (isHidden || compared?.returned === 'never') return () => undefined
  if (attribute !== undefined && compared === undefined) {
    throw badRequest('invalidPath', `${printAttributePath(sortBy)} is complex: sort by one of its sub-attributes`)
  }
  return (resource) => {
    const value = first(read(resource))
    const key = isObject(value) ? first(attributeIn(value, sub ?? 'value')) : bare(value, sub)
    return isPresent(key) && key !== undefined ? keyOfValue(key, compared) : undefined
  }
}

/** A bare value stands for its element's `value`. */
const bare = (value: Json | undefined, sub: string | undefined): Json | undefined =>
  sub === undefined || fold(sub) === 'value' ? value : undefined

/** The primary value of a list, or else its first one that is assigned. */
function first(value: Json | undefined): Json | undefined {
  if (!Array.isArray(value)) return value
  const primary = value.find((one) => isObject(one) && booleanOf(attributeIn(one, 'primary') ?? null) === true)
  return primary ?? value.find((one) => one !== null)
}

function keyOfValue(value: Json, attribute: Attribute | undefined): SortKey {
  switch (attribute?.type) {
    case 'boolean':
      return keyOfBoolean(booleanOf(value))
    case 'integer':
    case 'decimal':
      return numberOf(value)
    case 'dateTime':
      return typeof value === 'string' ? instantOf(value) : undefined
  }
  if (typeof value === 'string') return isCaseExact(attribute) ? value : fold(value)
  return typeof value === 'boolean' ? keyOfBoolean(value) : typeof value === 'number' ? value : undefined
}

const keyOfBoolean = (value: boolean | undefined): number | undefined =>
  value === undefined ? undefined : Number(value)

/** Ascending order of sort keys: numbers, then texts by code point, then those that are missing. */
export function compareSortKeys(a: SortKey, b: SortKey): number {
  if (a === b) return 0
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  return rank(a) - rank(b)
}

const rank = (key: SortKey): number => (key === undefined ? 2 : typeof key === 'string' ? 1 : 0)
