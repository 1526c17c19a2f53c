import type fc from 'fast-check'
import type { Json } from '../../src/scim/json.ts'
import type { Meaning, TwoWaySpec } from './rule-set.ts'

/** The places of a rule that is about to be made, slot by slot. */
export interface Sides {
  readonly client: readonly string[]
  readonly upstream: readonly string[]
}

/** A kind of two-way rule: how many slots it has a side, of which kinds, and what it means. */
export interface Shape {
  readonly client: readonly Wanted[]
  readonly upstream: readonly Wanted[]
  make(sides: Sides, isCaseExact: boolean): fc.Arbitrary<Omit<TwoWaySpec, 'kind' | 'client' | 'upstream'>>
}

export type Wanted = 'text' | 'boolean' | 'integer' | 'list' | 'every' | 'complex' | 'element' | 'unknown'

/** Texts that could be taken for something else, or for one another. */
export const texts: readonly Json[] = [
  'a',
  'B',
  'a b',
  'é',
  'x;y',
  'X',
  '',
  '\u0000',
  '\ud800',
  'a@one.example',
  'constructor',
]
export const lists: readonly Json[] = [['a'], ['b', 'a'], ['x;y', 'a'], ['a', 'a']]

/** A rule's clause with patterns, slot by slot. */
export const slots = (
  { client, upstream }: Sides,
  clientPatterns: readonly string[],
  upstreamPatterns: readonly string[],
) => ({
  client: Object.fromEntries(client.map((place, slot) => [place, clientPatterns[slot] ?? ''])),
  upstream: Object.fromEntries(upstream.map((place, slot) => [place, upstreamPatterns[slot] ?? ''])),
})

/** A meaning over one value a side. */
export const single = (
  outward: (value: Json) => Json | undefined,
  inward: (value: Json) => Json | undefined,
  otherwise?: Json,
): Meaning => ({
  outward: ([value = null]) => listed(outward(value)),
  inward: ([value = null]) => listed(inward(value)),
  ...(otherwise === undefined ? {} : { otherwise }),
})

export const listed = (value: Json | undefined): readonly Json[] | undefined =>
  value === undefined ? undefined : [value]
