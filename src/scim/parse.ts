import { parseBulk } from './bulk.ts'
import type { Dialect } from './dialect.ts'
import { badRequest, ScimError } from './error.ts'
import { isObject, type JsonObject, parseJson } from './json.ts'
import { type OwnRoots, relativeRefs } from './locate.ts'
import { listQueryFrom } from './query.ts'
import type { Conditions, DiscoveryKind, ScimRequest } from './request.ts'
import {
  type DefinitionAt,
  isWord,
  notFound,
  parseResourceRequest,
  requireMethod,
  searchQuery,
} from './resource-request.ts'

export type { DefinitionAt } from './resource-request.ts'

/** A client's HTTP request, as far as SCIM is concerned. */
export interface FrontDoorRequest {
  readonly method: string
  /** The path relative to the SCIM root, each segment decoded once: `['Users', '2819c223']`. */
  readonly segments: readonly string[]
  readonly query: URLSearchParams
  readonly contentType?: string | undefined
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
  readonly body: string
  /** The SCIM root as the client wrote it, absolute, without a trailing slash. */
  readonly base: string
  /** Other names of the same root, in references that the client kept. */
  readonly ownRoots?: () => OwnRoots
}

const discoveryKinds: readonly DiscoveryKind[] = ['ServiceProviderConfig', 'ResourceTypes', 'Schemas']
const mediaTypes: ReadonlySet<string> = new Set(['application/scim+json', 'application/json'])

/**
 * Reads a client's request: afterwards nobody meets a dialect, a method or a URL again.
 * @param definitionAt the resource type served at a path segment, compared without case.
 * @throws ScimError 400, 403, 404, 405, 415 or 501, in RFC 7644's words.
 */
export async function parseScimRequest(
  request: FrontDoorRequest,
  definitionAt: DefinitionAt,
  dialect: Dialect,
): Promise<ScimRequest> {
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const { segments } = request
  const [first, second] = segments
  if (first === undefined) {
    requireMethod(method, ['GET'])
    return { operation: 'list', query: listQueryFrom(request.query) }
  }
  const is = (word: string) => isWord(first, word, dialect)
  const kind = discoveryKinds.find(is)
  if (kind !== undefined) return discoveryRequest(kind, { ...request, method })
  if (is('.search') || is('Bulk') || is('Me')) {
    if (second !== undefined) throw notFound(segments)
    if (is('Me'))
      throw new ScimError(501, 'there is no /Me here: this credential is not bound to a user. Use /Users/{id}')
    requireMethod(method, ['POST'])
    const body = bodyOf(request, dialect)
    return is('Bulk')
      ? { operation: 'bulk', ...parseBulk(body, dialect) }
      : { operation: 'list', query: searchQuery(body, dialect) }
  }
  const ask = { method, segments, query: request.query, conditions: conditionsOf(request) }
  return parseResourceRequest({ ...ask, body: () => bodyOf(request, dialect) }, definitionAt, dialect)
}

/** RFC 7644 §4: read only, and not to be filtered. */
function discoveryRequest(kind: DiscoveryKind, { method, segments, query }: FrontDoorRequest): ScimRequest {
  const [, name, ...rest] = segments
  if (rest.length > 0 || (kind === 'ServiceProviderConfig' && name !== undefined)) throw notFound(segments)
  requireMethod(method, ['GET'])
  if (query.has('filter')) throw new ScimError(403, `/${kind} cannot be filtered (RFC 7644 section 4)`)
  return { operation: 'discovery', kind, ...(name === undefined ? {} : { name }) }
}

const conditionsOf = ({ ifMatch, ifNoneMatch }: FrontDoorRequest): Conditions => ({
  ...(ifMatch === undefined ? {} : { ifMatch }),
  ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
})

function bodyOf(request: FrontDoorRequest, dialect: Dialect): JsonObject {
  requireMediaType(request.contentType, dialect)
  if (request.body.trim() === '') throw badRequest('invalidSyntax', 'the body is empty')
  const body = parseJson(request.body)
  if (!isObject(body)) throw badRequest('invalidSyntax', 'the body must be a JSON object')
  return relativeRefs(body, request.base, request.ownRoots)
}

/** Clients that send none are known; one that sends another is not speaking SCIM (RFC 7644 §3.1). */
function requireMediaType(contentType: string | undefined, dialect: Dialect): void {
  if (contentType === undefined && dialect === 'auto') return
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  if (mediaType !== undefined && mediaTypes.has(mediaType)) return
  throw new ScimError(415, 'the content type must be application/scim+json or application/json')
}
