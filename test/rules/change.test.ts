import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/scim/json.ts'
import { userUrn } from '../../src/scim/schemas.ts'
import { scimErrorOf } from '../scim/fixture.ts'
import type { RuleClause } from './clause.ts'
import { contract, shown, translatorOf, upstream } from './contract.ts'

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

  it('computes again what reads the whole resource, when anything of it changed', () => {
    const { carryOver, toClient } = translatorOf([{ upstream: 'title', cel: 'string(size(r))' }])
    const there = { nickName: 'n', title: 'by-hand' }
    expect(carryOver(there, toClient(there), false)['title']).toBe('by-hand')
    expect(carryOver(there, { ...toClient(there), locale: 'de' }, false)['title']).toBe('3')
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

describe('a default among elements', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['makes the element', {}, { emails: [{ type: 'work', value: 'd' }] }],
    [
      'fills what is missing of it',
      { emails: [{ type: 'work', primary: true }] },
      { emails: [{ type: 'work', primary: true, value: 'd' }] },
    ],
    [
      'takes nothing away where there are several',
      {
        emails: [
          { type: 'work', value: 'a' },
          { type: 'work', value: 'b' },
        ],
      },
      {
        emails: [
          { type: 'work', value: 'a' },
          { type: 'work', value: 'b' },
        ],
      },
    ],
  ])('%s', (_, given, expected) => {
    const { toUpstream, carryOver } = translatorOf([{ upstream: 'emails[type eq "work"].value', default: 'd' }])
    expect(toUpstream(given)).toMatchObject(expected)
    expect(carryOver({}, given, true)).toMatchObject(expected)
  })

  it('is a list where there are none at all, and nothing where some lack it', () => {
    const { toUpstream } = translatorOf([{ upstream: 'emails.value', default: ['d'] }])
    expect(toUpstream({})).toMatchObject({ emails: [{ value: 'd' }] })
    expect(toUpstream({ emails: [{ type: 'work' }] })).toMatchObject({ emails: [{ type: 'work' }] })
  })

  it('leaves alone what has no parts', () => {
    const { toUpstream } = translatorOf([{ upstream: 'name.givenName', default: 'd' }])
    expect(toUpstream({ name: 'Ada' })).toMatchObject({ name: 'Ada' })
  })
})

describe('a change over elements', () => {
  const rules: readonly RuleClause[] = [
    { client: 'title', upstream: 'addresses[type eq "work"].locality' },
    { client: 'nickName', upstream: 'addresses[type eq "work"].country' },
  ]
  const twice = {
    addresses: [
      { type: 'work', locality: 'Bonn', country: 'DE' },
      { type: 'Work', locality: 'Graz', country: 'AT' },
      { type: 'home', locality: 'Bern' },
    ],
  }

  it('shows none of two where a rule has one, and shows no other when one is written', () => {
    const { toClient, carryOver } = translatorOf(rules)
    expect(toClient(twice)).toEqual({ schemas: [userUrn], addresses: [{ type: 'home', locality: 'Bern' }] })
    expect(carryOver(twice, { ...toClient(twice), userName: 'x' }, false)['addresses']).toHaveLength(3)
    const written = carryOver(twice, { ...toClient(twice), nickName: 'CH' }, false)
    expect(toClient(written)).toMatchObject({ nickName: 'CH', addresses: [{ type: 'home', locality: 'Bern' }] })
    expect(toClient(written)).not.toHaveProperty('title')
  })

  it('keeps what the client cannot see of an element, and lets the element go with its last data', () => {
    const { toClient, carryOver } = translatorOf(rules)
    const held = { addresses: [{ type: 'work', locality: 'Bonn', postalCode: '53111', primary: true }] }
    const written = carryOver(held, { title: 'Graz', nickName: 'AT' }, false)
    expect(written['addresses']).toEqual([
      { type: 'work', locality: 'Graz', postalCode: '53111', primary: true, country: 'AT' },
    ])
    expect(carryOver(held, {}, false)['addresses']).toEqual([{ type: 'work', postalCode: '53111', primary: true }])
    const bare = { addresses: [{ type: 'work', locality: 'Bonn', primary: true }] }
    expect(carryOver(bare, {}, false)).not.toHaveProperty('addresses')
    expect(toClient(bare)).toMatchObject({ title: 'Bonn' })
  })

  it('keeps an element on which another rule has something', () => {
    const { carryOver } = translatorOf([
      { client: 'title', upstream: 'emails[type eq "work"].value' },
      { client: 'nickName', upstream: 'emails[type eq "work"].display' },
    ])
    const held = { emails: [{ type: 'work', value: 'a', display: 'A' }] }
    expect(carryOver(held, { nickName: 'A' }, false)['emails']).toEqual([{ type: 'work', display: 'A' }])
    expect(carryOver(held, {}, false)).not.toHaveProperty('emails')
  })

  it('leaves one of several where a constant is one element’s', () => {
    const { carryOver } = translatorOf([{ upstream: 'addresses[type eq "work"].locality', constant: 'Kiel' }])
    expect(carryOver(twice, {}, true)['addresses']).toEqual([{ type: 'work', locality: 'Kiel', country: 'DE' }])
    expect(carryOver(twice, {}, false)['addresses']).toHaveLength(2)
  })

  it('refuses what cannot be carried', () => {
    const { carryOver } = translatorOf(contract)
    const emails = [{ type: 'work', value: 'a', verified: true }]
    expect(scimErrorOf(() => carryOver(upstream, changed({ emails }), false))?.detail).toContain('emails')
  })
})

describe('an upstream value that has no parts where a rule claims one', () => {
  it('is not shown, stays while it is in nobody’s way, and gives way to what the client writes', () => {
    const { toClient, carryOver } = translatorOf([{ client: 'title', upstream: 'desk.room' }])
    const held = { desk: 'by the window', nickName: 'n' }
    expect(toClient(held)).toEqual({ schemas: [userUrn], nickName: 'n' })
    expect(carryOver(held, { nickName: 'm' }, false)).toMatchObject({ desk: 'by the window', nickName: 'm' })
    expect(carryOver(held, { title: '7' }, false)).toMatchObject({ desk: { room: '7' } })
    expect(carryOver(held, { desk: { chair: 'red' } }, false)).toMatchObject({ desk: { chair: 'red' } })
  })
})

describe('whether something is hidden from the client', () => {
  it.each<[boolean, RuleClause]>([
    [false, { client: 'badge', upstream: 'title' }],
    [false, { client: { title: 'a{h}' }, upstream: { title: 'b{h}' } }],
    [false, { upstream: 'title', constant: 'x' }],
    [false, { upstream: 'title', default: 'x' }],
    [false, { upstream: 'title', template: '{userName}' }],
    [true, { upstream: 'title', template: '{userName}', when: 'nickName pr' }],
    [true, { hide: 'title' }],
    // The upstream's own nickName.
    [true, { client: 'nickName', upstream: 'title' }],
    [true, { client: 'badge', upstream: 'emails[type eq "work"].value' }],
    [true, { client: 'badge', upstream: 'title', values: { a: 'b' }, else: 'c' }],
    [true, { client: { badge: '{a} {b}' }, upstream: { title: '{a}', userType: '{b}' } }],
  ])('%s: %j', (expected, rule) => {
    expect(translatorOf([rule]).hidesSomething).toBe(expected)
    expect(translatorOf([rule], 'drop').hidesSomething).toBe(true)
  })

  it('is not so where there are no rules', () => {
    expect(translatorOf([]).hidesSomething).toBe(false)
  })
})
