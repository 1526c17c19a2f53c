import fc from 'fast-check'
import { oraclePlace, overlaps } from './oracle-places.ts'
import { clauseOf, type OneWaySpec, type RuleSet, type RuleSpec } from './rule-set.ts'
import type { Shape, Wanted } from './shape.ts'
import { shapes } from './shapes.ts'
import { type World, worlds } from './worlds.ts'

/** Names that no schema has, for places that only rules make. */
const unknown = ['shadow', 'urn:acme:hr:1.0:level', 'crate.label', 'boxes[kind eq "big"].note']

type Side = 'client' | 'upstream'
type Kind = RuleSpec['kind']

/** A rule to be, before it has places. */
interface Draft {
  readonly kind: Kind
  readonly shape: Shape
  readonly picks: readonly number[]
  readonly isLoud: boolean
  readonly value: string
}

const drafts: fc.Arbitrary<Draft> = fc.record({
  kind: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Kind>('two-way') },
    { weight: 1, arbitrary: fc.constantFrom<Kind>('constant', 'default', 'hide', 'template') },
  ),
  shape: fc.constantFrom(...shapes),
  picks: fc.array(fc.nat({ max: 40 }), { minLength: 4, maxLength: 4 }),
  isLoud: fc.boolean(),
  value: fc.constantFrom('a', 'Ann Lee', 'X'),
})

/** Rule sets over a world that the checker takes: nothing on a side overlaps. */
export const ruleSets: fc.Arbitrary<RuleSet> = fc
  .record({
    world: fc.constantFrom(...worlds),
    unmapped: fc.constantFrom<RuleSet['unmapped']>('pass', 'pass', 'pass', 'pass', 'drop'),
    drafts: fc.array(drafts, { minLength: 1, maxLength: 8 }),
  })
  .chain(({ world, unmapped, drafts }) =>
    settle(world, drafts).map((rules) => {
      const clause = { type: world.definition.type.name, ...clauseOf({ world, unmapped, rules }) }
      // A counterexample is read by people: the clause says it all.
      return { world, unmapped, rules, [fc.toStringMethod]: () => JSON.stringify(clause) }
    }),
  )

/** Gives drafts places, one after the other, leaving out those for which none is free. */
function settle(world: World, drafts: readonly Draft[]): fc.Arbitrary<readonly RuleSpec[]> {
  const places = createPlaces(world)
  const rules = drafts.flatMap((one) => {
    const rule = one.kind === 'two-way' ? settleTwoWay(one, places, world) : settleOneWay(one, one.kind, places, world)
    return rule === undefined ? [] : [rule]
  })
  return fc.tuple(...rules)
}

interface Places {
  /** A free place of this kind, told by a number. `sides` are those on which it must be free. */
  pick(wanted: readonly Wanted[], numbers: readonly number[], sides: readonly Side[]): readonly string[] | undefined
  claim(side: Side, places: readonly string[]): void
}

function createPlaces(world: World): Places {
  const taken: Readonly<Record<Side, string[]>> = { client: [], upstream: [] }
  const isApart = (one: string, other: string) =>
    !overlaps(oraclePlace(one, world.definition), oraclePlace(other, world.definition))
  return {
    pick(wanted, numbers, sides) {
      const picked: string[] = []
      for (const [slot, kind] of wanted.entries()) {
        const others = [...picked, ...sides.flatMap((side) => taken[side])]
        const all = kind === 'unknown' ? unknown : world[kind]
        const free = all.filter((place) => others.every((other) => isApart(place, other)))
        const place = free[(numbers[slot] ?? 0) % Math.max(1, free.length)]
        if (place === undefined) return undefined
        picked.push(place)
      }
      return picked
    },
    claim: (side, places) => taken[side].push(...places),
  }
}

function settleTwoWay(
  { shape, picks, isLoud }: Draft,
  places: Places,
  world: World,
): fc.Arbitrary<RuleSpec> | undefined {
  const client = places.pick(shape.client, picks, ['client'])
  const upstream = places.pick(shape.upstream, picks.toReversed(), ['upstream'])
  if (client === undefined || upstream === undefined) return undefined
  places.claim('client', client)
  places.claim('upstream', upstream)
  const isCaseExact = upstream.some((place) => world.caseExact.includes(place))
  const sides = { client: client.map(spell(isLoud)), upstream: upstream.map(spell(isLoud)) }
  return shape.make(sides, isCaseExact).map((made) => ({ kind: 'two-way', ...sides, ...made }))
}

/** Names and URNs have no case. But a capital after a version ends a schema's own name, as in `:1.0:Badge`. */
const spell = (isLoud: boolean) => (place: string) => {
  if (!isLoud) return place
  if (/:1\.0:/.test(place)) return place.replace('urn:acme:hr', 'urn:ACME:Hr')
  return place.replace(/^[^[]+|[^\]]+$/g, (part) => part.toUpperCase()).replace(/^URN:/, 'urn:')
}

function settleOneWay(
  { picks, isLoud, value }: Draft,
  kind: OneWaySpec['kind'],
  places: Places,
  world: World,
): fc.Arbitrary<RuleSpec> | undefined {
  // A default's name crosses and a hidden one does on neither side: no other rule may have it on either (contract §12).
  const sides: readonly Side[] = kind === 'default' || kind === 'hide' ? ['client', 'upstream'] : ['upstream']
  const wanted = kind === 'hide' && (picks[3] ?? 0) % 2 === 1 ? 'every' : 'text'
  const [place] = places.pick([wanted], picks, sides) ?? []
  if (place === undefined || (kind === 'default' && /[[.](?!.*:)/.test(place))) return undefined
  for (const side of sides) places.claim(side, [place])
  const upstream = spell(isLoud)(place)
  if (kind === 'hide') return fc.constant({ kind, upstream, clause: { hide: upstream } })
  if (kind === 'constant') return fc.constant({ kind, upstream, value, clause: { upstream, constant: value } })
  if (kind === 'default') return fc.constant({ kind, upstream, value, clause: { upstream, default: value } })
  const plain = world.text.filter((name) => /^\w+$/.test(name))
  const [reads = '', unless = ''] = picks.slice(1, 3).map((pick) => plain[pick % plain.length] ?? '')
  const rule = { kind, upstream, reads, clause: { upstream, template: `{${reads}}!` } }
  return fc.constant(isLoud ? { ...rule, unless, clause: { ...rule.clause, when: `not (${unless} pr)` } } : rule)
}
