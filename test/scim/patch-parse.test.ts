import { describe, expect, it } from 'vitest'
import { ScimError } from '../../src/scim/error.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { parsePatch } from '../../src/scim/patch-parse.ts'
import { printPatchPath } from '../../src/scim/path.ts'
import { enterpriseUserUrn, groupDefinition, userDefinition } from '../../src/scim/schemas.ts'
import { patchBody } from './patches.ts'

/** The operations as `[op, path, value]`. */
const read = (body: JsonObject, definition = userDefinition) =>
  parsePatch(body, definition, 'auto').map((one) => [
    one.op,
    one.path && printPatchPath(one.path),
    ...(one.op === 'remove' ? [] : [one.value]),
  ])

const refusal = (body: JsonObject, definition = userDefinition): string => {
  try {
    parsePatch(body, definition, 'strict')
  } catch (error) {
    if (error instanceof ScimError) return `${error.status} ${error.scimType}`
    throw error
  }
  return 'no refusal'
}

const manager = `${enterpriseUserUrn}:manager`

/** What real clients send (facts, part C), what it means, and how `strict` refuses it. */
const userForms: readonly [string, JsonObject, Json[][], string][] = [
  [
    'Entra: ops with a capital',
    { op: 'Replace', path: 'title', value: 'T' },
    [['replace', 'title', 'T']],
    'invalidSyntax',
  ],
  [
    'Entra: a boolean as text',
    { op: 'replace', path: 'active', value: 'False' },
    [['replace', 'active', false]],
    'invalidValue',
  ],
  [
    'a boolean in a list',
    { op: 'replace', path: 'active', value: [true] },
    [['replace', 'active', true]],
    'invalidValue',
  ],
  [
    'Entra with its flag: names that are paths',
    {
      op: 'replace',
      value: {
        'name.givenName': 'G',
        [`${enterpriseUserUrn}:employeeNumber`]: '1',
        'emails[type eq "work"].value': 'a@b',
      },
    },
    [
      ['replace', 'name.givenName', 'G'],
      ['replace', `${enterpriseUserUrn}:employeeNumber`, '1'],
      ['replace', 'emails[type eq "work"].value', 'a@b'],
    ],
    'invalidSyntax',
  ],
  [
    'Entra: a bare manager',
    { op: 'Add', path: manager, value: 'm' },
    [['add', manager, { value: 'm' }]],
    'invalidSyntax',
  ],
  ['a bare manager', { op: 'add', path: manager, value: 'm' }, [['add', manager, { value: 'm' }]], 'invalidValue'],
  [
    'Entra: a manager in a list',
    { op: 'add', path: manager, value: [{ $ref: '/Users/m', value: 'm' }] },
    [['add', manager, { $ref: '/Users/m', value: 'm' }]],
    'invalidValue',
  ],
  ['a manager that is empty', { op: 'replace', path: manager, value: '' }, [['remove', manager]], 'invalidValue'],
  [
    'a manager whose value is empty',
    { op: 'replace', path: manager, value: { value: '' } },
    [['remove', manager]],
    'no refusal',
  ],
  ['null for nothing', { op: 'replace', path: 'title', value: null }, [['remove', 'title']], 'invalidValue'],
  ['an empty string for nothing', { op: 'replace', path: 'title', value: '' }, [['remove', 'title']], 'no refusal'],
  [
    'Entra: roles as JSON in a string',
    { op: 'add', path: 'roles', value: ['{"value":"r","display":"R"}'] },
    [['add', 'roles', [{ value: 'r', display: 'R' }]]],
    'invalidValue',
  ],
  [
    'Entra: a whole value as JSON in a string',
    { op: 'replace', path: 'name', value: '{"givenName":"G"}' },
    [['replace', 'name', { givenName: 'G' }]],
    'invalidValue',
  ],
  [
    'OneLogin: emails as an object',
    { op: 'replace', path: 'emails', value: { value: 'a' } },
    [['replace', 'emails', [{ value: 'a' }]]],
    'invalidValue',
  ],
  [
    'emails as a string',
    { op: 'add', path: 'emails', value: 'a' },
    [['add', 'emails', [{ value: 'a' }]]],
    'invalidValue',
  ],
  [
    'an old Azure AD: a value in a list of objects',
    { op: 'replace', path: 'title', value: [{ $ref: null, value: 'T' }] },
    [['replace', 'title', 'T']],
    'invalidValue',
  ],
  ['an empty path', { op: 'replace', path: '', value: { title: 'T' } }, [['replace', 'title', 'T']], 'invalidPath'],
  [
    'names in any case',
    { op: 'replace', path: 'NAME.givenname', value: 'G' },
    [['replace', 'name.givenName', 'G']],
    'no refusal',
  ],
]

const groupForms: readonly [string, JsonObject, Json[][], string][] = [
  [
    'Entra: a remove that names its members',
    { op: 'Remove', path: 'members', value: [{ $ref: null, value: 'a' }, { value: 'b' }] },
    [
      ['remove', 'members[value eq "a"]'],
      ['remove', 'members[value eq "b"]'],
    ],
    'invalidSyntax',
  ],
  [
    'JumpCloud: the same with one object',
    { op: 'remove', path: 'members', value: { value: 'a' } },
    [['remove', 'members[value eq "a"]']],
    'invalidValue',
  ],
  [
    'the same with a bare id',
    { op: 'remove', path: 'members', value: ['a'] },
    [['remove', 'members[value eq "a"]']],
    'invalidValue',
  ],
  ['a remove that names nobody', { op: 'remove', path: 'members', value: [] }, [], 'invalidValue'],
  [
    'Okta: a rename with its id',
    { op: 'replace', value: { id: '1', displayName: 'N' } },
    [['replace', 'displayName', 'N']],
    'no refusal',
  ],
  ['Okta: an empty push', { op: 'replace', path: 'members', value: [] }, [['replace', 'members', []]], 'no refusal'],
  [
    'members without their nulls',
    { op: 'add', path: 'members', value: [{ $ref: null, value: 'a' }] },
    [['add', 'members', [{ value: 'a' }]]],
    'invalidValue',
  ],
  ['nobody to add', { op: 'add', path: 'members', value: [] }, [], 'no refusal'],
]

describe('parsePatch', () => {
  it.each(userForms)('reads %s', (_, operation, expected, strict) => {
    expect(read(patchBody([operation]))).toEqual(expected)
    expect(refusal(patchBody([operation]))).toBe(strict === 'no refusal' ? strict : `400 ${strict}`)
  })

  it.each(groupForms)('reads %s', (_, operation, expected, strict) => {
    expect(read(patchBody([operation]), groupDefinition)).toEqual(expected)
    expect(refusal(patchBody([operation]), groupDefinition)).toBe(strict === 'no refusal' ? strict : `400 ${strict}`)
  })

  it.each<[string, JsonObject]>([
    ['without schemas', { Operations: [{ op: 'replace', path: 'title', value: 'T' }] }],
    ['under a name in another case', { ...patchBody([]), Operations: [], operations: [] }],
    ['that is one object', { ...patchBody([]), Operations: { op: 'replace', path: 'title', value: 'T' } }],
  ])('reads Operations %s, unless strict', (name, body) => {
    const { Operations = [], operations: _, ...rest } = body
    const given: JsonObject = name.startsWith('under')
      ? { ...rest, operations: [{ op: 'replace', path: 'title', value: 'T' }] }
      : { ...rest, Operations }
    expect(read(given)).toEqual([['replace', 'title', 'T']])
    expect(refusal(given)).toBe('400 invalidSyntax')
  })

  it.each<[string, JsonObject]>([
    [
      'another message',
      { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations: [{ op: 'remove', path: 'title' }] },
    ],
    ['Operations that are no list', { Operations: 'x' }],
    ['an operation that is none', { Operations: ['x'] }],
    ['a name twice', patchBody([{ op: 'replace', value: { title: 'a', TITLE: 'b' } }])],
    ['a sub-attribute twice', patchBody([{ op: 'replace', path: 'name', value: { givenName: 'a', givenname: 'b' } }])],
  ])('400 invalidSyntax for %s', (_, body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidSyntax' }))
  })

  it('tells the core schema by its URN, and an extension by its own', () => {
    const path = 'urn:ietf:params:scim:schemas:core:2.0:User:userName'
    expect(read(patchBody([{ op: 'replace', path, value: 'u' }]))).toEqual([['replace', 'userName', 'u']])
    const value = { department: 'D', manager: 'm' }
    expect(read(patchBody([{ op: 'add', path: enterpriseUserUrn, value }]))).toEqual([
      ['add', `${enterpriseUserUrn}:department`, 'D'],
      ['add', manager, { value: 'm' }],
    ])
    expect(read(patchBody([{ op: 'add', value: { [enterpriseUserUrn.toUpperCase()]: value } }]))).toHaveLength(2)
  })

  it('makes removals of the empty parts of a complex value', () => {
    const value = { givenName: '', familyName: 'J' }
    expect(read(patchBody([{ op: 'replace', path: 'name', value }]))).toEqual([
      ['replace', 'name', { familyName: 'J' }],
      ['remove', 'name.givenName'],
    ])
  })

  it('takes no operations at all for a wish for nothing, unless strict (Microsoft SCIM validator)', () => {
    expect(read(patchBody([]))).toEqual([])
    expect(refusal(patchBody([]))).toBe('400 invalidSyntax')
  })

  it('changes by a path-less replace only the sub-attributes that it names, whatever a server makes of their whole', () => {
    const value = { name: { givenName: 'G', familyName: '' }, [manager]: { value: 'm' } }
    expect(read(patchBody([{ op: 'replace', value }]))).toEqual([
      ['replace', 'name.givenName', 'G'],
      ['remove', 'name.familyName'],
      ['replace', manager, { value: 'm' }],
    ])
    expect(read(patchBody([{ op: 'add', value: { name: { givenName: 'G' } } }]))).toEqual([
      ['add', 'name', { givenName: 'G' }],
    ])
  })

  it('keeps what the schemas do not know as it is', () => {
    expect(read(patchBody([{ op: 'add', path: 'favouriteColour', value: ['red'] }]))).toEqual([
      ['add', 'favouriteColour', ['red']],
    ])
  })
})
