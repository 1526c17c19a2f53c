import { describe, expect, it } from 'vitest'
import { defineResource } from '../../src/scim/definition.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { parsePatch } from '../../src/scim/patch-parse.ts'
import type { Attribute } from '../../src/scim/schema.ts'
import { enterpriseUserUrn, userDefinition, userUrn } from '../../src/scim/schemas.ts'
import { acceptPatch, acceptResource } from '../../src/scim/validate.ts'
import { patchBody } from './patches.ts'

const attribute = (name: string, type: Attribute['type'], more: Partial<Attribute> = {}): Attribute => ({
  name,
  type,
  multiValued: false,
  description: '',
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  ...more,
})

const badgeUrn = 'urn:example:2.0:Badge'
const extraUrn = 'urn:example:2.0:Extra'
const badge = defineResource(
  {
    name: 'Badge',
    endpoint: '/Badges',
    description: '',
    schema: badgeUrn,
    schemaExtensions: [{ schema: extraUrn, required: true }],
  },
  [
    {
      id: badgeUrn,
      name: 'Badge',
      description: '',
      attributes: [
        attribute('serial', 'string', { mutability: 'immutable' }),
        attribute('issuedAt', 'dateTime'),
        attribute('uses', 'integer'),
        attribute('weight', 'decimal'),
        attribute('picture', 'binary'),
        attribute('door', 'reference'),
        attribute('holder', 'complex', { subAttributes: [attribute('value', 'string', { required: true })] }),
      ],
    },
    { id: extraUrn, name: 'Extra', description: '', attributes: [attribute('note', 'string', { required: true })] },
  ],
)
const extra = { [extraUrn]: { note: 'n' } }

const create = (body: JsonObject) => acceptResource(body, userDefinition)

describe('acceptResource', () => {
  it('keeps what a client may say and the schemas know', () => {
    const body = {
      id: '1',
      meta: { resourceType: 'User' },
      groups: [{ value: 'g' }],
      userName: 'u',
      favouriteColour: 'red',
      nickName: null,
      emails: [],
      [enterpriseUserUrn]: { department: 'D', manager: { value: 'm', displayName: 'Boss' }, shoeSize: 42 },
      'urn:example:unknown': { a: 1 },
    }
    expect(create(body)).toEqual({
      schemas: [userUrn, enterpriseUserUrn],
      userName: 'u',
      [enterpriseUserUrn]: { department: 'D', manager: { value: 'm' } },
    })
  })

  it('keeps the same value of the same type once, with all that was said of it (RFC 7643 §2.4)', () => {
    const emails = [
      { type: 'work', value: 'A@example.com', display: 'A' },
      { type: 'home', value: 'a@example.com' },
      { type: 'Work', value: 'a@example.com', primary: true },
      { type: 'other', display: 'none' },
      { type: 'other', display: 'none' },
    ]
    const accepted = acceptResource({ userName: 'u', emails }, userDefinition)
    expect(accepted['emails']).toEqual([
      { type: 'Work', value: 'a@example.com', display: 'A', primary: true },
      { type: 'home', value: 'a@example.com' },
      { type: 'other', display: 'none' },
      { type: 'other', display: 'none' },
    ])
  })

  it('takes values that are not among the canonical ones', () => {
    expect(create({ userName: 'u', emails: [{ value: 'a', type: 'holiday' }] })['emails']).toEqual([
      { value: 'a', type: 'holiday' },
    ])
  })

  it.each<[string, string, JsonObject]>([
    ['userName', 'is missing', {}],
    ['userName', 'is empty', { userName: '' }],
    [
      'emails',
      'two are primary',
      {
        userName: 'u',
        emails: [
          { value: 'a', primary: true },
          { value: 'b', primary: true },
        ],
      },
    ],
    ['emails', 'is no list', { userName: 'u', emails: 'a@b' }],
    ['name', 'is no object', { userName: 'u', name: 'B' }],
    ['active', 'is no boolean', { userName: 'u', active: 'yes' }],
    ['profileUrl', 'is no URI', { userName: 'u', profileUrl: 'not a uri' }],
  ])('400 invalidValue naming %s: %s', (name, _, body) => {
    expect(() => create(body)).toThrow(
      expect.objectContaining({ scimType: 'invalidValue', message: expect.stringContaining(name) }),
    )
  })

  it.each<[string, Json]>([
    ['issuedAt', 'yesterday'],
    ['uses', 1.5],
    ['weight', '1'],
    ['picture', '%%'],
    ['door', 'a b'],
    ['holder', {}],
    ['holder', { value: '' }],
  ])('400 for a wrong %s', (name, value) => {
    const body = { ...extra, [name]: name === 'holder' && value !== null ? { colour: 'x', ...Object(value) } : value }
    expect(() => acceptResource(body, badge)).toThrow(expect.objectContaining({ status: 400 }))
  })

  it('takes every type in its format', () => {
    const body = { ...extra, issuedAt: '2008-01-23T04:56:22Z', uses: 1, weight: 1.5, picture: 'aGk=', door: '/Doors/1' }
    expect(acceptResource(body, badge)).toEqual({ ...body, schemas: [badgeUrn, extraUrn] })
  })

  it('wants a required extension', () => {
    expect(() => acceptResource({}, badge)).toThrow(extraUrn)
  })

  it('keeps immutable attributes on a replace, and refuses to change them', () => {
    const before = { serial: 's', ...extra }
    expect(acceptResource(extra, badge, before)['serial']).toBe('s')
    expect(() => acceptResource({ serial: 't', ...extra }, badge, before)).toThrow(
      expect.objectContaining({ scimType: 'mutability' }),
    )
  })
})

describe('acceptPatch', () => {
  it.each(['favouriteColour', 'name.colour', 'urn:example:other:x', `${enterpriseUserUrn}:colour`])(
    '400 invalidPath for %s',
    (path) => {
      const operations = parsePatch(patchBody([{ op: 'replace', path, value: 'x' }]), userDefinition, 'auto')
      expect(() => acceptPatch(operations, userDefinition)).toThrow(
        expect.objectContaining({ scimType: 'invalidPath' }),
      )
    },
  )

  it('takes what the schemas know', () => {
    const paths = ['title', 'name.givenName', 'emails[type eq "work"].value', enterpriseUserUrn]
    const operations = paths.map((path) => ({ op: 'remove', path }))
    acceptPatch(parsePatch(patchBody(operations), userDefinition, 'strict'), userDefinition)
  })
})
