import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAttributePath, parsePatchPath, printAttributePath, printPatchPath } from '../../src/scim/path.ts'
import { scimErrorOf } from './fixture.ts'

const core = 'urn:ietf:params:scim:schemas:core:2.0:User'
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

describe('parseAttributePath', () => {
  test.each([
    ['userName', { name: 'userName' }],
    ['  name.familyName ', { name: 'name', sub: 'familyName' }],
    ['members.$ref', { name: 'members', sub: '$ref' }],
    [`${core}:userName`, { urn: core, name: 'userName' }],
    [`${core}:name.givenName`, { urn: core, name: 'name', sub: 'givenName' }],
    [`${enterprise}:manager.value`, { urn: enterprise, name: 'manager', sub: 'value' }],
    [enterprise, { urn: enterprise }],
    [
      'urn:ietf:params:scim:schemas:exampleCo:2.0:hr:age',
      { urn: 'urn:ietf:params:scim:schemas:exampleCo:2.0:hr', name: 'age' },
    ],
    ['urn:scim:schemas:extension:acme:1.0', { urn: 'urn:scim:schemas:extension:acme:1.0' }],
    ['urn:scim:schemas:extension:acme:1.0:badge', { urn: 'urn:scim:schemas:extension:acme:1.0', name: 'badge' }],
    ['urn:acme:hr.ext:1.0:badge.number', { urn: 'urn:acme:hr.ext:1.0', name: 'badge', sub: 'number' }],
    ['constructor', { name: 'constructor' }],
  ])('%s', (text, path) => {
    expect(parseAttributePath(text)).toEqual(path)
    expect(printAttributePath(path)).toBe(text.trim())
  })

  test.each([
    '',
    ' ',
    '.',
    'a.',
    '.a',
    'a.b.c',
    'a b',
    '1a',
    '__proto__',
    'a\u0000',
    'name[familyName pr]',
    ':',
    'urn:',
    'a:"b"',
    `${'x:'.repeat(99_999)}"`,
  ])('refuses %j', (text) => {
    expect(scimErrorOf(() => parseAttributePath(text))).toMatchObject({ status: 400, scimType: 'invalidPath' })
  })
})

describe('parsePatchPath', () => {
  const work = { kind: 'compare', operator: 'eq', path: { name: 'type' }, value: 'work' }
  test.each([
    ['members', { name: 'members' }, undefined],
    ['emails[type eq "work"]', { name: 'emails', filter: work }, undefined],
    ['emails[type eq "work"].value', { name: 'emails', sub: 'value', filter: work }, undefined],
    [
      ' emails [ type EQ "work" ].value ',
      { name: 'emails', sub: 'value', filter: work },
      'emails[type eq "work"].value',
    ],
    [`${core}:emails[type eq "work"].value`, { urn: core, name: 'emails', sub: 'value', filter: work }, undefined],
    [`${enterprise}:manager`, { urn: enterprise, name: 'manager' }, undefined],
    [
      'addresses[type eq "a]b" or not (locality co "\\"].x")].region',
      expect.objectContaining({ sub: 'region' }),
      undefined,
    ],
  ])('%s', (text, path, printed) => {
    const parsed = parsePatchPath(text)
    expect(parsed).toEqual(path)
    expect(printPatchPath(parsed)).toBe(printed ?? text)
    expect(parsePatchPath(printPatchPath(parsed))).toEqual(parsed)
  })

  test.each([
    ['', 'invalidPath', "the path is not valid at character 1: expected an attribute's name, found the end"],
    ['[type eq "work"]', 'invalidPath', 'at character 1'],
    ['emails[type eq "work"', 'invalidFilter', 'expected "and", "or" or "]", found the end'],
    ['emails[]', 'invalidFilter', "at character 8: expected a sub-attribute's name"],
    ['emails[type eq "work"]value', 'invalidPath', 'expected a dot and a sub-attribute, or the end'],
    ['emails[type eq "work"].value.x', 'invalidPath', 'a dot and a sub-attribute'],
    ['emails[type eq "work"].value x', 'invalidPath', 'expected the end, found "x"'],
    ['emails.value[type eq "work"]', 'invalidPath', 'expected the end'],
    ['emails[type eq work]', 'invalidFilter', 'a string in double quotes'],
    ['a'.repeat(8193), 'invalidPath', 'longer than 8192'],
  ])('refuses %.40s', (text, scimType, detail) => {
    expect(scimErrorOf(() => parsePatchPath(text))).toEqual({
      status: 400,
      scimType,
      detail: expect.stringContaining(detail),
    })
  })

  test('whatever the text, a path or a ScimError', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        scimErrorOf(() => parsePatchPath(text))
        scimErrorOf(() => parseAttributePath(text))
      }),
    )
  })
})
