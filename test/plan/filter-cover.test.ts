import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FilterList } from '../../src/capabilities.ts'
import { type Cover, type CoverCall, coverOf } from '../../src/plan/filter-cover.ts'
import { parseFilter, printFilter } from '../../src/scim/filter.ts'
import { compileFilter } from '../../src/scim/match.ts'
import type { Resource } from '../../src/scim/resource.ts'
import type { ResourceDefinition } from '../../src/scim/schema.ts'
import { enterpriseUserUrn, groupDefinition, userDefinition, userUrn } from '../../src/scim/schemas.ts'
import { scimErrorOf } from '../scim/fixture.ts'
import { entraFilters, requireListed } from './upstream.ts'

const unseen = [{ name: 'groups' }, { name: 'members' }]
const listOf = (definition: ResourceDefinition): FilterList => {
  const list = entraFilters.get(definition.type.name.toLowerCase())
  if (list === undefined) throw new Error('no such list')
  return list
}
const cover = (text: string, definition: ResourceDefinition = userDefinition, maxCalls = 20): Cover =>
  coverOf(parseFilter(text), { definition, forms: listOf(definition), unseen, maxCalls })

const callsOf = (one: Cover): readonly CoverCall[] => (one.kind === 'union' ? one.calls : [one])
/** `native` is written as it is; what is decided here stands behind a bar. */
const shown = (one: Cover): string[] =>
  callsOf(one).map(({ filter, residual }) =>
    [filter === undefined ? '*' : printFilter(filter), ...(residual === undefined ? [] : [printFilter(residual)])].join(
      ' | ',
    ),
  )

describe('users of an upstream like Entra', () => {
  test.each([
    ['userName eq "a"', ['userName eq "a"']],
    [`${userUrn}:userName eq "a"`, ['userName eq "a"']],
    ['USERNAME eq "a"', ['userName eq "a"']],
    ['not (not (userName eq "a"))', ['userName eq "a"']],
    ['active eq "True" and userName ew "@x"', ['active eq true and userName ew "@x"']],
    ['not (userName ew "@x")', ['not (userName ew "@x")']],
    ['not (active eq true or userName ew "@x")', ['not (userName ew "@x") | not (active eq true)']],
    ['externalId eq "e"', ['externalId eq "e"']],
    ['externalId eq "e" and active eq true', ['externalId eq "e" | active eq true']],
    ['externalId eq "e" and id eq "i"', ['id eq "i" | externalId eq "e"']],
    ['externalId eq "e" and groups eq "g"', ['groups.value eq "g" | externalId eq "e"']],
    ['groups[value eq "g"] and active eq true', ['groups.value eq "g" and active eq true']],
    ['userName eq "a" or externalId eq "e"', ['userName eq "a"', 'externalId eq "e"']],
    ['userName eq "a" or userName eq "a"', ['userName eq "a"']],
    [
      'active eq true and (userName eq "a" or externalId eq "e")',
      ['active eq true and userName eq "a"', 'externalId eq "e" | active eq true'],
    ],
    ['displayName eq "D"', ['* | displayName eq "D"']],
    ['displayName eq "D" or userName eq "a"', ['* | displayName eq "D" or userName eq "a"']],
    ['displayName eq "D" or groups.value eq "g"', ['* | displayName eq "D"', 'groups.value eq "g"']],
    ['displayName eq "D" and active eq true', ['active eq true | displayName eq "D"']],
    ['emails[type eq "work" and value eq "x"]', ['* | emails[type eq "work" and value eq "x"]']],
    ['userName ne "a"', ['* | not (userName eq "a")']],
    ['id eq "i" and manager eq "m"', [`id eq "i" | ${enterpriseUserUrn}:manager.value eq "m"`]],
    ['active eq true and active eq true', ['active eq true and active eq true']],
    [
      '(userName eq "a" and title eq "t") or (userName eq "a" and title eq "u")',
      ['userName eq "a" | title eq "t" or title eq "u"'],
    ],
  ])('%s', (text, calls) => {
    expect(shown(cover(text))).toEqual(calls)
  })

  test.each([
    'groups co "g"',
    'not (groups.value eq "g")',
    'userName eq "a" or not (groups.value eq "g")',
    'groups pr',
  ])('%s cannot be decided: 400 invalidFilter', (text) => {
    expect(scimErrorOf(() => cover(text))).toMatchObject({
      status: 400,
      scimType: 'invalidFilter',
      detail: expect.stringContaining('ask by groups.value eq "..."'),
    })
  })

  test('a union of more calls than may be made gives way to reading everything', () => {
    const text = ['a', 'b', 'c'].map((one) => `userName eq "${one}"`).join(' or ')
    expect(shown(cover(text))).toHaveLength(3)
    expect(shown(cover(text, userDefinition, 2))).toEqual([`* | ${text}`])
  })

  test('ands of many ors stay within bounds', () => {
    const one = '(userName eq "a" or userName eq "b" or title eq "c" or title eq "d")'
    expect(cover(Array.from({ length: 30 }, () => one).join(' and ')).kind).toBe('all')
  })
})

test.each([
  ['id eq "g" and members eq "u"', ['id eq "g" and members.value eq "u"']],
  ['members[value eq "u"]', ['members.value eq "u"']],
  ['displayName eq "a" and members.value eq "u"', ['displayName eq "a" and members.value eq "u"']],
  ['displayName sw "a" and members.value eq "u"', ['members.value eq "u" | displayName sw "a"']],
])('groups of an upstream like Entra: %s', (text, calls) => {
  expect(shown(cover(text, groupDefinition))).toEqual(calls)
})

const lists: readonly FilterList[] = [
  listOf(userDefinition),
  { ...listOf(userDefinition), or: true },
  { ...listOf(userDefinition), and: false },
  { comparisons: [], and: true, or: true },
  {
    and: true,
    or: true,
    comparisons: [
      { path: { name: 'emails', sub: 'value' }, operators: ['eq', 'pr', 'ne'], negated: ['eq'], alone: false },
      { path: { name: 'title' }, operators: ['ne', 'sw', 'pr'], negated: ['pr'], alone: false },
      { path: { urn: enterpriseUserUrn, name: 'department' }, operators: ['eq'], negated: ['eq'], alone: true },
      { path: { name: 'groups', sub: 'value' }, operators: ['eq'], negated: ['eq'], alone: false },
    ],
  },
]

const text = fc.constantFrom('a', 'A', 'ab', 'b')
const atom = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        'userName',
        'id',
        'externalId',
        'title',
        'emails',
        'emails.value',
        'emails.type',
        'department',
        'groups',
        'groups.value',
        'manager',
      ),
      fc.constantFrom('eq', 'ne', 'sw', 'ew', 'co'),
      text,
    )
    .map(([path, operator, value]) => `${path} ${operator} "${value}"`),
  fc.constantFrom('active eq true', 'active ne false', 'title pr', 'title eq null', 'emails pr', 'manager ne null'),
  fc.constantFrom(
    'emails[value eq "a"]',
    'emails[not (value eq "a")]',
    'emails[type eq "a" and value eq "ab"]',
    'emails[type eq "a" or value ne "ab"]',
    'emails[type eq "a" and not (value pr)]',
    'groups[value eq "a"]',
    'name[givenName eq "a"]',
    'name[not (givenName eq "a")]',
  ),
)
const { filter: filterText } = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    atom,
    fc.tuple(tie('filter'), fc.constantFrom('and', 'or'), tie('filter')).map(([a, kind, b]) => `(${a}) ${kind} (${b})`),
    tie('filter').map((one) => `not (${one})`),
  ),
}))
const element = fc.record({ type: text, value: text }, { requiredKeys: [] })
const resource: fc.Arbitrary<Resource> = fc.record(
  {
    id: text,
    userName: text,
    externalId: text,
    title: text,
    active: fc.boolean(),
    name: fc.record({ givenName: text }, { requiredKeys: [] }),
    emails: fc.array(element, { maxLength: 3 }),
    groups: fc.array(fc.record({ value: text }), { maxLength: 2 }),
    [enterpriseUserUrn]: fc.record(
      { department: text, manager: fc.record({ value: text }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['id', 'userName'] },
)

/** What a cover gives: the upstream sees all, what is decided here sees no groups. */
function given(one: Cover, resources: readonly Resource[]): ReadonlySet<Resource> {
  const found = new Set<Resource>()
  for (const { filter, residual } of callsOf(one))
    for (const candidate of resources) {
      const { groups: _, ...visible } = candidate
      if (filter !== undefined && !compileFilter(filter, userDefinition)(candidate)) continue
      if (residual === undefined || compileFilter(residual, userDefinition)(visible)) found.add(candidate)
    }
  return found
}

test('a cover gives what the filter asks for, and asks the upstream for nothing that is not listed', () => {
  fc.assert(
    fc.property(
      filterText,
      fc.array(resource, { maxLength: 12 }),
      fc.constantFrom(...lists),
      fc.constantFrom(1, 2, 20),
      (asked, resources, forms, maxCalls) => {
        const filter = parseFilter(asked)
        let found: Cover
        try {
          found = coverOf(filter, { definition: userDefinition, forms, unseen, maxCalls })
        } catch {
          // Only what no answer shows may be refused.
          expect(asked).toContain('groups')
          return
        }
        for (const call of callsOf(found)) if (call.filter !== undefined) requireListed(call.filter, forms)
        const matches = compileFilter(filter, userDefinition)
        expect(given(found, resources)).toEqual(new Set(resources.filter(matches)))
      },
    ),
    { numRuns: 3000 },
  )
})
