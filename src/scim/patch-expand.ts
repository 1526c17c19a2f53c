import { schemaNamed } from './definition.ts'
import { badRequest } from './error.ts'
import { isObject, type Json } from './json.ts'
import type { PatchOperation } from './patch.ts'
import { isReadOnly, resolvedPath, targetOf } from './patch-target.ts'
import { type PatchPath, parseAttributePath } from './path.ts'
import { isAssigned } from './resource.ts'
import type { ResourceDefinition, Schema } from './schema.ts'

/** An operation on one attribute. */
export type AttributeOperation =
  | { readonly op: 'add' | 'replace'; readonly path: PatchPath & { readonly name: string }; readonly value: Json }
  | { readonly op: 'remove'; readonly path: PatchPath & { readonly name: string } }

/**
 * An operation as operations on single attributes: those of a path-less value, those of a whole extension. What is
 * readOnly is left out of these, as nobody named it.
 * @param namesIn the names that the resource has under an extension's URN now.
 */
export function expand(
  operation: PatchOperation,
  definition: ResourceDefinition,
  namesIn: (urn: string) => readonly string[],
): readonly AttributeOperation[] {
  if (operation.op === 'remove') return removals(operation.path, definition, namesIn)
  const { op, path, value } = operation
  return path === undefined
    ? members(op, value, definition, (name) => memberPath(name, definition))
    : assignments({ op, path, value }, definition)
}

const memberPath = (name: string, definition: ResourceDefinition): PatchPath =>
  resolvedPath(/[.:]/.test(name) ? parseAttributePath(name) : { name }, definition)

const inSchema = (name: string, schema: Schema | undefined, definition: ResourceDefinition, urn: string) =>
  schema === definition.core ? { name } : { urn: schema?.id ?? urn, name }

function assignments(
  { op, path: given, value }: { op: 'add' | 'replace'; path: PatchPath; value: Json },
  definition: ResourceDefinition,
): readonly AttributeOperation[] {
  const path = resolvedPath(given, definition)
  const { urn = '', name } = path
  if (name !== undefined) return [{ op, path: { ...path, name }, value }]
  const schema = schemaNamed(definition, urn)
  return members(op, value, definition, (member) => inSchema(member, schema, definition, urn))
}

function removals(
  given: PatchPath,
  definition: ResourceDefinition,
  namesIn: (urn: string) => readonly string[],
): readonly AttributeOperation[] {
  const path = resolvedPath(given, definition)
  const { urn = '', name } = path
  if (name !== undefined) return [{ op: 'remove', path: { ...path, name } }]
  const schema = schemaNamed(definition, urn)
  if (schema === definition.core) throw badRequest('mutability', 'the core schema cannot be removed')
  return namesIn(urn)
    .map((member) => inSchema(member, schema, definition, urn))
    .filter((one) => !isReadOnly(targetOf(one, definition)))
    .map((one): AttributeOperation => ({ op: 'remove', path: one }))
}

function members(
  op: 'add' | 'replace',
  value: Json,
  definition: ResourceDefinition,
  pathOf: (name: string) => PatchPath,
): AttributeOperation[] {
  if (!isObject(value)) throw badRequest('invalidValue', `the ${op} needs an object of attributes`)
  return Object.entries(value).flatMap(([given, member]): readonly AttributeOperation[] => {
    const path = pathOf(given)
    const { name } = path
    if (isReadOnly(targetOf(path, definition))) return []
    if (name === undefined) return assignments({ op, path, value: member }, definition)
    if (isAssigned(member)) return [{ op, path: { ...path, name }, value: member }]
    return op === 'add' ? [] : [{ op: 'remove', path: { ...path, name } }]
  })
}
