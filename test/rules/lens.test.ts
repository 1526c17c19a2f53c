import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bindRules } from '../../src/rules/bind.ts'
import type { BoundLens } from '../../src/rules/bound.ts'
import { parsePattern } from '../../src/rules/pattern-parse.ts'
import { isSame } from '../../src/scim/equality.ts'
import type { Json } from '../../src/scim/json.ts'
import { badgedDefinition, badgeUrn, scimErrorOf } from '../scim/fixture.ts'
import { type RuleClause, rulesOf } from './clause.ts'

function lensOf(rule: RuleClause): BoundLens {
  const [lens] = bindRules(rulesOf({ unmapped: 'pass', list: [rule] }), badgedDefinition).lenses
  if (lens === undefined) throw new TypeError('the rule is not two-way')
  return lens
}

const names: RuleClause = {
  client: { displayName: '{given} {family}' },
  upstream: { 'name.givenName': '{given}', 'name.familyName': '{family}' },
}
const parts: RuleClause = {
  client: { 'name.givenName': '{given}', 'name.familyName': '{family}' },
  upstream: { displayName: '{given} {family}' },
}
const domain: RuleClause = {
  client: { userName: '{local}@contoso.example' },
  upstream: { userName: '{local}@contoso.com' },
}
const exactDomain: RuleClause = {
  client: { externalId: '{local}@contoso.example' },
  upstream: { externalId: '{local}@contoso.com' },
}
const active: RuleClause = { client: 'active', upstream: 'userType', values: { true: 'ENABLED', false: 'DISABLED' } }
const exactly: RuleClause = { client: 'title', upstream: 'externalId', values: { a: 'X', b: 'x' } }
const numbers: RuleClause = { client: `${badgeUrn}:number`, upstream: 'title', values: { 5: 'five' } }
const lossy: RuleClause = { client: 'title', upstream: 'userType', values: { Guest: 'G' }, else: 'M' }

describe('a lens outward', () => {
  it.each<[string, RuleClause, Json[], Json[]]>([
    ['splits at the leftmost separator', names, ['Ann Lee Jensen'], ['Ann', 'Lee Jensen']],
    ['swaps affixes', domain, ['bob@contoso.example'], ['bob@contoso.com']],
    ['swaps affixes in any case, where that is none', domain, ['Bob@Contoso.EXAMPLE'], ['Bob@contoso.com']],
    ['keeps case where there is one', exactDomain, ['7@Contoso.EXAMPLE'], ['7@Contoso.EXAMPLE']],
    ['lets through what fits neither side', domain, ['bob@elsewhere'], ['bob@elsewhere']],
    ['lets through what is no text', domain, [5], [5]],
    ['reads keys as text', active, [true], ['ENABLED']],
    ['tells values apart by case where the upstream does', exactly, ['b'], ['x']],
    ['reads numbers', numbers, [5], ['five']],
    ['takes else for everything else', lossy, ['Guest'], ['G']],
    ['takes else for everything else', lossy, ['zzz'], ['M']],
  ])('%s', (_, rule, client, upstream) => {
    expect(lensOf(rule).outward(client)).toEqual(upstream)
  })

  it.each<[RuleClause, (Json | undefined)[], string]>([
    [names, ['Ann'], 'displayName does not fit "{given} {family}"'],
    [names, [5], 'displayName does not fit "{given} {family}"'],
    [parts, ['Mary Ann', 'Lee'], 'name.givenName and name.familyName has a value that would not come back as it is'],
    [parts, ['Mary', undefined], 'name.familyName is missing: name.givenName and name.familyName go together'],
    [domain, ['bob@CONTOSO.com'], 'userName holds what stands for another value, and would not come back'],
    [domain, ['bob@contoso.com'], 'userName holds what stands for another value, and would not come back'],
    [active, ['enabled'], 'active holds what stands for another value, and would not come back'],
    [active, ['true'], 'active has a value that would not come back as it is'],
  ])('refuses %j for %j', (rule, values, detail) => {
    expect(scimErrorOf(() => lensOf(rule).outward(values))).toEqual({
      status: 400,
      scimType: 'invalidValue',
      detail,
    })
  })

  it('gives nothing for nothing', () => {
    for (const rule of [names, parts, domain, active]) {
      expect(lensOf(rule).outward([undefined, []])).toEqual([])
      expect(lensOf(rule).inward([undefined, null])).toEqual({ values: [], fits: true })
    }
  })
})

describe('a lens inward', () => {
  it.each<[string, RuleClause, Json[], Json[], boolean]>([
    ['joins', names, ['Ann', 'Lee'], ['Ann Lee'], true],
    ['swaps affixes in any case', domain, ['bob@CONTOSO.com'], ['bob@contoso.example'], true],
    ['shows nothing of several that would not come back', names, ['Mary Ann', 'Lee'], [], false],
    ['shows nothing of several that do not fit', parts, ['Lee'], [], false],
    ['shows one that does not fit as it is', domain, ['bob@elsewhere'], ['bob@elsewhere'], false],
    ['shows one that fits the other side only as it is', domain, ['b@contoso.example'], ['b@contoso.example'], false],
    ['gives the client’s JSON type', active, ['ENABLED'], [true], true],
    ['reads upstream text in any case', active, ['enabled'], [true], true],
    ['reads it with its case where that counts', exactly, ['X'], ['a'], true],
    ['gives numbers', numbers, ['five'], [5], true],
    ['shows what else made as it is', lossy, ['M'], ['M'], false],
  ])('%s', (_, rule, upstream, client, fits) => {
    expect(lensOf(rule).inward(upstream)).toEqual({ values: client, fits })
  })
})

describe('what is said of a lens', () => {
  it.each<[RuleClause, boolean, string | undefined]>([
    [names, true, undefined],
    [active, true, undefined],
    [lossy, false, 'else stands for more than one value'],
    [{ client: { title: '{x | lower}' }, upstream: { nickName: '{x}' } }, false, 'lower cannot be undone'],
  ])('%j: exact %s, %s', (rule, exact, reason) => {
    expect(lensOf(rule)).toMatchObject({ exact, ...(reason === undefined ? {} : { lossyBecause: reason }) })
  })

  it('is a rename only where values cross as they are', () => {
    expect(lensOf({ client: 'title', upstream: 'nickName' }).isRename).toBe(true)
    for (const rule of [names, domain, active]) expect(lensOf(rule).isRename).toBe(false)
  })
})

describe('exact pipes', () => {
  const value = fc.oneof(
    fc.constantFrom<Json>(true, false, 'true', 'false', 0, -0, 5, '5', '007', '1e3', 1e21, '', ' ', 'a;b', ';', ['a']),
    fc.tuple(fc.nat({ max: 35 }), fc.nat({ max: 14 }), fc.nat({ max: 9999 })).map(([day, month, year]): Json => {
      const two = (number: number) => String(number).padStart(2, '0')
      return `${two(day)}.${two(month)}.${String(year).padStart(4, '0')}`
    }),
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  )

  // Which is why a lens prints no value again that it has matched without a lossy pipe.
  it.each([
    '{x | date "dd.MM.yyyy"}',
    '{x | number}',
    '{x | boolean}',
    '{x | string}',
    '{x | not}',
    '{x | list ";"}',
    'a{x}b',
  ])('print what they matched: %s', (text) => {
    const pattern = parsePattern(text)
    fc.assert(
      fc.property(value, (given) => {
        const bindings = pattern.match(given)
        if (bindings !== undefined) expect(isSame(pattern.print(bindings), given)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
