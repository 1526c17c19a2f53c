import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareText } from '../../src/scim/compare.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { parseAttributePath } from '../../src/scim/path.ts'
import { compileSort, sortKeyOf } from '../../src/scim/sort.ts'
import { badgedDefinition, badgeUrn, scimErrorOf } from './fixture.ts'

/** The ids of the resources in the order that `sortBy` gives them. */
function order(sortBy: string, resources: JsonObject[], sortOrder?: 'ascending' | 'descending'): Json[] {
  const compare = compileSort(parseAttributePath(sortBy), sortOrder, badgedDefinition)
  return resources
    .map((resource, index): JsonObject => ({ ...resource, row: index + 1 }))
    .sort(compare)
    .map((resource) => resource['row'] ?? null)
}
const badge = (member: JsonObject): JsonObject => ({ [badgeUrn]: member })

describe('compileSort', () => {
  test.each<[sortBy: string, resources: JsonObject[], ascending: number[]]>([
    ['userName', [{ userName: 'b' }, { userName: 'A' }, { userName: 'C' }], [2, 1, 3]],
    ['USERNAME', [{ userName: 'b' }, { userName: 'A' }], [2, 1]],
    ['externalId', [{ externalId: 'b' }, { externalId: 'a' }, { externalId: 'C' }], [3, 2, 1]],
    ['name.familyName', [{ name: { familyName: 'B' } }, { name: { familyName: 'a' } }], [2, 1]],
    [
      'department',
      [{ [badgeUrn]: {} }, { 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'x' } }],
      [2, 1],
    ],
    [`${badgeUrn}:number`, [badge({ number: 10 }), badge({ number: 9 }), badge({ number: -1 })], [3, 2, 1]],
    [
      `${badgeUrn}:issuedAt`,
      [badge({ issuedAt: '2024-05-01T12:00:00Z' }), badge({ issuedAt: '2024-05-01T13:00:00+02:00' })],
      [2, 1],
    ],
    ['active', [{ active: true }, { active: false }, { active: 'False' }], [2, 3, 1]],
    [
      'emails',
      [{ emails: [{ value: 'a' }, { value: 'z', primary: true }] }, { emails: [{ value: 'b' }, { value: 'a' }] }],
      [2, 1],
    ],
    ['emails.type', [{ emails: [{ type: 'b' }] }, { emails: [{ type: 'c' }, { type: 'a', primary: true }] }], [2, 1]],
    [`${badgeUrn}:doors`, [badge({ doors: ['b', 'a'] }), badge({ doors: ['A'] })], [2, 1]],
    ['shoeSize', [{ shoeSize: 'b' }, { shoeSize: 3 }, { shoeSize: 20 }, { shoeSize: 'A' }], [2, 3, 4, 1]],
    ['userName', [{ userName: '😀' }, { userName: '\uffee' }], [2, 1]],
  ])('%s', (sortBy, resources, ascending) => {
    expect(order(sortBy, resources)).toEqual(ascending)
    expect(order(sortBy, resources, 'ascending')).toEqual(ascending)
  })

  test('without a value: last ascending, first descending', () => {
    const resources = [{}, { title: 'b' }, { title: '' }, { title: 'a' }, { title: null }]
    expect(order('title', resources)).toEqual([4, 2, 1, 3, 5])
    expect(order('title', resources, 'descending')).toEqual([1, 3, 5, 2, 4])
  })

  test('a value that is no dateTime, and an attribute that is never returned, are no value', () => {
    expect(order(`${badgeUrn}:issuedAt`, [badge({ issuedAt: 'soon' }), badge({ issuedAt: '2024-05-01' })])).toEqual([
      2, 1,
    ])
    expect(order('password', [{ password: 'b' }, { password: 'a' }])).toEqual([1, 2])
  })

  test.each(['name', 'addresses', 'meta'])('%s has no value to sort by', (sortBy) => {
    expect(scimErrorOf(() => order(sortBy, []))).toEqual({
      status: 400,
      scimType: 'invalidPath',
      detail: `${sortBy} is complex: sort by one of its sub-attributes`,
    })
  })
})

test('sortKeyOf gives what can be stored beside the resource', () => {
  const key = (sortBy: string, resource: JsonObject) =>
    sortKeyOf(parseAttributePath(sortBy), badgedDefinition)(resource)
  expect(key('userName', { userName: 'Ab' })).toBe('ab')
  expect(key('id', { id: 'Ab' })).toBe('Ab')
  expect(key('active', { active: true })).toBe(1)
  expect(key('meta.created', { meta: { created: '1970-01-01T00:00:01Z' } })).toBe(1000)
  expect(key('title', {})).toBeUndefined()
})

test('compareText orders as UTF-8 does, which is how SQLite orders', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
    { numRuns: 1000 },
  )
})
