import { describe, expect, test } from 'vitest'
import {
  attributeAt,
  canonicalPath,
  defineResource,
  resourceTypeBody,
  schemaAt,
  schemaBody,
} from '../../src/scim/definition.ts'
import { parseAttributePath, printAttributePath } from '../../src/scim/path.ts'
import { attribute } from '../../src/scim/schema-build.ts'
import { groupDefinition, groupType, userDefinition, userType } from '../../src/scim/schemas.ts'
import { badgedDefinition, badgeUrn } from './fixture.ts'

const core = 'urn:ietf:params:scim:schemas:core:2.0:User'
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

describe('attributeAt', () => {
  const found = (text: string): (string | undefined)[] | undefined => {
    const place = attributeAt(badgedDefinition, parseAttributePath(text))
    return place && [place.extension?.id, place.attribute.name, place.sub?.name]
  }
  test.each([
    ['USERNAME', [undefined, 'userName', undefined]],
    ['name.FamilyName', [undefined, 'name', 'familyName']],
    [`${core.toUpperCase()}:userName`, [undefined, 'userName', undefined]],
    ['id', [undefined, 'id', undefined]],
    ['meta.lastModified', [undefined, 'meta', 'lastModified']],
    ['schemas', [undefined, 'schemas', undefined]],
    [`${enterprise}:manager.value`, [enterprise, 'manager', 'value']],
    [`${enterprise.toLowerCase()}:manager.$REF`, [enterprise, 'manager', '$ref']],
    ['manager.value', [enterprise, 'manager', 'value']],
    ['department', [enterprise, 'department', undefined]],
    [`${badgeUrn}:number`, [badgeUrn, 'number', undefined]],
    [`${badgeUrn}:rooms.floor`, [badgeUrn, 'rooms', 'floor']],
    [enterprise, undefined],
    ['shoeSize', undefined],
    ['name.shoeSize', undefined],
    ['userName.value', undefined],
    [`${enterprise}:userName`, undefined],
    ['urn:ietf:params:scim:schemas:core:2.0:Group:displayName', undefined],
    ['constructor', undefined],
  ])('%s', (text, expected) => {
    expect(found(text)).toEqual(expected)
  })

  test('an attribute that looks like the end of a URN is found, whatever the text alone suggests', () => {
    const definition = defineResource(
      { ...userType, schemaExtensions: [{ schema: 'urn:acme:hr:1.0', required: false }] },
      [
        userDefinition.core,
        { id: 'urn:acme:hr:1.0', name: 'HR', description: '', attributes: [attribute('Badge', 'string', '')] },
      ],
    )
    const path = parseAttributePath('urn:acme:hr:1.0:Badge')
    expect(path).toEqual({ urn: 'urn:acme:hr:1.0:Badge' })
    expect(canonicalPath(definition, path)).toEqual({ urn: 'urn:acme:hr:1.0', name: 'Badge' })
    expect(attributeAt(definition, path)?.attribute.name).toBe('Badge')
    expect(schemaAt(definition, path)).toBeUndefined()
    expect(schemaAt(definition, parseAttributePath('urn:acme:hr:1.0'))?.name).toBe('HR')
  })

  test('of two schemas of which one begins like the other, the longer is meant', () => {
    const schema = (id: string) => ({ id, name: id, description: '', attributes: [attribute('a', 'string', '')] })
    const definition = defineResource(
      {
        ...userType,
        schema: 'urn:a',
        schemaExtensions: ['urn:a:b', 'urn:a:b.c'].map((one) => ({ schema: one, required: false })),
      },
      [schema('urn:a'), schema('urn:a:b'), schema('urn:a:b.c')],
    )
    const canonical = (text: string): string => printAttributePath(canonicalPath(definition, parseAttributePath(text)))
    expect(['urn:a:a', 'urn:A:B:A', 'urn:a:b.c:a', 'urn:a:b.c', 'urn:a:b'].map(canonical)).toEqual([
      'a',
      'urn:a:b:a',
      'urn:a:b.c:a',
      'urn:a:b.c',
      'urn:a:b',
    ])
  })
})

describe('canonicalPath', () => {
  test.each([
    [`${core}:USERNAME`, 'userName'],
    [`${core}:Name.GIVENNAME`, 'name.givenName'],
    ['Manager.VALUE', `${enterprise}:manager.value`],
    [enterprise.toUpperCase(), enterprise],
    [core.toLowerCase(), core],
    ['shoeSize.Left', 'shoeSize.Left'],
    ['name.ShoeSize', 'name.ShoeSize'],
    ['urn:x:1.0:Y.Z', 'urn:x:1.0:Y.Z'],
    ['urn:x:1.0:Y', 'urn:x:1.0:Y'],
  ])('%s is %s', (text, expected) => {
    const path = canonicalPath(userDefinition, parseAttributePath(text))
    expect(printAttributePath(path)).toBe(expected)
    expect(canonicalPath(userDefinition, path)).toEqual(path)
  })
})

describe('defineResource', () => {
  test('the common attributes of RFC 7643 §3.1 stand before a schema that lists its own', () => {
    const own = {
      ...groupDefinition.core,
      attributes: [attribute('externalID', 'integer', ''), attribute('x', 'string', '')],
    }
    const definition = defineResource(groupType, [own])
    expect(definition.core.attributes.map(({ name }) => name)).toEqual(['schemas', 'id', 'externalId', 'meta', 'x'])
  })

  test('a schema that is not there is an error of the caller', () => {
    expect(() => defineResource(userType, [])).toThrow(TypeError)
  })
})

test('schemaBody leaves the common attributes out', () => {
  const names = schemaBody(groupDefinition.core)['attributes']
  expect(names).toMatchObject([{ name: 'displayName' }, { name: 'members' }])
})

test('resourceTypeBody is RFC 7643 §6', () => {
  expect(resourceTypeBody(userType)).toEqual({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: 'User',
    name: 'User',
    endpoint: '/Users',
    description: 'User Account',
    schema: core,
    schemaExtensions: [{ schema: enterprise, required: false }],
    meta: { resourceType: 'ResourceType', location: '/ResourceTypes/User' },
  })
})
