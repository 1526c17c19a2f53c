import type { Json } from '../../src/scim/json.ts'
import type { RuleClause, TypeClause } from './clause.ts'
import type { World } from './worlds.ts'

/** What a two-way rule does to values, told plainly: both ways by themselves, undefined where it does not fit. */
export interface Meaning {
  /** The upstream's values of the client's, slot by slot. */
  outward(values: readonly Json[]): readonly Json[] | undefined
  inward(values: readonly Json[]): readonly Json[] | undefined
  /** `else`: what becomes of every value that does not fit outward. */
  readonly otherwise?: Json
}

export interface TwoWaySpec {
  readonly kind: 'two-way'
  readonly clause: RuleClause
  /** Places, slot by slot. */
  readonly client: readonly string[]
  readonly upstream: readonly string[]
  readonly meaning: Meaning
  /** Values to try, slot by slot: some fit, some fit the other side only, some neither. */
  readonly clientValues: readonly (readonly Json[])[]
  readonly upstreamValues: readonly (readonly Json[])[]
}

export type OneWaySpec =
  | {
      readonly kind: 'constant' | 'default'
      readonly clause: RuleClause
      readonly upstream: string
      readonly value: Json
    }
  | { readonly kind: 'hide'; readonly clause: RuleClause; readonly upstream: string }
  | {
      readonly kind: 'template'
      readonly clause: RuleClause
      readonly upstream: string
      /** `{reads}!`, where `unless` is absent. */
      readonly reads: string
      readonly unless?: string
    }

export type RuleSpec = TwoWaySpec | OneWaySpec

/** Rules over a world: as a tenant file has them, and as they are meant. */
export interface RuleSet {
  readonly world: World
  readonly unmapped: 'pass' | 'drop'
  readonly rules: readonly RuleSpec[]
}

export const clauseOf = ({ unmapped, rules }: RuleSet): TypeClause => ({
  unmapped,
  list: rules.map(({ clause }) => clause),
})
