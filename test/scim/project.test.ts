import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/scim/json.ts'
import { parseAttributePath } from '../../src/scim/path.ts'
import { project } from '../../src/scim/project.ts'
import type { Projection } from '../../src/scim/request.ts'
import { groupDefinition, userDefinition } from '../../src/scim/schemas.ts'
import { badgedDefinition, badgeUrn, rfcUser } from './fixture.ts'

const core = 'urn:ietf:params:scim:schemas:core:2.0:User'
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const paths = (names: string[]) => names.map(parseAttributePath)
const only = (...names: string[]): Projection => ({ attributes: paths(names) })
const except = (...names: string[]): Projection => ({ excludedAttributes: paths(names) })

const user = rfcUser()
const always = { schemas: user['schemas'], id: user['id'] }
/** These attributes of the user. */
const own = (...wanted: string[]): JsonObject =>
  Object.fromEntries(Object.entries(user).filter(([name]) => wanted.includes(name)))
const names = (resource: JsonObject): string[] => Object.keys(resource)

describe('nothing asked', () => {
  test('all but what is never returned', () => {
    const { password, ...rest } = user
    expect(password).toBeDefined()
    expect(project(user, {}, userDefinition)).toEqual(rest)
    expect(project(user, { attributes: [], excludedAttributes: [] }, userDefinition)).toEqual(rest)
    expect(user['password']).toBe(password)
  })

  test('the resource itself when nothing has to go', () => {
    const group = { id: '1', displayName: 'g', members: [{ value: '2', strange: true }], strange: [1] }
    expect(project(group, {}, groupDefinition)).toBe(group)
  })

  test.each(['password', 'PASSWORD', 'PassWord'])('%s is never returned', (name) => {
    for (const projection of [{}, only(name), except('title'), only(core), only(`${core}:password`)]) {
      expect(project({ id: '1', [name]: 'x' }, projection, userDefinition)).toEqual({ id: '1' })
    }
  })

  test('`request` waits to be asked, in extensions and sub-attributes too', () => {
    const badge = {
      history: 'h',
      serial: 's',
      secret: 'x',
      rooms: [{ value: 'v', notes: 'n', pin: 'p' }, { pin: 'p' }],
    }
    const shown = (projection: Projection) => project({ id: '1', [badgeUrn]: badge }, projection, badgedDefinition)
    expect(shown({})).toEqual({ id: '1', [badgeUrn]: { serial: 's', rooms: [{ value: 'v' }] } })
    expect(shown(only(`${badgeUrn}:history`))).toEqual({ id: '1', [badgeUrn]: { serial: 's', history: 'h' } })
    expect(shown(only(`${badgeUrn}:rooms`))).toEqual({ id: '1', [badgeUrn]: { serial: 's', rooms: [{ value: 'v' }] } })
    expect(shown(only(`${badgeUrn}:rooms.notes`))).toEqual({
      id: '1',
      [badgeUrn]: { serial: 's', rooms: [{ value: 'v', notes: 'n' }] },
    })
    expect(shown(only(`${badgeUrn}:rooms.pin`, `${badgeUrn}:secret`))).toEqual({
      id: '1',
      [badgeUrn]: { serial: 's', rooms: [{ value: 'v' }] },
    })
    expect(shown(only(badgeUrn))).toEqual(shown({}))
  })
})

describe('attributes', () => {
  test.each<[string[], JsonObject]>([
    [['userName'], own('userName')],
    [['USERNAME'], own('userName')],
    [[`${core}:userName`], own('userName')],
    [['name'], own('name')],
    [['name.familyName'], { name: { familyName: 'Jensen' } }],
    [['name.familyName', 'Name.givenName'], { name: { familyName: 'Jensen', givenName: 'Barbara' } }],
    [['name.familyName', 'name'], own('name')],
    [['emails.value'], { emails: [{ value: 'bjensen@example.com' }, { value: 'babs@jensen.org' }] }],
    [['emails.primary'], { emails: [{ primary: true }] }],
    [['emails.display'], {}],
    [['meta.lastModified'], { meta: { lastModified: '2011-05-13T04:42:34Z' } }],
    [[enterprise], own(enterprise)],
    [[enterprise.toUpperCase()], own(enterprise)],
    [[`${enterprise}:department`], { [enterprise]: { department: 'Tour Operations' } }],
    [[`${enterprise}:manager.displayName`], { [enterprise]: { manager: { displayName: 'John Smith' } } }],
    [['department'], { [enterprise]: { department: 'Tour Operations' } }],
    [['shoeSize', 'urn:example:1.0:x'], {}],
    [['constructor', 'password'], {}],
    [['urn:ietf:params:scim:schemas:core:2.0:Group:displayName'], {}],
  ])('%j', (asked, expected) => {
    expect(project(user, only(...asked), userDefinition)).toEqual({ ...always, ...expected })
  })

  test('the whole core schema leaves the extensions out', () => {
    expect(names(project(user, only(core), userDefinition)).sort()).toEqual(
      names(user)
        .filter((name) => name !== 'password' && name !== enterprise)
        .sort(),
    )
  })

  test('the resource keeps its spelling, and what the schema does not know can be asked for', () => {
    const odd = { ID: '1', USERNAME: 'x', Strange: { A: 1, b: 2 }, 'urn:x:1.0:Y': { z: 1, w: 2 } }
    expect(project(odd, only('userName', 'strange.a', 'urn:x:1.0:Y:z'), userDefinition)).toEqual({
      ID: '1',
      USERNAME: 'x',
      Strange: { A: 1 },
      'urn:x:1.0:Y': { z: 1 },
    })
    expect(project(odd, only('strange', 'urn:x:1.0:Y'), userDefinition)).toEqual({
      ID: '1',
      Strange: { A: 1, b: 2 },
      'urn:x:1.0:Y': { z: 1, w: 2 },
    })
  })
})

describe('excludedAttributes', () => {
  test.each([
    [['name'], ['name']],
    [
      ['NAME', 'meta'],
      ['name', 'meta'],
    ],
    [[enterprise], [enterprise]],
    [[`${core}:title`], ['title']],
    [['id', 'schemas'], []],
    [['shoeSize'], []],
  ])('%j', (excluded, gone) => {
    const left = names(user).filter((name) => name !== 'password' && !gone.includes(name))
    expect(names(project(user, except(...excluded), userDefinition))).toEqual(left)
  })

  test('sub-attributes go from every value, and with the last one the attribute', () => {
    const small = { id: '1', emails: [{ value: 'x', type: 'work' }, { value: 'y' }], name: { familyName: 'z' } }
    expect(project(small, except('emails.VALUE', 'name.familyName'), userDefinition)).toEqual({
      id: '1',
      emails: [{ type: 'work' }],
    })
    expect(small.emails).toHaveLength(2)
  })

  test('one attribute of an extension, or all but what is always returned', () => {
    const badge = { number: 1, serial: 's', rooms: [{ value: 'v', floor: 1 }] }
    const shown = (projection: Projection) => project({ id: '1', [badgeUrn]: badge }, projection, badgedDefinition)
    expect(shown(except(`${badgeUrn}:number`, `${badgeUrn}:rooms.value`))).toEqual({
      id: '1',
      [badgeUrn]: { serial: 's', rooms: [{ value: 'v', floor: 1 }] },
    })
    expect(shown(except(badgeUrn, `${badgeUrn}:serial`))).toEqual({ id: '1', [badgeUrn]: { serial: 's' } })
  })

  test('a group without its members, as Entra asks', () => {
    const group = { schemas: [], id: '1', displayName: 'g', members: [{ value: '2' }], meta: { resourceType: 'Group' } }
    expect(names(project(group, except('members'), groupDefinition))).toEqual(['schemas', 'id', 'displayName', 'meta'])
  })
})

test('what is shown is always a part of the resource, has its id, and never its password', () => {
  const name = fc.constantFrom(
    ...[
      'userName',
      'id',
      'schemas',
      'password',
      'name',
      'name.givenName',
      'emails',
      'emails.type',
      'meta',
      'unknown.x',
    ],
    ...[core, enterprise, `${enterprise}:manager`, `${enterprise}:manager.value`, 'manager'],
  )
  const projections = fc
    .tuple(fc.constantFrom(only, except), fc.array(name, { maxLength: 4 }))
    .map(([mode, asked]) => mode(...asked))
  fc.assert(
    fc.property(projections, (projection) => {
      const before = JSON.stringify(user)
      const shown = project(user, projection, userDefinition)
      expect(user).toMatchObject(shown)
      expect(shown).toMatchObject(always)
      expect(shown).not.toHaveProperty('password')
      expect(project(shown, projection, userDefinition)).toEqual(shown)
      expect(JSON.stringify(user)).toBe(before)
    }),
  )
})
