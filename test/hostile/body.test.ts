import { describe, expect, it } from 'vitest'
import { maxBodyBytes } from '../../src/front-door.ts'
import { rawConnection, requestBytes } from '../support/raw.ts'
import { attackedGateway, expectScimError, patchBody } from './support.ts'

const given = attackedGateway()
const json = 'Content-Type: application/scim+json'

describe('JSON that is none', () => {
  it.each([
    '',
    ' \r\n\t',
    '{',
    '{"userName":"a"',
    '{"userName":"a",}',
    "{'userName':'a'}",
    '{"userName":undefined}',
    '{"userName":NaN}',
    '{"userName":01}',
    '{"userName":"a"}{"userName":"b"}',
    '{"userName":"\u0000"}',
    '{"userName":"a\nb"}',
    '{"userName":"\\x41"}',
    '<User/>',
    'null',
    'true',
    '"text"',
    '42',
    '[]',
    '[{"userName":"a"}]',
  ])('is 400 everywhere a body is read: %j', async (body) => {
    const { scim, survivor } = given()
    for (const [method, path] of [
      ['POST', '/Users'],
      ['PUT', `/Users/${survivor}`],
      ['PATCH', `/Users/${survivor}`],
      ['POST', '/Users/.search'],
      ['POST', '/.search'],
      ['POST', '/Bulk'],
    ] as const)
      expectScimError(await scim(path, { method, body }), 400, 'invalidSyntax')
  })

  it.each([
    ['UTF-8 cut off', [0x7b, 0x22, 0xc3]],
    ['UTF-16', [...Buffer.from('{"userName":"a"}', 'utf16le')]],
    ['an overlong slash', [...Buffer.from('{"userName":"'), 0xc0, 0xaf, 0x22, 0x7d]],
    ['an encoded surrogate', [...Buffer.from('{"userName":"'), 0xed, 0xa0, 0x80, 0x22, 0x7d]],
    ['gzip', [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]],
  ])('in other bytes than UTF-8 is 400: %s', async (_name, bytes) => {
    const body = Uint8Array.from(bytes)
    expectScimError(
      await given().raw({ method: 'POST', target: '/scim/v2/Users', headers: [json], body }),
      400,
      'invalidSyntax',
    )
  })

  it('may begin with a byte order mark (RFC 8259 §8.1)', async () => {
    const body = Buffer.from('\ufeff{"userName":"bom"}')
    const answer = await given().raw({ method: 'POST', target: '/scim/v2/Users', headers: [json], body })
    expect([answer.status, answer.body['userName']]).toEqual([201, 'bom'])
  })
})

describe('another content type', () => {
  it.each([
    'text/plain',
    'application/xml',
    'application/jsonp',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'x',
    ';',
    'application/json, application/json',
  ])('is 415: %s', async (type) => {
    const { scim } = given()
    expectScimError(await scim('/Users', { body: '{"userName":"typed"}', headers: { 'content-type': type } }), 415)
  })
})

describe('a body over the limit', () => {
  it('is 413 before a byte of it is sent, when its length is told', async () => {
    const headers = [json, `Content-Length: ${maxBodyBytes + 1}`]
    expectScimError(await given().raw({ method: 'POST', target: '/scim/v2/Users', headers }), 413)
  })

  it('is 413 to a client that waits to be told to go on', async () => {
    const headers = [json, `Content-Length: ${2 ** 53}`, 'Expect: 100-continue']
    expectScimError(await given().raw({ method: 'POST', target: '/scim/v2/Bulk', headers }), 413)
  })

  it('is 413 when it is sent all the same', async () => {
    expectScimError(await given().scim('/Users', { body: `"${'a'.repeat(maxBodyBytes)}"` }), 413)
  })

  it('is 413 in chunks, and the connection of one that never ends is closed', async () => {
    const { gateway, authorization } = given()
    const connection = rawConnection(gateway.url)
    const headers = ['Host: gateway.test', authorization, json, 'Transfer-Encoding: chunked']
    connection.write(requestBytes({ method: 'POST', target: '/scim/v2/Users', headers }))
    for (let sent = 0; sent <= maxBodyBytes; sent += 2 ** 20) connection.write(`100000\r\n${' '.repeat(2 ** 20)}\r\n`)
    const [answer] = await connection.answers(1)
    expect(answer).toBeDefined()
    if (answer !== undefined) expectScimError(answer, 413)
    await connection.closed
  })

  it('is not one of exactly the limit', async () => {
    const text = '{"userName":"exactly"}'
    expect((await given().scim('/Users', { body: text + ' '.repeat(maxBodyBytes - text.length) })).status).toBe(201)
  })
})

describe('a client that lies about the length', () => {
  it('and sends less finds no trace of a user', async () => {
    const { gateway, authorization, scim } = given()
    const connection = rawConnection(gateway.url)
    const headers = ['Host: gateway.test', authorization, json, 'Content-Length: 1000']
    connection.write(requestBytes({ method: 'POST', target: '/scim/v2/Users', headers, body: '{"userName":"less"}' }))
    connection.end()
    await connection.closed
    expect((await scim('/Users?filter=userName eq "less"')).body['totalResults']).toBe(0)
  })
})

describe('a nesting bomb', () => {
  const half = maxBodyBytes / 2
  const bombs: [string, () => string][] = [
    ['8 MiB of [', () => '['.repeat(maxBodyBytes)],
    ['8 MiB of balanced lists', () => '['.repeat(half) + ']'.repeat(half)],
    ['a million objects', () => `${'{"a":'.repeat(2 ** 20)}1${'}'.repeat(2 ** 20)}`],
    ['8 MiB of {', () => '{"":'.repeat(maxBodyBytes / 4)],
    ['lists in an attribute', () => `{"userName":"b","x":${'['.repeat(2 ** 21)}${']'.repeat(2 ** 21)}}`],
    ['lists in a PATCH value', () => patchBody(`{"op":"add","value":${'['.repeat(2 ** 21)}${']'.repeat(2 ** 21)}}`)],
    ['sixty-five levels', () => `{"x":${'['.repeat(65)}${']'.repeat(65)}}`],
  ]
  it.each(bombs)('is 400: %s', async (_name, bomb) => {
    const { scim, survivor } = given()
    const body = bomb()
    expectScimError(await scim('/Users', { body }), 400, 'invalidSyntax')
    expectScimError(await scim(`/Users/${survivor}`, { method: 'PATCH', body }), 400, 'invalidSyntax')
  })
})
