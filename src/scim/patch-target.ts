import { attributeNamed, canonicalPath, schemaNamed, subAttributeNamed } from './definition.ts'
import { badRequest } from './error.ts'
import { type PatchPath, printPatchPath } from './path.ts'
import type { Attribute, ResourceDefinition, Schema } from './schema.ts'
import type { Dialect } from './value.ts'

/** What an operation is read against. */
export interface Reading {
  readonly definition: ResourceDefinition
  readonly dialect: Dialect
}

/** What the definition knows of a PATCH path; absent where it knows nothing. */
export interface Target {
  readonly schema?: Schema
  readonly attribute?: Attribute
  readonly sub?: Attribute
}

/** The schema, attribute and sub-attribute that a canonical path leads to. */
export function targetOf(path: PatchPath, definition: ResourceDefinition): Target {
  const schema = path.urn === undefined ? definition.core : schemaNamed(definition, path.urn)
  if (schema === undefined) return {}
  const attribute = path.name === undefined ? undefined : attributeNamed(schema.attributes, path.name)
  if (attribute === undefined) return { schema }
  const sub = path.sub === undefined ? undefined : subAttributeNamed(attribute, path.sub)
  return { schema, attribute, ...(sub === undefined ? {} : { sub }) }
}

/**
 * The path spelt as the schemas spell it.
 * @throws ScimError 400 `invalidPath` where it cannot lead anywhere.
 */
export function resolvedPath(given: PatchPath, definition: ResourceDefinition): PatchPath {
  const { filter, ...names } = given
  const canonical = canonicalPath(definition, names)
  const path = filter === undefined ? canonical : { ...canonical, filter }
  const { attribute } = targetOf(path, definition)
  if (filter !== undefined && (path.name === undefined || attribute?.multiValued === false)) {
    throw badRequest('invalidPath', `${printPatchPath(canonical)} has one value only: no filter can choose among them`)
  }
  if (path.sub !== undefined && attribute !== undefined && attribute.type !== 'complex') {
    throw badRequest('invalidPath', `${attribute.name} has no sub-attributes`)
  }
  return path
}

export const isReadOnly = ({ attribute, sub }: Target): boolean =>
  attribute?.mutability === 'readOnly' || sub?.mutability === 'readOnly'

/** RFC 7644 §3.5.2: what a client names explicitly must be writable. @throws ScimError 400 `mutability` */
export function requireWritable(path: PatchPath, definition: ResourceDefinition): void {
  if (isReadOnly(targetOf(path, definition))) throw badRequest('mutability', `${printPatchPath(path)} is readOnly`)
}

/** Whether the attribute's values point at resources (RFC 7643 §2.4): members, groups, manager. */
export const isReference = (attribute: Attribute | undefined): boolean =>
  attribute !== undefined &&
  subAttributeNamed(attribute, 'value') !== undefined &&
  subAttributeNamed(attribute, '$ref') !== undefined
