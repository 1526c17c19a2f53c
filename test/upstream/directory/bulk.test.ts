import { describe, expect, test } from 'vitest'
import { isObject, type JsonObject } from '../../../src/scim/json.ts'
import { type Answer, directoryClient, listed } from '../../support/directory-client.ts'

const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest']
const results = ({ body }: Answer): JsonObject[] => {
  const operations = body['Operations']
  return Array.isArray(operations) ? operations.filter(isObject) : []
}
const statuses = (answer: Answer) => results(answer).map(({ status }) => status)
const post = (bulkId: string, data: JsonObject, path = '/Users') => ({ method: 'POST', path, bulkId, data })

describe('a Bulk (RFC 7644 section 3.7)', () => {
  test('does every kind of operation, and says where and which version', async () => {
    const client = directoryClient()
    const id = await client.create('/Users', { userName: 'old' })
    const answer = await client.post('/Bulk', {
      schemas,
      Operations: [
        post('a', { userName: 'ann' }),
        { method: 'PUT', path: `/Users/${id}`, data: { userName: 'new' } },
        {
          method: 'PATCH',
          path: `/Users/${id}`,
          version: 'W/"2"',
          data: { Operations: [{ op: 'replace', path: 'title', value: 'T' }] },
        },
        { method: 'DELETE', path: `/Users/${id}`, version: 'W/"1"' },
        { method: 'DELETE', path: `/Users/${id}` },
      ],
    })
    expect(answer.status).toBe(200)
    expect(statuses(answer)).toEqual(['201', '200', '204', '412', '204'])
    expect(results(answer)[0]).toMatchObject({
      bulkId: 'a',
      version: 'W/"1"',
      location: expect.stringMatching(/^\/Users\//),
    })
    expect(results(answer)[2]).toMatchObject({ version: 'W/"3"', location: `/Users/${id}` })
    expect(results(answer)[3]).toMatchObject({ response: { status: '412' } })
    expect(listed(await client.get('/Users'))).toMatchObject([{ userName: 'ann' }])
    expect(client.attempts).toContain('POST /Bulk 200')
    expect(client.attempts).toHaveLength(3)
  })

  test('resolves bulkIds, whichever comes first', async () => {
    const client = directoryClient()
    const answer = await client.post('/Bulk', {
      schemas,
      Operations: [
        post('g', { displayName: 'G', members: [{ value: 'bulkId:u' }] }, '/Groups'),
        post('u', { userName: 'ann' }),
      ],
    })
    expect(statuses(answer)).toEqual(['201', '201'])
    expect(listed(await client.get('/Groups'))).toMatchObject([{ members: [{ display: 'ann' }] }])
  })

  test('makes groups that hold one another', async () => {
    const client = directoryClient()
    const answer = await client.post('/Bulk', {
      schemas,
      Operations: [
        post('a', { displayName: 'A', members: [{ value: 'bulkId:b' }] }, '/Groups'),
        post('b', { displayName: 'B', members: [{ value: 'bulkId:a' }] }, '/Groups'),
      ],
    })
    expect(statuses(answer)).toEqual(['201', '201'])
    expect(listed(await client.get('/Groups?sortBy=displayName'))).toMatchObject([
      { members: [{ display: 'B' }] },
      { members: [{ display: 'A' }] },
    ])
  })

  test('goes on after an error, unless failOnErrors says', async () => {
    const Operations = [post('a', { userName: 'a' }), post('b', { userName: 'A' }), post('c', { userName: 'c' })]
    const all = directoryClient()
    const answer = await all.post('/Bulk', { schemas, Operations })
    expect(statuses(answer)).toEqual(['201', '409', '201'])
    expect(results(answer)[1]).toMatchObject({ response: { scimType: 'uniqueness', status: '409' } })
    const some = directoryClient()
    expect(statuses(await some.post('/Bulk', { schemas, Operations, failOnErrors: 1 }))).toEqual(['201', '409'])
    expect((await some.get('/Users')).body['totalResults']).toBe(1)
  })

  test('an operation that fails leaves nothing of itself', async () => {
    const client = directoryClient()
    const members = [{ value: 'nobody' }]
    const answer = await client.post('/Bulk', {
      schemas,
      Operations: [post('g', { displayName: 'G', members }, '/Groups'), post('u', { userName: 'u' })],
    })
    expect(statuses(answer)).toEqual(['400', '201'])
    expect((await client.get('/Groups')).body['totalResults']).toBe(0)
  })

  test.each([
    ['auto', '201'],
    ['strict', '400'],
  ] as const)('reads its operations as the %s front door reads requests', async (dialect, status) => {
    const Operations = [
      post('a', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'a', active: 'True' }),
    ]
    expect(statuses(await directoryClient({ dialect }).post('/Bulk', { schemas, Operations }))).toEqual([status])
  })

  test('of a thousand operations is served while others are, of more is refused', async () => {
    const client = directoryClient()
    const operations = (count: number) =>
      Array.from({ length: count }, (_, index) => post(`b${index}`, { userName: `u${index}` }))
    let turns = 0
    let isOver = false
    const count = () => {
      turns++
      if (!isOver) setImmediate(count)
    }
    setImmediate(count)
    const answer = await client.post('/Bulk', { schemas, Operations: operations(1000) })
    isOver = true
    expect(turns).toBeGreaterThan(20)
    expect(new Set(statuses(answer))).toEqual(new Set(['201']))
    expect((await client.post('/Bulk', { schemas, Operations: operations(1001) })).status).toBe(413)
  })
})
