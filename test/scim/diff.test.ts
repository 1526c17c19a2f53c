import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffResources } from '../../src/scim/diff.ts'
import { isSame } from '../../src/scim/equality.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { applyPatch } from '../../src/scim/patch-apply.ts'
import { parsePatch } from '../../src/scim/patch-parse.ts'
import { printPatch } from '../../src/scim/patch-print.ts'
import { printPatchPath } from '../../src/scim/path.ts'
import { enterpriseUserUrn, groupDefinition, groupUrn, userDefinition } from '../../src/scim/schemas.ts'
import { patchBody, randomOperations, user } from './patches.ts'

/** The difference as a client would read it. */
const diff = (before: JsonObject, after: JsonObject, definition = userDefinition) =>
  diffResources(before, after, definition).map((one) => [
    one.op,
    one.path && printPatchPath(one.path),
    ...(one.op === 'remove' ? [] : [one.value]),
  ])

describe('diffResources', () => {
  it.each<[string, JsonObject, JsonObject, unknown[]]>([
    ['nothing', { title: 'a', emails: [] }, { title: 'a', nickName: null }, []],
    [
      'the order of a list',
      { emails: [{ value: 'a' }, { value: 'b' }] },
      { emails: [{ value: 'b' }, { value: 'a' }] },
      [],
    ],
    ['the case of a name', { displayname: 'a' }, { displayName: 'a' }, []],
    [
      'readOnly attributes and a password',
      { id: '1', groups: [{ value: 'g' }] },
      { meta: { location: '/x' }, password: 'p' },
      [],
    ],
    [
      'the case of a value',
      { displayName: 'mcdonald' },
      { displayName: 'McDonald' },
      [['replace', 'displayName', 'McDonald']],
    ],
    ['an attribute that went', { title: 'a' }, {}, [['remove', 'title']]],
    [
      'parts of a complex value',
      { name: { givenName: 'a', familyName: 'b', middleName: 'c' } },
      { name: { givenName: 'x', familyName: 'b' } },
      [
        ['replace', 'name', { givenName: 'x' }],
        ['remove', 'name.middleName'],
      ],
    ],
    [
      'a list',
      { emails: [{ value: 'a' }] },
      { emails: [{ value: 'a' }, { value: 'b' }] },
      [['replace', 'emails', [{ value: 'a' }, { value: 'b' }]]],
    ],
    [
      'an extension',
      { [enterpriseUserUrn]: { department: 'D', manager: { value: '1', displayName: 'Boss' } } },
      { [enterpriseUserUrn]: { division: 'V', manager: { value: '1' } } },
      [
        ['replace', `${enterpriseUserUrn}:division`, 'V'],
        ['remove', `${enterpriseUserUrn}:department`],
      ],
    ],
  ])('of %s', (_, before, after, expected) => {
    expect(diff(before, after)).toEqual(expected)
  })

  it('of members: who went and who came', () => {
    const before = { members: [{ value: 'a', display: 'A', $ref: '/Users/a' }, { value: 'b' }] }
    expect(diff(before, { members: [{ value: 'a' }, { value: 'c' }] }, groupDefinition)).toEqual([
      ['remove', 'members[value eq "b"]'],
      ['add', 'members', [{ value: 'c' }]],
    ])
    expect(diff(before, { members: [{ value: 'c' }] }, groupDefinition)).toEqual([
      ['replace', 'members', [{ value: 'c' }]],
    ])
    expect(diff(before, {}, groupDefinition)).toEqual([['remove', 'members']])
  })

  it('is what applyPatch undoes, for users', () => {
    fc.assert(
      fc.property(randomOperations, randomOperations, (one, other) => {
        const apply = (operations: JsonObject[]) =>
          applyPatch(user, parsePatch(patchBody(operations), userDefinition, 'auto'), userDefinition)
        const [before, after] = [apply(one), apply(other)]
        const operations = diffResources(before, after, userDefinition)
        expect(isSame(applyPatch(before, operations, userDefinition), after)).toBe(true)
      }),
    )
  })

  const members = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'A'), { maxLength: 5 })
  const group = members.map((values) => ({
    schemas: [groupUrn],
    displayName: 'G',
    members: values.map((value) => ({ value })),
  }))

  it('is what applyPatch undoes, for groups', () => {
    fc.assert(
      fc.property(group, group, (before, after) => {
        const operations = diffResources(before, after, groupDefinition)
        expect(isSame(applyPatch(before, operations, groupDefinition), after)).toBe(true)
      }),
    )
  })

  it('reads back as it was printed', () => {
    fc.assert(
      fc.property(randomOperations, (operations) => {
        const parsed = parsePatch(patchBody(operations), userDefinition, 'auto')
        fc.pre(parsed.length > 0)
        expect(parsePatch(printPatch(parsed), userDefinition, 'strict')).toEqual(parsed)
      }),
    )
  })
})
