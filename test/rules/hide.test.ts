import { describe, expect, it } from 'vitest'
import { bindRules } from '../../src/rules/bind.ts'
import { traceInward } from '../../src/rules/trace.ts'
import { attributeAt } from '../../src/scim/definition.ts'
import { parseFilter } from '../../src/scim/filter.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { compileFilter } from '../../src/scim/match.ts'
import { applyPatch } from '../../src/scim/patch-apply.ts'
import { parsePatch } from '../../src/scim/patch-parse.ts'
import { enterpriseUserUrn as enterprise, userDefinition } from '../../src/scim/schemas.ts'
import { patchBody } from '../scim/patches.ts'
import { type RuleClause, rulesOf } from './clause.ts'
import { translatorOf } from './contract.ts'

const data = ({ schemas: _, ...rest }: JsonObject): JsonObject => rest

const work = { value: 'a@b.example', type: 'work', primary: true }
const home = { value: 'h@b.example', type: 'home' }
const heldWork = { ...work, display: 'Ada' }
const heldHome = { ...home, DISPLAY: 'Home' }
/** Of which the client sees nothing. */
const unseen = { display: 'nothing else' }
const emails: Json[] = [heldWork, heldHome, unseen]

describe('a hidden sub-attribute of elements', () => {
  const translator = translatorOf([{ hide: 'emails.display' }])
  const { toUpstream, toClient, carryOver } = translator

  it('crosses in neither direction, and the rest of every element does', () => {
    expect(data(toUpstream({ emails }))).toEqual({ emails: [work, home] })
    expect(data(toClient({ emails }))).toEqual({ emails: [work, home] })
    expect(data(toClient({ emails: [unseen] }))).toEqual({})
    expect(data(toUpstream({ emails: ['bare', unseen] }))).toEqual({ emails: ['bare'] })
    expect(data(toUpstream({ emails: { value: 'v', display: 'd' } }))).toEqual({ emails: { value: 'v' } })
  })

  it('is a bare element where it is the value', () => {
    const ofValue = translatorOf([{ hide: 'emails.value' }])
    expect(data(ofValue.toUpstream({ emails: ['bare', work] }))).toEqual({ emails: [{ type: 'work', primary: true }] })
  })

  it('is not among what the client is told of the attribute', () => {
    const subs = attributeAt(translator.client, { name: 'emails' })?.attribute.subAttributes?.map(({ name }) => name)
    expect(subs).toEqual(['value', 'type', 'primary'])
  })

  it.each<[string, Json[], Json[]]>([
    ['stays on what did not change', [work, home], emails],
    [
      'stays on what has the same value',
      [{ value: 'A@b.example', type: 'x' }],
      [{ value: 'A@b.example', type: 'x', display: 'Ada' }, unseen],
    ],
    [
      'stays on the one of its type',
      [{ value: 'new', type: 'Home' }],
      [{ value: 'new', type: 'Home', DISPLAY: 'Home' }, unseen],
    ],
    ['goes with its element', [{ value: 'new', type: 'x' }], [{ value: 'new', type: 'x' }, unseen]],
    ['stays where nothing else is', [], [unseen]],
    ['is never what the client wrote', [{ ...work, display: 'mine' }], [heldWork, unseen]],
  ])('%s', (_, after, expected) => {
    for (const asserting of [true, false])
      expect(data(carryOver({ emails }, { emails: after }, asserting))).toEqual({ emails: expected })
  })

  it('is found again among many in a time that grows with them', () => {
    const many = Array.from({ length: 20_000 }, (_, at) => ({ value: `v${at}`, display: `d${at}` }))
    const changed = many.map(({ value }) => ({ value, type: 'work' }))
    const after = carryOver({ emails: many }, { emails: changed }, false)['emails']
    expect(after).toEqual(many.map((one) => ({ ...one, type: 'work' })))
  })
})

describe('a hidden sub-attribute of one kind of elements', () => {
  const { toUpstream, toClient, client } = translatorOf([{ hide: 'emails[type eq "HOME"].display' }])

  it('crosses in the others', () => {
    expect(data(toUpstream({ emails }))).toEqual({ emails: [heldWork, home, unseen] })
    expect(data(toClient({ emails }))).toEqual({ emails: [heldWork, home, unseen] })
    expect(attributeAt(client, { name: 'emails', sub: 'display' })).toBeDefined()
  })

  it('is let go on an element that another rule claims', () => {
    const both = translatorOf([
      { client: 'emails[type eq "work"].value', upstream: 'mail' },
      { hide: 'emails[type eq "work"].verified' },
    ])
    expect(data(both.toUpstream({ emails: [{ ...work, verified: true }] }))).toEqual({ mail: 'a@b.example' })
  })

  it('is let go beside a list of values that another rule claims', () => {
    const both = translatorOf([{ client: 'roles.value', upstream: 'jobs' }, { hide: 'roles.type' }])
    expect(data(both.toUpstream({ roles: [{ value: 'r', type: 't' }] }))).toEqual({ jobs: ['r'] })
  })
})

describe('a hidden part of what no schema knows', () => {
  const { toClient, carryOver } = translatorOf([{ hide: 'crates.label' }])

  it('is taken out of an object, or of every element of a list', () => {
    expect(data(toClient({ crates: { label: 'x', size: 2 } }))).toEqual({ crates: { size: 2 } })
    expect(data(toClient({ crates: [{ label: 'x', size: 2 }, 'bare'] }))).toEqual({ crates: [{ size: 2 }, 'bare'] })
  })

  it('is told of where it stands, and its value is not', () => {
    const bound = bindRules(rulesOf({ unmapped: 'pass', list: [{ hide: 'crates.label' }] }), userDefinition)
    const outcomes = [{ crates: [{ label: 'x' }] }, { crates: { label: 'x' } }, { crates: [{ size: 2 }] }].map(
      (resource) => traceInward(bound, resource),
    )
    expect(outcomes.flat().map(({ outcome }) => outcome)).toEqual(['hidden', 'hidden', 'absent'])
    expect(JSON.stringify(outcomes)).not.toContain('"x"')
  })

  it('stays, in an object as in a list', () => {
    expect(data(carryOver({ crates: { label: 'x', size: 2 } }, { crates: { size: 3 } }, true))).toEqual({
      crates: { label: 'x', size: 3 },
    })
    expect(data(carryOver({ crates: { label: 'x', size: 2 } }, {}, true))).toEqual({ crates: { label: 'x' } })
    expect(data(carryOver({ crates: [{ label: 'x', value: 2 }] }, { crates: [{ value: 2, a: 1 }] }, true))).toEqual({
      crates: [{ label: 'x', value: 2, a: 1 }],
    })
  })
})

describe('a PATCH of an attribute with hidden parts', () => {
  const translator = translatorOf([{ hide: 'emails.display' }])
  const before = { emails }

  /** What the upstream holds afterwards, and whether it took a look. */
  function patched(operation: JsonObject): readonly [string, JsonObject] {
    const operations = parsePatch(patchBody([operation]), translator.client, 'auto')
    const translated = translator.patch(operations)
    if (translated.kind === 'direct') return ['direct', applyPatch(before, translated.operations, userDefinition)]
    const client = applyPatch(translator.toClient(before), translated.operations, translator.client)
    return ['read', data(translator.carryOver(before, client, false))]
  }

  it.each<[JsonObject, 'direct' | 'read', Json[]]>([
    [{ op: 'replace', path: 'emails.display', value: 'x' }, 'direct', emails],
    [{ op: 'remove', path: 'emails[type eq "work"].display' }, 'direct', emails],
    [
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'n' },
      'direct',
      [{ ...heldWork, value: 'n' }, heldHome, unseen],
    ],
    [{ op: 'remove', path: 'emails[type eq "home"]' }, 'read', [heldWork, unseen]],
    [{ op: 'remove', path: 'emails[type eq "home"].value' }, 'read', [heldWork, unseen]],
    [{ op: 'remove', path: 'emails' }, 'read', [unseen]],
    [
      { op: 'replace', path: 'emails.type', value: 't' },
      'read',
      [{ ...heldWork, type: 't' }, { ...heldHome, type: 't' }, unseen],
    ],
    [
      { op: 'replace', path: 'emails[not (type eq "work")].type', value: 't' },
      'read',
      [heldWork, { ...heldHome, type: 't' }, unseen],
    ],
    [
      { op: 'add', path: 'emails', value: [{ value: 'n', display: 'N' }] },
      'read',
      [heldWork, heldHome, { value: 'n' }, unseen],
    ],
    [
      { op: 'replace', path: 'emails[type eq "home"]', value: { value: 'n', display: 'N' } },
      'read',
      [heldWork, { type: 'home', value: 'n', DISPLAY: 'Home' }, unseen],
    ],
    [{ op: 'replace', path: 'emails', value: [home] }, 'read', [heldHome, unseen]],
  ])('%j', (operation, kind, expected) => {
    expect(patched(operation)).toEqual([kind, { emails: expected }])
  })

  it('reads where what is written tells whether something is hidden', () => {
    const ofHome = translatorOf([{ hide: 'emails[type eq "home"].display' }])
    const operations = parsePatch(
      patchBody([{ op: 'replace', path: 'emails[value eq "a"].type', value: 'home' }]),
      ofHome.client,
      'auto',
    )
    expect(ofHome.patch(operations).kind).toBe('read')
  })
})

describe('a filter over an attribute with hidden parts', () => {
  const resources: JsonObject[] = [
    { emails },
    { emails: [unseen] },
    { emails: [heldHome, { display: 'Ada', type: 'x' }] },
    {},
    { emails: [{ type: 'home' }] },
  ]
  const rules: readonly RuleClause[] = [{ hide: 'emails.display' }, { hide: 'emails[type eq "home"].display' }]

  describe.each(rules)('%j', (rule) => {
    it.each([
      'emails pr',
      'not (emails pr)',
      'emails.display pr',
      'emails.display eq "Ada"',
      'emails.display ne "Ada"',
      'emails.type eq "home"',
      'emails.type ne "home"',
      'emails[type eq "work" and display eq "Ada"]',
      'emails[type eq "home" and display pr]',
      'emails[not (type eq "work")]',
      'emails[not (display pr)]',
      'not (emails[display eq "Home"])',
      'emails eq "h@b.example"',
    ])('%s', (text) => {
      const { filter: translate, toClient, client, upstream } = translatorOf([rule])
      const filter = parseFilter(text)
      const translated = translate(filter)
      for (const held of resources) {
        const isMatch = compileFilter(filter, client)(toClient(held))
        const there = translated.kind === 'nothing' ? undefined : translated.filter
        const passes = translated.kind !== 'nothing' && (there === undefined || compileFilter(there, upstream)(held))
        if (isMatch || translated.kind !== 'superset') expect(passes, JSON.stringify(held)).toBe(isMatch)
      }
    })
  })

  it('asks of what is seen as it is, and never of what is hidden', () => {
    const { filter } = translatorOf([{ hide: 'emails.display' }])
    expect(filter(parseFilter('emails.type eq "work"'))).toMatchObject({ kind: 'exact' })
    expect(filter(parseFilter('emails[type eq "work" and value co "a"]'))).toMatchObject({ kind: 'exact' })
    expect(filter(parseFilter('emails.display pr'))).toEqual({ kind: 'nothing' })
  })
})

describe('another name for what the rules have', () => {
  const department = `${enterprise}:department`

  it.each<[RuleClause, JsonObject]>([
    [{ hide: department }, { department: 'x' }],
    [{ hide: department }, { DEPARTMENT: 'x' }],
    [{ hide: department }, { [department]: 'x' }],
    [{ hide: department }, { [department.toUpperCase()]: 'x' }],
    [{ hide: `${enterprise}:manager` }, { 'manager.value': 'x' }],
    [{ hide: 'name' }, { 'name.givenName': 'x' }],
    [{ hide: 'name.givenName' }, { 'name.givenName': 'x' }],
    [{ upstream: department, constant: 'D' }, { department: 'x' }],
    [{ client: 'title', upstream: department }, { department: 'x' }],
    [{ client: department, upstream: 'title' }, { department: 'x' }],
    [{ client: 'urn:acme:hr:1.0:tag', upstream: 'title' }, { tag: 'x' }],
    [{ hide: 'urn:acme:hr:1.0:tag' }, { 'urn:acme:hr:1.0:tag': 'x' }],
  ])('%j: %j crosses in neither direction, and stays where it is', (rule, alias) => {
    const { toUpstream, toClient, carryOver } = translatorOf([rule])
    expect(JSON.stringify(toUpstream({ ...alias, nickName: 'n' }))).not.toContain('"x"')
    expect(JSON.stringify(toClient({ ...alias, nickName: 'n' }))).not.toContain('"x"')
    expect(carryOver(alias, { nickName: 'n' }, false)).toMatchObject(alias)
    expect(JSON.stringify(carryOver({}, { ...alias, nickName: 'n' }, false))).not.toContain('"x"')
  })

  it('is not read by what is computed', () => {
    const rules: readonly RuleClause[] = [
      { upstream: 'nickName', template: '{department}!' },
      { upstream: 'title', cel: 'has(r.department) ? r.department : "none"' },
      { hide: department },
    ]
    const { toUpstream } = translatorOf(rules)
    expect(data(toUpstream({ department: 'x', locale: 'de' }))).toEqual({ locale: 'de', title: 'none' })
  })

  it('is another attribute where the core has one of that name, or no rule claims it', () => {
    const { toUpstream } = translatorOf([{ hide: 'urn:acme:hr:1.0:title' }, { hide: department }])
    const free = { title: 't', costCenter: 'c', tag: 'g', 'name.x': 'y', department2: 'd' }
    expect(data(toUpstream(free))).toEqual(free)
  })
})
