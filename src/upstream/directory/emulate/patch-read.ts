import { type AttributePlace, attributeAt } from '../../../scim/definition.ts'
import { entraElements, entraUnremovable } from '../../../scim/entra-limits.ts'
import type { Filter } from '../../../scim/filter.ts'
import { fold } from '../../../scim/fold.ts'
import { isObject, type Json, type JsonObject } from '../../../scim/json.ts'
import { messageUrn } from '../../../scim/message.ts'
import { type PatchPath, parsePatchPath } from '../../../scim/path.ts'
import type { ResourceDefinition } from '../../../scim/schema.ts'
import { customSecurityUrn } from '../../../scim/schemas-entra.ts'
import { bad } from './answer.ts'
import { checkOne, checkValue } from './values.ts'

/** One operation, checked but for its value. */
export interface Operation {
  readonly op: 'add' | 'replace' | 'remove'
  /** As it was written. */
  readonly text: string
  readonly path: PatchPath
  readonly place: AttributePlace
  readonly value: Json | undefined
}

/** Reads a PatchOp by the letter (facts A4): ops in lower case, each with a path. @throws ScimError 400 */
export function readOperations(body: JsonObject, definition: ResourceDefinition): readonly Operation[] {
  const { schemas, Operations: upper, operations: lower, ...more } = body
  if (!Array.isArray(schemas) || !schemas.includes(messageUrn('PatchOp')))
    throw bad(`schemas must list '${messageUrn('PatchOp')}'.`)
  const [unknown] = Object.keys(more)
  if (unknown !== undefined) throw bad(`The property '${unknown.slice(0, 100)}' is not supported.`)
  const list = upper ?? lower
  if (!Array.isArray(list) || list.length === 0 || (upper !== undefined && lower !== undefined))
    throw bad('Operations must be one list of at least one operation.')
  return list.map((one) => readOperation(one, definition))
}

function readOperation(given: Json, definition: ResourceDefinition): Operation {
  if (!isObject(given)) throw bad('An operation must be an object.')
  const { op, path: text, value, ...more } = given
  const [unknown] = Object.keys(more)
  if (unknown !== undefined) throw bad(`The property '${unknown.slice(0, 100)}' is not supported in an operation.`)
  if (op !== 'add' && op !== 'replace' && op !== 'remove') throw bad('op must be "add", "replace" or "remove".')
  if (typeof text !== 'string' || text === '') throw bad('An operation must have a path.')
  if (op === 'remove' ? value !== undefined : value === undefined)
    throw bad(op === 'remove' ? 'A remove has no value.' : `The ${op} has no value.`)
  const path = parsePatchPath(text)
  const { filter, ...names } = path
  const place = attributeAt(definition, names)
  // Attributes of extensions are named with their URN; a whole extension cannot be changed at once.
  if (place === undefined || (place.extension !== undefined && path.urn === undefined))
    throw bad(`The path '${text.slice(0, 200)}' is not supported.`)
  return { op, text, path, place, value }
}

/** What may be done to an attribute that is no group's `members`. @throws ScimError 400 */
export function checkOperation(operation: Operation): void {
  const { op, text, path, place, value } = operation
  const { attribute, sub } = place
  const leaf = sub ?? attribute
  if (attribute.mutability === 'readOnly' || leaf.mutability === 'readOnly' || attribute.name === 'schemas')
    throw bad(`The attribute '${text.slice(0, 200)}' is read-only.`)
  if (attribute.mutability === 'writeOnly') throw bad(`The attribute '${attribute.name}' can only be set at create.`)
  checkTarget(operation)
  if (op === 'remove') checkRemoval(operation)
  if (value === undefined || clears(operation)) return
  const isElement = path.filter !== undefined && sub === undefined
  if (isElement) checkOne(value, attribute, attribute.name)
  else checkValue(value, leaf, text)
}

/** Custom security attributes are emptied by an empty list (facts A6). */
export const clears = ({ op, path, value }: Operation): boolean =>
  op === 'replace' && fold(path.urn ?? '') === fold(customSecurityUrn) && Array.isArray(value) && value.length === 0

function checkTarget({ op, text, path, place }: Operation): void {
  const { attribute, sub } = place
  if (attribute.name === 'manager' && sub !== undefined) throw bad('The manager is replaced as a whole, by its value.')
  if (!attribute.multiValued) {
    if (path.filter !== undefined) throw bad(`The path '${text.slice(0, 200)}' is not supported.`)
    return
  }
  if (path.filter === undefined && sub !== undefined) throw bad(`The path '${text.slice(0, 200)}' needs a filter.`)
  // The documents only ever replace elements: what an add or a filtered remove does to them is not known.
  const isList = Object.hasOwn(entraElements, attribute.name)
  if (isList && (op === 'add' || (op === 'remove' && path.filter !== undefined)))
    throw bad(`The ${op} of '${text.slice(0, 200)}' is not supported: replace the whole list.`)
  if (path.filter === undefined) return
  const type = typeIn(path.filter, attribute.name === 'emails')
  const limits = entraElements[attribute.name] ?? []
  if (type === undefined || !limits.some((limit) => limit.type === type))
    throw bad('The path property only supports [type eq "..."] with a type that the attribute can have.')
  if (sub?.name === 'type' || sub?.name === 'primary') throw bad(`The path '${text.slice(0, 200)}' is not supported.`)
}

/** The type that `type eq "work"` names; of e-mails also with `and primary eq true` (facts A4). */
function typeIn(filter: Filter, allowsPrimary: boolean): string | undefined {
  if (filter.kind === 'and') {
    const { left, right } = filter
    return allowsPrimary && comparedWith(right, 'primary') === true ? typeIn(left, false) : undefined
  }
  const type = comparedWith(filter, 'type')
  return typeof type === 'string' ? type : undefined
}

const comparedWith = (filter: Filter, name: string): Json | undefined =>
  filter.kind === 'compare' && filter.operator === 'eq' && filter.path.name === name ? filter.value : undefined

function checkRemoval({ text, path, place }: Operation): void {
  const { attribute, sub, extension } = place
  const label = `${extension === undefined ? '' : `${extension.id}:`}${attribute.name}`
  const isRequired = attribute.required && (sub === undefined || sub.required)
  if (isRequired || entraUnremovable.includes(label) || (path.filter !== undefined && sub?.required === true))
    throw bad(`The attribute '${text.slice(0, 200)}' cannot be removed.`)
}
