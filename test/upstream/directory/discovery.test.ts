import { expect, test } from 'vitest'
import { column, directoryClient, listed } from '../../support/directory-client.ts'

const core = 'urn:ietf:params:scim:schemas:core:2.0'
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

test('ServiceProviderConfig says what RFC 7643 section 5 and RFC 9865 section 4 name, and no more', async () => {
  const { status, body } = await directoryClient().get('/ServiceProviderConfig')
  expect(status).toBe(200)
  expect(body).toEqual({
    schemas: [`${core}:ServiceProviderConfig`],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 8_388_608 },
    filter: { supported: true, maxResults: 1000 },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    authenticationSchemes: [
      expect.objectContaining({ type: 'oauthbearertoken', primary: true }),
      expect.objectContaining({ type: 'httpbasic' }),
    ],
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: 100,
      maxPageSize: 1000,
      cursorTimeout: 3600,
    },
    meta: { resourceType: 'ServiceProviderConfig', location: '/ServiceProviderConfig' },
  })
})

test('ResourceTypes is a list, and each has its place', async () => {
  const client = directoryClient()
  const all = await client.get('/ResourceTypes')
  expect(all.body).toMatchObject({ totalResults: 2, itemsPerPage: 2, startIndex: 1 })
  expect(column(all, 'endpoint')).toEqual(['/Users', '/Groups'])
  expect((await client.get('/ResourceTypes/User')).body).toEqual(listed(all)[0])
  expect(listed(all)[0]).toMatchObject({
    schema: `${core}:User`,
    schemaExtensions: [{ schema: enterprise, required: false }],
    meta: { location: '/ResourceTypes/User', resourceType: 'ResourceType' },
  })
  expect((await client.get('/ResourceTypes/Robot')).status).toBe(404)
})

test('Schemas is a list, and each is found by its URN in any case', async () => {
  const client = directoryClient()
  const all = await client.get('/Schemas')
  expect(column(all, 'id')).toEqual([`${core}:User`, enterprise, `${core}:Group`])
  const one = await client.get(`/Schemas/${enterprise.toUpperCase()}`)
  expect(one.body).toEqual(listed(all)[1])
  expect(one.body).toMatchObject({ meta: { location: `/Schemas/${enterprise}` } })
  expect((await client.get('/Schemas/urn:example:none')).status).toBe(404)
})

test('schemas and types of the tenant’s file are announced', async () => {
  const clause = {
    schemas: [{ id: 'urn:example:hr', name: 'HR', extends: 'Group', required: true, attributes: [{ name: 'badge' }] }],
    resourceTypes: [
      { name: 'Device', endpoint: '/Devices', schema: { id: 'urn:example:device', attributes: [{ name: 'serial' }] } },
    ],
  }
  const client = directoryClient({ clause })
  expect(column(await client.get('/Schemas'), 'id')).toEqual(
    expect.arrayContaining(['urn:example:hr', 'urn:example:device']),
  )
  expect((await client.get('/ResourceTypes/Group')).body).toMatchObject({
    schemaExtensions: [{ schema: 'urn:example:hr', required: true }],
  })
  const { body } = await client.get('/Schemas/urn:example:hr')
  expect(body['attributes']).toMatchObject([{ name: 'badge', type: 'string', multiValued: false, returned: 'default' }])
})
