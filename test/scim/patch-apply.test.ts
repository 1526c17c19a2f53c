import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ScimError } from '../../src/scim/error.ts'
import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import { applyPatch } from '../../src/scim/patch-apply.ts'
import { parsePatch } from '../../src/scim/patch-parse.ts'
import { enterpriseUserUrn, groupDefinition, groupUrn, userDefinition, userUrn } from '../../src/scim/schemas.ts'
import { patchBody, randomOperations, user } from './patches.ts'

/** The user after these operations, written as a client would. */
const patched = (resource: JsonObject, ...operations: JsonObject[]): JsonObject =>
  applyPatch(resource, parsePatch(patchBody(operations), userDefinition, 'auto'), userDefinition)

const patchedGroup = (resource: JsonObject, ...operations: JsonObject[]): JsonObject =>
  applyPatch(resource, parsePatch(patchBody(operations), groupDefinition, 'auto'), groupDefinition)

const failure = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof ScimError) return `${error.status} ${error.scimType}`
    throw error
  }
  return 'no failure'
}

const bare: JsonObject = { schemas: [userUrn], id: '1', userName: 'bjensen' }
const work = { type: 'work', value: 'babs@work.example' }
const home = { type: 'home', value: 'babs@home.example' }

describe('RFC 7644 section 3.5.2, its own examples', () => {
  const group = { schemas: [groupUrn], id: 'g', displayName: 'Tour Guides', members: [{ value: 'a' }] }

  it('adds a member', () => {
    const babs = { type: 'User', $ref: '/Users/b', value: 'b' }
    expect(patchedGroup(group, { op: 'add', path: 'members', value: [babs] })['members']).toEqual([
      { value: 'a' },
      babs,
    ])
  })

  it('adds nobody who is a member already', () => {
    expect(patchedGroup(group, { op: 'add', path: 'members', value: [{ value: 'a', display: 'A' }] })).toBe(group)
  })

  it('adds attributes without a path', () => {
    const after = patched({ ...bare, emails: [work] }, { op: 'add', value: { emails: [home], nickname: 'Babs' } })
    expect(after).toEqual({ ...bare, emails: [work, home], nickName: 'Babs' })
  })

  it('removes one member, and no error when he was none', () => {
    expect(patchedGroup(group, { op: 'remove', path: 'members[value eq "a"]' })).not.toHaveProperty('members')
    expect(patchedGroup(group, { op: 'remove', path: 'members[value eq "x"]' })).toBe(group)
  })

  it('removes all members', () => {
    expect(patchedGroup(group, { op: 'remove', path: 'members' })).not.toHaveProperty('members')
  })

  it('removes the value that a complex filter chooses', () => {
    const path = 'emails[type eq "work" and value ew "work.example"]'
    expect(patched({ ...bare, emails: [work, home] }, { op: 'remove', path })['emails']).toEqual([home])
  })

  it('removes one member and adds another', () => {
    const operations = [
      { op: 'remove', path: 'members[value eq "a"]' },
      { op: 'add', path: 'members', value: [{ value: 'j', type: 'User' }] },
    ]
    expect(patchedGroup(group, ...operations)['members']).toEqual([{ value: 'j', type: 'User' }])
  })

  it('replaces all members, in two operations or one', () => {
    const value = [{ value: 'b' }, { value: 'j' }]
    const two = [
      { op: 'remove', path: 'members' },
      { op: 'add', path: 'members', value },
    ]
    expect(patchedGroup(group, ...two)['members']).toEqual(value)
    expect(patchedGroup(group, { op: 'replace', path: 'members', value })['members']).toEqual(value)
  })

  it("changes a user's work address and takes primary from the other", () => {
    const addresses = [
      { type: 'work', streetAddress: 'old', country: 'US' },
      { type: 'home', streetAddress: 'home', primary: true },
    ]
    const value = { type: 'work', streetAddress: '911 Universal City Plaza', primary: true }
    const after = patched({ ...bare, addresses }, { op: 'replace', path: 'addresses[type eq "work"]', value })
    expect(after['addresses']).toEqual([value, { type: 'home', streetAddress: 'home', primary: false }])
  })

  it('takes one value in a list for that value, and no more', () => {
    const emails = (value: Json) =>
      patched({ ...bare, emails: [work] }, { op: 'replace', path: 'emails[type eq "work"]', value })
    expect(emails([{ value: 'b@work.example' }])).toEqual(emails({ value: 'b@work.example' }))
    expect(failure(() => emails([{ value: 'b@c' }, { value: 'd@e' }]))).toBe('400 invalidValue')
    expect(failure(() => emails([]))).toBe('400 invalidValue')
  })

  it('changes one sub-attribute of what the filter chooses', () => {
    const addresses = [{ type: 'work', streetAddress: 'old', country: 'US' }]
    const path = 'addresses[type eq "work"].streetAddress'
    const after = patched({ ...bare, addresses }, { op: 'replace', path, value: '1010 Broadway Ave' })
    expect(after['addresses']).toEqual([{ type: 'work', streetAddress: '1010 Broadway Ave', country: 'US' }])
  })

  it('replaces whole attributes without a path', () => {
    const emails = [{ ...work, primary: true }, home]
    const after = patched(
      { ...bare, emails: [home], title: 'T' },
      { op: 'replace', value: { emails, nickname: 'Babs' } },
    )
    expect(after).toEqual({ ...bare, title: 'T', emails, nickName: 'Babs' })
  })
})

describe('add', () => {
  const table: [string, JsonObject, JsonObject, JsonObject][] = [
    ['a single value', bare, { op: 'add', path: 'title', value: 'T' }, { ...bare, title: 'T' }],
    [
      'a part of a complex value',
      bare,
      { op: 'add', path: 'name.givenName', value: 'B' },
      { ...bare, name: { givenName: 'B' } },
    ],
    [
      'parts beside others',
      { ...bare, name: { familyName: 'J' } },
      { op: 'add', path: 'name', value: { givenName: 'B' } },
      { ...bare, name: { familyName: 'J', givenName: 'B' } },
    ],
    [
      'the element that a filter describes (contract section 12)',
      bare,
      { op: 'add', path: 'emails[type eq "work"].value', value: 'a@b' },
      { ...bare, emails: [{ type: 'work', value: 'a@b' }] },
    ],
    [
      'that element, its filter a conjunction',
      { ...bare, emails: [{ type: 'home', value: 'h', primary: true }] },
      { op: 'replace', path: 'emails[type eq "work" and primary eq true].value', value: 'a@b' },
      {
        ...bare,
        emails: [
          { type: 'home', value: 'h', primary: false },
          { type: 'work', primary: true, value: 'a@b' },
        ],
      },
    ],
    [
      'an extension attribute, and its URN with it',
      bare,
      { op: 'add', path: `${enterpriseUserUrn}:department`, value: 'D' },
      { ...bare, schemas: [userUrn, enterpriseUserUrn], [enterpriseUserUrn]: { department: 'D' } },
    ],
    [
      'a whole extension',
      bare,
      { op: 'add', path: enterpriseUserUrn, value: { department: 'D' } },
      { ...bare, schemas: [userUrn, enterpriseUserUrn], [enterpriseUserUrn]: { department: 'D' } },
    ],
    [
      'the attribute under the name that the resource spells it by',
      { ...bare, displayname: 'old' },
      { op: 'replace', path: 'displayName', value: 'new' },
      { ...bare, displayname: 'new' },
    ],
    [
      'more of a value that is there under the same type',
      { ...bare, emails: [{ ...work }] },
      { op: 'add', path: 'emails', value: { ...work, primary: true } },
      { ...bare, emails: [{ ...work, primary: true }] },
    ],
  ]
  it.each(table)('adds %s', (_, before, operation, after) => {
    expect(patched(before, operation)).toEqual(after)
  })

  it('changes nothing for a value that differs only where case does not matter', () => {
    const before = { ...bare, emails: [work] }
    expect(patched(before, { op: 'add', path: 'emails', value: [{ type: 'WORK', value: 'BABS@work.example' }] })).toBe(
      before,
    )
  })

  it('forgets what it knew of another manager, and keeps what it knows of the same', () => {
    const manager = { value: 'm', $ref: '/Users/m', displayName: 'M' }
    const before = { ...bare, schemas: [userUrn, enterpriseUserUrn], [enterpriseUserUrn]: { manager } }
    const path = `${enterpriseUserUrn}:manager`
    expect(patched(before, { op: 'replace', path, value: { value: 'm' } })).toBe(before)
    const after = patched(before, { op: 'replace', path: `${path}.value`, value: 'n' })
    expect(after[enterpriseUserUrn]).toEqual({ manager: { value: 'n' } })
  })

  it('does change the case of a single value', () => {
    expect(
      patched({ ...bare, displayName: 'mcdonald' }, { op: 'replace', path: 'displayName', value: 'McDonald' }),
    ).toEqual({
      ...bare,
      displayName: 'McDonald',
    })
  })
})

describe('remove', () => {
  it('takes the extension with its last attribute, and its URN', () => {
    const before = { ...bare, schemas: [userUrn, enterpriseUserUrn], [enterpriseUserUrn]: { department: 'D' } }
    expect(patched(before, { op: 'remove', path: `${enterpriseUserUrn}:department` })).toEqual(bare)
    expect(patched(before, { op: 'remove', path: enterpriseUserUrn })).toEqual(bare)
  })

  it('takes the complex value with its last part', () => {
    expect(patched({ ...bare, name: { givenName: 'B' } }, { op: 'remove', path: 'name.givenName' })).toEqual(bare)
  })

  it('takes the element that a filter made, and leaves one that has its value still', () => {
    expect(patched({ ...bare, emails: [work] }, { op: 'remove', path: 'emails[type eq "work"].value' })).toEqual(bare)
    const emails = [{ value: 'a', display: 'A' }]
    const after = patched({ ...bare, emails }, { op: 'remove', path: 'emails[value eq "a"].display' })
    expect(after['emails']).toEqual([{ value: 'a' }])
  })

  it('is no change where an add brings the same back', () => {
    const before = { ...bare, emails: [work, home] }
    expect(patched(before, { op: 'remove', path: 'emails' }, { op: 'add', path: 'emails', value: [home, work] })).toBe(
      before,
    )
  })

  it('is no change for what is not there', () => {
    expect(patched(bare, { op: 'remove', path: 'title' }, { op: 'remove', path: 'name.givenName' })).toBe(bare)
  })
})

describe('refusals', () => {
  const group = { schemas: [groupUrn], id: 'g', displayName: 'G', members: [{ value: 'a', type: 'User' }] }
  const table: [string, string, JsonObject][] = [
    ['400 mutability', 'a required attribute removed', { op: 'remove', path: 'userName' }],
    ['400 mutability', 'schemas removed', { op: 'remove', path: 'schemas' }],
    ['400 mutability', 'a readOnly attribute by name', { op: 'replace', path: 'id', value: '2' }],
    ['400 mutability', 'readOnly groups', { op: 'add', path: 'groups', value: [{ value: 'g' }] }],
    ['400 noTarget', 'a remove without a path', { op: 'remove' }],
    [
      '400 noTarget',
      'a filter that describes no element',
      { op: 'replace', path: 'emails[type sw "w"].value', value: 'x' },
    ],
    [
      '400 noTarget',
      'a filter that fixes what is set',
      { op: 'replace', path: 'emails[value eq "a"].value', value: 'x' },
    ],
    ['400 invalidPath', 'a filter on a single value', { op: 'replace', path: 'name[givenName eq "x"]', value: {} }],
    ['400 invalidPath', 'a sub-attribute of a simple one', { op: 'replace', path: 'title.x', value: 'x' }],
    ['400 invalidPath', 'no path at all', { op: 'replace', path: 'a b', value: 'x' }],
    ['400 invalidValue', 'an empty required attribute', { op: 'replace', path: 'userName', value: '' }],
    ['400 invalidValue', 'no value', { op: 'add', path: 'title' }],
    ['400 invalidValue', 'a wrong type', { op: 'add', path: 'active', value: 'perhaps' }],
    [
      '400 invalidValue',
      'two primaries',
      {
        op: 'replace',
        path: 'emails',
        value: [
          { value: 'a', primary: true },
          { value: 'b', primary: true },
        ],
      },
    ],
    ['400 invalidSyntax', 'an unknown op', { op: 'move', path: 'title' }],
  ]
  it.each(table)('%s: %s', (expected, _, operation) => {
    expect(failure(() => patched(bare, operation))).toBe(expected)
  })

  it.each([
    ['400 mutability', { op: 'replace', path: 'members[value eq "a"].value', value: 'b' }],
    ['400 mutability', { op: 'remove', path: 'members[value eq "a"].type' }],
    ['400 noTarget', { op: 'replace', path: 'members[value eq "x"].type', value: 'User' }],
  ])('%s for members', (expected, operation) => {
    expect(failure(() => patchedGroup(group, operation))).toBe(expected)
  })

  it('leaves nothing half done', () => {
    const before = structuredClone(user)
    const operations = [
      { op: 'replace', path: 'title', value: 'changed' },
      { op: 'remove', path: 'userName' },
    ]
    expect(failure(() => patched(user, ...operations))).toBe('400 mutability')
    expect(user).toEqual(before)
  })
})

describe('at size', () => {
  const members = Array.from({ length: 20_000 }, (_, index) => ({ value: `m${index}` }))
  const group = { schemas: [groupUrn], id: 'g', displayName: 'G', members }

  it('removes ten thousand members one by one and adds as many', () => {
    const removed = members.slice(0, 10_000)
    const added = Array.from({ length: 10_000 }, (_, index) => ({
      op: 'add',
      path: 'members',
      value: [{ value: `n${index}` }],
    }))
    const after = patchedGroup(group, { op: 'Remove', path: 'members', value: removed }, ...added)['members']
    expect(Array.isArray(after) && after.length).toBe(20_000)
  })

  it('refuses a PATCH that is made to compare for ever', () => {
    const operations = Array.from({ length: 1000 }, () => ({ op: 'remove', path: 'members[display eq "x"]' }))
    expect(failure(() => patchedGroup(group, ...operations))).toBe('400 tooMany')
  })
})

describe('a PATCH made to keep the gateway busy', () => {
  const many = Array.from({ length: 50_000 }, (_, index) => index)

  it.each<[string, Json]>([
    ['values that are alike', { emails: many.map((index) => ({ value: 'a', type: `t${index}` })) }],
    ['names that nobody knows', Object.fromEntries(many.map((index) => [`unknown${index}`, 1]))],
  ])('is refused: %s', (_, value) => {
    expect(failure(() => patched(bare, { op: 'add', value }))).toBe('400 tooMany')
  })
})

describe('names that reach for a prototype', () => {
  it('are attributes like any other, or nothing', () => {
    const value: Json = JSON.parse('{"__proto__":{"polluted":true},"constructor":"c","toString":"t"}')
    const after = applyPatch(bare, [{ op: 'add', path: { name: 'name' }, value }], userDefinition)
    expect(after['name']).toEqual({ constructor: 'c', toString: 't' })
    expect(Object.getPrototypeOf(after['name'])).toBe(Object.prototype)
    const twice = applyPatch(
      after,
      [{ op: 'replace', path: { name: '__proto__' }, value: { polluted: true } }],
      userDefinition,
    )
    expect(Object.getPrototypeOf(twice)).toBe(Object.prototype)
    expect(patched(bare, { op: 'add', path: 'constructor', value: 'x' })).toEqual({ ...bare, constructor: 'x' })
    expect({}).not.toHaveProperty('polluted')
  })
})

const frozen = (value: Json): Json => {
  if (isObject(value) || Array.isArray(value)) {
    Object.values(value).forEach(frozen)
    Object.freeze(value)
  }
  return value
}

describe('properties', () => {
  it('never changes its input, and gives the same object when nothing changed', () => {
    fc.assert(
      fc.property(randomOperations, (operations) => {
        const before: JsonObject = structuredClone(user)
        frozen(before)
        const after = patched(before, ...operations)
        expect(before).toEqual(user)
        if (after !== before) expect(after).not.toEqual(before)
      }),
    )
  })

  it('adds twice as it adds once', () => {
    fc.assert(
      fc.property(randomOperations, ([operation]) => {
        const add = { ...operation, op: 'add' }
        fc.pre(operation !== undefined && operation['op'] !== 'remove')
        const once = patched(user, add)
        expect(patched(once, add)).toBe(once)
      }),
    )
  })
})
