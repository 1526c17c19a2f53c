import { describe, expect, it } from 'vitest'
import type { Filter } from '../../src/scim/filter.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { compileFilter } from '../../src/scim/match.ts'
import { badgeUrn as badge, badgedDefinition, scimErrorOf } from '../scim/fixture.ts'
import { askedAt, ruleTranslator, wrongIn } from './filter-truth.ts'
import { typed } from './filters.ts'
import { oraclePlace, set } from './oracle-places.ts'

const parts: readonly Json[] = ['a', 'A', 'b', 'x', 'X', 'axb', 'a b', 'pre-a', 'PRE-a', 'a-b-a', '', 'true', 5]
const wholes: readonly Json[] = [
  'a b',
  'A B',
  'a b x',
  'axb',
  'aXb',
  'AxB',
  'axxb',
  'a',
  ' a',
  'a ',
  'b-a',
  'B-A',
  'pre-a b',
  '',
  5,
]
const literals = [...new Set([...parts, ...wholes])].filter((value) => value !== null && typeof value !== 'object')

const texts = ['nickName', 'externalId', 'favourite']
const pairs = [
  ['name.givenName', 'name.familyName'],
  ['title', `${badge}:code`],
  ['externalId', 'hobby'],
  ['emails[type eq "work"].value', 'displayName'],
] as const

const patterns: readonly (readonly [whole: string, first: string, second: string])[] = [
  ['{a} {b}', '{a}', '{b}'],
  ['{a}x{b}', '{a}', '{b}'],
  ['{b}-{a}', '{a}', '{b}'],
  ['{a} {b}', 'pre-{a}', '{b}'],
  ['<{a} {b}>', '{a | lower}', '{b}'],
]

/** Three parts, of which two are joined in another way, so that not all that can be printed is read again. */
const three = {
  client: { nickName: '{a} {b} {c}' },
  upstream: { title: '{a}-{c}', favourite: '{b}' },
}

const rulesOf = (): readonly { client: JsonObject; upstream: JsonObject }[] =>
  texts.flatMap((text) => [
    three,
    ...pairs.flatMap(([one, other]) =>
      patterns.flatMap(([whole, first, second]) => {
        const sides: readonly [JsonObject, JsonObject] = [{ [text]: whole }, { [one]: first, [other]: second }]
        return [
          { client: sides[0], upstream: sides[1] },
          { client: sides[1], upstream: sides[0] },
        ]
      }),
    ),
  ])

/** All ways in which the upstream's places of a rule may be filled. */
function fillings(places: readonly string[]): readonly JsonObject[] {
  const pool = places.length === 1 ? wholes : parts
  return places.reduce<readonly JsonObject[]>(
    (made, place) =>
      made.flatMap((one) => [one, ...pool.map((value) => set(one, oraclePlace(place, badgedDefinition), value))]),
    [{}],
  )
}

const filtersOver = (place: string): readonly Filter[] => [
  askedAt(place, (path) => ({ kind: 'present', path })),
  ...literals.flatMap((value) =>
    (['eq', 'ne', 'sw'] as const).map((operator) =>
      askedAt(place, (path) => ({ kind: 'compare', operator, path, value })),
    ),
  ),
]

describe('joined attributes', () => {
  it('are found upstream as the client sees them', () => {
    const wrong = rulesOf().flatMap((rule) => {
      const translator = ruleTranslator(rule)
      const held = fillings(Object.keys(rule.upstream)).map((one) => {
        const upstream = typed(one, badgedDefinition)
        return { upstream, client: translator.toClient(upstream) }
      })
      const filters = Object.keys(rule.client).flatMap(filtersOver)
      return filters.flatMap((filter) => {
        if (scimErrorOf(() => compileFilter(filter, translator.client)) !== undefined) return []
        const one = wrongIn(filter, translator, held)
        return one === undefined ? [] : [`${JSON.stringify(rule)}: ${one}`]
      })
    })
    expect(wrong.slice(0, 5)).toEqual([])
  })
})
