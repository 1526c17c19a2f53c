import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Place } from '../../src/rules/place.ts'
import { overlaps, parsePlace, printPlace } from '../../src/rules/place-parse.ts'
import { enterpriseUserUrn, userUrn } from '../../src/scim/schemas.ts'

const enterprise = enterpriseUserUrn

describe('parsePlace', () => {
  test.each<[string, Place]>([
    ['title', { name: 'title' }],
    ['name.givenName', { name: 'name', sub: 'givenName' }],
    ['emails[type eq "work"].value', { name: 'emails', filter: { sub: 'type', value: 'work' }, sub: 'value' }],
    ['emails[primary eq true]', { name: 'emails', filter: { sub: 'primary', value: true } }],
    ['phones[rank eq 2].value', { name: 'phones', filter: { sub: 'rank', value: 2 }, sub: 'value' }],
    [`${enterprise}:employeeNumber`, { urn: enterprise, name: 'employeeNumber' }],
    [`${enterprise}:manager.value`, { urn: enterprise, name: 'manager', sub: 'value' }],
    [`${userUrn}:title`, { urn: userUrn, name: 'title' }],
  ])('%s', (text, place) => {
    expect(parsePlace(text)).toEqual(place)
    expect(printPlace(place)).toBe(text)
  })

  test.each([
    ['id', 'belongs to the protocol'],
    ['META', 'belongs to the protocol'],
    ['meta.created', 'belongs to the protocol'],
    ['schemas', 'belongs to the protocol'],
    [`${userUrn}:id`, 'belongs to the protocol'],
    [enterprise, 'is a whole schema: name one attribute of it'],
    ['emails[type co "work"].value', 'one `eq` with a value'],
    ['emails[type eq null].value', 'one `eq` with a value'],
    ['emails[type eq "work" and primary eq true].value', 'one `eq` with a value'],
    ['emails[not (type eq "work")]', 'one `eq` with a value'],
    ['emails[type eq "work"].TYPE', '`TYPE` is settled by the value filter'],
    ['emails[type eq "work"', 'expected'],
    ['', "expected an attribute's name"],
    ['a b', 'expected the end'],
    ['ti tle', 'expected the end'],
    ['9lives', "expected an attribute's name"],
  ])('refuses %j', (text, message) => {
    expect(() => parsePlace(text)).toThrow(message)
  })
})

const names = ['title', 'name', 'emails']
const place: fc.Arbitrary<Place> = fc.record(
  {
    name: fc.constantFrom(...names, 'TITLE', 'Emails'),
    urn: fc.constantFrom(enterprise, enterprise.toLowerCase(), 'urn:example:other:1.0:User'),
    filter: fc.record({
      sub: fc.constantFrom('type', 'Type', 'primary'),
      value: fc.constantFrom('work', 'Work', 'home', true),
    }),
    sub: fc.constantFrom('value', 'VALUE', 'display'),
  },
  { requiredKeys: ['name'] },
)

describe('overlaps', () => {
  test.each<[string, string, boolean]>([
    ['title', 'TITLE', true],
    ['title', 'titles', false],
    ['name', 'name.givenName', true],
    ['name.givenName', 'name.familyName', false],
    ['name.givenName', 'Name.GIVENNAME', true],
    ['department', `${enterprise}:department`, true],
    [`${enterprise}:department`, `${enterprise.toUpperCase()}:Department`, true],
    [`${enterprise}:department`, 'urn:example:hr:1.0:User:department', false],
    ['emails', 'emails[type eq "work"].value', true],
    ['emails.value', 'emails[type eq "work"].value', true],
    ['emails.display', 'emails[type eq "work"].value', true],
    ['emails[type eq "work"].value', 'emails[type eq "home"].value', false],
    ['emails[type eq "work"].value', 'emails[TYPE eq "Work"].value', true],
    ['emails[type eq "work"].value', 'emails[type eq "work"].display', false],
    ['lockers[number eq 7].code', 'lockers[number eq "7.0"].label', true],
    ['lockers[number eq 7].code', 'lockers[number eq 7].label', false],
    ['lockers[number eq 7].code', 'lockers[number eq 8].code', false],
    ['emails[type eq "work"]', 'emails[type eq "work"].display', true],
    ['emails[type eq "work"].value', 'emails[primary eq true].value', true],
    ['emails[type eq "work"]', 'emails[type eq "home"].value', false],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(overlaps(parsePlace(a), parsePlace(b))).toBe(expected)
    expect(overlaps(parsePlace(b), parsePlace(a))).toBe(expected)
  })

  test('is symmetric, holds of a place and itself, and knows no case', () => {
    fc.assert(
      fc.property(place, place, (a, b) => {
        expect(overlaps(a, b)).toBe(overlaps(b, a))
        expect(overlaps(a, a)).toBe(true)
        const loud = { ...a, name: a.name.toUpperCase(), ...(a.sub === undefined ? {} : { sub: a.sub.toUpperCase() }) }
        expect(overlaps(loud, b)).toBe(overlaps(a, b))
      }),
      { numRuns: 2000 },
    )
  })

  test('a place overlaps whatever a part of it overlaps', () => {
    fc.assert(
      fc.property(place, place, ({ sub: _sub, ...whole }, b) => {
        fc.pre(_sub !== undefined && overlaps({ ...whole, sub: _sub }, b))
        expect(overlaps(whole, b)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})
