import type { IncomingResponse } from '../../ports.ts'
import type { ScimReply, ScimRequest } from '../../scim/request.ts'
import { bodyOf, notScim } from './body.ts'
import type { Locations } from './location.ts'
import { readBulk } from './read-bulk.ts'
import { readDiscovery } from './read-discovery.ts'
import { readList } from './read-list.ts'
import { readResource } from './read-resource.ts'

/**
 * A successful answer (2xx, or 304 to a read) as a reply whose locations are relative to the SCIM root.
 * @throws ScimError 502 where it is not what SCIM answers to this request.
 */
export function readReply(request: ScimRequest, response: IncomingResponse, locations: Locations): ScimReply {
  const etag = etagOf(response)
  if (response.status === 304) {
    if (request.operation !== 'read' || request.ifNoneMatch === undefined)
      throw notScim('304 to a request that no condition allows')
    return { kind: 'empty', status: 304, ...etag }
  }
  if (request.operation === 'delete') return { kind: 'empty', status: 204 }
  const changed = request.operation === 'patch' || request.operation === 'replace'
  if (changed && (response.status === 204 || response.body.trim() === ''))
    return { kind: 'empty', status: 204, ...etag }
  const body = bodyOf(response)
  switch (request.operation) {
    case 'list':
      return { kind: 'list', list: readList(body, request, locations) }
    case 'bulk':
      return { kind: 'bulk', results: readBulk(body, locations) }
    case 'discovery':
      return { kind: 'discovery', body: readDiscovery(body, request, locations) }
    default: {
      const { resource, location } = readResource(body, request.definition, locations, !isProjected(request))
      if (location === undefined) throw notScim('a resource without an id')
      return { kind: 'resource', status: request.operation === 'create' ? 201 : 200, resource, location, ...etag }
    }
  }
}

/** A projected answer may leave `meta` out on purpose (RFC 7644 §3.9). */
const isProjected = ({ projection }: Extract<ScimRequest, { projection: unknown }>): boolean =>
  projection.attributes !== undefined || projection.excludedAttributes !== undefined

const etagOf = ({ headers }: IncomingResponse): { etag?: string } =>
  headers['etag'] === undefined ? {} : { etag: headers['etag'] }
