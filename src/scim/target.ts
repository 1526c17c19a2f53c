import { attributeAt, canonicalPath, subAttributeNamed } from './definition.ts'
import { fold } from './fold.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import type { AttributePath } from './path.ts'
import { attributeIn } from './resource.ts'
import type { Attribute, ResourceDefinition } from './schema.ts'

export type Test = (value: Exclude<Json, null>) => boolean

/** Where a path's values are in an object, found once for many objects. */
export interface Target {
  /** The whole attribute: a list when it has several values. */
  read(holder: JsonObject): Json | undefined
  /** The sub-attribute that is meant of each of its values. */
  readonly sub: string | undefined
  /** What the schema says of the attribute or sub-attribute; undefined when it does not know it. */
  readonly attribute: Attribute | undefined
  /** `returned` is `never`: its values must not be found out by asking. */
  readonly isHidden: boolean
}

/** The target of a path in resources. Attributes that the definition does not know are looked for all the same. */
export function targetOf(definition: ResourceDefinition, path: AttributePath): Target {
  const { urn, name, sub } = canonicalPath(definition, path)
  const place = attributeAt(definition, path)
  return {
    read: readerOf(definition, urn, name),
    sub,
    attribute: place?.sub ?? place?.attribute,
    isHidden: place?.attribute.returned === 'never' || place?.sub?.returned === 'never',
  }
}

function readerOf(
  definition: ResourceDefinition,
  urn: string | undefined,
  name: string | undefined,
): (holder: JsonObject) => Json | undefined {
  if (urn === undefined) return name === undefined ? () => undefined : (resource) => attributeIn(resource, name)
  if (name === undefined) {
    return urn === definition.core.id ? (resource) => resource : (resource) => attributeIn(resource, urn)
  }
  return (resource) => {
    const extension = attributeIn(resource, urn)
    return isObject(extension) ? attributeIn(extension, name) : undefined
  }
}

/** The target of a plain name in the elements of `parent`. The elements of a simple attribute have only a `value`. */
export function elementTarget(parent: Attribute | undefined, path: AttributePath): Target {
  const name = path.name ?? ''
  const isSimple = parent !== undefined && parent.type !== 'complex'
  const attribute = isSimple ? (fold(name) === 'value' ? parent : undefined) : parent && subAttributeNamed(parent, name)
  return {
    read: (element) => attributeIn(element, attribute === undefined || isSimple ? name : attribute.name),
    sub: path.sub,
    attribute,
    isHidden: attribute?.returned === 'never',
  }
}

/**
 * RFC 7644 §3.4.2.2's own examples compare a complex attribute itself (`emails co "example.com"`): its `value` is meant.
 * Undefined for one that has no `value`.
 */
export function comparedAttribute(attribute: Attribute): Attribute | undefined {
  if (attribute.type !== 'complex') return attribute
  return subAttributeNamed(attribute, 'value')
}

/** Whether any assigned value of the attribute passes, a lone value counting as a list of one. */
export function anyOf(value: Json | undefined, test: Test): boolean {
  if (value === undefined || value === null) return false
  if (!Array.isArray(value)) return test(value)
  for (const one of value) if (one !== null && test(one)) return true
  return false
}

/** A test of what a sub-attribute holds; a bare value stands for its element's `value`, as clients and servers write it. */
export function subTest(sub: string, test: Test): Test {
  const isValue = fold(sub) === 'value'
  return (element) => (isObject(element) ? anyOf(attributeIn(element, sub), test) : isValue && anyOf(element, test))
}

/** RFC 7644 §3.4.2.2, `pr`: not null, not empty, and for a complex value at least one part that is so. */
export function isPresent(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return false
  if (Array.isArray(value)) return value.some(isPresent)
  if (typeof value !== 'object') return true
  for (const name in value) if (Object.hasOwn(value, name) && isPresent(value[name])) return true
  return false
}
