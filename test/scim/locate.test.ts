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

  it("leaves other people's", () => {
    const resource = at('https://elsewhere.example')
    expect(relativeRefs(resource, base)).toBe(resource)
    const almost = at(`${base}x`)
    expect(relativeRefs(almost, base)).toBe(almost)
  })
})
