import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { bindRules } from '../../src/rules/bind.ts'
import { contradiction, findCounterexample } from '../../src/rules/counterexample.ts'
import { createTranslator } from '../../src/rules/create-translator.ts'
import { judgeRules, type RuleVerdict } from '../../src/rules/verdict.ts'
import { userDefinition } from '../../src/scim/schemas.ts'
import { type RuleClause, rulesOf } from './clause.ts'
import { ruleSets } from './generate.ts'
import { cases } from './resources.ts'
import { clauseOf } from './rule-set.ts'

const verdictOf = (rule: RuleClause, ...others: readonly RuleClause[]): RuleVerdict => {
  const [verdict] = judgeRules(rulesOf({ unmapped: 'pass', list: [rule, ...others] }), userDefinition)
  if (verdict === undefined) throw new TypeError('no verdict')
  return verdict
}

const twoWay = (client: string, upstream: string): RuleClause => ({
  client: { title: client },
  upstream: { nickName: upstream },
})

describe('a lossy rule has a counterexample', () => {
  test.each<[string, RuleClause, string]>([
    ['lower', twoWay('{x}', '{x | lower}'), 'lower cannot be undone'],
    ['lower, on the client side', twoWay('{x | lower}', '{x}'), 'lower cannot be undone'],
    ['upper', twoWay('{x}', '{x | upper}'), 'upper cannot be undone'],
    ['trim', twoWay('{x}', '{x | trim}'), 'trim cannot be undone'],
    ['ascii', twoWay('{x}', '{x | ascii}'), 'ascii cannot be undone'],
    ['first', twoWay('{x}', '{x | first 20}'), 'first 20 cannot be undone'],
    ['first of many', twoWay('{x}', '{x | first 3000}'), 'first 3000 cannot be undone'],
    ['replace', twoWay('{x}', '{x | replace "[^a-z]+" "-"}'), 'cannot be undone'],
    ['replace of a word', twoWay('{x}', '{x | replace "(?:Foo|bar\\\\d+)" "-"}'), 'cannot be undone'],
    ['pipes in a row', twoWay('{x}', '{x | ascii | lower | first 20}'), 'ascii cannot be undone'],
    ['a pipe in a text', twoWay('{x}@a.example', '{x | lower}@b.example'), 'lower cannot be undone'],
    [
      'a pipe in a part',
      { client: { displayName: '{a} {b}' }, upstream: { 'name.givenName': '{a | trim | upper}', title: '{b}' } },
      'trim cannot be undone',
    ],
    ['else', { client: 'title', upstream: 'nickName', values: { a: 'A' }, else: 'B' }, 'else stands for more'],
    ['else on a boolean', { client: 'active', upstream: 'title', values: { true: 'ON' }, else: 'OFF' }, 'else stands'],
  ])('%s', (_name, rule, because) => {
    const verdict = verdictOf(rule)
    expect(verdict.exact).toBe(false)
    expect(verdict.because).toContain(because)
    expect(verdict.counterexample).toBeDefined()
    expect(verdict.counterexample?.back).not.toEqual(verdict.counterexample?.client)
  })

  it('which has one that is carried as it says', () => {
    const rules = rulesOf({ unmapped: 'pass', list: [twoWay('{x}@a.example', '{x | lower}@b.example')] })
    const { toUpstream, toClient } = createTranslator(rules, userDefinition, () => {})
    const [{ counterexample } = { counterexample: undefined }] = judgeRules(rules, userDefinition)
    const upstream = toUpstream(counterexample?.client ?? {})
    expect(upstream).toMatchObject(counterexample?.upstream ?? { nothing: true })
    expect(toClient(upstream)).toMatchObject(counterexample?.back ?? { nothing: true })
  })

  it('but not where the pipe never changes anything', () => {
    expect(verdictOf(twoWay('{x}', '{x | first 1000000}'))).not.toHaveProperty('counterexample')
  })
})

describe('what follows from a rule', () => {
  it('is on one line', () => {
    const lines = judgeRules(
      rulesOf({
        unmapped: 'pass',
        list: [
          { client: 'externalId', upstream: 'employeeNumber' },
          twoWay('{x}@a', '{x}@b'),
          { client: 'active', upstream: 'status', values: { true: 'ON', false: 'OFF' } },
          { upstream: 'userType', default: 'Member' },
          { upstream: 'locale', constant: 'de' },
          { upstream: 'timezone', template: '{userName}' },
          { hide: 'password' },
        ],
      }),
      userDefinition,
    ).map(({ rule }) => rule)
    expect(lines).toEqual([
      'externalId <-> employeeNumber',
      'title "{x}@a" <-> nickName "{x}@b"',
      'active <-> status (2 values)',
      '-> userType (default "Member")',
      '-> locale (constant "de")',
      '-> timezone (computed)',
      'hide password',
    ])
  })

  it('is that PATCHes of what a template reads take a look', () => {
    const template = { upstream: 'timezone', template: '{userName} {title}' }
    expect(verdictOf(template).patch).toMatchObject({ userName: { replace: 'read' }, title: { remove: 'read' } })
  })

  it('is that one part of a joined attribute takes a look', () => {
    const joined = {
      client: { title: '{a}', nickName: '{b}' },
      upstream: { displayName: '{a} {b}' },
    }
    expect(verdictOf(joined)).toMatchObject({
      exact: true,
      patch: { title: { replace: 'read' }, nickName: { replace: 'read' } },
      filters: { title: { co: 'pages', gt: 'pages' } },
      sort: { title: false, nickName: false },
      put: 'read',
    })
  })

  it('is that comparisons differ where the case counts on one side only', () => {
    expect(verdictOf({ client: 'externalId', upstream: 'employeeNumber' })).toMatchObject({
      exact: true,
      filters: { externalId: { eq: 'pages', ne: 'pages', co: 'pages', gt: 'pages', pr: 'native' } },
      sort: { externalId: false },
    })
  })

  it('is not that no boolean has an order', () => {
    const table = { client: 'active', upstream: 'title', values: { true: 'ON', false: 'OFF' } }
    expect(verdictOf(table).filters).toMatchObject({ active: { eq: 'native', ne: 'native', gt: 'invalid' } })
  })

  it('is nothing for a rename that agrees', () => {
    expect(verdictOf({ client: 'title', upstream: 'nickName' })).toMatchObject({
      exact: true,
      patch: { title: { add: 'direct', replace: 'direct', remove: 'direct' } },
      filters: { title: { eq: 'native', ne: 'native', co: 'native', sw: 'native', gt: 'native', pr: 'native' } },
      sort: { title: true },
      unfit: null,
    })
  })

  it('is counted by whoever runs', () => {
    const rules = rulesOf({ unmapped: 'pass', list: [{ client: 'title', upstream: 'nickName' }] })
    expect(judgeRules(rules, userDefinition, (path) => Number(path.at(-1)) + 7)).toMatchObject([{ unfit: 7 }])
  })
})

describe('what is called exact', () => {
  it('has no counterexample among the samples, nor among generated values; what is called lossy has one', () => {
    fc.assert(
      fc.property(cases(ruleSets, 'client'), ([rules, resource]) => {
        const { definition } = rules.world
        const compiled = rulesOf(clauseOf(rules), definition.type.name)
        for (const rule of compiled.rules) {
          const alone = { ...compiled, unmapped: 'pass' as const, rules: [rule] }
          const [lens] = bindRules(alone, definition).lenses
          if (lens === undefined) continue
          const ways = createTranslator(alone, definition, () => {})
          const found = findCounterexample(lens, ways)
          if (!lens.exact) {
            expect(found).toBeDefined()
            continue
          }
          const values = lens.client.map(({ at }) => at.read(resource))
          expect([found, contradiction(lens, ways, values)]).toEqual([undefined, undefined])
        }
      }),
      { numRuns: 1000 },
    )
  })
})
