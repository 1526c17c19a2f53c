import { describe, expect, it } from 'vitest'
import { createTranslator } from '../../src/rules/create-translator.ts'
import type { Translator } from '../../src/rules/translator.ts'
import { type Json, type JsonObject, parseJson } from '../../src/scim/json.ts'
import { enterpriseUserUrn as enterprise, userDefinition, userUrn } from '../../src/scim/schemas.ts'
import { scimErrorOf } from '../scim/fixture.ts'
import { type RuleClause, rulesOf, type TypeClause } from './clause.ts'

function translatorOf(list: readonly RuleClause[], unmapped: TypeClause['unmapped'] = 'pass'): Translator {
  return createTranslator(rulesOf({ unmapped, list }), userDefinition, () => {})
}

/** The rules of contract §5. */
const contract: readonly RuleClause[] = [
  { client: 'externalId', upstream: `${enterprise}:employeeNumber` },
  { client: 'active', upstream: 'status', values: { true: 'ENABLED', false: 'DISABLED' } },
  { client: { userName: '{local}@contoso.example' }, upstream: { userName: '{local}@contoso.com' } },
  {
    client: { displayName: '{given} {family}' },
    upstream: { 'name.givenName': '{given}', 'name.familyName': '{family}' },
  },
  { client: 'emails[type eq "work"].value', upstream: 'mail' },
  {
    client: { hireDate: '{day | date "dd.MM.yyyy"}' },
    upstream: { startDate: '{day | date "yyyy-MM-dd"}' },
  },
  { upstream: 'usageLocation', constant: 'DE' },
  { upstream: 'userType', default: 'Member' },
  { upstream: 'mailNickname', template: '{userName | ascii | lower | first 20}', when: 'not (nickName pr)' },
  { upstream: 'officeLocation', cel: 'has(r.addresses) ? r.addresses[0].locality : "HQ"' },
  { hide: 'password' },
]

const client: JsonObject = {
  schemas: [userUrn],
  externalId: '7',
  userName: 'Zoë@contoso.example',
  active: false,
  displayName: 'Zoë Lee',
  emails: [
    { type: 'Work', value: 'zoe@contoso.example', primary: true },
    { type: 'home', value: 'zoe@home.example' },
  ],
  hireDate: '29.02.2020',
  title: 'Guide',
  password: 'secret',
  // Not the client's: they belong to the rules.
  usageLocation: 'FR',
  status: 'x',
  name: { givenName: 'no', formatted: 'Z. Lee' },
}

const upstream: JsonObject = {
  schemas: [userUrn, enterprise],
  userName: 'Zoë@contoso.com',
  emails: [{ type: 'home', value: 'zoe@home.example' }],
  title: 'Guide',
  name: { formatted: 'Z. Lee', givenName: 'Zoë', familyName: 'Lee' },
  [enterprise]: { employeeNumber: '7' },
  status: 'DISABLED',
  mail: 'zoe@contoso.example',
  startDate: '2020-02-29',
  usageLocation: 'DE',
  userType: 'Member',
  mailNickname: 'zoe@contoso.example',
  officeLocation: 'HQ',
}

const shown: JsonObject = {
  schemas: [userUrn],
  externalId: '7',
  userName: 'Zoë@contoso.example',
  active: false,
  displayName: 'Zoë Lee',
  emails: [
    { type: 'home', value: 'zoe@home.example' },
    { type: 'work', value: 'zoe@contoso.example' },
  ],
  hireDate: '29.02.2020',
  title: 'Guide',
  userType: 'Member',
  name: { formatted: 'Z. Lee' },
}

describe('the rules of the contract', () => {
  it('make the upstream’s resource of the client’s', () => {
    expect(translatorOf(contract).toUpstream(client)).toEqual(upstream)
  })

  it('make the client’s resource of the upstream’s', () => {
    const hidden = { password: 'x', active: true, hireDate: 'y', displayName: 'z', externalId: '8' }
    expect(translatorOf(contract).toClient({ ...upstream, ...hidden })).toEqual(shown)
  })
})

const changed = (change: JsonObject): JsonObject => ({ ...shown, ...change })

describe('a change over what the upstream holds', () => {
  const held: JsonObject = {
    ...upstream,
    id: '1',
    meta: { version: 'W/"1"' },
    externalId: 'hidden',
    password: 'hidden',
  }
  const carry = (after: JsonObject, asserting = false) => translatorOf(contract).carryOver(held, after, asserting)

  it('changes what it changes, and keeps what the client cannot see', () => {
    expect(carry(changed({ title: 'Host' }))).toEqual({ ...held, title: 'Host' })
    expect(carry(changed({ displayName: 'Zoë Low' }))).toEqual({
      ...held,
      name: { formatted: 'Z. Lee', givenName: 'Zoë', familyName: 'Low' },
    })
  })

  it('takes away what is away', () => {
    const { displayName: _, ...rest } = shown
    expect(carry({ ...rest, emails: [] })).toMatchObject({ name: { formatted: 'Z. Lee' } })
    expect(carry({ ...rest, emails: [] })).not.toHaveProperty('emails')
    expect(carry({ ...rest, emails: [] })).not.toHaveProperty('mail')
  })

  it('asserts constants and defaults in a replace only', () => {
    const { userType: _, ...rest } = shown
    const moved = { ...held, usageLocation: 'FR' }
    const { carryOver } = translatorOf(contract)
    expect(carryOver(moved, rest, false)).toEqual(expect.objectContaining({ usageLocation: 'FR' }))
    expect(carryOver(moved, rest, false)).not.toHaveProperty('userType')
    expect(carryOver(moved, rest, true)).toEqual(expect.objectContaining({ usageLocation: 'DE', userType: 'Member' }))
  })

  it('computes again what reads a changed attribute, unless its condition is false now', () => {
    const other = { ...held, mailNickname: 'by-hand' }
    const { carryOver } = translatorOf(contract)
    const nickname = (after: JsonObject, asserting = false) => carryOver(other, after, asserting)['mailNickname']
    expect(nickname(changed({ title: 'Host' }))).toBe('by-hand')
    expect(nickname(changed({ userName: 'Max@contoso.example' }))).toBe('max@contoso.example')
    expect(nickname(changed({ userName: 'Max@contoso.example', nickName: 'M' }))).toBe('by-hand')
    expect(nickname(shown, true)).toBe('zoe@contoso.example')
    const { userName: _, ...nameless } = shown
    expect(nickname(nameless)).toBeUndefined()
  })

  it('is the same resource where nothing changed', () => {
    expect(carry(shown)).toEqual(held)
  })

  it('leaves an upstream value that fits nothing alone, and refuses none but a new one', () => {
    const odd = { ...held, status: 'true', userName: 'x@contoso.example', name: { familyName: 'Lee' } }
    const { carryOver, toClient } = translatorOf(contract)
    const view = toClient(odd)
    expect(view).toEqual(expect.objectContaining({ active: 'true', userName: 'x@contoso.example' }))
    expect(view).not.toHaveProperty('displayName')
    expect(carryOver(odd, { ...view, title: 'Host' }, false)).toEqual({ ...odd, title: 'Host' })
    expect(scimErrorOf(() => carryOver(odd, { ...view, active: 'ENABLED' }, false))).toMatchObject({ status: 400 })
  })
})

describe('what cannot be carried', () => {
  it.each<[string, JsonObject, string]>([
    [
      'two elements',
      {
        emails: [
          { type: 'work', value: 'a' },
          { type: 'Work', value: 'b' },
        ],
      },
      'emails[type eq "work"].value',
    ],
    ['data beside it', { emails: [{ type: 'work', value: 'a', verified: true }] }, 'emails[type eq "work"].value'],
    ['a part missing', { displayName: 'Zoë' }, 'displayName'],
    ['no text', { displayName: 5 }, 'displayName'],
    ['a day that is none', { active: 'DISABLED' }, 'active'],
  ])('is refused by its name: %s', (_, change, name) => {
    const error = scimErrorOf(() => translatorOf(contract).toUpstream({ ...client, ...change }))
    expect(error).toMatchObject({ status: 400, scimType: 'invalidValue' })
    expect(error?.detail).toContain(name)
  })

  it('is an attribute that has no parts where a rule claims one', () => {
    const { toUpstream } = translatorOf([{ client: 'name.givenName', upstream: 'title' }])
    expect(scimErrorOf(() => toUpstream({ name: 'Zoë' }))?.detail).toContain('name.givenName')
  })

  it('is not what clients send all the time', () => {
    const emails = [{ type: 'WORK', value: 'a', primary: true, display: 'A', $ref: 'x', verified: null, extra: [] }]
    expect(translatorOf(contract).toUpstream({ ...client, emails })['mail']).toBe('a')
  })
})

describe('schemas', () => {
  const move: RuleClause = { client: 'urn:acme:a:1.0:x', upstream: 'urn:acme:b:1.0:y' }
  it.each<[string, JsonObject, Json]>([
    ['the extensions that are there', { [enterprise.toLowerCase()]: { division: 'a' } }, [userUrn, enterprise]],
    ['none that is empty', { schemas: [userUrn, enterprise], [enterprise]: { division: null } }, [userUrn]],
    ['unknown ones that were listed', { SCHEMAS: ['urn:acme:empty:1.0'] }, [userUrn, 'urn:acme:empty:1.0']],
    ['unknown ones with data', { 'urn:acme:c:1.0': { a: 1 } }, [userUrn, 'urn:acme:c:1.0']],
    ['where a rule moved it', { schemas: ['urn:acme:a:1.0'], 'urn:acme:a:1.0': { x: 1 } }, [userUrn, 'urn:acme:b:1.0']],
    ['whatever was listed', { schemas: 'nonsense' }, [userUrn]],
  ])('lists %s', (_, resource, expected) => {
    expect(translatorOf([move]).toUpstream(resource)['schemas']).toEqual(expected)
  })
})

describe('dropping what no rule names', () => {
  it('spares the protocol’s own names and defaults, both ways', () => {
    const rules = translatorOf(
      [
        { client: 'name.givenName', upstream: 'title' },
        { upstream: 'userType', default: 'Member' },
      ],
      'drop',
    )
    const resource = { id: '1', META: {}, name: { givenName: 'A', familyName: 'B' }, nickName: 'x', userType: 'Guest' }
    expect(rules.toUpstream(resource)).toEqual({ schemas: [userUrn], id: '1', META: {}, title: 'A', userType: 'Guest' })
    const back = { id: '1', title: 'A', nickName: 'x', name: { familyName: 'B' }, [enterprise]: { division: 'd' } }
    expect(rules.toClient(back)).toEqual({ schemas: [userUrn], id: '1', name: { givenName: 'A' } })
  })
})

describe('hostile resources', () => {
  it('reach no prototype', () => {
    const rules = translatorOf([
      { client: 'constructor', upstream: 'toString' },
      { client: 'a.b', upstream: 'title' },
    ])
    const hostile = JSON.parse('{"__proto__":{"x":1},"constructor":"c","a":{"__proto__":{"y":1},"b":"t"}}')
    const out = rules.toUpstream(hostile)
    expect(out).toEqual({ schemas: [userUrn], toString: 'c', title: 't' })
    expect(Object.getPrototypeOf(out)).toBe(Object.prototype)
    expect(Reflect.get({}, 'x')).toBeUndefined()
    expect(rules.toClient(out)).toEqual({ schemas: [userUrn], constructor: 'c', a: { b: 't' } })
  })

  it('cross as they are: NUL, lone surrogates, long texts, deep nesting', () => {
    const rules = translatorOf(contract)
    const long = 'x'.repeat(10_000_000)
    const deep = parseJson(`${'['.repeat(50)}${']'.repeat(50)}`)
    const odd = { ...client, title: '\0\ud800', nickName: long, deep: [deep, 1], userName: `${long}@contoso.example` }
    const out = rules.toUpstream(odd)
    expect(out).toMatchObject({ title: '\0\ud800', userName: `${long}@contoso.com` })
    expect(rules.toClient(out)).toMatchObject({ title: '\0\ud800', userName: odd.userName, deep: odd.deep })
  })

  it('keep their names, however many and however spelt', () => {
    const { toUpstream } = translatorOf([{ client: 'title', upstream: 'nickName' }])
    for (let round = 0; round < 30; round += 1) {
      const names = Array.from({ length: 100 }, (_, index) => `n${round}x${index}`)
      const resource = Object.fromEntries(names.map((name, index) => [name, index]))
      expect(toUpstream({ ...resource, TITLE: 't' })).toEqual({ schemas: [userUrn], ...resource, nickName: 't' })
    }
  })
})
