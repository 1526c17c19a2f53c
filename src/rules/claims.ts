import { fold } from '../scim/fold.ts'
import type { RuleClause } from './clause.ts'
import { quoted, RuleFault } from './fault.ts'
import type { Place } from './place.ts'
import { overlaps, printPlace } from './place-parse.ts'
import type { Rule } from './rule.ts'

/** A rule, and what it was written as: the one tells the places, the other where they stand in the document. */
export interface Written {
  readonly rule: Rule
  readonly clause: RuleClause
  readonly index: number
}

interface Claim {
  readonly place: Place
  /** From the list of rules: `[3, 'upstream', 'title']`. */
  readonly path: readonly (string | number)[]
  readonly index: number
  readonly kind: Rule['kind']
}

type SideName = 'client' | 'upstream'

/**
 * Every claim that meets an earlier one on its side (contract §12): two rules that claim one attribute, or an attribute and
 * its part. Hidden names and defaults have their name on both sides.
 */
export function claimFaults(rules: readonly Written[]): readonly RuleFault[] {
  const faults = (['client', 'upstream'] as const).flatMap((side) => {
    const claims = rules.flatMap((written) => claimsOf(written, side))
    const byName = Map.groupBy(claims, ({ place }) => fold(place.name))
    return [...byName.values()].flatMap((same) => same.flatMap((claim, at) => faultOf(claim, same.slice(0, at), side)))
  })
  // A hidden name and a default meet others on both sides, which is one mistake.
  return [...new Map(faults.map((fault) => [JSON.stringify(fault.path), fault])).values()]
}

function faultOf(claim: Claim, earlier: readonly Claim[], side: SideName): RuleFault[] {
  const other = earlier.find(({ place }) => overlaps(place, claim.place))
  return other === undefined ? [] : [new RuleFault(claim.path, meeting(claim, other, side))]
}

function meeting(claim: Claim, other: Claim, side: SideName): string {
  const who = claim.index === other.index ? 'this rule itself' : `rule ${other.index + 1}`
  const own = printPlace(claim.place)
  const others = printPlace(other.place)
  const what =
    fold(own) === fold(others)
      ? `${quoted(own)} is claimed by ${who}, too`
      : `${quoted(own)} and ${quoted(others)}, which ${who} claims, can be one attribute or a part of it`
  const mend = [claim.kind, other.kind].includes('default')
    ? 'a `default` is for names that no other rule claims'
    : `on the ${side} side every attribute has one rule, take one of them out`
  return `${what}: ${mend}`
}

function claimsOf({ rule, clause, index }: Written, side: SideName): Claim[] {
  const claim = (place: Place, ...path: string[]): Claim => ({ place, path: [index, ...path], index, kind: rule.kind })
  switch (rule.kind) {
    case 'two-way': {
      const given = clause[side]
      const names = typeof given === 'object' ? Object.keys(given) : []
      return rule[side].map(({ place }, slot) => {
        const name = names[slot]
        return name === undefined ? claim(place, side) : claim(place, side, name)
      })
    }
    case 'hide':
      return [claim(rule.place, 'hide')]
    case 'default':
      return [claim(rule.upstream, 'upstream')]
    default:
      return side === 'upstream' ? [claim(rule.upstream, 'upstream')] : []
  }
}
