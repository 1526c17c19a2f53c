import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { rulesClause } from '../../src/rules/clause.ts'
import { compileRules } from '../../src/rules/compile.ts'
import type { Rule, TypeRules } from '../../src/rules/rule.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { enterpriseUserUrn } from '../../src/scim/schemas.ts'
import { parseYaml } from '../../src/tenant/document-yaml.ts'

const yaml = (text: string): Json => parseYaml({ file: 'x', text }).value

const compiled = (clause: Json): ReadonlyMap<string, TypeRules> => compileRules(rulesClause.parse(clause))
const ruleOf = (rule: Json, type = 'User'): Rule => {
  const [first] = compiled({ [type]: [rule] }).get(type)?.rules ?? []
  if (first === undefined) throw new Error('no rule')
  return first
}
const twoWay = (rule: Json) => {
  const found = ruleOf(rule)
  if (found.kind !== 'two-way') throw new Error(`a ${found.kind} rule`)
  return found
}
const computed = (rule: Json) => {
  const found = ruleOf(rule)
  if (found.kind !== 'computed') throw new Error(`a ${found.kind} rule`)
  return found
}

/** Everything that is wrong with a clause, as `path: message`. */
function faultsOf(clause: Json): string[] {
  const parsed = rulesClause.safeParse(clause)
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}
const faultsOfRules = (...rules: Json[]) => faultsOf({ User: rules })

/** Contract §5, word for word. */
const contract = yaml(`
User:
  - { client: externalId, upstream: urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber }
  - { client: active, upstream: status, values: { true: ENABLED, false: DISABLED } }
  - client:   { userName: "{local}@contoso.example" }
    upstream: { userName: "{local}@contoso.com" }
  - client:   { displayName: "{given} {family}" }
    upstream: { name.givenName: "{given}", name.familyName: "{family}" }
  - { client: 'emails[type eq "work"].value', upstream: mail }
  - client:   { hireDate: '{day | date "dd.MM.yyyy"}' }
    upstream: { startDate: '{day | date "yyyy-MM-dd"}' }
  - { upstream: usageLocation, constant: DE }
  - { upstream: userType, default: Member }
  - upstream: mailNickname
    template: "{userName | ascii | lower | first 20}"
    when: not (nickName pr)
  - { upstream: officeLocation, cel: 'has(r.addresses) ? r.addresses[0].locality : "HQ"' }
  - { hide: password }
`)

describe('the contract’s own rules', () => {
  const { rules = [], unmapped } = compiled(contract).get('User') ?? {}

  test('compile, each to its kind, in their order', () => {
    expect(rules.map(({ kind }) => kind)).toEqual([
      ...Array.from({ length: 6 }, () => 'two-way'),
      'constant',
      'default',
      'computed',
      'computed',
      'hide',
    ])
    expect(rules.map(({ path }) => path)).toEqual(rules.map((_, index) => ['rules', 'User', index]))
    expect(unmapped).toBe('pass')
  })

  test('say what they mean', () => {
    expect(rules[0]).toMatchObject({
      client: [{ place: { name: 'externalId' }, pattern: { whole: true, exact: true } }],
      upstream: [{ place: { urn: enterpriseUserUrn, name: 'employeeNumber' }, pattern: { whole: true } }],
    })
    expect(rules[0]).not.toHaveProperty('table')
    expect(rules[1]).toMatchObject({
      table: {
        pairs: [
          ['true', 'ENABLED'],
          ['false', 'DISABLED'],
        ],
      },
    })
    expect(rules[3]).toMatchObject({
      client: [{ place: { name: 'displayName' }, pattern: { holes: ['given', 'family'] } }],
      upstream: [{ place: { name: 'name', sub: 'givenName' } }, { place: { name: 'name', sub: 'familyName' } }],
    })
    expect(rules[4]).toMatchObject({ client: [{ place: { filter: { sub: 'type', value: 'work' }, sub: 'value' } }] })
    expect(rules[6]).toMatchObject({ upstream: { name: 'usageLocation' }, value: 'DE' })
    expect(rules[10]).toMatchObject({ place: { name: 'password' } })
  })

  test('compute', () => {
    const [nickname, office] = rules.filter((rule) => rule.kind === 'computed')
    const user: JsonObject = { userName: 'Zoë.Müller', addresses: [{ locality: 'Bonn' }] }
    expect(nickname?.compute(user)).toBe('zoe.muller')
    expect(nickname?.reads).toEqual([{ name: 'userName' }, { name: 'nickName' }])
    expect(nickname?.when).toMatchObject({ kind: 'not' })
    expect(office?.compute(user)).toBe('Bonn')
    expect(office?.compute({})).toBe('HQ')
    expect(office?.reads).toEqual([{ name: 'addresses' }])
  })
})

describe('what compiles', () => {
  test('a map with `unmapped`, of which the paths lead through `list`', () => {
    const rules = compiled({
      Group: { unmapped: 'drop', list: [{ client: 'a', upstream: 'b' }] },
      User: [],
      Device: { list: [] },
    })
    expect(rules.get('Group')).toMatchObject({
      resourceType: 'Group',
      unmapped: 'drop',
      rules: [{ path: ['rules', 'Group', 'list', 0] }],
    })
    expect(rules.get('User')).toEqual({ resourceType: 'User', unmapped: 'pass', rules: [] })
    expect(rules.get('Device')?.unmapped).toBe('pass')
  })

  test('`else`, in the table or beside it', () => {
    const table = { pairs: [['a', 1]], otherwise: 2 }
    expect(twoWay({ client: 'x', upstream: 'y', values: { a: 1 }, else: 2 }).table).toEqual(table)
    expect(twoWay({ client: 'x', upstream: 'y', values: { a: 1, else: 2 } }).table).toEqual(table)
  })

  test('`string` gives the text of what the other side takes whole', () => {
    const { client, upstream } = twoWay({ client: { active: '{a}' }, upstream: { flag: '{a | string}' } })
    const bindings = client[0]?.pattern.match(true)
    expect(bindings && upstream[0]?.pattern.print(bindings)).toBe('true')
    expect(upstream[0]?.pattern.match('true')).toEqual(bindings)
  })

  test('`number` stands against a text, alone or among texts', () => {
    for (const [pattern, text] of [
      ['{n}', '5'],
      ['E{n}', 'E5'],
      ['{n | string}', '5'],
    ] as const) {
      const { client, upstream } = twoWay({ client: { level: '{n | number}' }, upstream: { badge: pattern } })
      const bindings = client[0]?.pattern.match(5)
      expect(bindings && upstream[0]?.pattern.print(bindings)).toBe(text)
      expect(upstream[0]?.pattern.match(text)).toEqual(bindings)
    }
  })

  test('a text without a hole beside patterns with one', () => {
    expect(
      twoWay({ client: { a: '{x}' }, upstream: { b: '{x}', kind: 'person' } }).upstream[1]?.pattern.print(new Map()),
    ).toBe('person')
  })

  test('several elements of one list, and several parts of one element', () => {
    expect(
      faultsOfRules(
        { client: 'emails[type eq "work"].value', upstream: 'mail' },
        { client: 'emails[type eq "work"].display', upstream: 'mailName' },
        { client: 'emails[type eq "home"].value', upstream: 'privateMail' },
        { client: 'name.givenName', upstream: 'first' },
        { client: 'name.familyName', upstream: 'last' },
      ),
    ).toEqual([])
  })

  test('one name on both sides of two rules, and a constant on a name that clients see of another', () => {
    expect(
      faultsOfRules(
        { client: 'title', upstream: 'jobTitle' },
        { client: 'jobTitle', upstream: 'title' },
        { client: 'usageLocation', upstream: 'country' },
        { upstream: 'usageLocation', constant: 'DE' },
      ),
    ).toEqual([])
  })

  test('a computed rule reads what its condition reads, each once', () => {
    const rule = computed({
      upstream: 'x',
      template: '{userName} {NAME.givenName}',
      when: 'USERNAME sw "a" and emails[type eq "work" and value pr] and meta.created pr and name.givenName pr',
    })
    expect(rule.reads).toEqual([
      { name: 'USERNAME' },
      { name: 'name', sub: 'givenName' },
      { name: 'emails' },
      { name: 'meta', sub: 'created' },
    ])
    expect(computed({ upstream: 'x', cel: 'size(r)', when: 'a pr' }).reads).toBe('all')
  })

  test('whatever JSON a constant and a default are', () => {
    for (const value of ['', 0, false, ['a'], { a: [{ b: 1 }] }]) {
      expect(ruleOf({ upstream: 'x', constant: value })).toMatchObject({ kind: 'constant', value })
      expect(ruleOf({ upstream: 'x', default: value })).toMatchObject({ kind: 'default', value })
    }
  })

  test('values that differ in their case, where the standard says that it matters', () => {
    expect(faultsOfRules({ client: 'x', upstream: 'externalId', values: { a: 'A', b: 'a' } })).toEqual([])
  })
})

describe('what is refused, by name and place', () => {
  const pair = (client: Json, upstream: Json) => ({ client, upstream })
  const some = { client: 'nickName', upstream: 'alias' }

  test.each<[string, Json[], string]>([
    // Forms.
    ['no form', [{}], 'User.0: does nothing: it needs `client`, `constant`, `default`, `template`, `cel` or `hide`'],
    ['an upstream alone', [{ upstream: 'a' }], 'User.0: does nothing: it needs'],
    ['a client alone', [{ client: 'a' }], 'User.0: lacks `upstream`: say which'],
    ['a constant alone', [{ constant: 'a' }], 'User.0: lacks `upstream`'],
    [
      'two deeds',
      [{ upstream: 'a', template: '{b}', constant: 'x' }],
      'User.0.template: `template` cannot stand beside `constant`: a rule does one thing',
    ],
    [
      'a hidden name with another',
      [{ hide: 'a', upstream: 'b' }],
      'User.0.upstream: `upstream` cannot stand beside `hide`: a hidden name',
    ],
    [
      '`when` on a two-way rule',
      [{ ...some, when: 'a pr' }],
      'User.0.when: `when` cannot stand beside `client`: a condition cannot hold in both directions',
    ],
    [
      '`when` on a constant',
      [{ upstream: 'a', constant: 1, when: 'a pr' }],
      'User.0.when: `when` cannot stand beside `constant`',
    ],
    [
      '`values` on a constant',
      [{ upstream: 'a', constant: 1, values: {} }],
      'User.0.values: `values` cannot stand beside `constant`',
    ],
    ['`else` alone', [{ ...some, else: 'x' }], 'User.0.else: stands alone: it belongs to `values`'],
    ['`else` twice', [{ ...some, values: { a: 1, else: 2 }, else: 3 }], 'User.0.else: stands in `values`, too'],
    ['a map for a constant', [{ upstream: { a: '{x}' }, constant: 1 }], 'User.0.upstream: must be one attribute'],
    [
      'a path against a map',
      [pair('a', { b: '{x}' })],
      'User.0.client: is a path where `upstream` is a map: write both as paths',
    ],
    ['a map against a path', [pair({ b: '{x}' }, 'a')], 'User.0.upstream: is a path where `client` is a map'],
    ['an empty side', [pair({}, { b: '{x}' })], 'User.0.client: is empty: give at least one path'],
    // Holes.
    [
      'a hole on the client side only',
      [some, pair({ a: '{x} {y}' }, { b: '{x}' })],
      'User.1.client.a: the hole `y` stands on the client side only: use it in `upstream`, too, or take it out',
    ],
    [
      'a hole on the upstream side only',
      [pair({ a: '{x}' }, { b: '{x}', c: '{X}' })],
      'User.0.upstream.c: the hole `X` stands on the upstream side only',
    ],
    [
      'a hole twice on a side',
      [pair({ a: '{x}', b: '{x}' }, { c: '{x}' })],
      'User.0.client.b: the hole `x` stands in `a`, too: it stands once on the client side',
    ],
    [
      'a hole twice in a pattern',
      [pair({ a: '{x} {x}' }, { c: '{x}' })],
      'User.0.client.a: at character 6: the hole `x` stands here twice',
    ],
    [
      'touching holes',
      [pair({ a: '{x}{y}' }, { b: '{x}', c: '{y}' })],
      'User.0.client.a: at character 4: the holes `x` and `y` touch',
    ],
    ['no hole', [pair({ a: 'x' }, { b: 'y' })], 'User.0: shares no hole between its sides'],
    [
      'an unknown pipe',
      [pair({ a: '{x | lwer}' }, { b: '{x}' })],
      'User.0.client.a: at character 6: there is no pipe `lwer`: there are date,',
    ],
    [
      'a wrong argument',
      [pair({ a: '{x | first "3"}' }, { b: '{x}' })],
      'User.0.client.a: at character 12: the pipe `first` takes a number',
    ],
    [
      'a missing argument',
      [pair({ a: '{x | date}' }, { b: '{x}' })],
      'User.0.client.a: at character 6: the pipe `date` lacks a text',
    ],
    // Tables.
    [
      'two client values on one',
      [{ ...some, values: { a: 'X', b: 'Y', c: 'X' } }],
      'User.0.values.c: `a` and `c` are one value upstream',
    ],
    [
      'two that differ in their case',
      [{ ...some, values: { a: 'X', b: 'x' } }],
      'User.0.values.b: `a` and `b` are one value upstream',
    ],
    [
      'two that differ in their type',
      [{ ...some, values: { a: 5, b: '5' } }],
      'User.0.values.b: `a` and `b` are one value upstream',
    ],
    ['an empty table', [{ ...some, values: {} }], 'User.0.values: is empty: list at least one value'],
    ['a table with `else` alone', [{ ...some, values: {}, else: 'x' }], 'User.0.values: is empty'],
    [
      'a table over two attributes',
      [{ client: { a: '{x}', b: '{y}' }, upstream: { c: '{x} {y}' }, values: { a: 1 } }],
      'User.0.values: needs one attribute a side',
    ],
    [
      'a table over a pattern',
      [{ client: { a: '{x}' }, upstream: { c: 'c{x}' }, values: { a: 1 } }],
      'User.0.values: stands for the whole value',
    ],
    // Claims.
    [
      'one attribute twice',
      [some, { client: 'TITLE', upstream: 'a' }, { client: 'title', upstream: 'b' }],
      'User.2.client: `title` is claimed by rule 2, too: on the client side every attribute has one rule',
    ],
    [
      'one upstream attribute twice',
      [
        { client: 'a', upstream: 'title' },
        { upstream: 'Title', constant: 'x' },
      ],
      'User.1.upstream: `Title` is claimed by rule 1, too: on the upstream side',
    ],
    [
      'with and without a URN',
      [
        { client: 'a', upstream: `${enterpriseUserUrn}:department` },
        { upstream: 'department', template: '{b}' },
      ],
      'User.1.upstream: `department` and `urn:',
    ],
    [
      'an attribute and its part',
      [
        { client: 'name', upstream: 'a' },
        { client: 'name.givenName', upstream: 'b' },
      ],
      'User.1.client: `name.givenName` and `name`, which rule 1 claims, can be one attribute or a part of it',
    ],
    [
      'a part and its attribute, in maps',
      [some, pair({ 'name.givenName': '{x}', name: '{y}' }, { c: '{x}', d: '{y}' })],
      'User.1.client.name: `name` and `name.givenName`, which this rule itself claims',
    ],
    [
      'a list and one of its elements',
      [
        { client: 'emails[type eq "work"].value', upstream: 'mail' },
        { client: 'emails', upstream: 'mails' },
      ],
      'User.1.client: `emails` and `emails[type eq "work"].value`, which rule 1 claims',
    ],
    [
      'elements that may be one',
      [
        { client: 'emails[type eq "work"].value', upstream: 'a' },
        { client: 'emails[primary eq true].value', upstream: 'b' },
      ],
      'User.1.client: `emails[primary eq true].value` and',
    ],
    [
      'a hidden name that is claimed',
      [{ client: 'a', upstream: 'password' }, { hide: 'password' }],
      'User.1.hide: `password` is claimed by rule 1, too',
    ],
    [
      'a default on a client’s name',
      [
        { client: 'title', upstream: 'b' },
        { upstream: 'title', default: 1 },
      ],
      'User.1.upstream: `title` is claimed by rule 1, too: a `default` is for names that no other rule claims',
    ],
    [
      'a default on an upstream name',
      [
        { upstream: 'title', default: 1 },
        { client: 'b', upstream: 'title' },
      ],
      'User.1.upstream: `title` is claimed by rule 1, too: a `default`',
    ],
    ['`id`', [{ client: 'id', upstream: 'a' }], 'User.0.client: `id` belongs to the protocol'],
    ['`meta`', [{ upstream: 'meta.created', constant: 'a' }], 'User.0.upstream: `meta` belongs to the protocol'],
    ['`schemas`', [{ hide: 'Schemas' }], 'User.0.hide: `Schemas` belongs to the protocol'],
    // Texts.
    ['a bad path', [{ client: 'a b', upstream: 'c' }], 'User.0.client: the path is not valid at character 3'],
    [
      'a bad path in a map',
      [pair({ 'a[': '{x}' }, { b: '{x}' })],
      "User.0.client.a[: the path is not valid at character 3: expected a sub-attribute's name",
    ],
    [
      'a bad filter in a path',
      [{ client: 'emails[type co "work"]', upstream: 'c' }],
      'User.0.client: the value filter of a rule is one `eq`',
    ],
    [
      'a bad filter in `when`',
      [{ upstream: 'a', template: '{b}', when: 'b eq' }],
      'User.0.when: the filter is not valid at character 5',
    ],
    ['a bad template', [{ upstream: 'a', template: 'x' }], 'User.0.template: reads nothing'],
    ['a bad expression', [{ upstream: 'a', cel: 'userName' }], 'User.0.cel: `userName` is not known'],
  ])('%s', (_, rules, message) => {
    const faults = faultsOfRules(...rules)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain(message)
  })

  test.each<[string, Json, string]>([
    ['a type in another case', { user: [] }, 'user: names of resource types have a case: did you mean `User`?'],
    ['a type twice', { Device: [], DEVICE: [] }, 'DEVICE: names of resource types have a case: did you mean `Device`?'],
    ['through `list`', { User: { list: [{ upstream: 'a' }] } }, 'User.list.0: does nothing'],
  ])('%s', (_, clause, message) => {
    expect(faultsOf(clause).join('\n')).toContain(message)
  })

  test('all of it at once', () => {
    const faults = faultsOf({
      User: [
        { upstream: 'a' },
        { client: 'b', upstream: 'id' },
        { client: 'b', upstream: 'c' },
        { client: 'B', upstream: 'C' },
      ],
      Group: { list: [{ hide: 'x y' }] },
    })
    expect(faults.map((fault) => fault.split(': ')[0])).toEqual([
      'User.0',
      'User.1.upstream',
      'User.3.client',
      'User.3.upstream',
      'Group.list.0.hide',
    ])
  })

  test('by the compiler, too, with the path from the document’s root', () => {
    expect(() => compileRules({ User: [{ client: 'id', upstream: 'a' }] })).toThrow(
      expect.objectContaining({ name: 'RuleFault', path: ['rules', 'User', 0, 'client'] }),
    )
  })

  test.each<[string, Json]>([
    ['a text for a constant that is null', { User: [{ upstream: 'a', constant: null }] }],
    ['an empty constant', { User: [{ upstream: 'a', constant: [] }] }],
    ['an unknown key', { User: [{ upstrem: 'a', client: 'b' }] }],
    ['a list for a value', { User: [{ client: 'a', upstream: 'b', values: { a: ['x'] } }] }],
    ['a number for a pattern', { User: [{ client: { a: 1 }, upstream: { b: '{x}' } }] }],
    ['an unknown `unmapped`', { User: { unmapped: 'keep', list: [] } }],
    ['a text for rules', { User: 'all' }],
    ['too many rules', { User: Array.from({ length: 501 }, (_, index) => ({ hide: `a${index}` })) }],
  ])('%s, by its shape', (_, clause) => {
    expect(rulesClause.safeParse(clause).success).toBe(false)
  })
})

test('five hundred rules are checked for claims in no time that their square would take', () => {
  const rules = Array.from({ length: 500 }, (_, index) => ({ client: `a${index}`, upstream: `b${index}` }))
  expect(faultsOf({ User: rules })).toEqual([])
})

test('the clause has a JSON Schema without references', () => {
  expect(JSON.stringify(z.toJSONSchema(rulesClause, { io: 'input', unrepresentable: 'any' }))).not.toContain('$ref')
})
