import { fold } from '../scim/fold.ts'
import { isObject, type Json } from '../scim/json.ts'
import { compileElementFilter } from '../scim/match.ts'
import type { PatchPath } from '../scim/path.ts'
import { attributeIn, isAssigned, type Resource } from '../scim/resource.ts'

/** What a path leads to: nothing, or values, which are `several` where the attribute holds a list. */
export type Found = { readonly value: Json } | { readonly several: readonly Json[] } | undefined

/**
 * Compiles a path of the client view to what it leads to in a resource. It needs no schema: a bare name is looked for at
 * the top, then in the extensions; a core schema's URN is left out, for its attributes stand at the top.
 */
export function compileRead(path: PatchPath & { readonly name: string }): (resource: Resource) => Found {
  const container = containerOf(path)
  const isElement = path.filter === undefined ? undefined : compileElementFilter(path.filter, undefined)
  const { sub } = path
  return (resource) => {
    const value = container(resource)
    if (!isAssigned(value)) return undefined
    const elements = isElement === undefined ? value : listed(value).filter(isElement)
    if (!Array.isArray(elements)) return found(sub === undefined ? value : subOf(value, sub))
    const values = sub === undefined ? elements : elements.map((element) => subOf(element, sub))
    const assigned = values.filter((one) => isAssigned(one))
    // A filter may choose one element of several; without one, a list is a list however short.
    return assigned.length === 0 || (isElement !== undefined && assigned.length === 1)
      ? found(assigned[0])
      : { several: assigned }
  }
}

const found = (value: Json | undefined): Found => (isAssigned(value) ? { value } : undefined)

const listed = (value: Json): readonly Json[] => (Array.isArray(value) ? value : [value])

/** A bare element stands for its `value`. */
const subOf = (value: Json, sub: string): Json | undefined =>
  isObject(value) ? attributeIn(value, sub) : fold(sub) === 'value' ? value : undefined

function containerOf({ urn, name }: { urn?: string; name: string }): (resource: Resource) => Json | undefined {
  if (urn === undefined) return (resource) => attributeIn(resource, name) ?? inExtensions(resource, name)
  // RFC 7643 §10.3: the standard's core schemas, which hold no extension's container.
  const isStandard = /:schemas:core:/i.test(urn)
  return (resource) => {
    const extension = attributeIn(resource, urn)
    if (isObject(extension)) return attributeIn(extension, name)
    return isStandard || isCore(urn, resource) ? attributeIn(resource, name) : undefined
  }
}

/** Resources list their core schema before their extensions, as the gateway makes them. */
function isCore(urn: string, resource: Resource): boolean {
  const schemas = attributeIn(resource, 'schemas')
  const first = Array.isArray(schemas) ? schemas[0] : undefined
  return typeof first === 'string' && fold(first) === fold(urn)
}

function inExtensions(resource: Resource, name: string): Json | undefined {
  for (const key in resource) {
    const extension = key.includes(':') ? resource[key] : undefined
    const value = isObject(extension) ? attributeIn(extension, name) : undefined
    if (value !== undefined) return value
  }
  return undefined
}
