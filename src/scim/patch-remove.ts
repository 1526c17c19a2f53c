import { subAttributeNamed } from './definition.ts'
import { badRequest } from './error.ts'
import type { Filter } from './filter.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import type { PatchOperation } from './patch.ts'
import { isReference, type Reading, targetOf } from './patch-target.ts'
import { type PatchPath, printPatchPath } from './path.ts'
import { attributeIn } from './resource.ts'
import type { Attribute } from './schema.ts'
import { decoded } from './value.ts'

/**
 * What a `remove` removes. The standard gives it no value, but Entra and JumpCloud name the values to go in one
 * (`{"op":"Remove","path":"members","value":[{"value":"id"}]}`); read by the letter, that would empty the group (facts,
 * C1 and part F). Here each named value is a removal of its own, and an empty list removes nothing.
 * @throws ScimError 400 `invalidValue` from `strict`, where a value is given.
 */
export function removalsOf(path: PatchPath, value: Json | undefined, reading: Reading): PatchOperation[] {
  if (value === undefined || value === null) return [{ op: 'remove', path }]
  if (reading.dialect === 'strict') {
    throw badRequest(
      'invalidValue',
      `a remove has no value: choose with a filter, ${printPatchPath(path)}[value eq "…"]`,
    )
  }
  const { attribute } = targetOf(path, reading.definition)
  const isList = path.name !== undefined && path.sub === undefined && path.filter === undefined
  if (!isList || attribute?.multiValued === false) return [{ op: 'remove', path }]
  const given = decoded(value)
  return (Array.isArray(given) ? given : [given]).flatMap((item) => {
    const filter = chosen(decoded(item), attribute)
    return filter === undefined ? [] : [{ op: 'remove' as const, path: { ...path, filter } }]
  })
}

/** The filter that chooses one named value, or undefined where it names none. */
function chosen(item: Json, attribute: Attribute | undefined): Filter | undefined {
  if (!isObject(item)) return item === null || Array.isArray(item) || item === '' ? undefined : equal('value', item)
  const parts = choosingNames(item, attribute).flatMap((name) => {
    const value = attributeIn(item, name)
    if (value === undefined || value === null || typeof value === 'object') return []
    return [equal((attribute && subAttributeNamed(attribute, name)?.name) ?? name, value)]
  })
  return parts.reduce<Filter | undefined>(
    (left, right) => (left === undefined ? right : { kind: 'and', left, right }),
    undefined,
  )
}

/**
 * The names that tell one value from another: a reference (`members`) is its `value` whatever display it came with; of
 * other values the type counts too; and what has no `value` (`addresses`) is compared as a whole.
 */
function choosingNames(item: JsonObject, attribute: Attribute | undefined): readonly string[] {
  if (typeof attributeIn(item, 'value') !== 'string') return Object.keys(item)
  if (isReference(attribute)) return ['value']
  // A server that holds members by their `value` alone (Entra) has no type of theirs to compare.
  return ['value', 'type'].filter((name) => attribute === undefined || subAttributeNamed(attribute, name) !== undefined)
}

const equal = (name: string, value: string | number | boolean): Filter => ({
  kind: 'compare',
  operator: 'eq',
  path: { name },
  value,
})
