import { describe, expect, it } from 'vitest'
import { attackedGateway, expectScimError } from './support.ts'

const given = attackedGateway()
const json = 'Content-Type: application/scim+json'

describe('an id that would leave its path segment', () => {
  const ids = ['..%2f', '..%2fGroups', 'a%2f..%2fb', 'a%5c..%5cb', '%2f..', '..%5c']
  it.each(ids)('is 400, whatever is asked of it: %s', async (id) => {
    const { raw } = given()
    const target = `/scim/v2/Users/${id}`
    for (const method of ['GET', 'DELETE'])
      expectScimError(await raw({ method, target, headers: [json] }), 400, 'invalidValue')
    const put = await raw({ method: 'PUT', target, headers: [json], body: '{"userName":"stepped"}' })
    expectScimError(put, 400, 'invalidValue')
  })

  it.each(['%00', 'a%00b', '%0a', 'a%0d%0aSet-Cookie:%20x=1', '%7f', '%1b%5b2J', '%c2%85', 'a'.repeat(1025)])(
    'is 400 with control characters or too long: %s',
    async (id) => {
      const answer = await given().raw({ target: `/scim/v2/Users/${id}` })
      expectScimError(answer, 400, 'invalidValue')
      expect(answer.headers).not.toHaveProperty('set-cookie')
    },
  )

  it.each(['%', '%2', '%zz', 'a%', '%ff', '%c3', '%ed%a0%80', '%c0%af'])(
    'is 400 with a percent-encoding that is none: %s',
    async (id) => expectScimError(await given().raw({ target: `/scim/v2/Users/${id}` }), 400),
  )

  it.each([
    '%252e%252e',
    '%252f',
    '%2500',
    'a%2fb',
    '...',
    '*',
    '~',
    '%20',
    '%3f',
    '%23',
    '%e2%80%ae',
    '%f0%9f%92%a9',
    "'%20or%201=1--",
    '%22',
    ';jsessionid=1',
  ])('is an id like another, decoded once: %s', async (id) => {
    expectScimError(await given().raw({ target: `/scim/v2/Users/${id}` }), 404)
  })
})

describe('a path', () => {
  it.each([
    '/',
    '/scim',
    '/scim/v1/Users',
    '/scim/v2x/Users',
    '/SCIM/v2/Users',
    '/%73cim/v2/Users',
    '//scim/v2/Users',
    '//gateway.test/scim/v2/Users',
    '/t/main/Users',
    '/t//scim/v2/Users',
    '/t/a/b/scim/v2/Users',
    '/favicon.ico',
    '/.git/config',
    '/console/../../../etc/passwd',
  ])('that is no SCIM root is 404: %s', async (target) => expectScimError(await given().raw({ target }), 404))

  it.each([
    '/scim/v2/Nothing',
    '/scim/v2/Nothing/1',
    '/scim/v2/Users/1/2',
    '/scim/v2/%2e%2e/admin',
    '/scim/v2/Bulk/1',
    '/scim/v2/.search/1',
    '/scim/v2/Users%2f1',
    '/scim/v2/Users%00',
    '/scim/v2/ServiceProviderConfig/1',
    '/scim/v2/Schemas/urn:nothing',
    '/scim/v2/ResourceTypes/User/1',
    `/scim/v2/${'x'.repeat(8000)}`,
    `/scim/v2/${'a/'.repeat(4000)}`,
  ])('under the root that nothing is at is 404: %s', async (target) =>
    expectScimError(await given().raw({ target }), 404),
  )

  it.each(['/t/..%2fmain/scim/v2/Users', '/t/%6dain/scim/v2/Users', '/t/main%00/scim/v2/Users'])(
    'that names no tenant is 401: %s',
    async (target) => expectScimError(await given().raw({ target }), 401),
  )

  it('may be absolute (RFC 9112 §3.2.2), but the host that is named in it is nobody’s', async () => {
    const { raw, survivor } = given()
    const answer = await raw({ target: `http://other.example/scim/v2/Users/${survivor}` })
    expect([answer.status, answer.text.includes('other.example')]).toEqual([200, false])
  })
})

describe('a method', () => {
  const paths = ['/Users', '/Users/1', '/Bulk', '/.search', '/Users/.search', '/Schemas', '/ServiceProviderConfig']
  it.each(['TRACE', 'OPTIONS', 'PROPFIND', 'MKCOL', 'QUERY', 'PURGE'])(
    'that SCIM has not is 405: %s',
    async (method) => {
      for (const path of paths) {
        const answer = await given().raw({ method, target: `/scim/v2${path}` })
        expectScimError(answer, 405)
        expect(answer.headers['allow']).toMatch(/^[A-Z, ]+$/)
        expect(answer.headers['allow']).not.toContain(method)
      }
    },
  )

  it.each([
    ['DELETE', '/Users'],
    ['PATCH', '/Users'],
    ['PUT', '/Groups'],
    ['POST', '/Users/1'],
    ['GET', '/Bulk'],
    ['GET', '/.search'],
    ['GET', '/Users/.search'],
    ['POST', '/Schemas'],
    ['DELETE', '/ServiceProviderConfig'],
    ['PUT', '/ResourceTypes/User'],
    ['POST', ''],
  ])('that this path has not is 405: %s %s', async (method, path) =>
    expectScimError(await given().raw({ method, target: `/scim/v2${path}`, headers: [json], body: '{}' }), 405),
  )
})
