import { type Dialect, normaliseResource } from './dialect.ts'
import { badRequest, ScimError } from './error.ts'
import type { JsonObject } from './json.ts'
import { requireMessage } from './message.ts'
import { parsePatch } from './patch-parse.ts'
import { listQueryFrom, listQueryIn, projectionFrom } from './query.ts'
import type { Conditions, ResourceRequest } from './request.ts'
import type { ResourceDefinition } from './schema.ts'

export type DefinitionAt = (segment: string) => Promise<ResourceDefinition | undefined>

/** One request for a resource or a list of them, whether it came by itself or inside a Bulk. */
export interface ResourceAsk {
  readonly method: string
  /** Decoded once, relative to the SCIM root: `['Users', '2819c223']`. */
  readonly segments: readonly string[]
  readonly query: URLSearchParams
  readonly conditions: Conditions
  /** The body as an object. @throws ScimError where it is missing or none. */
  body(): JsonObject
}

/** An id longer than this is no id of ours or of anybody's, but a probe. */
const maxIdLength = 1024

/**
 * Reads a request under a resource type's endpoint.
 * @throws ScimError 404 for an endpoint that there is not, 405 for a method it has not, 400 for what is wrong inside.
 */
export async function parseResourceRequest(
  ask: ResourceAsk,
  definitionAt: DefinitionAt,
  dialect: Dialect,
): Promise<ResourceRequest> {
  const [segment = '', id, ...rest] = ask.segments
  const definition = await definitionAt(segment)
  if (definition === undefined || rest.length > 0) throw notFound(ask.segments)
  if (dialect === 'strict' && definition.type.endpoint !== `/${segment}`) throw notFound(ask.segments)
  if (id === undefined) return collectionRequest(ask, definition, dialect)
  if (isWord(id, '.search', dialect)) {
    requireMethod(ask.method, ['POST'])
    return { operation: 'list', definition, query: searchQuery(ask.body(), dialect) }
  }
  return memberRequest(ask, definition, requireId(id), dialect)
}

function collectionRequest(ask: ResourceAsk, definition: ResourceDefinition, dialect: Dialect): ResourceRequest {
  if (ask.method === 'GET') return { operation: 'list', definition, query: listQueryFrom(ask.query) }
  requireMethod(ask.method, ['GET', 'POST'])
  const projection = projectionFrom(ask.query)
  return { operation: 'create', definition, resource: normaliseResource(ask.body(), definition, dialect), projection }
}

function memberRequest(
  ask: ResourceAsk,
  definition: ResourceDefinition,
  id: string,
  dialect: Dialect,
): ResourceRequest {
  const { conditions } = ask
  switch (ask.method) {
    case 'GET':
      return { operation: 'read', definition, id, projection: projectionFrom(ask.query), ...conditions }
    case 'PUT': {
      const resource = normaliseResource(ask.body(), definition, dialect)
      return { operation: 'replace', definition, id, resource, projection: projectionFrom(ask.query), ...conditions }
    }
    case 'PATCH': {
      const operations = parsePatch(ask.body(), definition, dialect)
      return { operation: 'patch', definition, id, operations, projection: projectionFrom(ask.query), ...conditions }
    }
    case 'DELETE':
      return { operation: 'delete', definition, id, ...conditions }
    default:
      throw wrongMethod(ask.method, ['GET', 'PUT', 'PATCH', 'DELETE'])
  }
}

/** Reads a SearchRequest (RFC 7644 §3.4.3). @throws ScimError 400 */
export function searchQuery(body: JsonObject, dialect: Dialect) {
  requireMessage(body, 'SearchRequest', dialect)
  return listQueryIn(body, dialect)
}

/** Whether a path segment is this reserved word: in any case for clients that are taken as they come. */
export const isWord = (segment: string, word: string, dialect: Dialect): boolean =>
  segment === word || (dialect === 'auto' && segment.toLowerCase() === word.toLowerCase())

/** @throws ScimError 405 naming the methods that would do. */
export function requireMethod(method: string, allowed: readonly string[]): void {
  if (!allowed.includes(method)) throw wrongMethod(method, allowed)
}

const wrongMethod = (method: string, allowed: readonly string[]): ScimError => {
  const allow = allowed.join(', ')
  return new ScimError(405, `${method.slice(0, 20)} is not possible here, but ${allow}`, { allow })
}

export const notFound = (segments: readonly string[]): ScimError =>
  new ScimError(
    404,
    `there is nothing at /${segments
      .join('/')
      .slice(0, 200)
      .replace(/\p{Cc}/gu, '\ufffd')}`,
  )

/**
 * The id, where one can be carried in a URL's path segment without leaving it (contract §12). A slash in an id is legal
 * and is encoded again; a step up is not, wherever it stands.
 */
function requireId(id: string): string {
  const steps = id.split(/[/\\]/)
  if (id === '') throw badRequest('invalidValue', 'the id in the path is empty')
  if (steps.includes('.') || steps.includes('..'))
    throw badRequest('invalidValue', 'the id in the path must not be a step up')
  if (/\p{Cc}/u.test(id) || !id.isWellFormed())
    throw badRequest('invalidValue', 'the id in the path holds control characters')
  if (id.length > maxIdLength)
    throw badRequest('invalidValue', `the id in the path is longer than ${maxIdLength} characters`)
  return id
}
