import { scimPatch } from 'scim-patch'
import { attributeAt } from '../../src/scim/definition.ts'
import type { Filter } from '../../src/scim/filter.ts'
import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import type { PatchOperation } from '../../src/scim/patch.ts'
import { isReference } from '../../src/scim/patch-target.ts'
import { type PatchPath, printPatchPath } from '../../src/scim/path.ts'
import type { Attribute, ResourceDefinition } from '../../src/scim/schema.ts'
import { canonical, elements, lower, lowered } from './oracle-places.ts'

/**
 * Applies operations by the package `scim-patch`, an independent reading of RFC 7644 §3.5.2. Names are given to it in
 * lower case, since it minds their case (against RFC 7643 §2.1). Undefined where it is known to deviate:
 *
 * - a whole extension as the path: it cuts the URN at its last colon (RFC 7644 §3.10);
 * - text in a value filter: compared with case, whatever the schema says (RFC 7643 §2.2);
 * - values that are there already, or twice in what is added: told only when alike to the letter (RFC 7644 §3.5.2.1);
 * - `primary`: not taken from the others (RFC 7644 §3.5.2);
 * - null and empty values: kept, where they are the same as absent (RFC 7643 §2.5);
 * - one value for a whole list: written into every element (RFC 7644 §3.5.2.3);
 * - a replace of elements that a filter chooses: merged into them (RFC 7644 §3.5.2.3), as is a reference's new value;
 * - an add of an element that a filter describes and nothing matches, and a replace of one: nothing, and `noTarget`, where
 *   contract §12 has the element made;
 * - a removal of what a filter does not find: `noTarget`; contract §12 has it a success. It leaves the filter's own words of
 *   an element whose value is removed, which contract §12 has go;
 * - what may not be removed or written (RFC 7643 §7): it knows no schema.
 */
export function applyByOther(
  resource: JsonObject,
  operations: readonly PatchOperation[],
  definition: ResourceDefinition,
): JsonObject | undefined {
  let held = lowered(resource)
  for (const operation of operations) {
    if (!isAgreed(operation, held, definition)) return undefined
    const path = printPath(operation.path ?? {})
    const given =
      operation.op === 'remove'
        ? { op: operation.op, path }
        : { op: operation.op, path, value: lower(operation.value) ?? null }
    const { schemas: _, meta: __, ...data } = held
    const body = { ...structuredClone(data), schemas: [], meta: { created: new Date(0), lastModified: new Date(0) } }
    const { schemas: ___, meta: ____, ...made } = scimPatch(body, [given])
    held = lowered(JSON.parse(JSON.stringify(made)))
  }
  return held
}

function printPath({ urn, name, sub, filter }: PatchPath): string {
  const of = filter?.kind === 'compare' ? { ...filter, path: { name: (filter.path.name ?? '').toLowerCase() } } : filter
  return printPatchPath({
    ...(urn === undefined ? {} : { urn: urn.toLowerCase() }),
    name: (name ?? '').toLowerCase(),
    ...(sub === undefined ? {} : { sub: sub.toLowerCase() }),
    ...(of === undefined ? {} : { filter: of }),
  })
}

/** What an operation is about. */
interface Target {
  readonly held: Json | undefined
  readonly attribute: Attribute | undefined
  readonly path: PatchPath
}

function isAgreed(operation: PatchOperation, resource: JsonObject, definition: ResourceDefinition): boolean {
  const { path } = operation
  if (path?.name === undefined) return false
  const { urn, name } = path
  const holder = urn === undefined ? resource : resource[urn.toLowerCase()]
  const held = isObject(holder) ? holder[name.toLowerCase()] : undefined
  const attribute = attributeAt(definition, urn === undefined ? { name } : { urn, name })?.attribute
  const target = { held, attribute, path }
  if (isKept(target)) return false
  if (operation.op === 'remove') return isAgreedRemoval(target)
  const value = lower(operation.value)
  // What is empty somewhere in a value takes away what there is.
  if (value === undefined || canonical(value) !== canonical(named(operation.value))) return false
  if (JSON.stringify(value).includes('"primary":') || path.sub?.toLowerCase() === 'primary') return false
  if (path.sub !== undefined && isIntricate(held, path.sub.toLowerCase())) return false
  if (path.filter !== undefined && path.sub === undefined && !isObject(value)) return false
  if (path.filter !== undefined) return isAgreedElement(target, operation.op)
  if (path.sub !== undefined) return isAgreedSub(target)
  return isAgreedWhole(target, operation.op, value)
}

/** Names in lower case, and nothing left out. */
function named(value: Json): Json {
  if (Array.isArray(value)) return value.map(named)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name.toLowerCase(), named(one)]))
}

/** Whether a sub-attribute holds more than one simple value somewhere, which no schema of ours has. */
const isIntricate = (held: Json | undefined, sub: string): boolean =>
  elements(held).some((one) => isObject(one) && typeof one[sub] === 'object')

const isKept = ({ attribute, path: { sub } }: Target): boolean => {
  const part = attribute?.subAttributes?.find(({ name }) => name.toLowerCase() === sub?.toLowerCase())
  const all = [attribute, part].flatMap((one) => one ?? [])
  return all.some(({ required, mutability }) => required || mutability === 'readOnly' || mutability === 'immutable')
}

function isAgreedRemoval({ held, attribute, path: { filter, sub } }: Target): boolean {
  if (filter !== undefined) return sub === undefined && chosen(held, filter) !== undefined
  return sub === undefined || (attribute?.multiValued !== true && (held === undefined || isObject(held)))
}

/** How many elements a filter chooses; undefined where that depends on the case of a text, or there is no list. */
function chosen(held: Json | undefined, filter: Filter): number | undefined {
  if (!Array.isArray(held) || !held.every(isObject)) return undefined
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || filter.value === null) return undefined
  const { path, value } = filter
  const found = held.flatMap((one) => (isObject(one) ? [one[(path.name ?? '').toLowerCase()]] : []))
  const folded = found.filter((one) => String(one).toLowerCase() === String(value).toLowerCase())
  return folded.every((one) => one === value) ? folded.length : undefined
}

function isAgreedElement({ held, attribute, path: { filter, sub } }: Target, op: 'add' | 'replace'): boolean {
  if (filter === undefined || isReference(attribute)) return false
  const count = chosen(held ?? [], filter)
  const isMade = filter.kind === 'compare' && filter.path.name?.toLowerCase() !== sub?.toLowerCase()
  if (sub === undefined) return op === 'add' && count !== undefined && count > 0
  return isMade && count !== undefined
}

function isAgreedSub({ held, attribute }: Target): boolean {
  if (isReference(attribute)) return false
  return attribute?.multiValued === true || Array.isArray(held)
    ? attribute !== undefined && Array.isArray(held) && held.every(isObject)
    : held === undefined || isObject(held)
}

function isAgreedWhole({ held, attribute }: Target, op: 'add' | 'replace', value: Json): boolean {
  if (held !== undefined && isObject(held) !== isObject(value)) return false
  const isList = attribute?.multiValued ?? (Array.isArray(held) || Array.isArray(value))
  if (!isList) return !Array.isArray(value) && !(isReference(attribute) && held !== undefined)
  if (!Array.isArray(value) || (held !== undefined && !Array.isArray(held))) return false
  if (op === 'replace') return !isReference(attribute)
  const keys = [...(held ?? []), ...value].map((one) =>
    canonical(isObject(one) ? (one['value'] ?? one) : one).toLowerCase(),
  )
  return new Set(keys).size === keys.length
}
