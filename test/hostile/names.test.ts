import { describe, expect, it } from 'vitest'
import { attackedGateway, expectScimError, patchBody } from './support.ts'

const given = attackedGateway()
const names = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__']

describe('a member of every object as an attribute', () => {
  it.each(names)('does nothing in a resource: %s', async (name) => {
    const { scim } = given()
    const attributes = `"${name}":{"polluted":1,"prototype":{"polluted":1}},"name":{"givenName":"Ada","${name}":{"polluted":1}}`
    const created = await scim('/Users', { body: `{"userName":"in-${name}",${attributes}}` })
    expect(created.status).toBe(201)
    expect(created.text).not.toContain('polluted')
    expect(created.body['name']).toEqual({ givenName: 'Ada' })
    const id = String(created.body['id'])
    const replaced = await scim(`/Users/${id}`, { method: 'PUT', body: `{"userName":"in-${name}",${attributes}}` })
    expect([replaced.status, replaced.text.includes('polluted')]).toEqual([200, false])
    expect((await scim(`/Users/${id}`, { method: 'DELETE' })).status).toBe(204)
  })

  it.each(names)('is no user name: %s is a value like another', async (name) => {
    const { scim } = given()
    const body = { userName: name, emails: [{ value: name, type: name }], roles: [{ value: name, [name]: name }] }
    const created = await scim('/Users', { body })
    expect([created.status, created.body['userName']]).toEqual([201, name])
    expectScimError(await scim('/Users', { body }), 409, 'uniqueness')
    for (const filter of [`userName eq "${name}"`, `emails[type eq "${name}"]`, `roles.value eq "${name}"`])
      expect((await scim(`/Users?filter=${encodeURIComponent(filter)}`)).body['totalResults']).toBe(1)
    expect((await scim(`/Users/${created.body['id']}`, { method: 'DELETE' })).status).toBe(204)
  })

  it.each(names)('does nothing by PATCH: %s', async (name) => {
    const { scim, survivor } = given()
    const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
    const paths = [
      name,
      `${name}.polluted`,
      `name.${name}`,
      `${name}[value eq "a"]`,
      `emails.${name}`,
      `${urn}:${name}`,
    ]
    for (const path of paths)
      for (const operation of ['add', 'replace', 'remove']) {
        const body = patchBody(JSON.stringify({ op: operation, path, value: { polluted: 1 } }))
        const answer = await scim(`/Users/${survivor}`, { method: 'PATCH', body })
        if (answer.status >= 300) expectScimError(answer, 400, String(answer.body['scimType']))
      }
    const pathless = patchBody(`{"op":"add","value":{"${name}":{"polluted":1},"${name}.x":1,"name.${name}":1}}`)
    const answer = await scim(`/Users/${survivor}`, { method: 'PATCH', body: pathless })
    if (answer.status >= 300) expectScimError(answer, 400, String(answer.body['scimType']))
    expect((await scim(`/Users/${survivor}`)).text).not.toContain('polluted')
  })

  it.each(names)('is absent from every resource for filters, sorting and projection: %s', async (name) => {
    const { scim } = given()
    const filters = [`${name} pr`, `${name}.name pr`, `name.${name} pr`, `emails[${name} pr]`, `urn:x:${name} pr`]
    for (const filter of filters) {
      const answer = await scim(`/Users?filter=${encodeURIComponent(filter)}`)
      if (answer.status === 200) expect(answer.body['totalResults']).toBe(0)
      else expectScimError(answer, 400, 'invalidFilter')
    }
    for (const query of [`sortBy=${name}`, `attributes=${name}`, `excludedAttributes=${name},name.${name}`]) {
      const answer = await scim(`/Users?${query}`)
      if (answer.status === 200) expect(answer.body['totalResults']).toBeGreaterThan(0)
      else expectScimError(answer, 400, 'invalidPath')
    }
    for (const query of ['attributes', 'filter', 'sortBy', 'count', 'cursor'])
      expect((await scim(`/Users?${name}=1&${query}.${name}=1`)).status).toBe(200)
  })

  it.each(names)('is no endpoint, operation, message or reference: %s', async (name) => {
    const { scim, gateway, token } = given()
    for (const path of [`/${name}`, `/${name}/1`, `/Users/${name}`, `/Schemas/${name}`, `/ResourceTypes/${name}`])
      expectScimError(await scim(path), 404)
    expectScimError(await gateway.ask(`/t/${name}/scim/v2/Users`, { token }), 401)
    const operations = [
      {
        method: 'POST',
        path: '/Groups',
        bulkId: name,
        data: { displayName: name, members: [{ value: `bulkId:${name}` }] },
      },
      { method: 'DELETE', path: `/Groups/bulkId:${name}` },
      { method: 'DELETE', path: `/${name}/1` },
      { method: name, path: '/Users' },
    ]
    const answers = await Promise.all(operations.map((one) => scim('/Bulk', { body: { Operations: [one] } })))
    for (const answer of answers)
      if (answer.status !== 200) expectScimError(answer, 400, String(answer.body['scimType']))
  })
})

describe('what JSON can say and SCIM cannot', () => {
  it.each([
    ['1e400', 400],
    ['-1e400', 400],
    ['-0', 400],
    ['1e-400', 400],
    ['9007199254740993', 400],
    ['"\\u0000"', 201],
    ['"\\ud800"', 201],
    ['"\\udc00\\ud800"', 201],
    ['"\\u202e\\ufeff\\uffff"', 201],
    ['"\\r\\nSet-Cookie: x=1"', 201],
  ])('as a display name: %s', async (value, status) => {
    const { scim } = given()
    const answer = await scim('/Users', {
      body: `{"userName":${JSON.stringify(`says ${value}`)},"displayName":${value}}`,
    })
    if (status === 400) return expectScimError(answer, 400, 'invalidValue')
    const shown: unknown = JSON.parse(value)
    expect([answer.status, answer.body['displayName']]).toEqual([201, shown])
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect((await scim(`/Users/${answer.body['id']}`)).body['displayName']).toBe(shown)
  })

  it('keeps user names apart that differ behind a NUL or in a lone surrogate', async () => {
    const { scim } = given()
    const bodies = ['a\\u0000b', 'a\\u0000c', 'a', 'a\\ud800', 'a\\ud801', 'a\\ufffd'].map(
      (name) => `{"userName":"x-${name}"}`,
    )
    for (const body of bodies) expect((await scim('/Users', { body })).status).toBe(201)
    for (const body of bodies) expectScimError(await scim('/Users', { body }), 409, 'uniqueness')
    expect((await scim('/Users?filter=userName eq "x-a"')).body['totalResults']).toBe(1)
  })

  it('takes the last of two equal names, and refuses names that differ by case only', async () => {
    const { scim } = given()
    const last = await scim('/Users', { body: '{"userName":"first","userName":"last"}' })
    expect([last.status, last.body['userName']]).toEqual([201, 'last'])
    expectScimError(await scim('/Users', { body: '{"userName":"first","USERNAME":"last"}' }), 400, 'invalidSyntax')
  })

  it.each(['1e400', '-0', '[1e400]', '{"value":1e400}'])(
    'does not become null or a lie by PATCH: %s',
    async (value) => {
      const { scim, survivor } = given()
      for (const path of ['active', 'displayName', 'emails', 'name']) {
        const body = patchBody(`{"op":"replace","path":"${path}","value":${value}}`)
        const answer = await scim(`/Users/${survivor}`, { method: 'PATCH', body })
        expectScimError(answer, 400, 'invalidValue')
      }
    },
  )
})
