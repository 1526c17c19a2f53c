import type { PatchForms } from '../capabilities.ts'
import { diffResources } from '../scim/diff.ts'
import { fold } from '../scim/fold.ts'
import { isObject, type Json } from '../scim/json.ts'
import type { PatchOperation } from '../scim/patch.ts'
import { targetOf } from '../scim/patch-target.ts'
import { type AttributePath, type PatchPath, printAttributePath } from '../scim/path.ts'
import { attributeIn, isAssigned, type Resource } from '../scim/resource.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { isPointer } from './holdable.ts'

/** What differs, as operations that an upstream of these forms takes: each has a path. */
export function changesOf(
  before: Resource,
  after: Resource,
  definition: ResourceDefinition,
  forms: PatchForms,
): readonly PatchOperation[] {
  const whole = new Set<string>()
  return diffResources(before, after, definition).flatMap((operation) => {
    const { path } = operation
    if (path === undefined) return [operation]
    const { filter: _, sub: __, ...at } = path
    if (!isWhole(operation, definition, forms)) return apart(operation, definition)
    const label = fold(printAttributePath(at))
    if (whole.has(label)) return []
    whole.add(label)
    return [assigned(at, valueAt(after, at))]
  })
}

/** Whether the attribute is written whole, whatever changed of it. */
function isWhole(operation: PatchOperation, definition: ResourceDefinition, forms: PatchForms): boolean {
  const { path } = operation
  if (path === undefined) return false
  const { attribute } = targetOf({ ...path }, definition)
  if (attribute?.multiValued === true) return !forms.elements || (path.filter !== undefined && forms.filters !== 'any')
  return isPointer(attribute)
}

const assigned = (path: AttributePath, value: Json | undefined): PatchOperation =>
  value !== undefined && isAssigned(value) ? { op: 'replace', path, value } : { op: 'remove', path }

/**
 * A change of some parts of a complex value, part by part: servers differ in whether a replace of the whole keeps the
 * others (RFC 7644 §3.5.2.3).
 */
function apart(operation: PatchOperation, definition: ResourceDefinition): readonly PatchOperation[] {
  if (operation.op === 'remove' || operation.path === undefined || !isObject(operation.value)) return [operation]
  const { path, value } = operation
  const { attribute } = targetOf(path, definition)
  if (attribute?.multiValued === true || path.filter !== undefined) return [operation]
  return Object.entries(value).map(([sub, one]) => assigned({ ...path, sub }, one))
}

/** What a resource holds under the name of an attribute. */
export function valueAt(resource: Resource, { urn, name }: AttributePath): Json | undefined {
  const holder = urn === undefined ? resource : attributeIn(resource, urn)
  return isObject(holder) && name !== undefined ? attributeIn(holder, name) : undefined
}

/** The attributes that operations change, each once, for whoever is told what was done. */
export const namesOf = (operations: readonly PatchOperation[]): readonly string[] => [
  ...new Set(operations.map(({ path }) => (path === undefined ? 'attributes' : printAttributePath(plain(path))))),
]

const plain = ({ filter: _, ...path }: PatchPath): AttributePath => path
