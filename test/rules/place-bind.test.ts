import { describe, expect, it } from 'vitest'
import { bindPlace } from '../../src/rules/place-bind.ts'
import { parsePlace } from '../../src/rules/place-parse.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { enterpriseUserUrn, userUrn } from '../../src/scim/schemas.ts'
import { badgedDefinition, badgeUrn } from '../scim/fixture.ts'

const bind = (text: string) => bindPlace(parsePlace(text), badgedDefinition)

const user: JsonObject = {
  userName: 'bjensen',
  NAME: { GivenName: 'Barbara', familyName: 'Jensen' },
  emails: [
    { type: 'Work', value: 'b@work.example', primary: true },
    { type: 'home', value: 'b@home.example' },
  ],
  roles: [{ value: 'a', type: 'x' }, 'b', { display: 'nothing' }],
  title: '',
  nickName: null,
  constructor: 'own',
  [enterpriseUserUrn.toUpperCase()]: { employeeNumber: '7', manager: { value: '1', displayName: 'M' } },
  desk: 'no object',
}

describe('reading a place', () => {
  it.each<[string, Json | undefined]>([
    ['userName', 'bjensen'],
    ['USERNAME', 'bjensen'],
    [`${userUrn}:userName`, 'bjensen'],
    ['title', ''],
    ['nickName', undefined],
    ['toString', undefined],
    ['constructor', 'own'],
    ['name.givenName', 'Barbara'],
    ['name', { GivenName: 'Barbara', familyName: 'Jensen' }],
    ['emails[type eq "work"].value', 'b@work.example'],
    ['emails[TYPE eq "WORK"].VALUE', 'b@work.example'],
    ['emails[primary eq true].value', 'b@work.example'],
    ['emails[type eq "other"].value', undefined],
    ['emails[type eq "home"]', { value: 'b@home.example' }],
    ['roles.value', ['a', 'b']],
    ['employeeNumber', '7'],
    [`${enterpriseUserUrn}:employeeNumber`, '7'],
    ['manager.value', '1'],
    [`${badgeUrn}:code`, undefined],
    ['desk.room', undefined],
  ])('finds %s', (text, expected) => {
    expect(bind(text).read(user)).toEqual(expected)
  })

  it('cannot tell which of two elements is meant', () => {
    const twice = {
      emails: [
        { type: 'work', value: 'a' },
        { type: 'WORK', value: 'b' },
      ],
    }
    const place = bind('emails[type eq "work"].value')
    expect(place.read(twice)).toBeUndefined()
    expect(place.part.isClear(twice.emails)).toBe(false)
  })

  it.each<[string, string]>([
    ['emails[type eq "work"].VALUE', 'emails[type eq "work"].value'],
    ['EMPLOYEENUMBER', `${enterpriseUserUrn}:employeeNumber`],
    [`${userUrn}:TITLE`, 'title'],
    ['Favourite', 'Favourite'],
    [`${badgeUrn}:doors.value`, `${badgeUrn}:doors`],
  ])('spells %s as the schemas do', (text, expected) => {
    expect(bind(text).text).toBe(expected)
  })

  it.each([
    ['title', 'whole', 'title'],
    ['name.givenName', 'part', 'givenName'],
    ['emails[type eq "work"].value', 'element', 'value'],
    ['phoneNumbers[type eq "work"]', 'element', 'phoneNumbers'],
    ['roles.value', 'every', 'value'],
    ['unknown.sub', 'part', undefined],
  ])('knows how %s lies, and what it is', (text, kind, leaf) => {
    expect(bind(text)).toMatchObject({ kind })
    expect(bind(text).leaf?.name).toBe(leaf)
  })
})

describe('writing a place', () => {
  it.each<[string, Json, JsonObject]>([
    ['title', 'Guide', { title: 'Guide' }],
    ['name.givenName', 'B', { name: { givenName: 'B' } }],
    ['employeeNumber', '7', { [enterpriseUserUrn]: { employeeNumber: '7' } }],
    ['manager.value', '1', { [enterpriseUserUrn]: { manager: { value: '1' } } }],
    ['emails[type eq "work"].value', 'a', { emails: [{ type: 'work', value: 'a' }] }],
    ['emails[primary eq true].value', 'a', { emails: [{ primary: true, value: 'a' }] }],
    ['phoneNumbers[type eq "work"]', { value: '1' }, { phoneNumbers: [{ type: 'work', value: '1' }] }],
    ['roles.value', ['a', 'b'], { roles: [{ value: 'a' }, { value: 'b' }] }],
  ])('makes what %s needs', (text, value, expected) => {
    const place = bind(text)
    expect(place.write({}, value)).toEqual(expected)
    expect(place.read(place.write({}, value))).toEqual(value)
    expect(place.remove(expected)).toEqual({})
  })

  it('keeps what else is there, in its own spelling, and does not touch what it is given', () => {
    const given = structuredClone(user)
    expect(bind('name.givenName').write(user, 'B')['NAME']).toEqual({ GivenName: 'B', familyName: 'Jensen' })
    expect(bind('emails[type eq "work"].value').write(user, 'x')['emails']).toEqual([
      { type: 'Work', value: 'x', primary: true },
      { type: 'home', value: 'b@home.example' },
    ])
    expect(bind('roles.value').write(user, ['b', 'a'])['roles']).toEqual([{ value: 'b' }, { value: 'a', type: 'x' }])
    expect(bind('name.givenName').remove(user)['NAME']).toEqual({ familyName: 'Jensen' })
    expect(user).toEqual(given)
  })

  it('takes an element with its last data', () => {
    const place = bind('emails[type eq "work"].value')
    expect(place.remove({ emails: [{ type: 'work', value: 'a', primary: true, display: 'A' }] })).toEqual({})
    const hidden = { emails: [{ type: 'work', value: 'a', verified: true }] }
    expect(place.remove(hidden)).toEqual({ emails: [{ type: 'work', verified: true }] })
  })

  it.each<[string, Json, boolean]>([
    ['title', { any: 'thing' }, true],
    ['phoneNumbers[type eq "work"]', { value: '1' }, true],
    ['phoneNumbers[type eq "work"]', { value: '1', type: 'work' }, false],
    ['phoneNumbers[type eq "work"]', 'text', false],
    ['roles.value', ['a'], true],
    ['roles.value', 'a', false],
    ['roles.value', [['a']], false],
  ])('%s takes %j: %s', (text, value, expected) => {
    expect(bind(text).part.takes(value)).toBe(expected)
  })
})
