import { badRequest } from './error.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { requireMessage } from './message.ts'
import type { PatchOperation } from './patch.ts'
import { assign, assignAll } from './patch-assign.ts'
import { removalsOf } from './patch-remove.ts'
import { type Reading, requireWritable, resolvedPath } from './patch-target.ts'
import { type PatchPath, parsePatchPath } from './path.ts'
import { attributeIn } from './resource.ts'
import type { ResourceDefinition } from './schema.ts'
import type { Dialect } from './value.ts'

/**
 * A PatchOp's operations (RFC 7644 §3.5.2), normalised: every one has a path, spelt as the schemas spell it; values have
 * their schema's shape; a null or empty value has become a removal; a `remove` that names values (Entra) is one removal
 * a value. What asks for nothing, such as readOnly attributes in a path-less value, is left out, so that the list may be
 * empty.
 * @throws ScimError 400
 */
export function parsePatch(body: JsonObject, definition: ResourceDefinition, dialect: Dialect): PatchOperation[] {
  requireMessage(body, 'PatchOp', dialect)
  const listed = memberOf(body, 'Operations', dialect)
  const operations = isObject(listed) && dialect === 'auto' ? [listed] : listed
  // Microsoft's SCIM validator sends an empty list, and wants to be told that nothing had to be done.
  if (!Array.isArray(operations) || (operations.length === 0 && dialect === 'strict')) {
    throw badRequest('invalidSyntax', 'Operations must be a list of at least one operation')
  }
  return operations.flatMap((operation) => {
    if (!isObject(operation)) throw badRequest('invalidSyntax', 'an operation must be an object')
    return parseOperation(operation, { definition, dialect })
  })
}

function parseOperation(operation: JsonObject, reading: Reading): PatchOperation[] {
  const op = opOf(memberOf(operation, 'op', reading.dialect), reading.dialect)
  const value = memberOf(operation, 'value', reading.dialect)
  const path = pathOf(memberOf(operation, 'path', reading.dialect), reading)
  if (path !== undefined) requireWritable(path, reading.definition)
  if (op === 'remove') {
    if (path === undefined) throw badRequest('noTarget', 'a remove needs a path')
    return removalsOf(path, value, reading)
  }
  if (value === undefined) throw badRequest('invalidValue', `the ${op} has no value`)
  return path === undefined ? assignAll(op, value, reading) : assign({ op, path, value }, reading)
}

const memberOf = (object: JsonObject, name: string, dialect: Dialect): Json | undefined =>
  dialect === 'auto' ? attributeIn(object, name) : Object.hasOwn(object, name) ? object[name] : undefined

function opOf(value: Json | undefined, dialect: Dialect): PatchOperation['op'] {
  const op = typeof value === 'string' && dialect === 'auto' ? value.trim().toLowerCase() : value
  if (op === 'add' || op === 'replace' || op === 'remove') return op
  throw badRequest('invalidSyntax', 'op must be "add", "replace" or "remove"')
}

function pathOf(value: Json | undefined, { definition, dialect }: Reading): PatchPath | undefined {
  if (value === undefined || (dialect === 'auto' && (value === null || value === ''))) return undefined
  if (typeof value !== 'string') throw badRequest('invalidPath', 'path must be a string')
  return resolvedPath(parsePatchPath(value), definition)
}
