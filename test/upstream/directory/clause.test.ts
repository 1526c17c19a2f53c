import { describe, expect, test } from 'vitest'
import { directoryClause } from '../../../src/upstream/directory/clause.ts'
import { compileDirectory, keysFingerprint, typeAt } from '../../../src/upstream/directory/model.ts'

const extension = (change: object = {}) => ({
  id: 'urn:example:hr:2.0:User',
  name: 'HR',
  extends: 'User',
  attributes: [{ name: 'badge' }],
  ...change,
})
const device = (change: object = {}) => ({
  name: 'Device',
  endpoint: '/Devices',
  schema: { id: 'urn:example:core:2.0:Device', attributes: [{ name: 'serial', required: true }] },
  ...change,
})
const parse = (schemas: unknown[], resourceTypes: unknown[] = []) =>
  directoryClause.safeParse({ kind: 'directory', schemas, resourceTypes })

test('the bare clause is users with the enterprise extension, and groups', () => {
  const model = compileDirectory(directoryClause.parse({ kind: 'directory' }))
  expect(model.types.map(({ name }) => name)).toEqual(['User', 'Group'])
  expect(model.types[0]?.definition.extensions.map(({ name }) => name)).toEqual(['EnterpriseUser'])
})

test('an attribute has the defaults of RFC 7643 section 2.2', () => {
  const attributes = [
    { name: 'badge' },
    { name: 'link', type: 'reference' },
    { name: 'desks', subAttributes: [{ name: 'floor', type: 'integer' }] },
  ]
  const model = compileDirectory(directoryClause.parse({ kind: 'directory', schemas: [extension({ attributes })] }))
  const schema = model.schemas.find(({ name }) => name === 'HR')
  expect(schema?.attributes[0]).toEqual({
    name: 'badge',
    type: 'string',
    description: '',
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
  })
  expect(schema?.attributes[1]).toMatchObject({ type: 'reference', caseExact: true })
  expect(schema?.attributes[2]).toMatchObject({ type: 'complex', subAttributes: [{ name: 'floor', type: 'integer' }] })
})

test('resource types of one’s own are served at their endpoint, in any case', () => {
  const model = compileDirectory(directoryClause.parse({ kind: 'directory', resourceTypes: [device()] }))
  expect(typeAt(model, 'devices')?.name).toBe('Device')
  expect(typeAt(model, 'Device')).toBeUndefined()
})

test('the fingerprint of the keys changes with what is unique, and with nothing else', () => {
  const fingerprint = (change: object) =>
    keysFingerprint(compileDirectory(directoryClause.parse({ kind: 'directory', schemas: [extension(change)] })))
  const plain = fingerprint({})
  expect(fingerprint({ description: 'other' })).toBe(plain)
  expect(fingerprint({ attributes: [{ name: 'badge', uniqueness: 'server' }] })).not.toBe(plain)
})

describe('refused, with the place', () => {
  test.each([
    ['an unknown key', [extension({ colour: 'red' })], [], 'schemas.0'],
    ['no URN', [extension({ id: 'hr' })], [], 'schemas.0.id'],
    ['a URN that ends a word', [extension({ id: 'urn:example:a b' })], [], 'schemas.0.id'],
    ['no attributes', [extension({ attributes: [] })], [], 'schemas.0.attributes'],
    ['a name with a dot', [extension({ attributes: [{ name: 'a.b' }] })], [], 'schemas.0.attributes.0.name'],
    ['a name twice', [extension({ attributes: [{ name: 'a' }, { name: 'A' }] })], [], 'schemas.0.attributes.1.name'],
    [
      'complex without parts',
      [extension({ attributes: [{ name: 'a', type: 'complex' }] })],
      [],
      'schemas.0.attributes.0.type',
    ],
    [
      'complex inside complex',
      [extension({ attributes: [{ name: 'a', subAttributes: [{ name: 'b', type: 'complex' }] }] })],
      [],
      'schemas.0.attributes.0.subAttributes.0.type',
    ],
    [
      'required but readOnly',
      [extension({ attributes: [{ name: 'a', required: true, mutability: 'readOnly' }] })],
      [],
      'schemas.0.attributes.0',
    ],
    [
      'required but writeOnly, which nobody keeps',
      [extension({ attributes: [{ name: 'a', required: true, mutability: 'writeOnly' }] })],
      [],
      'schemas.0.attributes.0',
    ],
    [
      'a unique boolean',
      [extension({ attributes: [{ name: 'a', type: 'boolean', uniqueness: 'server' }] })],
      [],
      'schemas.0.attributes.0',
    ],
    ['a schema twice', [extension(), extension({ id: 'URN:example:hr:2.0:User' })], [], 'schemas.1.id'],
    ['a schema of the standard', [extension({ id: 'urn:ietf:params:scim:schemas:core:2.0:User' })], [], 'schemas.0.id'],
    ['an unknown type', [extension({ extends: 'Robot' })], [], 'schemas.0.extends'],
    ['a type of the standard', [], [device({ name: 'user' })], 'resourceTypes.0.name'],
    ['an endpoint of the protocol', [], [device({ endpoint: '/bulk' })], 'resourceTypes.0.endpoint'],
    ['an endpoint of two segments', [], [device({ endpoint: '/a/b' })], 'resourceTypes.0.endpoint'],
    [
      'an attribute that all have',
      [],
      [device({ schema: { id: 'urn:example:d', attributes: [{ name: 'ID' }] } })],
      'resourceTypes.0.schema.attributes.0.name',
    ],
  ])('%s', (_, schemas, resourceTypes, place) => {
    const parsed = parse(schemas, resourceTypes)
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toContain(place)
  })
})
