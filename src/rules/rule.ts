import type { Filter } from '../scim/filter.ts'
import type { Json } from '../scim/json.ts'
import type { AttributePath } from '../scim/path.ts'
import type { Resource } from '../scim/resource.ts'
import type { Pattern } from './pattern.ts'
import type { Place } from './place.ts'

/** Where in the tenant file a rule stands: `['rules', 'User', 3]`. */
export type RulePath = readonly (string | number)[]

/** One attribute that a two-way rule claims on one side. */
export interface Slot {
  readonly place: Place
  readonly pattern: Pattern
}

/** `values`: pairs by the JSON value as text on the client side, and as it is written on the upstream side. */
export interface ValueTable {
  readonly pairs: readonly (readonly [client: string, upstream: Json])[]
  /** Outward, for every other client value. It makes the rule lossy. */
  readonly otherwise?: Json
}

interface Written {
  /** For messages. */
  readonly path: RulePath
}

/** One rule, parsed (contract §5). Every hole of a two-way rule stands on both sides; a rename is one hole, whole, each. */
export type Rule =
  | (Written & {
      readonly kind: 'two-way'
      readonly client: readonly Slot[]
      readonly upstream: readonly Slot[]
      readonly table?: ValueTable
    })
  | (Written & { readonly kind: 'constant' | 'default'; readonly upstream: Place; readonly value: Json })
  | (Written & {
      /** A template or a CEL expression: outward only. */
      readonly kind: 'computed'
      readonly upstream: Place
      /** From the client view; undefined prints nothing. @throws ScimError 400 `invalidValue` when it takes too much. */
      compute(client: Resource): Json | undefined
      readonly when?: Filter
      /** What of the client view it reads; `all` where only running it could tell. `when`'s names included. */
      readonly reads: readonly AttributePath[] | 'all'
    })
  | (Written & { readonly kind: 'hide'; readonly place: Place })

/** The rules of one resource type. Reads come before writes, so that their order never matters. */
export interface TypeRules {
  readonly resourceType: string
  /** What no rule names: crosses unchanged, or is left out (`id`, `schemas`, `meta` always cross). */
  readonly unmapped: 'pass' | 'drop'
  readonly rules: readonly Rule[]
}

/** The tenant's `rules` clause, parsed and checked for everything that needs no schema; by resource type. */
export type Rules = ReadonlyMap<string, TypeRules>
