import { describe, expect, it } from 'vitest'
import type { CompareOperator, Filter } from '../../src/scim/filter.ts'
import type { Json } from '../../src/scim/json.ts'
import { compileFilter } from '../../src/scim/match.ts'
import { badgeUrn as badge, badgedDefinition, scimErrorOf } from '../scim/fixture.ts'
import { askedAt, countingTranslator, isAccident, wrongIn } from './filter-truth.ts'
import { typed } from './filters.ts'
import { oraclePlace, set } from './oracle-places.ts'

const operators: readonly CompareOperator[] = ['eq', 'ne', 'co', 'ew', 'gt']

/** Values that come near one another: the same but for case, spelling, type, order, or what stands round them. */
const values: readonly Json[] = [
  ...[
    '',
    'a',
    'A',
    'b',
    'ab',
    'aB',
    'AB',
    ' a ',
    'a b',
    'A b',
    'a  b',
    'ab c',
    'b a',
    'a-b',
    'axb',
    'aXb',
    'AxB',
    'axYb',
    'axyb',
    'x-01',
    'X-1',
  ],
  ...[
    'x-a',
    'X-A',
    'x-A',
    'X-a',
    'a-x',
    'a;b',
    'A;b',
    'b;a',
    ';',
    '1',
    '01',
    '1.0',
    '+1',
    '1e5',
    '1E5',
    '-1',
    '100000',
  ],
  ...[
    '1e+21',
    '1E+21',
    'true',
    'TRUE',
    'True',
    'false',
    'FALSE',
    'ß',
    'SS',
    'k',
    '\u212a',
    'İ',
    'i̇',
    'ENABLED',
    'Enabled',
  ],
  ...[
    'a@one.example',
    'a@ONE.example',
    'A@One.example',
    'A@two.example',
    'a@two.EXAMPLE',
    'a@Two.example',
    '@one.example',
    'one.example',
  ],
  ...[
    '01.02.2020',
    '2020-02-01',
    '31.02.2020',
    '2020-02-01T00:00:00Z',
    '2020-02-01T00:00:00.000Z',
    '01T02T2020',
    '01t02t2020',
  ],
  ...[true, false, 0, 1, -1, 100000, 1e21],
]
const lists: readonly Json[] = [['a'], ['a', 'b'], ['B', 'a'], ['A', 'b'], ['a;b'], ['', ''], [''], ['x', 'y', 'a']]
const literals = values.filter((value) => value !== null && typeof value !== 'object')

/** Places of text without case, with it, of a name that no schema knows, and of a part. */
const plain = ['nickName', 'externalId', 'favourite', 'name.givenName', `${badge}:link`]
const kinds = [
  ...plain,
  `${badge}:number`,
  `${badge}:lost`,
  `${badge}:issuedAt`,
  `${badge}:doors`,
  'emails[type eq "work"].value',
]

const renames = kinds.flatMap((client) => kinds.map((upstream) => ({ client, upstream })))
const patterns: readonly (readonly [client: string, upstream: string])[] = [
  ['{x}@one.example', '{x}@two.example'],
  ['{x}@One.example', '{x}'],
  ['{x}@one.example', '{x}@Two.example'],
  ['x-{x}', '{x}'],
  ['{x}', 'x-{x}'],
  ['-{x}', '{x}-'],
  ['{x | not}', '{x}'],
  ['{x | boolean}', '{x}'],
  ['{x}', '{x | boolean}'],
  ['{x | number}', '{x}'],
  ['{x}', '{x | number}'],
  ['{x | string}', '{x}'],
  ['{x}', '{x | string}'],
  ['{x | date "dd.MM.yyyy"}', '{x | date "yyyy-MM-dd"}'],
  ['{x | date "ddTMMTyyyy"}', '{x | date "yyyy-MM-dd"}'],
  ['{x | date "yyyy-MM-dd"}', '{x | date "yyyy-MM-ddTHH:mm:ssZ"}'],
  ['{x}', '{x | list ";"}'],
  ['{x | list ";"}', '{x}'],
  ['{x | list "x"}', '{x}'],
  ['{x | list ";"}', '{x | list " "}'],
  ['{x}', '{x | lower}'],
  ['{x | lower}', '{x}'],
  ['x-{x}', '{x | lower}'],
  ['{x}', '{x | trim | first 3}'],
  ['{a} {b}', '{b}-{a}'],
  ['{a}x{b}', '{b}-{a}'],
  ['{b}-{a}', '{a}xY{b}'],
]
const others = [`${badge}:number`, `${badge}:lost`, `${badge}:issuedAt`]
const through = patterns.flatMap(([own, across]) => {
  const texts = ['nickName', 'externalId', 'favourite'].flatMap((client) =>
    [...plain, ...others, `${badge}:doors`].map((upstream) => [client, upstream] as const),
  )
  const typed = others.flatMap((client) =>
    ['title', 'favourite', ...others].map((upstream) => [client, upstream] as const),
  )
  return [...texts, ...typed].map(([client, upstream]) => ({
    client: { [client]: own },
    upstream: { [upstream]: across },
  }))
})
const tables = kinds.flatMap((client) =>
  [...plain, `${badge}:number`, `${badge}:lost`].flatMap((upstream) => [
    { client, upstream, values: { true: 'ENABLED', false: 'DISABLED' } },
    { client, upstream, values: { a: 'b', A: 'a', '1': 'x' }, else: 'other' },
    { client, upstream, values: { '': 'a', b: '' } },
    { client, upstream, values: { a: true, b: 1 } },
  ]),
)

const slotOf = (side: Json): string => (typeof side === 'string' ? side : (Object.keys(Object(side))[0] ?? ''))

const filtersOver = (place: string): readonly Filter[] => [
  askedAt(place, (path) => ({ kind: 'present', path })),
  ...literals.flatMap((value) =>
    operators.map((operator) => askedAt(place, (path) => ({ kind: 'compare', operator, path, value }))),
  ),
]

/** The first filter that is translated otherwise than some upstream resource and its client view tell. */
function firstWrong(rule: { client: Json; upstream: Json }): string | undefined {
  const { translator, unfit } = countingTranslator([rule])
  const at = oraclePlace(slotOf(rule.upstream), badgedDefinition)
  // Where a rule reads one value, a name that no schema knows holds no list.
  const isOne = slotOf(rule.upstream) === 'favourite' && !/^"[^{]*"$|\| list/.test(JSON.stringify(rule.client))
  const held = [...values, ...(isOne || 'values' in rule ? [] : lists)].flatMap((value) => {
    const upstream = typed(set({}, at, value), badgedDefinition)
    const before = unfit()
    const client = translator.toClient(upstream)
    if (unfit() > before && isAccident(upstream, client, translator)) return []
    return Object.keys(upstream).length === 0 ? [] : [{ upstream, client }]
  })
  for (const filter of filtersOver(slotOf(rule.client))) {
    if (scimErrorOf(() => compileFilter(filter, translator.client)) !== undefined) continue
    const wrong = wrongIn(filter, translator, [{ upstream: {}, client: {} }, ...held])
    if (wrong !== undefined) return `${JSON.stringify(rule)}: ${wrong}`
  }
  return undefined
}

describe('values through rules', () => {
  it.each([
    ['renames', renames],
    ['patterns', through],
    ['tables', tables],
  ])('are found upstream as the client sees them: %s', (_, rules) => {
    expect(rules.map(firstWrong).filter((one) => one !== undefined)).toEqual([])
  })
})
