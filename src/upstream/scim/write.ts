import type { Wire } from '../../capabilities.ts'
import { badRequest, ScimError } from '../../scim/error.ts'
import { printFilter } from '../../scim/filter.ts'
import type { JsonObject } from '../../scim/json.ts'
import { messageUrn } from '../../scim/message.ts'
import type { PatchOperation } from '../../scim/patch.ts'
import { printPatch } from '../../scim/patch-print.ts'
import { printAttributePath } from '../../scim/path.ts'
import type { Conditions, ListQuery, Projection, ScimRequest } from '../../scim/request.ts'
import type { ResourceDefinition } from '../../scim/schema.ts'
import type { PreparedRequest } from '../exchange.ts'
import { userAgent } from '../user-agent.ts'
import { type Locations, outward } from './location.ts'

/** Where requests are written to. */
export interface Target {
  /** The upstream's SCIM root, without a trailing slash. */
  readonly base: string
  readonly locations: Locations
  readonly wire: Wire
}

type Parameters = readonly (readonly [name: string, value: string | undefined])[]

/** What a Bulk can hold, too: one change of one resource. */
export type Change = Extract<ScimRequest, { operation: 'create' | 'replace' | 'patch' | 'delete' }>

/**
 * One client request as one upstream request: a canonical URL, and headers that the gateway builds. Nothing of the
 * client's own headers passes. A Bulk is written by `writeBulk`, operation by operation.
 * @throws ScimError 400 for an id that cannot be one path segment.
 */
export function writeRequest(request: Exclude<ScimRequest, { operation: 'bulk' }>, target: Target): PreparedRequest {
  switch (request.operation) {
    case 'read':
      return write('GET', ofResource(request, target), target, { ...projected(request), conditions: request })
    case 'list':
      return request.definition === undefined
        ? {
            ...write('POST', placeAt('/.search', target), target, { body: searchBody(request.query) }),
            repeatable: true,
          }
        : write('GET', ofType(request.definition, target), target, { parameters: listParameters(request.query) })
    case 'discovery':
      return write('GET', ofDiscovery(request.kind, request.name, target), target, {})
    default: {
      // What asked for nothing (Okta sends `id` alone) is no PatchOp any more: the resource as it is answers it.
      if (asksNothing(request)) return writeRequest({ ...request, operation: 'read' }, target)
      const { method, place, ...parts } = written(request, target)
      return write(method, place, target, parts)
    }
  }
}

/** Whether normalising left nothing of a patch. */
export const asksNothing = (request: ScimRequest): request is Extract<ScimRequest, { operation: 'patch' }> =>
  request.operation === 'patch' && request.operations.length === 0

interface WrittenChange extends Parts {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly place: Place
}

/** A change as it is written, whether it goes by itself or inside a Bulk. @throws ScimError 400 */
export function written(request: Change, target: Target): WrittenChange {
  switch (request.operation) {
    case 'create':
      return {
        method: 'POST',
        place: ofType(request.definition, target),
        ...projected(request),
        body: request.resource,
      }
    case 'delete':
      return { method: 'DELETE', place: ofResource(request, target), conditions: request }
    default: {
      const where = { place: ofResource(request, target), ...projected(request), conditions: request }
      if (request.operation === 'replace') return { method: 'PUT', ...where, body: request.resource }
      const operations = request.operations.map((operation) => referred(operation, target))
      return { method: 'PATCH', ...where, body: printPatch(operations) }
    }
  }
}

/**
 * An id as exactly one path segment, whatever it holds: encoded once, so that no server can read `/` or `..` in it.
 * @throws ScimError 400 where no encoding can make it one (contract §12).
 */
export function segment(id: string): string {
  if (id === '' || id === '.' || id === '..' || hasControl(id) || !id.isWellFormed())
    throw badRequest('invalidValue', 'the id cannot be part of a path')
  return encodeURIComponent(id)
}

const hasControl = (text: string): boolean => {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x20 || code === 0x7f) return true
  }
  return false
}

interface Place {
  readonly path: string
  /** The path as the ledger shows it. */
  readonly template: string
}

/** An endpoint as this upstream spells it; `inside` is what stands below it, the ids in it left out of the template. */
export function placeAt(endpoint: string, { wire }: Target, inside?: string): Place {
  const spelt = wire.lowerCase ? endpoint.toLowerCase() : endpoint
  return inside === undefined
    ? { path: spelt, template: spelt }
    : { path: `${spelt}/${inside}`, template: `${spelt}/{id}` }
}

const ofType = ({ type }: ResourceDefinition, target: Target): Place => placeAt(type.endpoint, target)

const ofResource = (
  { definition, id }: { readonly definition: ResourceDefinition; readonly id: string },
  target: Target,
): Place => placeAt(definition.type.endpoint, target, segment(id))

const ofDiscovery = (kind: string, name: string | undefined, target: Target): Place =>
  // Colons are plain in a path (RFC 3986 §3.3), and servers route `/Schemas/urn:...` by them.
  placeAt(`/${kind}`, target, name && segment(name).replaceAll('%3A', ':'))

interface Parts {
  readonly parameters?: Parameters
  readonly conditions?: Conditions
  readonly body?: JsonObject
}

/** Builds the request from its parts. @throws ScimError 400 for an entity tag that no header can hold. */
export function write(
  method: string,
  place: Place,
  target: Target,
  { parameters, conditions, body }: Parts,
): PreparedRequest {
  const query = (parameters ?? []).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  )
  return {
    purpose: 'forward',
    method,
    url: target.base + place.path + (query.length === 0 ? '' : `?${query.join('&')}`),
    path: place.template,
    headers: {
      // Entra refuses any SCIM `Accept` on DELETE, and wants one everywhere else (facts A7).
      ...(method === 'DELETE' ? {} : { accept: target.wire.accept }),
      ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
      ...(conditions?.ifMatch === undefined ? {} : { 'if-match': tag(conditions.ifMatch) }),
      ...(conditions?.ifNoneMatch === undefined ? {} : { 'if-none-match': tag(conditions.ifNoneMatch) }),
      'user-agent': userAgent,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(outward(body, target.locations)) }),
  }
}

/** The one text of the client's that becomes a header. @throws ScimError 400 when it cannot be one. */
function tag(text: string): string {
  if (/^[\x20-\x7e\x80-\xff]*$/.test(text)) return text
  throw new ScimError(400, 'the entity tag holds characters that no HTTP header can hold')
}

const projected = ({ projection }: { readonly projection: Projection }) => ({ parameters: projectionOf(projection) })

/**
 * A search over all types (RFC 7644 §3.4.3). Servers have `/.search` where they search from the root at all; a GET of the
 * root itself is somebody's web page more often.
 */
function searchBody({ attributes, excludedAttributes, filter, sortBy, ...plain }: ListQuery): JsonObject {
  return {
    schemas: [messageUrn('SearchRequest')],
    ...(attributes === undefined ? {} : { attributes: attributes.map(printAttributePath) }),
    ...(excludedAttributes === undefined ? {} : { excludedAttributes: excludedAttributes.map(printAttributePath) }),
    ...(filter === undefined ? {} : { filter: printFilter(filter) }),
    ...(sortBy === undefined ? {} : { sortBy: printAttributePath(sortBy) }),
    ...plain,
  }
}

const projectionOf = ({ attributes, excludedAttributes }: Projection): Parameters => [
  ['attributes', attributes?.map(printAttributePath).join(',')],
  ['excludedAttributes', excludedAttributes?.map(printAttributePath).join(',')],
]

/** No white space may surround `=` anywhere: Entra answers 400 to it (facts A3). */
const listParameters = (query: ListQuery): Parameters => [
  ['filter', query.filter && printFilter(query.filter)],
  ['sortBy', query.sortBy && printAttributePath(query.sortBy)],
  ['sortOrder', query.sortOrder],
  ['startIndex', query.startIndex?.toString()],
  ['count', query.count?.toString()],
  ['cursor', query.cursor],
  ...projectionOf(query),
]

/** A `$ref` that is patched by its own path (`manager.$ref`) stands in no object that `outward` would find. */
function referred(operation: PatchOperation, { locations }: Target): PatchOperation {
  if (operation.op === 'remove' || typeof operation.value !== 'string') return operation
  return operation.path?.sub?.toLowerCase() === '$ref'
    ? { ...operation, value: locations.toAbsolute(operation.value) }
    : operation
}
