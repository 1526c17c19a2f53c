import { attributeAt, schemaAt } from '../../../scim/definition.ts'
import { fold } from '../../../scim/fold.ts'
import { type AttributePath, parseAttributePath } from '../../../scim/path.ts'
import type { Projection } from '../../../scim/request.ts'
import type { ResourceDefinition } from '../../../scim/schema.ts'
import { enterpriseUserUrn } from '../../../scim/schemas.ts'
import { customSecurityUrn } from '../../../scim/schemas-entra.ts'
import { bad } from './answer.ts'
import { readFilter, type Wanted } from './filter.ts'

/** What a list is asked for. */
export interface Query {
  readonly filter: Wanted | undefined
  readonly projection: Projection
  readonly pageSize: number
  /** Undefined or empty: from the start. */
  readonly cursor: string | undefined
  /** Every parameter but the cursor, as it was written: a cursor is good for no other. */
  readonly binding: string
}

const defaultPageSize = 100

export const listParameters = ['filter', 'attributes', 'excludedAttributes', 'count', 'cursor'] as const
export const readParameterNames = ['attributes', 'excludedAttributes'] as const

/** @throws ScimError 400 */
export function readQuery(parameters: ReadonlyMap<string, string>, definition: ResourceDefinition): Query {
  const type = definition.type.name
  const projection = readProjection(parameters, definition)
  const filter = parameters.get('filter')
  const bound = ['filter', 'attributes', 'excludedAttributes', 'count'].map((name) => parameters.get(name) ?? null)
  return {
    filter: filter === undefined ? undefined : readFilter(filter, type),
    projection,
    pageSize: pageSizeOf(parameters.get('count'), type, projection),
    cursor: parameters.get('cursor'),
    binding: JSON.stringify([type, ...bound]),
  }
}

/**
 * Facts A2. Users: 101 to 999 only where `attributes` is given and has no manager; any other number above 100 counts as
 * none. Groups: at most 1000; what a larger number does is not known, so that it counts as none, too.
 */
function pageSizeOf(text: string | undefined, type: string, { attributes }: Projection): number {
  if (text === undefined) return defaultPageSize
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (count < 1) throw bad(`The count '${text.slice(0, 100)}' is invalid.`)
  const isWide = type === 'User' ? attributes !== undefined && !attributes.some(isManager) : true
  const most = isWide ? (type === 'User' ? 999 : 1000) : defaultPageSize
  return count > most ? defaultPageSize : count
}

const isManager = ({ urn = '', name }: AttributePath): boolean =>
  (fold(urn) === fold(enterpriseUserUrn) && (name === undefined || fold(name) === 'manager')) ||
  // Where the parser could not tell a schema's own name from an attribute's.
  fold(name === undefined ? urn : `${urn}:${name}`) === fold(enterpriseUserUrn)

/** @throws ScimError 400 for what is no attribute of this type. */
export function readProjection(parameters: ReadonlyMap<string, string>, definition: ResourceDefinition): Projection {
  const attributes = parameters.get('attributes')
  const excluded = parameters.get('excludedAttributes')
  if (attributes !== undefined && excluded !== undefined)
    throw bad("The query parameters 'attributes' and 'excludedAttributes' cannot be used together.")
  if (attributes !== undefined) return { attributes: pathsIn(attributes, definition, true) }
  if (excluded !== undefined) return { excludedAttributes: pathsIn(excluded, definition, false) }
  return {}
}

function pathsIn(list: string, definition: ResourceDefinition, isAsked: boolean): AttributePath[] {
  return list.split(',').map((text) => {
    const path = /\s/.test(text) || text === '' ? undefined : parseAttributePath(text)
    const isSecurity = fold(text).startsWith(fold(customSecurityUrn))
    if (path !== undefined && (isSecurity ? isAsked && isSet(path, definition) : isKnown(path, definition))) return path
    throw bad(`The attribute '${text.slice(0, 200)}' is not supported here.`)
  })
}

/** Facts A6: custom security attributes are asked for by the set, neither all of them nor one alone. */
const isSet = (path: AttributePath, definition: ResourceDefinition): boolean =>
  path.name !== undefined && path.sub === undefined && attributeAt(definition, path) !== undefined

function isKnown(path: AttributePath, definition: ResourceDefinition): boolean {
  const place = attributeAt(definition, path)
  if (place === undefined) return schemaAt(definition, path) !== undefined
  return place.extension === undefined || path.urn !== undefined
}
