import { describe, expect, it } from 'vitest'
import { type Json, type JsonObject, parseJson } from '../../src/scim/json.ts'
import { enterpriseUserUrn as enterprise, userUrn } from '../../src/scim/schemas.ts'
import { scimErrorOf } from '../scim/fixture.ts'
import type { RuleClause } from './clause.ts'
import { client, contract, shown, translatorOf, upstream } from './contract.ts'

describe('the rules of the contract', () => {
  it('make the upstream’s resource of the client’s', () => {
    expect(translatorOf(contract).toUpstream(client)).toEqual(upstream)
  })

  it('make the client’s resource of the upstream’s', () => {
    const hidden = { password: 'x', active: true, hireDate: 'y', displayName: 'z', externalId: '8' }
    expect(translatorOf(contract).toClient({ ...upstream, ...hidden })).toEqual(shown)
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

  it('are refused in few words, however long a name of theirs is', () => {
    const emails = [{ type: 'work', value: 'a', ['\ud800\n'.repeat(1_000_000)]: 1 }]
    const error = scimErrorOf(() => translatorOf(contract).toUpstream({ ...client, emails }))
    expect(error?.detail).toMatch(/^emails\[type eq "work"\]\.value comes with /)
    expect(error?.detail.length).toBeLessThan(200)
    expect(error?.detail).not.toContain('\n')
  })

  it('may have as many elements as bodies hold', () => {
    const { carryOver } = translatorOf([{ client: 'roles.value', upstream: 'entitlements.value' }])
    const entitlements = Array.from({ length: 200_000 }, (_, at) => ({ value: `v${at}`, display: `d${at}` }))
    const roles = entitlements.map(({ value }) => ({ value: value.replace('v1', 'w') })).reverse()
    const after = carryOver({ entitlements }, { roles }, true)['entitlements']
    expect(after).toHaveLength(200_000)
    expect(after).toContainEqual({ value: 'v20', display: 'd20' })
    expect(after).toContainEqual({ value: 'w7' })
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

describe('a name that is there in two spellings', () => {
  it('counts once: the first', () => {
    const { toUpstream, toClient } = translatorOf([{ client: 'title', upstream: 'nickName' }])
    expect(toUpstream({ title: 'a', TITLE: 'b' })).toEqual({ schemas: [userUrn], nickName: 'a' })
    expect(toClient({ NICKNAME: 'a', nickName: 'b' })).toEqual({ schemas: [userUrn], title: 'a' })
  })
})

describe('names that no schema knows', () => {
  it('are one however each rule spells them', () => {
    const { toUpstream, toClient } = translatorOf([
      { client: 'title', upstream: 'urn:acme:hr:1.0:a' },
      { client: 'nickName', upstream: 'URN:ACME:HR:1.0:b' },
      { client: 'desk.room', upstream: 'userType' },
      { client: 'DESK.floor', upstream: 'locale' },
    ])
    const own = { title: 't', nickName: 'n', Desk: { ROOM: '1', floor: '2', chair: '3' } }
    const made = toUpstream(own)
    expect(made).toMatchObject({ 'urn:acme:hr:1.0': { a: 't', b: 'n' }, userType: '1', locale: '2' })
    expect(toClient(made)).toMatchObject({ title: 't', nickName: 'n', desk: { room: '1', floor: '2', chair: '3' } })
  })
})
