import { describe, expect, it } from 'vitest'
import { countedOperation, decodeSegments, nameOperation, routeOf, splitTarget } from '../../src/door/route.ts'

const route = (text: string) => {
  const url = new URL(text, 'http://gateway')
  const found = routeOf(url.pathname, url.search)
  if (found === undefined) return undefined
  return { tenant: found.pathTenant, root: found.root, path: found.rawSegments, query: found.query.toString() }
}

describe('routeOf', () => {
  it.each([
    ['/scim/v2/Users', undefined, '/scim/v2', ['Users'], ''],
    ['/scim/v2', undefined, '/scim/v2', [], ''],
    ['/scim/v2/', undefined, '/scim/v2', [], ''],
    ['/scim/v2/Users/', undefined, '/scim/v2', ['Users'], ''],
    [
      '/t/contoso/scim/v2/Users/1?attributes=userName',
      'contoso',
      '/t/contoso/scim/v2',
      ['Users', '1'],
      'attributes=userName',
    ],
    ['/scim/v2/Users/a%2Fb', undefined, '/scim/v2', ['Users', 'a%2Fb'], ''],
    ['/scim/v2/?aadOptscim062020', undefined, '/scim/v2', [], ''],
    ['/scim/v2/?aadOptscim062020/Users', undefined, '/scim/v2', ['Users'], ''],
    ['/scim/v2?aadOptscim062020/Users/1', undefined, '/scim/v2', ['Users', '1'], ''],
    ['/scim/v2/?aadOptscim062020/Users?startIndex=1&count=2', undefined, '/scim/v2', ['Users'], 'startIndex=1&count=2'],
    ['/scim/v2/?aadOptscim062020/Users&count=2', undefined, '/scim/v2', ['Users'], 'count=2'],
    ['/t/contoso/scim/v2/?aadOptscim062020%2FGroups?count=1', 'contoso', '/t/contoso/scim/v2', ['Groups'], 'count=1'],
    ['/scim/v2/Users?aadOptscim062020&count=1', undefined, '/scim/v2', ['Users'], 'count=1'],
    ['/scim/v2/Users?count=1&aadOptscim062020', undefined, '/scim/v2', ['Users'], 'count=1&aadOptscim062020='],
  ])('reads %s', (text, tenant, root, path, query) => {
    expect(route(text)).toEqual({ tenant, root, path, query })
  })

  it.each(['/', '/scim', '/scim/v1/Users', '/scim/v2x/Users', '/t/contoso/Users', '/t//scim/v2', '/x/scim/v2/Users'])(
    'finds no SCIM root in %s',
    (text) => expect(route(text)).toBeUndefined(),
  )
})

describe('splitTarget', () => {
  it.each([
    ['/scim/v2/Users/..?a=/../b', '/scim/v2/Users/..', '?a=/../b'],
    ['/scim/v2/Users/%2e%2e/x#f', '/scim/v2/Users/%2e%2e/x', ''],
    ['http://other.example:1/scim/v2/./Users?a?b', '/scim/v2/./Users', '?a?b'],
    ['//other.example/scim/v2', '//other.example/scim/v2', ''],
    ['*', '*', ''],
  ])('folds nothing in %s', (target, pathname, search) => expect(splitTarget(target)).toEqual({ pathname, search }))
})

describe('decodeSegments', () => {
  it('decodes once', () => expect(decodeSegments(['a%2Fb', '%252e'])).toEqual(['a/b', '%2e']))
  it('refuses what is no UTF-8', () => expect(() => decodeSegments(['%FF'])).toThrow('not valid UTF-8'))
})

describe('nameOperation', () => {
  it.each([
    ['POST', ['Users'], 'User.create', 'User', null],
    ['GET', ['Users'], 'User.list', 'User', null],
    ['GET', ['users', '1'], 'User.read', 'User', '1'],
    ['PUT', ['Groups', '1'], 'Group.replace', 'Group', '1'],
    ['PATCH', ['Groups', '1'], 'Group.patch', 'Group', '1'],
    ['DELETE', ['Users', '1'], 'User.delete', 'User', '1'],
    ['POST', ['Users', '.search'], 'User.list', 'User', null],
    ['POST', ['.search'], 'search', null, null],
    ['POST', ['Bulk'], 'Bulk', null, null],
    ['GET', ['Schemas', 'urn:x'], 'discovery', null, null],
    ['GET', ['Me'], 'Me', null, null],
    ['TRACE', ['Users'], 'unknown', null, null],
    ['GET', ['Users', '1', 'x'], 'unknown', null, null],
    ['GET', ['constructor'], 'constructor.list', 'constructor', null],
    ['GET', ['__proto__', '1'], '__proto__.read', '__proto__', '1'],
    ['constructor', ['Users'], 'unknown', null, null],
    ['GET', ['Users', 'a%20b%2Fc'], 'User.read', 'User', 'a b/c'],
    ['GET', ['Users', '%zz'], 'User.read', 'User', '%zz'],
    ['GET', ['x'.repeat(65)], 'unknown', null, null],
    ['GET', ['a"b{c}', '1'], 'unknown', null, null],
  ])('names %s %j', (method, segments, operation, resourceType, resourceId) => {
    expect(nameOperation(method, segments)).toEqual({ operation, resourceType, resourceId })
  })
})

describe('countedOperation', () => {
  it.each([
    ['POST', ['users'], 'User.create'],
    ['GET', ['Groups', '1'], 'Group.read'],
    ['POST', ['Bulk'], 'Bulk'],
    ['POST', ['.search'], 'search'],
    ['GET', ['Schemas', 'urn:x'], 'discovery'],
    ['TRACE', ['Users'], 'unknown'],
    ['GET', ['Widget-1'], 'other'],
    ['GET', ['User'], 'other'],
    ['DELETE', ['constructor', '1'], 'other'],
  ])('counts %s %j as %s', (method, segments, operation) => {
    expect(countedOperation(method, segments)).toBe(operation)
  })
})
