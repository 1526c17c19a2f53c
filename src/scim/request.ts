import type { Filter } from './filter.ts'
import type { JsonObject } from './json.ts'
import type { PatchOperation } from './patch.ts'
import type { AttributePath } from './path.ts'
import type { Resource } from './resource.ts'
import type { ResourceDefinition } from './schema.ts'

/** RFC 7644 §3.9: at most one of the two is given. */
export interface Projection {
  readonly attributes?: readonly AttributePath[]
  readonly excludedAttributes?: readonly AttributePath[]
}

/** RFC 7644 §3.14: entity tags as the client wrote them, `*` included. */
export interface Conditions {
  readonly ifMatch?: string
  readonly ifNoneMatch?: string
}

/**
 * RFC 7644 §3.4.2 and RFC 9865 §2. `cursor` is present, though perhaps empty, when the client pages by cursor;
 * `startIndex` is at least 1 and `count` at least 0 when present.
 */
export interface ListQuery extends Projection {
  readonly filter?: Filter
  readonly sortBy?: AttributePath
  readonly sortOrder?: 'ascending' | 'descending'
  readonly startIndex?: number
  readonly count?: number
  readonly cursor?: string
}

/** RFC 7644 §3.7. `path` is relative to the SCIM root; `bulkId` references stand in `data` and `path` unresolved. */
export interface BulkOperation {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly bulkId?: string
  readonly version?: string
  readonly data?: JsonObject
}

export type DiscoveryKind = 'ServiceProviderConfig' | 'ResourceTypes' | 'Schemas'

/** One client request as a plain value: parsed and normalised, so that nobody after the parser meets a dialect. */
export type ScimRequest =
  | {
      readonly operation: 'create'
      readonly definition: ResourceDefinition
      readonly resource: Resource
      readonly projection: Projection
    }
  | ({
      readonly operation: 'read'
      readonly definition: ResourceDefinition
      readonly id: string
      readonly projection: Projection
    } & Conditions)
  | {
      /** `definition` is absent for a search from the root (RFC 7644 §3.4.2.1): all resource types. */
      readonly operation: 'list'
      readonly definition?: ResourceDefinition
      readonly query: ListQuery
    }
  | ({
      readonly operation: 'replace'
      readonly definition: ResourceDefinition
      readonly id: string
      readonly resource: Resource
      readonly projection: Projection
      /** What the upstream holds, where whoever asks has just read it. */
      readonly held?: Resource
      /** What it speaks of, and so clears where it leaves it out, though it be in a schema of the upstream's own. */
      readonly speaksOf?: readonly AttributePath[]
    } & Conditions)
  | ({
      readonly operation: 'patch'
      readonly definition: ResourceDefinition
      readonly id: string
      readonly operations: readonly PatchOperation[]
      readonly projection: Projection
      /** As in a replace. */
      readonly held?: Resource
    } & Conditions)
  | ({ readonly operation: 'delete'; readonly definition: ResourceDefinition; readonly id: string } & Conditions)
  | { readonly operation: 'bulk'; readonly operations: readonly BulkOperation[]; readonly failOnErrors?: number }
  | { readonly operation: 'discovery'; readonly kind: DiscoveryKind; readonly name?: string }

/** Anything but Bulk and discovery: what a Bulk can hold, and what stands for one resource or one list of them. */
export type ResourceRequest = Exclude<ScimRequest, { operation: 'bulk' | 'discovery' }>

/** RFC 7644 §3.4.2 and RFC 9865 §2. `totalResults` may be absent only where the client pages by cursor. */
export interface ListResult {
  readonly resources: readonly Resource[]
  readonly totalResults?: number
  readonly startIndex?: number
  readonly itemsPerPage: number
  readonly nextCursor?: string
}

/** RFC 7644 §3.7.3, one operation's result. `location` is relative to the SCIM root; `response` is an error's body. */
export interface BulkResult {
  readonly method: BulkOperation['method']
  readonly bulkId?: string
  readonly version?: string
  readonly location?: string
  readonly status: number
  readonly response?: JsonObject
  /** Whether it was refused and may have been done all the same. Not told to the client in a word of its own. */
  readonly inDoubt?: true
}

/**
 * One answer as a plain value. Every location in it is relative to the SCIM root (`/Users/2819c223`); the pipeline makes
 * them absolute under the URL that the client used. Errors are thrown as `ScimError`.
 */
export type ScimReply =
  | {
      readonly kind: 'resource'
      readonly status: 200 | 201
      readonly resource: Resource
      /** Where the resource is and its version, for the headers, where the client's projection leaves `meta` out. */
      readonly location?: string
      readonly etag?: string
    }
  | { readonly kind: 'list'; readonly list: ListResult }
  | { readonly kind: 'empty'; readonly status: 204 | 304; readonly etag?: string }
  | { readonly kind: 'bulk'; readonly results: readonly BulkResult[] }
  | { readonly kind: 'discovery'; readonly body: JsonObject }
