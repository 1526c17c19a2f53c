import { attributeAt, canonicalPath, subAttributeNamed } from '../scim/definition.ts'
import { fold } from '../scim/fold.ts'
import { isObject, type Json, type JsonObject, put } from '../scim/json.ts'
import { printPatchPath } from '../scim/path.ts'
import { attributeIn, type Resource, spellingOf } from '../scim/resource.ts'
import type { Attribute, ResourceDefinition } from '../scim/schema.ts'
import type { BoundPlace, PlaceKind } from './bound.ts'
import type { ElementFilter, Place } from './place.ts'
import { eachPart, elementPart, everyPart, type Part, singlePart, wholePart } from './place-part.ts'

type NamedPath = BoundPlace['path']

/**
 * Resolves a place against a definition, once. Never fails: what the definition does not know is looked for as it is
 * written. A single-valued attribute has no elements to choose from: a filter on it chooses among a list of one.
 */
export function bindPlace(place: Place, definition: ResourceDefinition): BoundPlace {
  const settled = settle(place, definition)
  const attribute = attributeAt(definition, withoutSub(settled))?.attribute
  // `doors.value` of simple values is `doors` itself.
  const isSimple = attribute !== undefined && attribute.type !== 'complex' && fold(settled.sub ?? '') === 'value'
  const path = isSimple ? withoutSub(settled) : settled
  const filter = place.filter && settleFilter(place.filter, attribute)
  const part = partOf(path, filter, attribute)
  return {
    place,
    kind: kindOf(path, filter, attribute),
    path,
    ...(filter === undefined ? {} : { filter }),
    attribute,
    leaf: path.sub === undefined ? attribute : attribute && subAttributeNamed(attribute, path.sub),
    text: printPlace(path, filter),
    ...placed(path, part),
  }
}

/**
 * Resolves what `hide` names. A sub-attribute of elements, or of what no schema knows and may have elements, is taken out
 * of each of them, and leaves the rest of them alone.
 */
export function bindHidden(place: Place, definition: ResourceDefinition): BoundPlace {
  const at = bindPlace(place, definition)
  const { sub } = at.path
  const isEach = at.kind === 'every' || at.kind === 'element' || at.attribute === undefined
  return sub === undefined || !isEach ? at : { ...at, kind: 'each', ...placed(at.path, eachPart(sub, at.filter)) }
}

/** A part, and what it does to whole resources. */
const placed = (path: NamedPath, part: Part): Pick<BoundPlace, 'part' | 'read' | 'write' | 'remove'> => ({
  part,
  read: (resource) => part.read(attributeOf(resource, path)),
  write: (resource, value) => written(resource, path, part.write(attributeOf(resource, path), value)),
  remove: (resource) => written(resource, path, part.remove(attributeOf(resource, path))),
})

function settle({ urn, name, sub }: Place, definition: ResourceDefinition): NamedPath {
  const given = { ...(urn === undefined ? {} : { urn }), name, ...(sub === undefined ? {} : { sub }) }
  const path = canonicalPath(definition, given)
  return path.name === undefined ? given : { ...path, name: path.name }
}

/** The attribute that a path leads to, or into. */
export const withoutSub = ({ urn, name }: NamedPath): NamedPath => (urn === undefined ? { name } : { urn, name })

function settleFilter(filter: ElementFilter, attribute: Attribute | undefined): ElementFilter {
  const sub = attribute && subAttributeNamed(attribute, filter.sub)
  return sub === undefined ? filter : { ...filter, sub: sub.name }
}

function kindOf(path: NamedPath, filter: ElementFilter | undefined, attribute: Attribute | undefined): PlaceKind {
  if (filter !== undefined) return 'element'
  if (path.sub === undefined) return 'whole'
  return attribute?.multiValued === true ? 'every' : 'part'
}

function partOf(path: NamedPath, filter: ElementFilter | undefined, attribute: Attribute | undefined): Part {
  if (filter !== undefined) return elementPart(filter, path.sub)
  if (path.sub === undefined) return wholePart
  return attribute?.multiValued === true ? everyPart(path.sub) : singlePart(path.sub)
}

function printPlace(path: NamedPath, filter: ElementFilter | undefined): string {
  if (filter === undefined) return printPatchPath(path)
  const { sub, value } = filter
  return printPatchPath({ ...path, filter: { kind: 'compare', operator: 'eq', path: { name: sub }, value } })
}

/** The attribute that a path leads to, its sub-attribute left out of account. */
function attributeOf(resource: Resource, { urn, name }: NamedPath): Json | undefined {
  const holder = urn === undefined ? resource : attributeIn(resource, urn)
  return isObject(holder) ? attributeIn(holder, name) : undefined
}

function written(resource: Resource, { urn, name }: NamedPath, value: Json | undefined): Resource {
  if (urn === undefined) return withMember(resource, name, value)
  const held = attributeIn(resource, urn)
  const container = withMember(isObject(held) ? held : {}, name, value)
  return withMember(resource, urn, Object.keys(container).length === 0 ? undefined : container)
}

/** A copy with a member set or, where there is no value, left out. */
function withMember(object: JsonObject, name: string, value: Json | undefined): JsonObject {
  const spelling = spellingOf(object, name) ?? name
  const copy: JsonObject = { ...object }
  if (value === undefined) delete copy[spelling]
  else put(copy, spelling, value)
  return copy
}
