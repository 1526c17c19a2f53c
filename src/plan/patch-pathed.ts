import type { PatchForms, TypeForms } from '../capabilities.ts'
import { attributeAt } from '../scim/definition.ts'
import type { Filter } from '../scim/filter.ts'
import { fold } from '../scim/fold.ts'
import { isObject } from '../scim/json.ts'
import type { PatchOperation } from '../scim/patch.ts'
import { type AttributeOperation, expand } from '../scim/patch-expand.ts'
import { requireWritable, targetOf } from '../scim/patch-target.ts'
import type { PatchPath } from '../scim/path.ts'
import { isAssigned } from '../scim/resource.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { isForeign, isPointer } from './holdable.ts'

/** The removal of a whole extension: what is in it only a read tells. */
export interface SchemaRemoval {
  readonly op: 'remove'
  readonly path: PatchPath
}

/** One attribute's change, or the removal of a whole extension. */
export type Pathed = AttributeOperation | SchemaRemoval

/** Operations with a path each: those of a path-less value, and those of an extension's, one by one. @throws ScimError 400 */
export function pathed(operations: readonly PatchOperation[], definition: ResourceDefinition): readonly Pathed[] {
  return operations.flatMap((operation): readonly Pathed[] => {
    const { op, path } = operation
    if (op === 'remove' && path.name === undefined) return [{ op, path }]
    const expanded = expand(operation, definition, () => [])
    for (const one of expanded) requireWritable(one.path, definition)
    return expanded.flatMap((one): readonly Pathed[] => {
      if (one.op === 'remove' || isAssigned(one.value)) return [one]
      return one.op === 'add' ? [] : [{ op: 'remove', path: one.path }]
    })
  })
}

/**
 * What is never shown, or only when asked for, cannot be compared with what is there: it is written as it was asked. So is
 * what is in a schema that only the upstream knows.
 */
export function isBlind({ path }: Pathed, forms: TypeForms | undefined, definition: ResourceDefinition): boolean {
  if (path.urn !== undefined && forms !== undefined && isForeign(forms, path.urn)) return true
  const place = attributeAt(definition, path)
  const shown = [place?.attribute.returned, place?.sub?.returned]
  return shown.includes('never') || shown.includes('request')
}

/**
 * An operation as an upstream of these forms takes it, if it can be had without knowing what is there; else undefined.
 * @param definition the type as the upstream holds it
 */
export function directly(
  operation: Pathed,
  definition: ResourceDefinition,
  forms: PatchForms,
): readonly PatchOperation[] | undefined {
  const { path } = operation
  if (path.name === undefined) return undefined
  const { attribute } = targetOf(path, definition)
  const isList = operation.op !== 'remove' && path.sub === undefined && Array.isArray(operation.value)
  if (attribute?.multiValued ?? (isList || path.filter !== undefined)) return ofSeveral(operation, forms)
  return isPointer(attribute) ? ofPointer(operation) : ofSingle(operation)
}

function ofSeveral(operation: Pathed, { filters, elements }: PatchForms): readonly PatchOperation[] | undefined {
  const { op, path } = operation
  const { filter, sub } = path
  if (filters === 'any' && elements) return [operation]
  if (filter === undefined) return sub === undefined && (op !== 'add' || elements) ? [operation] : undefined
  const isFitting = filters === 'any' || (filters === 'type' && isPlainType(filter))
  if (!isFitting || sub === undefined || op === 'remove' || !('value' in operation)) return undefined
  // Who is or was of a type, or primary, changes other elements, too.
  if (['type', 'primary'].includes(fold(sub))) return undefined
  // Of a single value, an add is a replace (RFC 7644 §3.5.2.1); where lists do not take adds, it is the one that works.
  return [{ op: elements ? op : 'replace', path, value: operation.value }]
}

/** `[type eq "work"]` */
const isPlainType = (filter: Filter): boolean =>
  filter.kind === 'compare' &&
  filter.operator === 'eq' &&
  typeof filter.value === 'string' &&
  filter.path.sub === undefined &&
  fold(filter.path.name ?? '') === 'type'

/** A reference is one value, whatever it is made of: `manager.value` is the manager. */
function ofPointer(operation: Pathed): readonly PatchOperation[] {
  const { sub, ...path } = operation.path
  if (sub !== undefined && fold(sub) !== 'value') return [operation]
  if (operation.op === 'remove' || !('value' in operation)) return [{ op: 'remove', path }]
  const value = sub === undefined ? operation.value : { value: operation.value }
  return [{ op: 'replace', path, value }]
}

/** A complex value part by part, for a replace of the whole makes some servers forget the others. */
function ofSingle(operation: Pathed): readonly PatchOperation[] {
  if (operation.op === 'remove' || !('value' in operation)) return [operation]
  const { op, path, value } = operation
  if (path.sub !== undefined || !isObject(value)) return [operation]
  return Object.entries(value).map(([sub, one]) =>
    isAssigned(one) ? { op, path: { ...path, sub }, value: one } : { op: 'remove', path: { ...path, sub } },
  )
}
