import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/scim/json.ts'
import { absolute, relativeRefs } from '../../src/scim/locate.ts'
import type { ScimReply } from '../../src/scim/request.ts'
import { enterpriseUserUrn } from '../../src/scim/schemas.ts'

const base = 'https://tollgate.example/t/contoso/scim/v2'

const at = (root: string): JsonObject => ({
  id: '1',
  profileUrl: '/not/a/location',
  emails: [{ value: '/neither' }],
  groups: [{ value: 'g', $ref: `${root}/Groups/g` }, { value: 'h' }],
  [enterpriseUserUrn]: { manager: { value: 'm', $ref: `${root}/Users/m` } },
  meta: { resourceType: 'User', location: `${root}/Users/1` },
})

describe('absolute', () => {
  const table: readonly [string, (root: string) => ScimReply][] = [
    ['a resource', (root) => ({ kind: 'resource', status: 201, resource: at(root), location: `${root}/Users/1` })],
    ['a list', (root) => ({ kind: 'list', list: { resources: [at(root), { id: '2' }], itemsPerPage: 2 } })],
    [
      'a Bulk',
      (root) => ({
        kind: 'bulk',
        results: [{ method: 'POST', status: 201, location: `${root}/Users/1`, response: at(root) }],
      }),
    ],
    ['discovery', (root) => ({ kind: 'discovery', body: { ...at(root), Resources: [at(root)] } })],
    ['nothing', () => ({ kind: 'empty', status: 204 })],
  ]

  it.each(table)('places %s under the base', (_, reply) => {
    expect(absolute(reply(''), base)).toEqual(reply(base))
  })

  it.each(table)('leaves %s that is absolute already', (_, reply) => {
    expect(absolute(reply('https://elsewhere.example'), base)).toEqual(reply('https://elsewhere.example'))
  })

  it('shares what holds no location', () => {
    const resource = { id: '1', emails: [{ value: 'a' }], name: { givenName: 'B' } }
    const reply = absolute({ kind: 'resource', status: 200, resource }, base)
    expect(reply.kind === 'resource' && reply.resource).toBe(resource)
  })
})

describe('relativeRefs', () => {
  it('is the way back', () => {
    expect(relativeRefs(at(base), base)).toEqual(at(''))
    fc.assert(
      fc.property(fc.stringMatching(/^\/[A-Za-z]+\/[\w-]+$/), ($ref) => {
        const resource = { members: [{ $ref }] }
        const reply = absolute({ kind: 'resource', status: 200, resource }, base)
        expect(reply.kind === 'resource' && relativeRefs(reply.resource, base)).toEqual(resource)
      }),
    )
  })

  const own = () => ({ hosts: ['gate.example', 'scim.contoso.example'], paths: ['/scim/v2', '/t/contoso/scim/v2'] })
  const inward = (reference: string) => relativeRefs({ members: [{ $ref: reference }] }, base, own)

  it.each([
    'https://gate.example/scim/v2/Users/1',
    'http://gate.example/scim/v2/Users/1',
    'HTTPS://GATE.example.:8443/scim/v2/Users/1',
    'https://gate.example/t/contoso/scim/v2/Users/1',
    'https://scim.contoso.example/scim/v2/Users/1',
    '//gate.example/scim/v2/Users/1',
    '/t/contoso/scim/v2/Users/1',
    '/scim/v2/Users/1',
    '/Users/1',
  ])('knows the gateway by another of its names: %s', (reference) => {
    expect(inward(reference)).toEqual({ members: [{ $ref: '/Users/1' }] })
  })

  it.each([
    'https://elsewhere.example/scim/v2/Users/1',
    'https://gate.example.elsewhere.example/scim/v2/Users/1',
    'https://gate.example@elsewhere.example/scim/v2/Users/1',
    'https://gate.example/t/fabrikam/scim/v2/Users/1',
    'https://gate.example/scim/v2x/Users/1',
    'https://gate.example/scim/v2',
    'https://gate.example/scim/v2//elsewhere.example/x',
    `${base}//elsewhere.example/x`,
    'https://gate.example/other/scim/v2/Users/1',
    'ftp://gate.example/scim/v2/Users/1',
    'urn:x:/scim/v2/Users/1',
    '../Users/1',
  ])('takes none of these for itself: %s', (reference) => {
    const resource = { members: [{ $ref: reference }] }
    expect(relativeRefs(resource, base, own)).toBe(resource)
  })

  it('finds references that a PATCH names by path, and in any case', () => {
    const $ref = `${base}/Users/1`
    const shown = (operation: JsonObject) => relativeRefs({ Operations: [operation] }, base)['Operations']
    expect(shown({ op: 'replace', path: 'manager.$ref', value: $ref })).toMatchObject([{ value: '/Users/1' }])
    expect(shown({ op: 'replace', value: { 'manager.$ref': $ref, x: { $REF: $ref } } })).toMatchObject([
      { value: { 'manager.$ref': '/Users/1', x: { $REF: '/Users/1' } } },
    ])
    expect(shown({ op: 'replace', path: 'profileUrl', value: $ref })).toMatchObject([{ value: $ref }])
  })

  it("leaves other people's", () => {
    const resource = at('https://elsewhere.example')
    expect(relativeRefs(resource, base)).toBe(resource)
    const almost = at(`${base}x`)
    expect(relativeRefs(almost, base)).toBe(almost)
  })
})
