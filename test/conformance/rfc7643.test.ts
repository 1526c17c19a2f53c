import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isObject, type JsonObject } from '../../src/scim/json.ts'
import { rfcExample, rfcUser } from '../scim/fixture.ts'
import { type Answered, send } from '../support/gateway.ts'
import { at, exchange, startSaved, type Target } from './conversation.ts'
import { startTargets, type Targets } from './targets.ts'
import { enterpriseUrn, group, groupUrn, patch, user, userUrn } from './words.ts'

let targets: Targets
let target: Target

beforeAll(async () => {
  targets = await startTargets()
  target = targets.directory
})
afterAll(() => targets.stop())

const ask = (text: string, body?: JsonObject): Promise<Answered> =>
  exchange(target, { ask: text, ...(body === undefined ? {} : { body }) }, startSaved(target))

/** What a client said, without what is not its to say. */
function own(resource: JsonObject): JsonObject {
  const { id: _id, meta: _meta, groups: _groups, password: _password, ...rest } = resource
  return rest
}

/** RFC 7643 §8.1: as little as there can be. */
const minimal = user('bjensen@example.com')
/** RFC 7643 §8.2 is §8.3 without the extension. */
function full(): JsonObject {
  const { [enterpriseUrn]: _, ...rest } = rfcUser()
  return { ...rest, schemas: [userUrn], userName: 'full@example.com' }
}

describe('RFC 7643 §8 representations come back as they were sent', () => {
  it.each<[string, () => JsonObject]>([
    ['§8.1 minimal user', () => minimal],
    ['§8.2 full user', full],
    ['§8.3 enterprise user', () => ({ ...rfcUser(), userName: 'enterprise@example.com' })],
  ])('%s', async (_name, example) => {
    const sent = example()
    const created = await ask('POST /Users', sent)
    expect([created.status, created.text.includes('t1meMa$heen')]).toEqual([201, false])
    const read = await ask(`GET /Users/${created.body['id']}`)
    const { manager, ...extension } = isObject(sent[enterpriseUrn]) ? sent[enterpriseUrn] : {}
    const expected = own(sent)
    expect(own(read.body)).toEqual(
      sent[enterpriseUrn] === undefined
        ? expected
        : // A manager's name is the directory's to say; nobody here has this id.
          { ...expected, [enterpriseUrn]: { ...extension, manager: expect.objectContaining(managerOf(manager)) } },
    )
    const replaced = await ask(`PUT /Users/${created.body['id']}`, read.body)
    expect(replaced.body).toEqual(read.body)
    expect(at(replaced.body, 'meta.location')).toBe(`${target.base}/Users/${created.body['id']}`)
  })

  const managerOf = (manager: unknown): JsonObject => (isObject(manager) ? { value: manager['value'] ?? null } : {})

  it('§8.4 group', async () => {
    const babs = await ask('POST /Users', user('babs', { displayName: 'Babs Jensen' }))
    const mandy = await ask('POST /Users', user('mandy', { displayName: 'Mandy Pepperidge' }))
    const members = [babs, mandy].map(({ body }) => ({
      value: body['id'] ?? null,
      $ref: `${target.base}/Users/${body['id']}`,
      display: body['displayName'] ?? null,
    }))
    const created = await ask('POST /Groups', { ...group('Tour Guides'), members })
    const read = await ask(`GET /Groups/${created.body['id']}`)
    expect(own(read.body)).toEqual({
      schemas: [groupUrn],
      displayName: 'Tour Guides',
      members: members.map((member) => ({ ...member, type: 'User' })),
    })
    const holder = await ask(`GET /Users/${babs.body['id']}`)
    expect(holder.body['groups']).toEqual([
      {
        value: created.body['id'],
        $ref: `${target.base}/Groups/${created.body['id']}`,
        display: 'Tour Guides',
        type: 'direct',
      },
    ])
  })
})

describe('RFC 7643 §5 and §8.5: the service provider configuration', () => {
  it('has every required member, and none that strict clients refuse', async () => {
    const { body } = await ask('GET /ServiceProviderConfig')
    expect(Object.keys(body).sort()).toEqual([
      'authenticationSchemes',
      'bulk',
      'changePassword',
      'etag',
      'filter',
      'meta',
      'pagination', // RFC 9865 §4
      'patch',
      'schemas',
      'sort',
    ])
    expect(body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 8 * 1024 * 1024 },
      filter: { supported: true },
      sort: { supported: true },
      etag: { supported: true },
      changePassword: { supported: expect.any(Boolean) },
      meta: { resourceType: 'ServiceProviderConfig', location: `${target.base}/ServiceProviderConfig` },
    })
  })
})

describe('RFC 7643 §6 and §8.6: resource types', () => {
  it.each([
    ['User', '/Users', userUrn, [{ schema: enterpriseUrn, required: false }]],
    ['Group', '/Groups', groupUrn, []],
  ])('%s', async (name, endpoint, schema, schemaExtensions) => {
    const one = await ask(`GET /ResourceTypes/${name}`)
    expect(one.body).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: name,
      name,
      endpoint,
      schema,
      ...(schemaExtensions.length === 0 ? {} : { schemaExtensions }),
      meta: { resourceType: 'ResourceType', location: `${target.base}/ResourceTypes/${name}` },
    })
    const all = await ask('GET /ResourceTypes')
    expect(all.body['Resources']).toContainEqual(one.body)
  })
})

describe('RFC 7643 §7 and §8.7: schemas', () => {
  it.each([userUrn, groupUrn, enterpriseUrn])('%s has every attribute that the RFC prints', async (urn) => {
    const { body } = await ask(`GET /Schemas/${urn}`)
    const printed = rfcExample('schemas.json')
    const rfc = Array.isArray(printed) ? printed.filter(isObject).find(({ id }) => id === urn) : undefined
    const names = (schema: JsonObject | undefined) =>
      (Array.isArray(schema?.['attributes']) ? schema['attributes'] : []).filter(isObject).map(({ name }) => name)
    expect(names(body)).toEqual(expect.arrayContaining(names(rfc)))
    expect(body['meta']).toEqual({ resourceType: 'Schema', location: `${target.base}/Schemas/${urn}` })
    const all = await ask('GET /Schemas')
    expect(all.body['Resources']).toContainEqual(body)
  })
})

describe('RFC 7643 §2 and §3', () => {
  it('§2.1 names and URNs fold case', async () => {
    const { body } = await ask('POST /Users', {
      SCHEMAS: [userUrn.toUpperCase(), enterpriseUrn.toUpperCase()],
      USERNAME: 'folded',
      [enterpriseUrn.toUpperCase()]: { DEPARTMENT: 'D' },
    })
    expect(body).toMatchObject({
      schemas: [userUrn, enterpriseUrn],
      userName: 'folded',
      [enterpriseUrn]: { department: 'D' },
    })
  })

  it('§2.2 a password is never returned, not even when asked for', async () => {
    const created = await ask('POST /Users', user('secret', { password: 'Pa55word!' }))
    const asked = await ask(`GET /Users/${created.body['id']}?attributes=password`)
    const found = await ask('GET /Users?filter=password pr')
    expect(`${created.text}${asked.text}${found.text}`).not.toContain('Pa55word!')
  })

  it('§2.4 only one value can be primary', async () => {
    const emails = [
      { value: 'a@example.com', primary: true },
      { value: 'b@example.com', type: 'home' },
    ]
    const { body } = await ask('POST /Users', user('primary', { emails }))
    const added = { value: 'c@example.com', primary: true }
    await ask(`PATCH /Users/${body['id']}`, patch({ op: 'add', path: 'emails', value: [added] }))
    const read = await ask(`GET /Users/${body['id']}`)
    const primaries = Array.isArray(read.body['emails']) ? read.body['emails'].filter((one) => at(one, 'primary')) : []
    expect(primaries).toEqual([added])
  })

  it('§2.5 null and an empty list are unassigned', async () => {
    const created = await ask('POST /Users', user('unassigned', { title: null, emails: [], nickName: 'x' }))
    expect(created.body).not.toHaveProperty('title')
    expect(created.body).not.toHaveProperty('emails')
    const cleared = await ask(`PUT /Users/${created.body['id']}`, user('unassigned', { nickName: null }))
    expect(cleared.body).not.toHaveProperty('nickName')
  })

  it('§3.1 meta.location is the Content-Location, and leads there', async () => {
    const created = await ask('POST /Users', user('placed'))
    const place = String(at(created.body, 'meta.location'))
    const answer = await send(place, targets.directory.token === undefined ? {} : { token: targets.directory.token })
    expect([answer.headers.get('content-location'), answer.body['id']]).toEqual([place, created.body['id']])
  })

  it('§3.3 schemas lists the extensions that have data', async () => {
    const { body } = await ask('POST /Users', { userName: 'schemas', [enterpriseUrn]: { department: 'D' } })
    expect(body['schemas']).toEqual([userUrn, enterpriseUrn])
  })
})
