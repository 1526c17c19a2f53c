import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/scim/json.ts'
import { ruleSets } from './generate.ts'
import { oracleOf } from './oracle.ts'
import { canonical, get, isOfElements, lowered, oraclePlace } from './oracle-places.ts'
import { leak, resourcesOf } from './resources.ts'
import type { RuleSet } from './rule-set.ts'
import { dataOf, isExact, translatorOf, withDefaults } from './support.ts'

/** Rules, what the upstream holds, and what the client makes of its view of it; `carried` where rules can carry that. */
interface Change {
  readonly rules: RuleSet
  readonly before: JsonObject
  readonly client: JsonObject
  readonly isCarried: boolean
}

const changes: fc.Arbitrary<Change> = ruleSets.chain((rules) =>
  fc.record({ before: resourcesOf(rules, 'upstream'), client: resourcesOf(rules, 'client') }).map((resources) => ({
    rules,
    ...resources,
    isCarried: 'upstream' in oracleOf(rules).outward(resources.client),
  })),
)

const always = (holds: (change: Change) => void): void => fc.assert(fc.property(changes, holds), { numRuns: 1000 })

/** Without what belongs to the protocol, which a change of the client does not touch. */
function ownOf(resource: JsonObject): string {
  const { id: _, meta: __, schemas: ___, ...data } = lowered(resource)
  return canonical(data)
}

/** Whether what is unseen may go with its element: what is hidden on it, and one of several where a rule has one. */
const isTorn = ({ rules, world }: RuleSet, before: JsonObject): boolean =>
  rules.some((rule) => {
    const places = (rule.kind === 'two-way' ? rule.upstream : [rule.upstream]).map((text) =>
      oraclePlace(text, world.definition),
    )
    return rule.kind === 'hide'
      ? places.some(isOfElements)
      : places.some((place) => place.filter !== undefined && get(lowered(before), place) === 'untold')
  })

const timesIn = (resource: JsonObject, text: string): number => JSON.stringify(resource).split(text).length - 1

describe('carryOver', () => {
  it('changes nothing where the client changed nothing, not even what fits no rule', () => {
    always(({ rules, before }) => {
      const translator = translatorOf(rules)
      expect(dataOf(translator.carryOver(before, translator.toClient(before), false))).toBe(dataOf(before))
    })
  })

  it('has the client see afterwards what it made, whatever was there, wherever no rule is lossy', () => {
    let carried = 0
    always(({ rules, before, client, isCarried }) => {
      if (!isCarried || !isExact(rules)) return
      const translator = translatorOf(rules)
      const seen = oracleOf(rules).seen(client)
      const patched = translator.toClient(translator.carryOver(before, client, false))
      expect(ownOf(patched)).toBe(ownOf(seen))
      const replaced = translator.toClient(translator.carryOver(before, client, true))
      expect(ownOf(replaced)).toBe(ownOf(withDefaults(seen, rules)))
      carried += 1
    })
    expect(carried).toBeGreaterThan(200)
  })

  it('keeps what the client cannot see, and takes nothing from it that belongs to the rules', () => {
    let kept = 0
    always(({ rules, before, client, isCarried }) => {
      if (!isCarried) return
      for (const asserting of [true, false]) {
        const after = translatorOf(rules).carryOver(before, client, asserting)
        expect(timesIn(after, leak.client)).toBe(0)
        if (isTorn(rules, before)) continue
        expect(timesIn(after, leak.upstream)).toBe(timesIn(before, leak.upstream))
        kept += 1
      }
    })
    expect(kept).toBeGreaterThan(300)
  })

  it('is the create where nothing was there, and does not touch what it is given', () => {
    always(({ rules, before, client, isCarried }) => {
      if (!isCarried) return
      const translator = translatorOf(rules)
      const given = structuredClone({ before, client })
      expect(dataOf(translator.carryOver({}, client, true))).toBe(dataOf(translator.toUpstream(client)))
      translator.carryOver(before, client, true)
      expect({ before, client }).toEqual(given)
    })
  })

  it('needs not know what is there where nothing is hidden', () => {
    let plain = 0
    always(({ rules, before, client, isCarried }) => {
      const translator = translatorOf(rules)
      if (!isCarried || translator.hidesSomething || timesIn(before, leak.upstream) > 0) return
      const [kept, made] = [translator.carryOver(before, client, true), translator.toUpstream(client)].map(
        // Text without case, and the order of a list, stay as the upstream has them.
        (upstream) => ownOf(translator.toClient(upstream)),
      )
      expect(kept).toBe(made)
      plain += 1
    })
    expect(plain).toBeGreaterThan(10)
  })
})
