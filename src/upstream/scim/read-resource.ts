import { isObject, type JsonObject } from '../../scim/json.ts'
import { idOf, type Resource, spellingOf } from '../../scim/resource.ts'
import type { ResourceDefinition } from '../../scim/schema.ts'
import { groupDefinition, userDefinition } from '../../scim/schemas.ts'
import { notScim } from './body.ts'
import { cleanTexts, type Locations, rewriteRefs } from './location.ts'

export interface ReadResource {
  readonly resource: Resource
  /** Relative to the SCIM root; undefined where the type or the id is not known. */
  readonly location?: string
}

/**
 * One resource as the upstream answered it, made RFC 7643's in place (it was just parsed, and nobody else holds it): its
 * references and `meta.location` relative, its `meta.resourceType` as the type is named.
 * @param definition absent in a search over all types: then the resource's own `meta` tells.
 * @param wantsMeta adds the `meta` that RFC 7643 §3.1 demands and some servers leave out.
 */
export function readResource(
  resource: JsonObject,
  definition: ResourceDefinition | undefined,
  locations: Locations,
  wantsMeta: boolean,
): ReadResource {
  respell(resource)
  rewriteRefs(resource, (reference) => relativeOrForeign(reference, locations))
  const meta = isObject(resource['meta']) ? resource['meta'] : undefined
  const type = (definition ?? definitionIn(meta))?.type
  const id = idOf(resource)
  if (id?.isWellFormed() === false) throw notScim('an id that no URL can hold')
  const location = type === undefined || id === undefined ? undefined : `${type.endpoint}/${encodeURIComponent(id)}`
  if (meta !== undefined) settleMeta(meta, type?.name, location, locations)
  else if (wantsMeta && type !== undefined && location !== undefined)
    resource['meta'] = { resourceType: type.name, location }
  return location === undefined ? { resource } : { resource, location }
}

/** The reference as the gateway shows it; undefined where it must not leave. */
export function relativeOrForeign(reference: string, locations: Locations): string | undefined {
  const mapped = locations.toRelative(reference)
  if (mapped.kind === 'relative') return mapped.location
  return mapped.kind === 'foreign' ? reference : undefined
}

/** Names fold case (RFC 7643 §2.1); the ones that the gateway itself reads are put into the standard's spelling. */
function respell(resource: JsonObject): void {
  for (const name of ['id', 'meta', 'schemas']) {
    const spelling = spellingOf(resource, name)
    const value = spelling === undefined ? undefined : resource[spelling]
    if (spelling === undefined || value === undefined) continue
    if (spelling !== name) {
      Reflect.deleteProperty(resource, spelling)
      resource[name] = value
    }
    // RFC 7643 §3.1 wants a string; servers on a numbered table send the number.
    if (name === 'id' && typeof value === 'number') resource[name] = String(value)
  }
}

/** RFC 7643 §3.1. What else an upstream puts there (links to itself) is cleaned. */
const metaNames: ReadonlySet<string> = new Set(['resourceType', 'created', 'lastModified', 'location', 'version'])

function settleMeta(
  meta: JsonObject,
  typeName: string | undefined,
  location: string | undefined,
  locations: Locations,
): void {
  for (const name in meta) {
    const value = meta[name]
    if (value !== undefined && !metaNames.has(name)) meta[name] = cleanTexts(value, locations)
  }
  if (typeName !== undefined && (typeof meta['resourceType'] === 'string' || location !== undefined))
    meta['resourceType'] = typeName
  if (location !== undefined) meta['location'] = location
  else if (typeof meta['location'] === 'string') {
    const mapped = relativeOrForeign(meta['location'], locations)
    if (mapped === undefined) Reflect.deleteProperty(meta, 'location')
    else meta['location'] = mapped
  }
}

function definitionIn(meta: JsonObject | undefined): ResourceDefinition | undefined {
  const name = meta?.['resourceType']
  if (typeof name !== 'string') return undefined
  return [userDefinition, groupDefinition].find(({ type }) => type.name.toLowerCase() === name.toLowerCase())
}
