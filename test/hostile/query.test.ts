import { describe, expect, it } from 'vitest'
import { attackedGateway, expectScimError, patchBody } from './support.ts'

const given = attackedGateway()

describe('a filter', () => {
  const megabyte = 2 ** 20
  const long: [string, string][] = [
    ['a megabyte of text', `userName eq "${'a'.repeat(megabyte)}"`],
    ['a megabyte of parentheses', '('.repeat(megabyte)],
    ['a megabyte of not', 'not('.repeat(megabyte / 4)],
    ['a megabyte of or', 'a pr or '.repeat(megabyte / 8)],
    ['a megabyte of quotation marks', '"'.repeat(megabyte)],
    ['eight megabytes of a name', 'a'.repeat(8_000_000)],
  ]
  it.each(long)('too long is 400 in a body: %s', async (_name, filter) => {
    const { scim, survivor } = given()
    expectScimError(await scim('/Users/.search', { body: { filter } }), 400, 'invalidFilter')
    const path = JSON.stringify(`emails[${filter}]`)
    const body = patchBody(`{"op":"remove","path":${path}}`)
    expectScimError(await scim(`/Users/${survivor}`, { method: 'PATCH', body }), 400, 'invalidPath')
  })

  const nested = (open: string, close: string, levels: number) =>
    `${open.repeat(levels)}userName pr${close.repeat(levels)}`
  it.each([
    ['33 parentheses', nested('(', ')', 33)],
    ['33 nots', nested('not (', ')', 33)],
    ['2000 parentheses', nested('(', ')', 2000)],
    ['alternating', nested('not((', '))', 30)],
    ['value filters in one another', 'emails[type[value[a pr]]]'],
    ['deep on the right', `${'a pr and ('.repeat(40)}a pr${')'.repeat(40)}`],
  ])('too deep is 400: %s', async (_name, filter) =>
    expectScimError(await given().scim('/Users/.search', { body: { filter } }), 400, 'invalidFilter'),
  )

  it('as wide as it may be is served', async () => {
    const filter = Array(600).fill('title pr').join(' or ')
    expect((await given().scim('/Users/.search', { body: { filter } })).body['totalResults']).toBe(0)
  })

  it.each([
    '%',
    'userName',
    'userName eq',
    'userName eq a',
    "userName eq 'a'",
    'userName eq "a',
    'userName eq "\\ud800"',
    'userName eq "a" or',
    'userName eq "a"; drop table users',
    'userName regex "(a+)+$"',
    'userName eq {}',
    'userName eq [1]',
    'eq eq eq eq',
    '[type eq "work"]',
    'emails[]',
    'emails[type eq "work"',
    'userName eq "a")',
    'a.b.c pr',
    '\u0000',
    'userName\u0000 pr',
    'userName eq "a\u0000"',
  ])('that is none is 400: %j', async (filter) =>
    expectScimError(await given().scim('/Users/.search', { body: { filter } }), 400, 'invalidFilter'),
  )

  it.each(['%', '%zz', '%ff', '%00', 'a+b', '+', '&filter='])('that is none in a URL is 400: %s', async (text) =>
    expectScimError(await given().raw({ target: `/scim/v2/Users?filter=x${text}` }), 400, 'invalidFilter'),
  )

  it.each([
    'userName eq "\' or 1=1 --"',
    'userName co "%"',
    'userName sw "_"',
    'id eq "x\\" or \\"1"',
    'userName eq "\\u0000"',
  ])('has no way into the database: %s', async (filter) => {
    const answer = await given().scim('/Users/.search', { body: { filter } })
    expect([answer.status, answer.body['totalResults']]).toEqual([200, 0])
  })

  it.each([[1], [true], [{}], [['a']]])('of another type is 400: %j', async (filter) =>
    expectScimError(await given().scim('/Users/.search', { body: { filter } }), 400, 'invalidValue'),
  )
})

describe('paging', () => {
  it.each(['1e400', '-1e400', 'NaN', '0x10', '1.5', '99999999999999999999', '١', '1,2', '1 2', '%00'])(
    'by no integer is 400: %s',
    async (text) => {
      const { raw } = given()
      const number = encodeURIComponent(decodeURIComponent(text))
      expectScimError(await raw({ target: `/scim/v2/Users?count=${number}` }), 400, 'invalidValue')
      expectScimError(await raw({ target: `/scim/v2/Users?startIndex=${number}` }), 400, 'invalidValue')
      expectScimError(await raw({ target: `/scim/v2/Users?cursor&count=${number}` }), 400, 'invalidCount')
    },
  )

  it.each(['1e400', '1.5', 'true', '[]', '{}', '"0x1"'])('by no integer in a body: %s', async (text) => {
    const answer = await given().scim('/Users/.search', { body: `{"count":${text}}` })
    if (text === '[]') expect(answer.status).toBe(200)
    else expectScimError(answer, 400, 'invalidValue')
  })

  it.each([
    ['count=-0', 0],
    ['count=-999999999999999', 0],
    ['count=999999999999999', 1],
    ['startIndex=-999999999999999', 1],
    ['startIndex=999999999999999', 0],
  ])('beyond the ends is what RFC 7644 §3.4.2.4 says: %s', async (query, shown) => {
    const answer = await given().scim(`/Users?${query}`)
    expect([answer.status, answer.body['itemsPerPage']]).toEqual([200, shown])
  })

  it.each(['x', '__proto__', '%00', '%ff', 'A'.repeat(8000), '..%2f', 'eyJhbGciOiJub25lIn0.e30.'])(
    'by a cursor that nobody gave out is 400: %s',
    async (cursor) =>
      expectScimError(await given().raw({ target: `/scim/v2/Users?cursor=${cursor}` }), 400, 'invalidCursor'),
  )
})

describe('names', () => {
  it.each([
    'a b',
    '1a',
    '.',
    'a.',
    '.a',
    'a..b',
    'urn:',
    'a[0]',
    'a/b',
    '<b>',
    '\u0000',
    'é',
    'a.b.c',
    'x'.repeat(9000),
  ])('that are none are 400: %j', async (name) => {
    const { scim } = given()
    const query = encodeURIComponent(name)
    for (const parameter of ['attributes', 'excludedAttributes', 'sortBy']) {
      if (query.length < 9000) expectScimError(await scim(`/Users?${parameter}=${query}`), 400, 'invalidPath')
      const body = { [parameter]: parameter === 'sortBy' ? name : [name] }
      expectScimError(await scim('/Users/.search', { body }), 400, 'invalidPath')
    }
  })

  it('may be asked several times; the first counts', async () => {
    const answer = await given().scim('/Users?count=0&count=5&attributes=id&attributes=userName&unknown=1&unknown=2')
    expect([answer.status, answer.body['itemsPerPage']]).toEqual([200, 0])
  })

  it('in great numbers are 400', async () => {
    const names = Array.from({ length: 100_000 }, (_, at) => `a${at}`)
    for (const parameter of ['attributes', 'excludedAttributes'])
      expectScimError(await given().scim('/Users/.search', { body: { [parameter]: names } }), 400, 'invalidValue')
  })
})
