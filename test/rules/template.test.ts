import { describe, expect, test } from 'vitest'
import { parseTemplate } from '../../src/rules/template.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { enterpriseUserUrn, userUrn } from '../../src/scim/schemas.ts'

const user: JsonObject = {
  schemas: [userUrn, enterpriseUserUrn],
  userName: 'Zoë.Müller@contoso.com',
  NAME: { givenName: 'Zoë', familyName: 'Müller' },
  emails: [
    { type: 'Work', value: 'zoe@contoso.com', primary: true },
    { type: 'home', value: 'z@example.com' },
  ],
  roles: [{ value: 'admin' }],
  tags: ['a', 'b'],
  active: true,
  level: 5,
  nickName: '',
  title: null,
  phoneNumbers: [],
  [enterpriseUserUrn.toUpperCase()]: { department: 'Sales', manager: { value: '7' } },
}

describe('printing', () => {
  test.each<[string, Json | undefined]>([
    ['{userName | ascii | lower | first 8}', 'zoe.mull'],
    ['{name.givenName | ascii}.{NAME.familyname}', 'Zoe.Müller'],
    ['{emails[type eq "work"].value}', 'zoe@contoso.com'],
    ['{emails[primary eq true].value | replace "@.*" ""}', 'zoe'],
    [`{${enterpriseUserUrn}:department}`, 'Sales'],
    [`{${enterpriseUserUrn}:manager.value}`, '7'],
    ['{department}', 'Sales'],
    ['{manager.value}', '7'],
    [`{${userUrn}:userName}`, 'Zoë.Müller@contoso.com'],
    ['{active}', true],
    ['{active | not}', false],
    ['is {active}', 'is true'],
    ['{level}', 5],
    ['L{level}', 'L5'],
    ['{level | string}', '5'],
    ['{tags | list ";"}', 'a;b'],
    ['{{{userName}}}', '{Zoë.Müller@contoso.com}'],
    // Absent, null and empty are one.
    ['{displayName}', undefined],
    ['{title}', undefined],
    ['{phoneNumbers}', undefined],
    ['{phoneNumbers[type eq "work"].value}', undefined],
    ['{emails[type eq "other"].value}', undefined],
    ['{name.middleName} x', undefined],
    ['a {displayName}', undefined],
    ['{urn:example:hr:1.0:User:department}', undefined],
    ['{constructor}', undefined],
    // Nothing but the empty text.
    ['{nickName}', undefined],
    ['{nickName | lower}', undefined],
  ])('%s', (text, expected) => {
    expect(parseTemplate(text).print(user)).toEqual(expected)
  })

  test('attributes of a core schema that is not the standard’s', () => {
    const device = { schemas: ['urn:acme:Device:1.0', enterpriseUserUrn], serial: '7', title: 't' }
    expect(parseTemplate('{URN:acme:device:1.0:serial}').print(device)).toBe('7')
    expect(parseTemplate(`{${enterpriseUserUrn}:title}`).print(device)).toBeUndefined()
  })

  test.each([
    ['{emails}', 'emails holds several values'],
    ['{emails.value}', 'emails.value holds several values'],
    ['{roles.value}', 'roles.value holds several values'],
    ['{emails[value co "z"].value}', 'holds several values'],
    ['{emails[type eq "work"]}', 'is complex'],
    ['{name}', 'name is complex'],
    ['{userName | date "dd.MM.yyyy"}', 'userName holds a value that cannot be printed'],
    ['{tags | lower}', 'tags holds several values'],
  ])('%s cannot be printed, which the client is told', (text, detail) => {
    expect(() => parseTemplate(text).print(user)).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidValue', message: expect.stringContaining(detail) }),
    )
  })
})

test('says what it reads', () => {
  expect(
    parseTemplate(`{name.givenName}{emails[type eq "work"].value}{${enterpriseUserUrn}:manager.value} {userName}`)
      .reads,
  ).toEqual([
    { name: 'name', sub: 'givenName' },
    { name: 'emails' },
    { urn: enterpriseUserUrn, name: 'manager', sub: 'value' },
    { name: 'userName' },
  ])
})

describe('what is refused', () => {
  test.each([
    ['', 'is empty'],
    ['all text', 'reads nothing: name an attribute, as in `{userName}`, or write it as a `constant`'],
    ['{user name}', 'at character 2: the path is not valid at character 6'],
    ['x {emails[type eq "work}', 'at character 19: the quotation mark that opens here is not closed'],
    [`{${enterpriseUserUrn}}`, 'is a whole schema'],
    ['{userName | lwr}', 'at character 13: there is no pipe `lwr`'],
    ['x{level | number}', '`number` gives a JSON value'],
    ['{a', 'is not closed'],
    ['{__proto__}', "expected an attribute's name"],
  ])('%s', (text, message) => {
    expect(() => parseTemplate(text)).toThrow(message)
  })
})

test('huge values stay bounded', () => {
  const huge = 'é'.repeat(10_000_000)
  expect(parseTemplate('{userName | ascii | lower | first 20}').print({ userName: huge })).toBe('e'.repeat(20))
  expect(() => parseTemplate('{userName | replace "é" ""}').print({ userName: huge })).toThrow('cannot be printed')
})
