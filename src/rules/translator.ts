import type { Filter } from '../scim/filter.ts'
import type { PatchOperation } from '../scim/patch.ts'
import type { AttributePath } from '../scim/path.ts'
import type { Projection } from '../scim/request.ts'
import type { Resource } from '../scim/resource.ts'
import type { ResourceDefinition } from '../scim/schema.ts'

/** A filter over the client view, as far as the upstream can decide it (law 3). */
export type FilterTranslation =
  /** Decides exactly. Absent: everything matches. */
  | { readonly kind: 'exact'; readonly filter?: Filter }
  /** Nothing can match: no call is needed. */
  | { readonly kind: 'nothing' }
  /** Lets at least all matches through, and needs the client's filter again over the client view. Absent: everything. */
  | { readonly kind: 'superset'; readonly filter?: Filter; readonly reason: string }

/** A PATCH over the client view (law 2). */
export type PatchTranslation =
  /** Whatever the resource holds, these operations do upstream what the client's do in its view. */
  | { readonly kind: 'direct'; readonly operations: readonly PatchOperation[] }
  /**
   * It depends on what is there: read, apply these operations to the client view, `carryOver`, and write the difference.
   * They are the client's, without names that belong to the rules.
   */
  | { readonly kind: 'read'; readonly reason: string; readonly operations: readonly PatchOperation[] }

/** The rules of one resource type, bound to the schemas of its upstream: pure functions, made once. */
export interface Translator {
  readonly upstream: ResourceDefinition
  /** What the client is shown: its schemas, and what it is parsed by. */
  readonly client: ResourceDefinition
  /**
   * The upstream view of a whole client resource, for a create. @throws ScimError 400 `invalidValue` naming the client's
   * attribute when it is not carriable.
   */
  toUpstream(client: Resource): Resource
  /** The client view of what the upstream holds. Never throws: what no pattern fits is shown as it is, and counted. */
  toClient(upstream: Resource): Resource
  /**
   * The upstream view after the client's resource became `client`, where it was `before`: `toUpstream(client)` wherever a
   * rule speaks, and what the client cannot see stays. `asserting`: a replace writes constants again, a PATCH does not.
   * @throws as `toUpstream`
   */
  carryOver(before: Resource, client: Resource, asserting: boolean): Resource
  /** Whether a replace needs to know what is there, because the upstream holds what the client cannot see. */
  readonly hidesSomething: boolean
  /** Whether a name does not exist for the client: it belongs to the rules, or nothing that they do not name crosses. */
  isOwned(path: AttributePath): boolean
  /** Where upstream the two-way rules put what the client has: a replace speaks of these whether it names them or not. */
  readonly carried: readonly AttributePath[]
  /** Whether a name stands for the same on both sides, with all its parts. */
  crosses(path: AttributePath): boolean
  patch(operations: readonly PatchOperation[]): PatchTranslation
  /** @throws ScimError 400 `invalidFilter` for what the client's attributes cannot be asked */
  filter(filter: Filter): FilterTranslation
  /** The upstream attribute to sort by; undefined when its order is not the client's. */
  sortBy(path: AttributePath): AttributePath | undefined
  /**
   * What must be asked for so that the client's projection can be made here afterwards. `needed` are paths of the client
   * view that are read besides: by a filter that is decided here, or by `scope`.
   */
  projection(projection: Projection, needed?: readonly AttributePath[]): Projection
}

/** Told of an upstream value that no pattern fits. */
export type Unfit = (rule: readonly (string | number)[], place: string) => void
