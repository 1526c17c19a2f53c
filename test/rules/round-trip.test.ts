import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/scim/json.ts'
import { scimErrorOf } from '../scim/fixture.ts'
import { ruleSets } from './generate.ts'
import { oracleOf } from './oracle.ts'
import { canonical, lowered } from './oracle-places.ts'
import { cases } from './resources.ts'
import type { RuleSet } from './rule-set.ts'
import { dataOf, isExact, translatorOf, withDefaults } from './support.ts'

/** Runs the property over thousands of rule sets with resources of one side. */
function always(
  side: 'client' | 'upstream',
  holds: (rules: RuleSet, resource: JsonObject) => void,
  numRuns = 1500,
): void {
  fc.assert(
    fc.property(cases(ruleSets, side), ([rules, resource]) => holds(rules, resource)),
    { numRuns },
  )
}

describe('toUpstream', () => {
  it('makes of client resources what the oracle makes, or refuses what cannot be carried by its name', () => {
    always('client', (rules, client) => {
      const translator = translatorOf(rules)
      const given = structuredClone(client)
      const expected = oracleOf(rules).outward(client)
      if ('upstream' in expected) expect(dataOf(translator.toUpstream(client))).toBe(canonical(expected.upstream))
      else {
        const error = scimErrorOf(() => translator.toUpstream(client))
        expect(error).toMatchObject({ status: 400, scimType: 'invalidValue' })
        const named = expected.refused.some((place) => error?.detail.toLowerCase().includes(place.toLowerCase()))
        expect(named, `${error?.detail} names one of ${expected.refused.join(', ')}`).toBe(true)
      }
      expect(client).toEqual(given)
    })
  })

  it('shows the upstream nothing of what only the client has, or of what belongs to the rules', () => {
    always(
      'client',
      (rules, client) => {
        const expected = oracleOf(rules).outward(client)
        if ('upstream' in expected) expect(JSON.stringify(translatorOf(rules).toUpstream(client))).not.toContain('LEAK')
      },
      1000,
    )
  })
})

describe('toClient', () => {
  it('makes of upstream resources what the oracle makes, and counts what does not fit', () => {
    always('upstream', (rules, upstream) => {
      const unfit: string[] = []
      const given = structuredClone(upstream)
      const expected = oracleOf(rules).inward(upstream)
      expect(dataOf(translatorOf(rules, unfit).toClient(upstream))).toBe(canonical(expected.client))
      expect(unfit).toHaveLength(expected.unfit)
      expect(upstream).toEqual(given)
    })
  })

  it('shows the client nothing of what only the upstream has', () => {
    always(
      'upstream',
      (rules, upstream) => {
        expect(JSON.stringify(translatorOf(rules).toClient(upstream))).not.toContain('LEAK')
      },
      1000,
    )
  })
})

describe('law 1', () => {
  it('gives back what it took, defaults shown, wherever no rule is lossy', () => {
    let carried = 0
    always('client', (rules, client) => {
      const oracle = oracleOf(rules)
      if (!isExact(rules) || 'refused' in oracle.outward(client)) return
      const translator = translatorOf(rules)
      const back = translator.toClient(translator.toUpstream(client))
      expect(dataOf(back)).toBe(canonical(withDefaults(oracle.seen(client), rules)))
      carried += 1
    })
    // Else the generator would prove nothing.
    expect(carried).toBeGreaterThan(300)
  })

  it('comes to rest: what the client is shown goes back to what shows it, where everything fits', () => {
    let fitting = 0
    always('upstream', (rules, upstream) => {
      if (!isExact(rules) || oracleOf(rules).inward(upstream).unfit > 0) return
      const { toUpstream, toClient } = translatorOf(rules)
      const shown = toClient(upstream)
      const stored = toUpstream(shown)
      expect(dataOf(toClient(stored))).toBe(dataOf(withDefaults(lowered(shown), rules)))
      // A template may read what a default showed afterwards only.
      if (rules.rules.some(({ kind }) => kind === 'default')) return
      expect(dataOf(toUpstream(toClient(stored)))).toBe(dataOf(stored))
      fitting += 1
    })
    expect(fitting).toBeGreaterThan(300)
  })
})
