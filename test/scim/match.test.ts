import fc from 'fast-check'
import SCIMMY from 'scimmy'
import { describe, expect, test } from 'vitest'
import { type Filter, parseFilter, printFilter } from '../../src/scim/filter.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { compileFilter } from '../../src/scim/match.ts'
import { groupDefinition, userDefinition } from '../../src/scim/schemas.ts'
import { badgedDefinition, badgeUrn, rfcUser, scimErrorOf } from './fixture.ts'
import { filterOf } from './generate.ts'

const core = 'urn:ietf:params:scim:schemas:core:2.0:User'
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const user = rfcUser()
const bare: JsonObject = { schemas: [core], id: '1', userName: 'Jim' }

const matches = (text: string, resource: JsonObject): boolean =>
  compileFilter(parseFilter(text), badgedDefinition)(resource)

describe("RFC 7644's own examples (§3.4.2.2, figure 2)", () => {
  const figure: [filter: string, ofRfcUser: boolean, ofBareUser: boolean][] = [
    ['userName eq "bjensen@example.com"', true, false],
    ['name.familyName co "O\'Malley"', false, false],
    ['name.familyName co "ense"', true, false],
    ['userName sw "J"', false, true],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"', false, true],
    ['title pr', true, false],
    ['meta.lastModified gt "2011-05-13T04:42:34Z"', false, false],
    ['meta.lastModified ge "2011-05-13T04:42:34Z"', true, false],
    ['meta.lastModified lt "2011-05-13T04:42:34Z"', false, false],
    ['meta.lastModified le "2011-05-13T04:42:34Z"', true, false],
    ['title pr and userType eq "Employee"', true, false],
    ['title pr or userType eq "Intern"', true, false],
    ['schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"', true, false],
    ['userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")', true, false],
    ['userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")', false, true],
    ['userType eq "Employee" and (emails.type eq "work")', true, false],
    ['userType eq "Employee" and emails[type eq "work" and value co "@example.com"]', true, false],
    ['emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]', true, false],
    ['(meta.resourceType eq User) or (meta.resourceType eq Group)', true, false],
  ]
  test.each(figure)('%s', (filter, ofRfcUser, ofBareUser) => {
    expect([matches(filter, user), matches(filter, bare)]).toEqual([ofRfcUser, ofBareUser])
  })
})

describe('names', () => {
  test.each([
    'USERNAME eq "BJENSEN@example.com"',
    'URN:IETF:params:scim:schemas:CORE:2.0:user:USERNAME eq "bjensen@example.com"',
    `${core}:name.familyName eq "jensen"`,
    'Name.FAMILYNAME eq "jensen"',
    `${enterprise}:department eq "tour operations"`,
    `${enterprise.toUpperCase()}:DEPARTMENT eq "tour operations"`,
    `${enterprise}:manager.value eq "26118915-6090-4610-87e4-49d8ca9f808d"`,
    `${enterprise}:manager eq "26118915-6090-4610-87e4-49d8ca9f808d"`,
    `${enterprise}:manager[value sw "26118915"]`,
    // Entra asks for the manager without its URN: facts, C.
    'id eq "2819c223-7f76-453a-919d-413861904646" and manager eq "26118915-6090-4610-87e4-49d8ca9f808d"',
    `${enterprise} pr`,
    'groups.value eq "fc348aa8-3835-40eb-a20b-c726e15c55b5"',
    'groups eq "fc348aa8-3835-40eb-a20b-c726e15c55b5"',
    'emails[TYPE eq "WORK"].VALUE sw "BJensen"',
    'emails[type eq "work"] eq "bjensen@example.com"',
    'addresses[type eq "work" and not (locality eq "Anaheim")]',
    'phoneNumbers.value eq "555-555-4444"',
  ])('%s finds the user', (filter) => {
    expect(matches(filter, user)).toBe(true)
    expect(matches(filter, bare)).toBe(false)
  })

  test('the resource may spell its names as it likes', () => {
    const odd = { USERNAME: 'x', Name: { familyname: 'y' }, [enterprise.toLowerCase()]: { DEPARTMENT: 'z' } }
    expect(matches(`userName eq "x" and name.familyName eq "y" and ${enterprise}:department eq "z"`, odd)).toBe(true)
  })

  test('the URN of another schema names nothing here', () => {
    expect(matches('urn:ietf:params:scim:schemas:core:2.0:Group:displayName pr', user)).toBe(false)
    expect(matches('urn:ietf:params:scim:schemas:core:2.0:Group:displayName eq null', user)).toBe(true)
  })

  test('an extension whose URN holds dots is never split at one', () => {
    const badge = { [badgeUrn]: { number: 7, rooms: [{ value: 'A1', floor: 3 }] } }
    expect(matches(`${badgeUrn}:number eq 7`, badge)).toBe(true)
    expect(matches(`${badgeUrn}:rooms.floor ge 3`, badge)).toBe(true)
    expect(matches(`${badgeUrn}:rooms[floor eq 3 and value eq "a1"]`, badge)).toBe(true)
    expect(matches(`${badgeUrn} pr`, badge)).toBe(true)
    expect(matches(`${badgeUrn} pr`, bare)).toBe(false)
  })

  test.each([
    'constructor',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'name.constructor',
    'emails.length',
    'userName.length',
  ])('nothing is inherited: %s is absent', (name) => {
    expect(matches(`${name} pr`, user)).toBe(false)
    expect(matches(`${name} eq "x"`, user)).toBe(false)
    expect(matches(`${name} ne "x"`, user)).toBe(true)
  })

  test('what the schema does not know is absent, or as the resource has it', () => {
    expect(matches('shoeSize eq 42', bare)).toBe(false)
    expect(matches('shoeSize eq 42', { ...bare, shoeSize: 42 })).toBe(true)
    expect(matches('shoe.colour eq "RED" and shoe[colour sw "r"]', { ...bare, shoe: [{ Colour: 'red' }] })).toBe(true)
    expect(matches('shoe co "ED"', { ...bare, shoe: [{ value: 'red' }, 'blue'] })).toBe(true)
    expect(matches('shoe co "LU"', { ...bare, shoe: [{ value: 'red' }, 'blue'] })).toBe(true)
    expect(matches('urn:x:y:1.0:z eq true', { ...bare, 'urn:x:y:1.0': { z: true } })).toBe(true)
  })
})

describe('values compare by their type', () => {
  const badge = (member: JsonObject): JsonObject => ({ [badgeUrn]: member })
  test.each<[test: string, member: JsonObject, expected: boolean]>([
    ['number eq 5', { number: 5 }, true],
    ['number eq "5"', { number: 5 }, true],
    ['number gt 5', { number: 5 }, false],
    ['number gt 5', { number: 40 }, true],
    ['number lt 5', { number: -1 }, true],
    ['weight ge 1.5', { weight: 1.5 }, true],
    ['weight eq 1.50e0', { weight: 1.5 }, true],
    ['lost eq true', { lost: true }, true],
    ['lost eq "True"', { lost: true }, true],
    ['lost eq false', { lost: 'False' }, true],
    ['lost ne true', { lost: false }, true],
    ['lost pr', { lost: false }, true],
    ['code eq "Ab"', { code: 'Ab' }, true],
    ['code eq "ab"', { code: 'Ab' }, false],
    ['code co "AB"', { code: 'xAb' }, false],
    ['code gt "a"', { code: 'B' }, false],
    ['serial gt "a"', { serial: 'B' }, true],
    ['serial ew "LÄCHE"', { serial: 'Oberfläche' }, true],
    ['serial co ""', { serial: 'x' }, true],
    ['serial co ""', {}, false],
    ['serial eq "%"', { serial: 'x' }, false],
    // Beyond the basic plane comes after all of it.
    ['serial gt "\uffee"', { serial: '😀' }, true],
    ['serial ge "ab"', { serial: 'abc' }, true],
    ['scan eq "AbCd"', { scan: 'abcd' }, false],
    ['link eq "https://x.example/A"', { link: 'https://x.example/a' }, false],
    ['issuedAt eq "2024-05-01T12:00:00Z"', { issuedAt: '2024-05-01T14:00:00.000+02:00' }, true],
    ['issuedAt gt "2024-05-01T12:00:00Z"', { issuedAt: '2024-05-01T13:00:00+02:00' }, false],
    ['issuedAt ge "2024-05-01"', { issuedAt: '2024-05-01T00:00:00' }, true],
    ['issuedAt sw "2024-05"', { issuedAt: '2024-05-01T00:00:00Z' }, true],
    ['issuedAt lt "2024-05-01T12:00:00Z"', { issuedAt: 'soon' }, false],
    ['doors eq "B"', { doors: ['a', 'b'] }, true],
    ['doors ne "B"', { doors: ['a', 'b'] }, false],
    ['doors ne "c"', { doors: ['a', 'b'] }, true],
    ['doors[value eq "b"]', { doors: ['a', 'b'] }, true],
    ['doors.value eq "b"', { doors: ['a', 'b'] }, true],
    ['rooms eq "a1"', { rooms: [{ value: 'A1' }] }, true],
    ['rooms.value eq "a1"', { rooms: { value: 'A1' } }, true],
    [
      'rooms[floor gt 2 and value eq "a1"]',
      {
        rooms: [
          { value: 'A1', floor: 1 },
          { value: 'B', floor: 3 },
        ],
      },
      false,
    ],
    [
      'rooms[floor gt 2 and value eq "b"]',
      {
        rooms: [
          { value: 'A1', floor: 1 },
          { value: 'B', floor: 3 },
        ],
      },
      true,
    ],
    ['rooms[floor ne 1]', { rooms: [{ floor: 1 }, { floor: 2 }] }, true],
    ['rooms.floor ne 1', { rooms: [{ floor: 1 }, { floor: 2 }] }, false],
    ['rooms[not (floor pr)]', { rooms: [{ value: 'x' }] }, true],
    ['rooms[not (floor pr)]', { rooms: [] }, false],
  ])('%s of %j: %s', (text, member, expected) => {
    const full = text.replace(/^\w+/, (name) => `${badgeUrn}:${name}`)
    expect(matches(full, badge(member))).toBe(expected)
  })

  test('externalId and id are case exact, userName is not', () => {
    const resource = { id: 'Aa', externalId: 'Bb', userName: 'Cc' }
    expect(['id eq "aa"', 'externalId eq "bb"', 'userName eq "cc"'].map((text) => matches(text, resource))).toEqual([
      false,
      false,
      true,
    ])
  })

  test('members are found by their id', () => {
    const group = { displayName: 'g', members: [{ value: '1' }, { value: '2' }] }
    const inGroup = (text: string): boolean => compileFilter(parseFilter(text), groupDefinition)(group)
    expect(['members eq "2"', 'members.value eq "2"', 'members[value eq "2"]', 'members eq "3"'].map(inGroup)).toEqual([
      true,
      true,
      true,
      false,
    ])
  })
})

describe('null, empty and absent are one', () => {
  test.each([
    [{}],
    [{ title: null }],
    [{ title: '' }],
    [{ title: [] }],
    [{ title: [null] }],
    [{ title: {} }],
    [{ title: [{ value: null }] }],
  ])('%j has no title', (resource: JsonObject) => {
    expect(
      ['title pr', 'title eq null', 'title ne null', 'title ne "x"'].map((text) => matches(text, resource)),
    ).toEqual([false, true, false, true])
  })

  test('a complex attribute is present when one of its parts is', () => {
    expect(matches('name pr', { name: { familyName: null, givenName: '' } })).toBe(false)
    expect(matches('name pr', { name: { familyName: null, givenName: 'x' } })).toBe(true)
    expect(matches('emails.display pr', { emails: [{ value: 'x' }] })).toBe(false)
    expect(matches('active pr', { active: false })).toBe(true)
  })
})

describe('what cannot be compared is refused before anything is read', () => {
  test.each([
    ['active gt true', 'the operator gt is not supported for active, which is of type boolean'],
    ['active co "t"', 'the operator co is not supported for active'],
    ['active eq "yes"', 'the filter compares active with a value that is not true or false'],
    ['x509Certificates.value gt "AA"', 'not supported for x509Certificates.value, which is of type binary'],
    ['x509Certificates le "AA"', 'not supported for x509Certificates, which is of type binary'],
    [`${badgeUrn}:number co 1`, 'which is of type integer'],
    [`${badgeUrn}:number gt "x"`, 'not a number'],
    [`${badgeUrn}:number gt ""`, 'not a number'],
    ['meta.created gt "yesterday"', 'not a dateTime'],
    ['meta.created gt 5', 'not a dateTime'],
    ['userName eq 5', 'the filter compares userName with a value that is not a string in double quotes'],
    ['emails[primary gt true]', 'the operator gt is not supported for primary'],
    ['userName gt null', 'the operator gt cannot compare userName with null'],
    ['name eq "x"', 'name is complex and has no value: name one of its sub-attributes'],
    ['unknown gt true', 'the operator gt is not supported for unknown'],
    ['password eq "t1meMa$heen"', 'password is never returned, so no filter may compare it'],
    ['not (password sw "t")', 'password is never returned'],
    [`${badgeUrn}:rooms[pin eq "1"]`, 'pin is never returned'],
    [`${badgeUrn}:rooms.pin eq "1"`, 'rooms.pin is never returned'],
  ])('%s', (text, detail) => {
    expect(scimErrorOf(() => compileFilter(parseFilter(text), badgedDefinition))).toEqual({
      status: 400,
      scimType: 'invalidFilter',
      detail: expect.stringContaining(detail),
    })
  })
})

describe('properties', () => {
  const words = fc.constantFrom('a', 'ab', 'b', 'ba', '')
  const users: fc.Arbitrary<JsonObject> = fc.record(
    {
      userName: words,
      title: words,
      active: fc.boolean(),
      name: fc.record({ familyName: words }, { requiredKeys: [] }),
      emails: fc.array(fc.record({ type: words, value: words }, { requiredKeys: [] }), { maxLength: 3 }),
    },
    { requiredKeys: [] },
  )
  const textual = fc.constantFrom('userName', 'title', 'name.familyName', 'emails', 'emails.type', 'unknown')
  const leaves: fc.Arbitrary<Filter> = fc
    .oneof(
      fc
        .tuple(textual, fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'), words)
        .map(([name, operator, word]) => `${name} ${operator} "${word}"`),
      textual.map((name) => `${name} pr`),
      fc.tuple(words, words).map(([type, value]) => `emails[type eq "${type}" and value ne "${value}"]`),
      fc.boolean().map((value) => `active ne ${value}`),
    )
    .map(parseFilter)
  const filters = filterOf(leaves)
  const holds = (filter: Filter, resource: JsonObject): boolean => compileFilter(filter, userDefinition)(resource)

  test('`not` turns the answer round; `and`, `or` and `ne` mean what they say', () => {
    fc.assert(
      fc.property(filters, filters, users, (left, right, resource) => {
        const [l, r] = [holds(left, resource), holds(right, resource)]
        expect(holds({ kind: 'not', of: left }, resource)).toBe(!l)
        expect(holds({ kind: 'and', left, right }, resource)).toBe(l && r)
        expect(holds({ kind: 'or', left, right }, resource)).toBe(l || r)
        if (left.kind === 'compare' && left.operator === 'ne') {
          expect(l).toBe(!holds({ ...left, operator: 'eq' }, resource))
        }
      }),
    )
  })

  test('printing a filter does not change what it matches', () => {
    fc.assert(
      fc.property(filters, users, (filter, resource) => {
        expect(holds(parseFilter(printFilter(filter)), resource)).toBe(holds(filter, resource))
      }),
    )
  })

  test('an independent implementation (scimmy) agrees where it should', () => {
    const text = fc.constantFrom('a', 'ab', 'b', 'ba')
    const assigned = fc.record({ userName: text, title: text, nickName: text, active: fc.boolean() })
    const part = fc.oneof(
      fc.tuple(fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew'), text).map(([operator, word]) => `${operator} "${word}"`),
      fc.constant('pr'),
    )
    const ofTwo = fc.tuple(part, part, fc.constantFrom('and', 'or'), fc.boolean())
    fc.assert(
      fc.property(ofTwo, assigned, ([first, second, joint, value], resource) => {
        const filter = `userName ${first} ${joint} title ${second} and active eq ${value}`
        const found = new SCIMMY.Types.Filter(filter).match([resource]).length > 0
        expect(holds(parseFilter(filter), resource)).toBe(found)
      }),
      { numRuns: 500 },
    )
  })
})
