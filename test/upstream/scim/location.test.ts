import { describe, expect, it } from 'vitest'
import { createLocations, outward, rewriteRefs } from '../../../src/upstream/scim/location.ts'

const locations = createLocations('https://directory.example:8443/scim/v2')

describe('toRelative', () => {
  it.each([
    ['https://directory.example:8443/scim/v2/Users/1', '/Users/1'],
    ['https://DIRECTORY.example:8443/scim/v2/users/1', '/Users/1'],
    ['http://directory.example/scim/v2/Users/1', '/Users/1'],
    ['//directory.example:8443/scim/v2/Users/1', '/Users/1'],
    ['https://directory.example/other/v2/Groups/1', '/Groups/1'],
    ['http://internal:8080/scim/v2/Users/1', '/Users/1'],
    ['/scim/v2/Users/1', '/Users/1'],
    ['/SCIM/v2/users/1', '/Users/1'],
    ['Users/1', '/Users/1'],
    ['../Users/1', '/Users/1'],
    ['/users/1', '/Users/1'],
    ['./groups/1?x=y#z', '/Groups/1'],
    ['/Devices/1', '/Devices/1'],
    ['https://directory.example:8443/scim/v2/Devices/1', '/Devices/1'],
    ['/Users/a%2Fb', '/Users/a%2Fb'],
    ['/schemas/urn:ietf:params:scim:schemas:core:2.0:User', '/Schemas/urn:ietf:params:scim:schemas:core:2.0:User'],
  ])('%s is %s', (reference, location) => {
    expect(locations.toRelative(reference)).toEqual({ kind: 'relative', location })
  })

  it.each(['https://photos.example/1.jpg', 'urn:uuid:1', 'bulkId:one', 'mailto:a@directory.example'])(
    '%s is foreign',
    (reference) => {
      expect(locations.toRelative(reference)).toEqual({ kind: 'foreign' })
    },
  )

  it.each([
    'https://directory.example/',
    'https://directory.example:8443/photos/1.jpg',
    '/a/b/c',
    '',
    '..',
    'https://%',
  ])('`%s` is unmapped', (reference) => {
    expect(locations.toRelative(reference)).toEqual({ kind: 'unmapped' })
  })
})

describe('clean', () => {
  it.each([
    ['no User at https://directory.example:8443/scim/v2/Users/1.', 'no User at /Users/1.'],
    [
      'see https://directory.example/help and https://rfc.example/7644',
      'see the upstream and https://rfc.example/7644',
    ],
    ['directory.example:8443 refused', 'the upstream refused'],
    ['Directory.Example refused', 'the upstream refused'],
    ['anna@directory.example exists', 'anna@directory.example exists'],
    ['line\r\nbreak', 'line  break'],
  ])('%s', (text, cleaned) => {
    expect(locations.clean(text)).toBe(cleaned)
  })

  it('bounds a long text', () => {
    expect(locations.clean('x'.repeat(5_000))).toHaveLength(1_001)
  })
})

it('rewriteRefs changes and drops references at any depth', () => {
  const resource = {
    members: [
      { value: '1', $ref: 'in' },
      { value: '2', $ref: 'out' },
    ],
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { manager: { $REF: 'in' } },
  }
  rewriteRefs(resource, (reference) => (reference === 'in' ? '/Users/1' : undefined))
  expect(resource).toEqual({
    members: [{ value: '1', $ref: '/Users/1' }, { value: '2' }],
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { manager: { $REF: '/Users/1' } },
  })
})

it('outward makes references absolute and leaves the rest', () => {
  const body = {
    meta: { resourceType: 'User', location: '/Users/1' },
    addresses: [{ location: '/not/a/reference' }],
    manager: { $ref: '/Users/2' },
    photos: [{ value: '/x', $ref: 'https://photos.example/1.jpg' }],
  }
  expect(outward(body, locations)).toEqual({
    meta: { resourceType: 'User', location: 'https://directory.example:8443/scim/v2/Users/1' },
    addresses: [{ location: '/not/a/reference' }],
    manager: { $ref: 'https://directory.example:8443/scim/v2/Users/2' },
    photos: [{ value: '/x', $ref: 'https://photos.example/1.jpg' }],
  })
})
