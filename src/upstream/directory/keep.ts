import { attributeNamed } from '../../scim/definition.ts'
import { isObject, type Json, type JsonObject, put } from '../../scim/json.ts'
import { attributeIn, isAssigned, type Resource } from '../../scim/resource.ts'
import type { Attribute } from '../../scim/schema.ts'
import type { DirectoryType } from './model.ts'

/**
 * What of an accepted resource is stored: not what is computed when it is shown, and no writeOnly value, passwords first
 * of all (contract §12).
 */
export function keptOf(resource: Resource, type: DirectoryType): JsonObject {
  const { core, extensions } = type.definition
  const kept: JsonObject = {}
  for (const name in resource) {
    const value = resource[name]
    if (value === undefined || !isAssigned(value) || isComputed(name, type)) continue
    const extension = extensions.find(({ id }) => id === name)
    const left =
      extension !== undefined && isObject(value)
        ? withoutSecrets(value, extension.attributes)
        : withoutSecret(value, attributeNamed(core.attributes, name))
    if (left !== undefined && !(isObject(left) && Object.keys(left).length === 0)) put(kept, name, left)
  }
  return kept
}

const isComputed = (name: string, { hasMembers, hasGroups }: DirectoryType): boolean =>
  name === 'id' ||
  name === 'schemas' ||
  name === 'meta' ||
  (hasMembers && name === 'members') ||
  (hasGroups && name === 'groups')

function withoutSecrets(object: JsonObject, attributes: readonly Attribute[]): JsonObject {
  const left: JsonObject = {}
  for (const name in object) {
    const value = object[name]
    const kept = value === undefined ? undefined : withoutSecret(value, attributeNamed(attributes, name))
    if (kept !== undefined) put(left, name, kept)
  }
  return left
}

function withoutSecret(value: Json, attribute: Attribute | undefined): Json | undefined {
  if (attribute?.mutability === 'writeOnly') return undefined
  const { subAttributes = [] } = attribute ?? {}
  if (subAttributes.every(({ mutability }) => mutability !== 'writeOnly')) return value
  const ofOne = (one: Json): Json => (isObject(one) ? withoutSecrets(one, subAttributes) : one)
  return Array.isArray(value) ? value.map(ofOne) : ofOne(value)
}

/** What `members.display` and `groups.display` show of a resource. */
export function displayOf(kept: JsonObject): string | null {
  const name = attributeIn(kept, 'name')
  const formatted = isObject(name) ? attributeIn(name, 'formatted') : undefined
  const texts = [attributeIn(kept, 'displayName'), formatted, attributeIn(kept, 'userName')]
  return texts.find((text) => typeof text === 'string' && text !== '')?.toString() ?? null
}
