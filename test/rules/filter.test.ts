import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTranslator } from '../../src/rules/create-translator.ts'
import type { Translator } from '../../src/rules/translator.ts'
import { type Filter, printFilter } from '../../src/scim/filter.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { compileFilter } from '../../src/scim/match.ts'
import { scimErrorOf } from '../scim/fixture.ts'
import { rulesOf } from './clause.ts'
import { filtersOf, typed } from './filters.ts'
import { ruleSets } from './generate.ts'
import { naiveMatch } from './naive-match.ts'
import { oracleOf } from './oracle.ts'
import { resourcesOf } from './resources.ts'
import { clauseOf, type RuleSet } from './rule-set.ts'

const translatorOf = (rules: RuleSet): Translator =>
  createTranslator(rulesOf(clauseOf(rules), rules.world.definition.type.name), rules.world.definition, () => {})

/** Rules with what their upstream holds, what the client sees of it, and filters over that. */
interface Case {
  readonly translator: Translator
  readonly held: readonly { readonly upstream: JsonObject; readonly client: JsonObject }[]
  readonly filters: readonly Filter[]
}

const cases: fc.Arbitrary<Case> = ruleSets.chain((rules) => {
  const translator = translatorOf(rules)
  const resources = fc.array(resourcesOf(rules, 'upstream'), { minLength: 4, maxLength: 4 })
  return resources.chain((all) => {
    const held = all.flatMap((one) => {
      const upstream = typed(one, rules.world.definition)
      return oracleOf(rules).hasAccident(upstream) ? [] : [{ upstream, client: translator.toClient(upstream) }]
    })
    const filters = fc.array(
      filtersOf(
        rules,
        held.map(({ client }) => client),
      ),
      { minLength: 6, maxLength: 6 },
    )
    return filters.map((filters) => ({ translator, held, filters }))
  })
})

/** How filters were translated, that a test may say that it tried enough of each. */
type Counts = Record<'exact' | 'superset' | 'everything' | 'nothing' | 'matches', number>

function holdsTrue(filter: Filter, { translator, held }: Case, counts: Counts): void {
  const translation = translator.filter(filter)
  const there = translation.kind === 'nothing' ? undefined : translation.filter
  const isEverything = translation.kind === 'superset' && there === undefined
  counts[isEverything ? 'everything' : translation.kind] += 1
  // The upstream must be able to take it.
  const passes = there === undefined ? () => translation.kind !== 'nothing' : compileFilter(there, translator.upstream)
  const matches = compileFilter(filter, translator.client)
  for (const { upstream, client } of held) {
    const told = [printFilter(filter), translation.kind, there && printFilter(there), upstream, client]
    const isMatch = naiveMatch(filter, client, translator.client)
    if (isMatch) counts.matches += 1
    expect(matches(client), `the judge: ${JSON.stringify(told)}`).toBe(isMatch)
    if (isMatch || translation.kind !== 'superset') expect(passes(upstream), JSON.stringify(told)).toBe(isMatch)
    if (there !== undefined) expect(naiveMatch(there, upstream, translator.upstream)).toBe(passes(upstream))
  }
}

describe('law 3', () => {
  it('matches upstream what matches at the client: no less in a superset, and no more where it is exact', () => {
    const counts: Counts = { exact: 0, superset: 0, everything: 0, nothing: 0, matches: 0 }
    fc.assert(
      fc.property(cases, (one) => {
        for (const filter of one.filters) {
          const refused = scimErrorOf(() => compileFilter(filter, one.translator.client))
          if (refused === undefined) holdsTrue(filter, one, counts)
          // Told in the client's names, before anything is asked of the upstream.
          else expect(scimErrorOf(() => one.translator.filter(filter))).toEqual(refused)
        }
      }),
      { numRuns: 1500 },
    )
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(300)
    expect(counts.exact).toBeGreaterThan(2 * counts.everything)
  })
})
