import { describe, expect, it } from 'vitest'
import { normaliseResource } from '../../src/scim/dialect.ts'
import { ScimError } from '../../src/scim/error.ts'
import { type JsonObject, parseJson } from '../../src/scim/json.ts'
import { enterpriseUserUrn, groupDefinition, groupUrn, userDefinition, userUrn } from '../../src/scim/schemas.ts'

const auto = (body: JsonObject) => normaliseResource(body, userDefinition, 'auto')

const strictly = (body: JsonObject): string => {
  try {
    normaliseResource({ schemas: [userUrn], ...body }, userDefinition, 'strict')
  } catch (error) {
    if (error instanceof ScimError) return `400 ${error.scimType}`
    throw error
  }
  return 'taken'
}

const user = (more: JsonObject): JsonObject => ({ schemas: [userUrn], userName: 'u', ...more })
const employee = (more: JsonObject): JsonObject => ({
  schemas: [userUrn, enterpriseUserUrn],
  userName: 'u',
  [enterpriseUserUrn]: more,
})

/** What real clients send on create and replace (facts, part C), what it means, and how `strict` takes it. */
const forms: readonly [string, JsonObject, JsonObject, string][] = [
  [
    'explicit nulls',
    { title: null, name: { givenName: null, familyName: 'J' } },
    user({ name: { familyName: 'J' } }),
    '400 invalidValue',
  ],
  ['"True" for a boolean', { active: 'True' }, user({ active: true }), '400 invalidValue'],
  ['a boolean in a list', { active: ['false'] }, user({ active: false }), '400 invalidValue'],
  ['emails as an object', { emails: { value: 'a' } }, user({ emails: [{ value: 'a' }] }), '400 invalidValue'],
  ['emails as a string', { emails: 'a' }, user({ emails: [{ value: 'a' }] }), '400 invalidValue'],
  [
    'emails as a list of strings',
    { emails: ['a', 'b'] },
    user({ emails: [{ value: 'a' }, { value: 'b' }] }),
    '400 invalidValue',
  ],
  ['roles as JSON in strings', { roles: ['{"value":"r"}'] }, user({ roles: [{ value: 'r' }] }), '400 invalidValue'],
  ['a list as JSON in a string', { roles: '[{"value":"r"}]' }, user({ roles: [{ value: 'r' }] }), '400 invalidValue'],
  [
    'primary as text',
    { emails: [{ value: 'a', primary: 'true' }] },
    user({ emails: [{ value: 'a', primary: true }] }),
    '400 invalidValue',
  ],
  [
    'a bare manager',
    { [enterpriseUserUrn]: { manager: 'm' } },
    employee({ manager: { value: 'm' } }),
    '400 invalidValue',
  ],
  [
    'a manager in a list',
    { [enterpriseUserUrn]: { manager: [{ value: 'm' }] } },
    employee({ manager: { value: 'm' } }),
    '400 invalidValue',
  ],
  ['an empty manager', { [enterpriseUserUrn]: { manager: '' } }, user({}), '400 invalidValue'],
  [
    'an extension attribute by its URN',
    { [`${enterpriseUserUrn}:department`]: 'D' },
    employee({ department: 'D' }),
    '400 invalidSyntax',
  ],
  [
    'a part by its path',
    { 'name.givenName': 'G', name: { familyName: 'J' } },
    user({ name: { familyName: 'J', givenName: 'G' } }),
    '400 invalidSyntax',
  ],
  [
    'names in any case',
    { DISPLAYNAME: 'D', Name: { GIVENNAME: 'G' } },
    user({ displayName: 'D', name: { givenName: 'G' } }),
    'taken',
  ],
  [
    'a URN in any case',
    { [enterpriseUserUrn.toUpperCase()]: { DEPARTMENT: 'D' } },
    employee({ department: 'D' }),
    'taken',
  ],
  ['the core schema by its URN', { [userUrn]: { title: 'T' } }, user({ title: 'T' }), 'taken'],
  [
    'what nobody knows',
    { favouriteColour: 'red', 'urn:example:x': { a: 1 } },
    user({ favouriteColour: 'red', 'urn:example:x': { a: 1 } }),
    'taken',
  ],
  [
    'readOnly attributes',
    { id: '1', groups: [], meta: { resourceType: 'User' } },
    user({ id: '1', groups: [], meta: { resourceType: 'User' } }),
    'taken',
  ],
  ['names of prototypes', { constructor: 'c', toString: 't' }, user({ constructor: 'c', toString: 't' }), 'taken'],
]

describe('normaliseResource', () => {
  it.each(forms)('reads %s', (_, given, expected, strict) => {
    expect(auto({ schemas: [userUrn], userName: 'u', ...given })).toEqual(expected)
    expect(strictly({ userName: 'u', ...given })).toBe(strict)
  })

  it('makes schemas true, unless strict', () => {
    expect(auto({ userName: 'u' })['schemas']).toEqual([userUrn])
    expect(auto({ SCHEMAS: userUrn.toUpperCase(), userName: 'u' })['schemas']).toEqual([userUrn])
    expect(auto({ [enterpriseUserUrn]: { department: 'D' } })['schemas']).toEqual([userUrn, enterpriseUserUrn])
    expect(() => normaliseResource({ userName: 'u' }, userDefinition, 'strict')).toThrow('schemas')
  })

  it("leaves Entra's own schema out of a group", () => {
    const entra = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'
    const body = { schemas: [groupUrn, entra], displayName: 'G', externalId: '1' }
    expect(normaliseResource(body, groupDefinition, 'auto')['schemas']).toEqual([groupUrn])
  })

  it.each<[string, JsonObject]>([
    ['invalidSyntax', { userName: 'u', USERNAME: 'v' }],
    ['invalidSyntax', { userName: 'u', name: { givenName: 'a', givenname: 'b' } }],
    ['invalidSyntax', { userName: 'u', 'name.givenName': 'a', name: { givenName: 'b' } }],
    ['invalidSyntax', { [enterpriseUserUrn]: { department: 'D' }, [`${enterpriseUserUrn}:department`]: 'E' }],
    ['invalidSyntax', { schemas: [1] }],
    ['invalidValue', { userName: 1 }],
    ['invalidValue', { userName: ['a', 'b'] }],
    ['invalidValue', { name: 'Barbara' }],
    ['invalidValue', { active: 'perhaps' }],
    ['invalidValue', { active: 'constructor' }],
    ['invalidValue', { addresses: ['here'] }],
    ['invalidValue', { [enterpriseUserUrn]: 'D' }],
  ])('400 %s for %j', (scimType, body) => {
    expect(() => auto(body)).toThrow(expect.objectContaining({ status: 400, scimType }))
  })

  it('lets no body reach a prototype', () => {
    const body = parseJson(
      '{"userName":"u","__proto__":{"polluted":1},"name":{"__proto__":{"polluted":1},"givenName":"G"}}',
    )
    const resource = auto(body !== null && typeof body === 'object' && !Array.isArray(body) ? body : {})
    expect(resource).toEqual(user({ name: { givenName: 'G' } }))
    expect(Object.getPrototypeOf(resource)).toBe(Object.prototype)
    expect({}).not.toHaveProperty('polluted')
  })
})
