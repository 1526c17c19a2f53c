import { attributeAt, canonicalPath } from '../scim/definition.ts'
import { badRequest } from '../scim/error.ts'
import { fold } from '../scim/fold.ts'
import { isObject, type Json } from '../scim/json.ts'
import type { PatchOperation } from '../scim/patch.ts'
import { targetOf } from '../scim/patch-target.ts'
import { type AttributePath, printAttributePath, printPatchPath } from '../scim/path.ts'
import { attributeIn, isAssigned, type Resource } from '../scim/resource.ts'
import type { Attribute, ResourceDefinition } from '../scim/schema.ts'
import { valueAt } from './changes.ts'
import { formsOf, type Planning } from './planning.ts'

const isGiven = (value: Json | undefined): boolean => isAssigned(value) && value !== ''

/** What must be there of a type that the upstream describes; nothing where only the upstream itself knows. */
export function requiredOf(planning: Planning, definition: ResourceDefinition): readonly AttributePath[] {
  const forms = formsOf(planning, definition)
  if (forms === undefined) return []
  const held = forms.definition
  const told = forms.required.map((path) => canonicalPath(held ?? definition, path))
  if (held === undefined) return told
  const own = held.core.attributes.filter(isDemanded).flatMap(pathsOf)
  const paths = new Map([...told, ...own].map((path) => [fold(printAttributePath(path)), path]))
  // Of `name`, `name.familyName` says more.
  return [...paths.values()].filter(
    ({ name, sub }) =>
      sub !== undefined || ![...paths.values()].some((one) => one.sub !== undefined && one.name === name),
  )
}

const isDemanded = ({ name, required, mutability }: Attribute): boolean =>
  required && mutability !== 'readOnly' && fold(name) !== 'schemas'

const pathsOf = ({ name, type, multiValued, subAttributes = [] }: Attribute): readonly AttributePath[] => {
  const subs = type === 'complex' && !multiValued ? subAttributes.filter(isDemanded) : []
  return subs.length === 0 ? [{ name }] : subs.map(({ name: sub }) => ({ name, sub }))
}

/** @throws ScimError 400 that names all that is missing of a new resource, before any call (contract §12) */
export function requireForCreate(resource: Resource, planning: Planning, definition: ResourceDefinition): void {
  requireAll(resource, requiredOf(planning, definition))
}

/** The same for a resource in another one's place. What is never returned (a password) stays where it is. */
export function requireForReplace(resource: Resource, planning: Planning, definition: ResourceDefinition): void {
  requireAll(resource, lasting(planning, definition))
}

function lasting(planning: Planning, definition: ResourceDefinition): readonly AttributePath[] {
  const held = formsOf(planning, definition)?.definition ?? definition
  return requiredOf(planning, definition).filter((path) => attributeAt(held, path)?.attribute.returned !== 'never')
}

function requireAll(resource: Resource, required: readonly AttributePath[]): void {
  const missing = required.filter((path) => {
    const value = valueAt(resource, path)
    return !isGiven(path.sub !== undefined && isObject(value) ? attributeIn(value, path.sub) : value)
  })
  if (missing.length === 0) return
  const [verb, pronoun] = missing.length === 1 ? ['is', 'it'] : ['are', 'they']
  throw badRequest(
    'invalidValue',
    `${missing.map(printAttributePath).join(', ')} ${verb} required by the upstream directory: ${pronoun} must be given`,
  )
}

/** @throws ScimError 400 `mutability` where an operation takes away what must be there */
export function requireKept(
  operations: readonly PatchOperation[],
  planning: Planning,
  definition: ResourceDefinition,
): void {
  const required = lasting(planning, definition)
  for (const { op, path } of operations) {
    if (op !== 'remove' || path.filter !== undefined || path.name === undefined) continue
    const { attribute, sub } = targetOf(path, definition)
    const known = path.sub === undefined ? attribute : sub
    const isHeld = required.some(
      (one) =>
        fold(one.urn ?? '') === fold(path.urn ?? '') &&
        fold(one.name ?? '') === fold(path.name ?? '') &&
        (path.sub === undefined || fold(one.sub ?? '') === fold(path.sub)),
    )
    if (isHeld || (known?.required === true && known.mutability !== 'readOnly'))
      throw badRequest('mutability', `${printPatchPath(path)} is required`)
  }
}
