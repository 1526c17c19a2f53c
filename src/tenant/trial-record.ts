import { printFilter } from '../scim/filter.ts'
import type { JsonObject } from '../scim/json.ts'
import { printPatch } from '../scim/patch-print.ts'
import { project } from '../scim/project.ts'
import type { ScimReply, ScimRequest } from '../scim/request.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import type { Upstream } from '../upstream/upstream.ts'

/** A call that the upstream would get. */
export interface TriedCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  readonly path: string
  /** Null where there is none, or where only what is read before tells it. */
  readonly body: JsonObject | null
  /** Whether it depends on what the calls before it find. */
  readonly afterRead: boolean
}

/** What follows depends on what is there, and nobody is asked. */
export class NeedsRead extends Error {}

/** An upstream that answers as if all went well, and writes down what it was asked. */
export interface Recorder extends Upstream {
  readonly calls: readonly TriedCall[]
}

export function createRecorder(definition: ResourceDefinition): Recorder {
  const calls: TriedCall[] = []
  return {
    calls,
    definitionAt: () => Promise.resolve(definition),
    carry: async (given) => {
      const request = asSent(given)
      const call = callOf(request)
      if (call !== undefined) calls.push(call)
      return answerTo(request)
    },
  }
}

/** Nothing to change is only looked at, as an upstream has it: there may be no such resource. */
function asSent(request: ScimRequest): ScimRequest {
  if (request.operation !== 'patch' || request.operations.length > 0) return request
  const { definition, id, projection } = request
  return { operation: 'read', definition, id, projection }
}

const idle = { afterRead: false, body: null } as const

/** The call that a request is; undefined for what cannot be tried. */
export function callOf(request: ScimRequest): TriedCall | undefined {
  if (!('definition' in request) || request.definition === undefined) return undefined
  const { endpoint } = request.definition.type
  const path = 'id' in request ? `${endpoint}/${encodeURIComponent(request.id)}` : endpoint
  switch (request.operation) {
    case 'create':
      return { method: 'POST', path, body: request.resource, afterRead: false }
    case 'replace':
      return { method: 'PUT', path, body: request.resource, afterRead: false }
    case 'patch':
      return { method: 'PATCH', path, body: printPatch(request.operations), afterRead: false }
    case 'read':
      return { ...idle, method: 'GET', path }
    case 'list': {
      const { filter } = request.query
      const query = filter === undefined ? '' : `?filter=${encodeURIComponent(printFilter(filter))}`
      return { ...idle, method: 'GET', path: `${path}${query}` }
    }
    default:
      return undefined
  }
}

function answerTo(request: ScimRequest): ScimReply {
  switch (request.operation) {
    case 'create':
    case 'replace': {
      const resource = project(request.resource, request.projection, request.definition)
      return { kind: 'resource', status: request.operation === 'create' ? 201 : 200, resource }
    }
    case 'patch':
      return { kind: 'empty', status: 204 }
    case 'list':
      return { kind: 'list', list: { resources: [], totalResults: 0, startIndex: 1, itemsPerPage: 0 } }
    default:
      throw new NeedsRead()
  }
}
