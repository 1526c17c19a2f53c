import type { Filter } from '../scim/filter.ts'
import type { AttributePath } from '../scim/path.ts'
import type { ListQuery, Projection } from '../scim/request.ts'
import type { Resource } from '../scim/resource.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import type { SortKey } from '../scim/sort.ts'

/** One resource type of a list: what is asked of the upstream, in its words, and what is decided of its resources above. */
export interface Source {
  readonly definition: ResourceDefinition
  /** Everything that must hold upstream; the plan decides how much of it the upstream itself can. */
  readonly filter?: Filter
  /** What of each resource is needed, by whoever asks and by `keep` and `keyOf`. */
  readonly projection: Projection
  /** Whether the order `sortBy` is right upstream; where it is absent and there is an order, it is made by `keyOf`. */
  readonly sortBy?: AttributePath
  /** The rest of the question, over a whole resource; absent where `filter` says it all. */
  keep?(resource: Resource): boolean
  /** What `keep` reads of a resource, in the upstream's names; absent where nobody knows. */
  readonly needs?: readonly AttributePath[]
  /** Where `filter` says it all: `keep` only finds out an upstream that passes over what it cannot compare. */
  readonly isGuard?: boolean
  /** Why there is a rest, for whoever asked too much. */
  readonly reason?: string
}

/** A list as a client asked for it (RFC 7644 §3.4.2, RFC 9865), its question taken apart by type. */
export interface Listing extends Pick<ListQuery, 'startIndex' | 'count' | 'cursor' | 'sortOrder'> {
  readonly sources: readonly Source[]
  /** The order that must be made here, over whole resources. */
  keyOf?(source: Source, resource: Resource): SortKey
  /** All that was asked but the page, as text: cursors and walks are worth nothing for another question. */
  readonly question: string
  /** Who asks: another credential's cursor is worth nothing. */
  readonly credential: string
}

/** A page of a list, each resource as the upstream gave it, with the source that it is of. */
export interface Listed {
  readonly entries: readonly { readonly source: Source; readonly resource: Resource }[]
  /** Exact. Absent only where the client pages by cursor and nobody knows. */
  readonly totalResults?: number
  readonly startIndex?: number
  readonly nextCursor?: string
}
