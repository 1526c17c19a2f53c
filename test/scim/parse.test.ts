import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/scim/json.ts'
import { type FrontDoorRequest, parseScimRequest } from '../../src/scim/parse.ts'
import { groupDefinition, userDefinition, userUrn } from '../../src/scim/schemas.ts'

const base = 'https://tollgate.example/scim/v2'
const definitionAt = async (segment: string) =>
  ({ users: userDefinition, groups: groupDefinition })[segment.toLowerCase()]

/** A request written as `POST /Users?count=1`, as the router would hand it on. */
function ask(line: string, body: Json = '', more: Partial<FrontDoorRequest> = {}): FrontDoorRequest {
  const [method = '', target = ''] = line.split(' ', 2)
  const [path = '', query = ''] = target.split('?', 2)
  return {
    method,
    segments: path === '/' ? [] : path.slice(1).split('/').map(decodeURIComponent),
    query: new URLSearchParams(query),
    contentType: 'application/scim+json; charset=utf-8',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    base,
    ...more,
  }
}

const auto = (line: string, body?: Json, more?: Partial<FrontDoorRequest>) =>
  parseScimRequest(ask(line, body, more), definitionAt, 'auto')
const strict = (line: string, body?: Json, more?: Partial<FrontDoorRequest>) =>
  parseScimRequest(ask(line, body, more), definitionAt, 'strict')

const body = { schemas: [userUrn], userName: 'u' }
const id = '2819c223'

describe('parseScimRequest', () => {
  it('reads every operation on a resource', async () => {
    const conditions = { ifMatch: 'W/"1"', ifNoneMatch: '*' }
    const common = { definition: userDefinition, id, projection: {}, ...conditions }
    const patch = { Operations: [{ op: 'remove', path: 'title' }] }
    expect(await auto(`GET /Users/${id}`, '', conditions)).toEqual({ operation: 'read', ...common })
    expect(await auto(`HEAD /Users/${id}`, '', conditions)).toEqual({ operation: 'read', ...common })
    expect(await auto(`PUT /Users/${id}`, body, conditions)).toEqual({
      operation: 'replace',
      ...common,
      resource: body,
    })
    const operations = [{ op: 'remove', path: { name: 'title' } }]
    expect(await auto(`PATCH /Users/${id}`, patch, conditions)).toEqual({ operation: 'patch', ...common, operations })
    const { projection: _, ...rest } = common
    expect(await auto(`DELETE /Users/${id}`, '', conditions)).toEqual({ operation: 'delete', ...rest })
    expect(await auto('POST /Users?attributes=userName', body)).toEqual({
      operation: 'create',
      definition: userDefinition,
      resource: body,
      projection: { attributes: [{ name: 'userName' }] },
    })
  })

  it('reads a list', async () => {
    const query =
      'filter=userName+eq+"u"&sortBy=name.familyName&sortOrder=DESCENDING&startIndex=0&count=-5&aadOptscim062020&x=y'
    expect(await auto(`GET /users?${query}`)).toMatchObject({
      operation: 'list',
      definition: userDefinition,
      query: {
        filter: { kind: 'compare', operator: 'eq', path: { name: 'userName' }, value: 'u' },
        sortBy: { name: 'name', sub: 'familyName' },
        sortOrder: 'descending',
        startIndex: 1,
        count: 0,
      },
    })
    expect(await auto('GET /Groups?excludedAttributes=members,%20meta&cursor')).toEqual({
      operation: 'list',
      definition: groupDefinition,
      query: { excludedAttributes: [{ name: 'members' }, { name: 'meta' }], cursor: '' },
    })
    expect(await auto('GET /?count=3')).toEqual({ operation: 'list', query: { count: 3 } })
  })

  it('reads a search', async () => {
    const search = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      attributes: ['userName'],
      startIndex: 2,
      count: 10,
    }
    const query = { attributes: [{ name: 'userName' }], startIndex: 2, count: 10 }
    expect(await strict('POST /Users/.search', search)).toEqual({
      operation: 'list',
      definition: userDefinition,
      query,
    })
    expect(await strict('POST /.search', search)).toEqual({ operation: 'list', query })
    const loose = { attributes: 'userName', startIndex: '2', COUNT: 10 }
    expect(await auto('POST /.search', loose)).toEqual({ operation: 'list', query })
    await expect(strict('POST /.search', loose)).rejects.toMatchObject({ status: 400, scimType: 'invalidSyntax' })
  })

  it('reads a Bulk and discovery', async () => {
    const operation = { method: 'DELETE', path: `/Users/${id}` }
    expect(await auto('POST /Bulk', { Operations: [operation], failOnErrors: 1 })).toEqual({
      operation: 'bulk',
      operations: [operation],
      failOnErrors: 1,
    })
    expect(await auto('GET /serviceproviderconfig')).toEqual({ operation: 'discovery', kind: 'ServiceProviderConfig' })
    expect(await auto(`GET /Schemas/${userUrn}`)).toEqual({ operation: 'discovery', kind: 'Schemas', name: userUrn })
  })

  it("makes the client's own locations relative", async () => {
    const members = [{ value: 'a', $ref: `${base}/Users/a` }]
    expect(await auto('POST /Groups', { displayName: 'G', members })).toMatchObject({
      resource: { members: [{ value: 'a', $ref: '/Users/a' }] },
    })
    const operations = { Operations: [{ op: 'add', path: 'members', value: members }] }
    expect(await auto('PATCH /Groups/1', operations)).toMatchObject({
      operations: [{ value: [{ value: 'a', $ref: '/Users/a' }] }],
    })
  })

  it.each<[number, string | undefined, string, Json]>([
    [404, undefined, 'GET /Nothing', ''],
    [404, undefined, 'GET /Users/1/emails', ''],
    [404, undefined, 'GET /ServiceProviderConfig/1', ''],
    [404, undefined, 'POST /Bulk/1', {}],
    [501, undefined, 'GET /Me', ''],
    [403, undefined, 'GET /Schemas?filter=id+pr', ''],
    [400, 'invalidSyntax', 'POST /Users', ''],
    [400, 'invalidSyntax', 'POST /Users', '{'],
    [400, 'invalidSyntax', 'POST /Users', '[]'],
    [400, 'invalidSyntax', 'PATCH /Users/1', {}],
    [400, 'invalidSyntax', 'POST /Users', '['.repeat(100_000)],
    [400, 'invalidSyntax', 'POST /Users', `{"a":${'['.repeat(100)}${']'.repeat(100)}}`],
    [
      400,
      'invalidSyntax',
      'POST /Users',
      Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`n${index}`, 1])),
    ],
    [400, 'invalidValue', 'GET /Users/..', ''],
    [400, 'invalidValue', 'GET /Users/.', ''],
    [400, 'invalidValue', 'GET /Users/a%2F..%2Fb', ''],
    [400, 'invalidValue', 'GET /Users/%0d%0aX:y', ''],
    [400, 'invalidValue', 'GET /Users/', ''],
    [400, 'invalidValue', `GET /Users/${'x'.repeat(2000)}`, ''],
    [400, 'invalidValue', 'GET /Users?count=ten', ''],
    [400, 'invalidValue', 'GET /Users?startIndex=1.5', ''],
    [400, 'invalidValue', 'GET /Users?sortOrder=up', ''],
    [400, 'invalidValue', 'GET /Users?attributes=id&excludedAttributes=name', ''],
    [400, 'invalidCount', 'GET /Users?count=ten&cursor=', ''],
    [400, 'invalidFilter', 'GET /Users?filter=userName', ''],
    [400, 'invalidFilter', `GET /Users?filter=${'('.repeat(200_000)}`, ''],
    [400, 'invalidPath', 'GET /Users?attributes=a%20b', ''],
  ])('%i %s (row %#)', async (status, scimType, line, given) => {
    await expect(auto(line, given)).rejects.toMatchObject({ status, scimType })
  })

  it.each([
    ['GET, POST', 'PUT /Users'],
    ['GET, PUT, PATCH, DELETE', 'POST /Users/1'],
    ['POST', 'GET /Users/.search'],
    ['POST', 'GET /Bulk'],
    ['POST', 'GET /.search'],
    ['GET', 'POST /'],
    ['GET', 'POST /ServiceProviderConfig'],
    ['GET', 'PUT /ResourceTypes/User'],
    ['GET', 'PATCH /Schemas'],
    ['GET', 'DELETE /Schemas'],
  ])('405 allowing %s for %s', async (allow, line) => {
    await expect(auto(line, body)).rejects.toMatchObject({ status: 405, allow })
  })

  it('takes the content types of SCIM only', async () => {
    const create = (contentType: string | undefined) => auto('POST /Users', body, { contentType })
    await expect(create('application/json')).resolves.toMatchObject({ operation: 'create' })
    await expect(create('APPLICATION/SCIM+JSON;charset=UTF-8')).resolves.toMatchObject({ operation: 'create' })
    await expect(create(undefined)).resolves.toMatchObject({ operation: 'create' })
    await expect(create('application/x-www-form-urlencoded')).rejects.toMatchObject({ status: 415 })
    await expect(create('text/plain')).rejects.toMatchObject({ status: 415 })
    await expect(strict('POST /Users', body, { contentType: undefined })).rejects.toMatchObject({ status: 415 })
  })

  it('knows endpoints by their exact names when strict', async () => {
    await expect(strict('GET /users')).rejects.toMatchObject({ status: 404 })
    await expect(strict('GET /Users')).resolves.toMatchObject({ operation: 'list' })
    await expect(strict('GET /schemas')).rejects.toMatchObject({ status: 404 })
  })

  it('refuses a PATCH before anybody looks for its id', async () => {
    await expect(
      auto('PATCH /Users/nobody', { Operations: [{ op: 'replace', path: 'id', value: '2' }] }),
    ).rejects.toMatchObject({
      status: 400,
      scimType: 'mutability',
    })
  })
})
