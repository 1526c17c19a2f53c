import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { groupDefinition, userDefinition } from '../../../src/scim/schemas.ts'
import { type Bench, createBench, json, serve, type TestServer, upstreamAt } from './support.ts'

const deviceUrn = 'urn:example:Device'
const types = {
  resources: [
    { name: 'User', endpoint: '/users', schema: userDefinition.core.id },
    { name: 'Device', endpoint: 'Devices', schema: deviceUrn, schemaExtensions: [{ schema: 'urn:example:Unknown' }] },
    { name: 'Escape', endpoint: '/../admin/x', schema: deviceUrn },
    { name: 'Incomplete' },
  ],
}
const schemas = {
  Resources: [
    {
      id: deviceUrn,
      name: 'Device',
      attributes: [
        { name: 'serial', type: 'STRING', caseExact: true, required: true, uniqueness: 'server' },
        { name: 'owner', subAttributes: [{ name: 'value' }] },
        {},
      ],
    },
  ],
}

let bench: Bench
let server: TestServer
let answer: (response: ServerResponse, path: string) => void
beforeEach(async () => {
  bench = createBench()
  answer = (response, path) => json(response, 200, path === '/Schemas' ? schemas : types)
  server = await serve((seen, response) => answer(response, seen.url))
})
afterEach(async () => {
  await server.close()
  await bench.close()
})

describe('definitionAt', () => {
  it.each([
    ['Users', userDefinition],
    ['users', userDefinition],
    ['GROUPS', groupDefinition],
  ])('knows %s without asking', async (segment, definition) => {
    expect(await upstreamAt(server.url, bench).definitionAt(segment, bench.errand())).toBe(definition)
    expect(server.seen).toHaveLength(0)
  })

  it('learns what the upstream announces, by a call of its own', async () => {
    const definition = await upstreamAt(server.url, bench).definitionAt('devices', bench.errand())
    expect(definition?.type).toMatchObject({ name: 'Device', endpoint: '/Devices' })
    expect(definition?.core.attributes.map(({ name }) => name)).toEqual([
      'schemas',
      'id',
      'externalId',
      'meta',
      'serial',
      'owner',
    ])
    expect(definition?.core.attributes.at(-2)).toMatchObject({
      type: 'string',
      caseExact: true,
      mutability: 'readWrite',
    })
    expect(definition?.core.attributes.at(-1)).toMatchObject({ type: 'complex' })
    expect(definition?.extensions).toMatchObject([{ id: 'urn:example:Unknown', attributes: [] }])
    expect(bench.background).toEqual([{ operation: 'probe', status: 200 }])
    expect(bench.attempts.map(({ purpose, path }) => `${purpose} ${path}`)).toEqual([
      'read /ResourceTypes',
      'read /Schemas',
    ])
  })

  it('asks once in ten minutes, for many at once and also for what there is not', async () => {
    const upstream = upstreamAt(server.url, bench)
    const found = await Promise.all(
      ['devices', 'Devices', 'admin', 'x', ''].map((segment) => upstream.definitionAt(segment, bench.errand())),
    )
    expect(found.map((one) => one?.type.name)).toEqual(['Device', 'Device', undefined, undefined, undefined])
    await upstream.definitionAt('nothing', bench.errand())
    expect(server.seen).toHaveLength(2)
    bench.advance(600_000)
    await upstream.definitionAt('nothing', bench.errand())
    expect(server.seen).toHaveLength(4)
  })

  it.each([404, 501])('takes a %i for having no more', async (status) => {
    answer = (response) => json(response, status, {})
    expect(await upstreamAt(server.url, bench).definitionAt('devices', bench.errand())).toBeUndefined()
  })

  it('does without schemas', async () => {
    answer = (response, path) => json(response, path === '/Schemas' ? 404 : 200, types)
    const definition = await upstreamAt(server.url, bench).definitionAt('devices', bench.errand())
    expect(definition?.core.id).toBe(deviceUrn)
  })

  it.each([
    [500, 502],
    [401, 502],
    [429, 429],
  ])('throws a %i as %i and asks again next time', async (status, own) => {
    const upstream = upstreamAt(server.url, bench)
    const good = answer
    answer = (response) => json(response, status, {})
    await expect(upstream.definitionAt('devices', bench.errand())).rejects.toMatchObject({ status: own })
    expect(bench.background).toEqual([{ operation: 'probe', status: own }])
    answer = good
    expect(await upstream.definitionAt('devices', bench.errand())).toBeDefined()
  })

  it('throws where the upstream cannot be reached', async () => {
    const { url } = server
    await server.close()
    await expect(upstreamAt(url, bench).definitionAt('devices', bench.errand())).rejects.toMatchObject({ status: 503 })
  })
})
