import { describe, expect, it } from 'vitest'
import { ScimError } from '../../src/scim/error.ts'
import { errorHeaders, replyBody, replyHeaders, replyStatus } from '../../src/scim/reply.ts'
import type { ScimReply } from '../../src/scim/request.ts'

const location = 'https://tollgate.example/scim/v2/Users/1'
const resource = { id: '1', meta: { resourceType: 'User', location, version: 'W/"1"' } }

describe('a reply', () => {
  it('of one resource names its place and its version', () => {
    const reply: ScimReply = { kind: 'resource', status: 201, resource }
    expect(replyStatus(reply)).toBe(201)
    expect(replyBody(reply)).toBe(resource)
    expect(replyHeaders(reply)).toEqual({
      'Content-Type': 'application/scim+json',
      Location: location,
      'Content-Location': location,
      ETag: 'W/"1"',
    })
  })

  it('does so even where the projection left meta out', () => {
    const reply: ScimReply = { kind: 'resource', status: 201, resource: { id: '1' }, location, etag: 'W/"1"' }
    expect(replyHeaders(reply)).toMatchObject({ Location: location, ETag: 'W/"1"' })
  })

  it('lets no upstream write headers', () => {
    const evil = { ...resource, meta: { location: 'https://x/\r\nSet-Cookie: a=b', version: 'W/"1"\n' } }
    expect(replyHeaders({ kind: 'resource', status: 200, resource: evil })).toEqual({
      'Content-Type': 'application/scim+json',
    })
  })

  it('of a list is a ListResponse', () => {
    const reply: ScimReply = { kind: 'list', list: { resources: [resource], totalResults: 1, itemsPerPage: 1 } }
    expect(replyStatus(reply)).toBe(200)
    expect(replyBody(reply)).toMatchObject({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: 1,
      Resources: [resource],
    })
  })

  it('of a Bulk gives each status as a string', () => {
    const response = new ScimError(404, 'gone').toBody()
    const reply: ScimReply = {
      kind: 'bulk',
      results: [
        { method: 'POST', bulkId: 'a', status: 201, location, version: 'W/"1"' },
        { method: 'DELETE', status: 404, location, response: { ...response, schemas: [...response.schemas] } },
      ],
    }
    expect(replyStatus(reply)).toBe(200)
    expect(replyBody(reply)).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
      Operations: [
        { method: 'POST', bulkId: 'a', status: '201', location, version: 'W/"1"' },
        { method: 'DELETE', status: '404', location, response },
      ],
    })
  })

  it('without a body has none, nor a content type', () => {
    const reply: ScimReply = { kind: 'empty', status: 204, etag: 'W/"2"' }
    expect(replyBody(reply)).toBeUndefined()
    expect([replyStatus(reply), replyHeaders(reply)]).toEqual([204, { ETag: 'W/"2"' }])
  })

  it('of an error says when to come back and what is allowed', () => {
    const error = new ScimError(405, 'no', { allow: 'GET', retryAfter: '3' })
    expect(errorHeaders(error)).toEqual({ 'Content-Type': 'application/scim+json', Allow: 'GET', 'Retry-After': '3' })
  })
})
