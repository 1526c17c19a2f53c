import type { TypeForms } from '../capabilities.ts'
import { attributeNamed, schemaNamed, subAttributeNamed } from '../scim/definition.ts'
import type { Filter } from '../scim/filter.ts'
import { fold } from '../scim/fold.ts'
import { isObject, type Json } from '../scim/json.ts'
import { type AttributePath, printAttributePath, printPatchPath } from '../scim/path.ts'
import { isAssigned } from '../scim/resource.ts'
import type { Attribute } from '../scim/schema.ts'
import { elementsOf, type Holdable, holdableValue, isForeign, isPointer } from './holdable.ts'
import type { Pathed } from './patch-pathed.ts'

/** Operations reduced to what the upstream can hold. What it does not hold needs no removal. */
export function holdableOperations(
  operations: readonly Pathed[],
  forms: TypeForms | undefined,
): Holdable<readonly Pathed[]> {
  if (forms?.definition === undefined) return { held: operations, dropped: [] }
  const reduced = operations.map((one) => holdableOperation(one, forms))
  return { held: reduced.flatMap(({ held }) => held), dropped: [...new Set(reduced.flatMap((one) => one.dropped))] }
}

const nothing: Holdable<readonly Pathed[]> = { held: [], dropped: [] }

function holdableOperation(operation: Pathed, forms: TypeForms): Holdable<readonly Pathed[]> {
  const { path, op } = operation
  const { definition } = forms
  const schema = path.urn === undefined ? definition?.core : definition && schemaNamed(definition, path.urn)
  const isRemoval = op === 'remove'
  // What a resource's schemas are follows from what is in it: a body's are made here, too.
  if (path.urn === undefined && fold(path.name ?? '') === 'schemas') return nothing
  const refused = isRemoval ? nothing : { held: [], dropped: [printPatchPath(path)] }
  if (schema === undefined) return path.urn !== undefined && isForeign(forms, path.urn) ? as(operation) : refused
  if (path.name === undefined) return as(operation)
  const attribute = attributeNamed(schema.attributes, path.name)
  if (attribute === undefined) return refused
  if (attribute.mutability === 'readOnly') return nothing
  if (path.filter !== undefined && !mayHold(path, path.filter, forms)) return refused
  if (path.sub !== undefined) return ofSub(operation, attribute, refused)
  if (isRemoval || !('value' in operation)) return as(operation)
  return ofWhole(operation, attribute, forms)
}

const as = (operation: Pathed): Holdable<readonly Pathed[]> => ({ held: [operation], dropped: [] })

function ofSub(
  operation: Pathed,
  attribute: Attribute,
  refused: Holdable<readonly Pathed[]>,
): Holdable<readonly Pathed[]> {
  const sub = subAttributeNamed(attribute, operation.path.sub ?? '')
  if (sub === undefined) return isPointer(attribute) ? nothing : refused
  return sub.mutability === 'readOnly' ? nothing : as(operation)
}

function ofWhole(
  operation: Extract<Pathed, { op: 'add' | 'replace' }>,
  attribute: Attribute,
  forms: TypeForms,
): Holdable<readonly Pathed[]> {
  const { op, path } = operation
  const isOne = path.filter === undefined && attribute.multiValued && isObject(operation.value)
  const value: Json = isOne && isObject(operation.value) ? [operation.value] : operation.value
  const { held, dropped } = holdableValue(value, attribute, { path: plain(path), forms })
  if (held !== undefined && isAssigned(held)) return { held: [{ ...operation, value: held }], dropped }
  // Whoever replaces a list by values that cannot be held wants the old ones gone all the same.
  return { held: op === 'replace' && attribute.multiValued ? [{ op: 'remove', path }] : [], dropped }
}

const plain = ({ urn, name }: AttributePath): AttributePath => ({
  ...(urn === undefined ? {} : { urn }),
  ...(name === undefined ? {} : { name }),
})

/** Whether there may be elements of the type that a filter asks for. */
function mayHold(path: AttributePath, filter: Filter, forms: TypeForms): boolean {
  const allowed = elementsOf(forms, path)
  if (allowed === undefined) return true
  const asked = typesIn(filter)
  return asked.every((type) => allowed.types.some((one) => fold(one.type) === type))
}

function typesIn(filter: Filter): readonly string[] {
  if (filter.kind === 'and') return [...typesIn(filter.left), ...typesIn(filter.right)]
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || typeof filter.value !== 'string') return []
  return fold(printAttributePath(filter.path)) === 'type' ? [fold(filter.value)] : []
}
