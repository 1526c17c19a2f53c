import { request } from 'node:http'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { appliedBody, historyBody, tenantBody } from '../src/admin/shapes.ts'
import { directoryTenant, scimTenant, startTestGateway, type TestGateway } from './support/gateway.ts'
import { foreignUpstream } from './support/upstream.ts'

let gateway: TestGateway
afterEach(() => gateway.stop())

const start = async (): Promise<void> => {
  gateway = await startTestGateway({})
}
const put = (id: string, file: string, templates: Readonly<Record<string, string>> = {}) =>
  gateway.admin(`/tenants/${id}`, { method: 'PUT', body: { file, templates } })
const apply = async (id: string, file: string, templates: Readonly<Record<string, string>> = {}) => {
  const answer = await put(id, file, templates)
  expect([answer.status, answer.status === 200 ? '' : answer.text]).toEqual([200, ''])
  return appliedBody.parse(answer.body)
}
const rollBack = async (id: string, number?: number) => {
  const body = number === undefined ? {} : { number }
  return appliedBody.parse((await gateway.admin(`/tenants/${id}/rollback`, { method: 'POST', body })).body)
}
const users = (id: string, token: string) => gateway.ask(`/t/${id}/scim/v2/Users`, { token })
const seen = async (id: string) => tenantBody.parse((await gateway.admin(`/tenants/${id}`)).body)

/** Asks under a host name of the test's own, which `fetch` does not let one do. */
const askHost = (host: string, path: string, token: string): Promise<number> =>
  new Promise((resolve, reject) => {
    request(gateway.url + path, { headers: { host, authorization: `Bearer ${token}` } }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
    })
      .on('error', reject)
      .end()
  })

const upstream = async () => {
  const started = await foreignUpstream()
  onTestFinished(started.close)
  return started
}

describe('an applied tenant', () => {
  it('serves from the next request on, and its next version likewise', async () => {
    await start()
    const [first, second] = [await upstream(), await upstream()]
    expect((await gateway.admin('/tenants/acme')).status).toBe(404)
    const { version } = await apply('acme', scimTenant('acme', first.url))
    const token = await gateway.mint('acme')
    expect((await users('acme', token)).status).toBe(200)
    expect([first.received.length, second.received.length]).toEqual([1, 0])
    expect(await seen('acme')).toMatchObject({ name: 'acme', status: 'active', version, faults: [] })
    await apply('acme', scimTenant('acme', second.url))
    expect((await users('acme', token)).status).toBe(200)
    expect([first.received.length, second.received.length]).toEqual([1, 1])
    await apply('acme', `${directoryTenant('acme')}status: suspended\n`)
    expect((await users('acme', token)).status).toBe(403)
    expect((await seen('acme')).suspendedBy).toBe('file')
    await apply('acme', directoryTenant('acme'))
    expect((await users('acme', token)).body['totalResults']).toBe(0)
  })

  it('serves at its host from the next request on, and at no earlier one', async () => {
    await start()
    const withHost = (id: string, host: string) => `${directoryTenant(id)}frontDoor: { hosts: [${host}] }\n`
    await apply('acme', withHost('acme', 'one.scim.test'))
    await apply('other', directoryTenant('other'))
    const [acme, other] = [await gateway.mint('acme'), await gateway.mint('other')]
    const path = '/scim/v2/Users'
    expect(await askHost('one.scim.test', path, acme)).toBe(200)
    expect(await askHost('one.scim.test', path, other)).toBe(401)
    await apply('acme', withHost('acme', 'two.scim.test'))
    expect(await askHost('two.scim.test', path, other)).toBe(401)
    expect(await askHost('one.scim.test', path, other)).toBe(200)
    expect((await put('other', withHost('other', 'two.scim.test'))).status).toBe(409)
    await apply('other', withHost('other', 'one.scim.test'))
    expect(await askHost('one.scim.test', path, acme)).toBe(401)
    expect((await seen('other')).hosts).toEqual(['one.scim.test'])
  })

  it('keeps its version when the next one is refused', async () => {
    await start()
    const { version } = await apply('acme', directoryTenant('acme'))
    const token = await gateway.mint('acme')
    const answer = await put('acme', 'id: acme\nname: Acme\nupstream: { kind: nothing }\n')
    expect(answer.status).toBe(400)
    expect(answer.body['errors']).toEqual([
      { field: 'upstream.kind', detail: expect.stringMatching(/^acme\.yaml:3:19: must be /) },
    ])
    expect((await users('acme', token)).status).toBe(200)
    expect(await seen('acme')).toMatchObject({ version, faults: [] })
  })

  it('inherits from the templates that came with it, and a rollback brings those of its time back', async () => {
    await start()
    const [first, second] = [await upstream(), await upstream()]
    const file = 'id: acme\nname: Acme\nextends: hr\n'
    const template = (url: string) => `upstream: { kind: scim, url: '${url}', auth: { kind: none } }\n`
    const one = await apply('acme', file, { hr: template(first.url) })
    const token = await gateway.mint('acme')
    await users('acme', token)
    const two = await apply('acme', file, { hr: template(second.url) })
    await users('acme', token)
    expect([first.received.length, second.received.length]).toEqual([1, 1])
    expect(await rollBack('acme')).toMatchObject({
      version: one.version,
      previousVersion: two.version,
      previous: { file, templates: { hr: template(second.url) } },
      number: 3,
    })
    await users('acme', token)
    expect([first.received.length, second.received.length]).toEqual([2, 1])
    expect((await seen('acme')).version).toBe(one.version)
  })

  it('ends with the next request when it is removed, and keeps its users, tokens and history', async () => {
    await start()
    const { version } = await apply('acme', directoryTenant('acme'))
    const token = await gateway.mint('acme')
    const made = await gateway.ask('/t/acme/scim/v2/Users', { token, body: { userName: 'babs' } })
    expect(made.status).toBe(201)
    expect((await gateway.admin('/tenants/acme', { method: 'DELETE' })).status).toBe(204)
    expect((await users('acme', token)).status).toBe(401)
    expect(await seen('acme')).toMatchObject({ status: 'removed', version: null })
    await rollBack('acme')
    expect((await users('acme', token)).body['totalResults']).toBe(1)
    const { versions } = historyBody.parse((await gateway.admin('/tenants/acme/history')).body)
    expect(versions.map(({ number, action, version, current }) => [number, action, version, current])).toEqual([
      [3, 'rollback', version, true],
      [2, 'remove', null, false],
      [1, 'apply', version, false],
    ])
  })

  it('is there after a restart, as are its history and the operator log', async () => {
    await start()
    await apply('acme', `${directoryTenant('acme')}status: suspended\n`)
    const { version } = await apply('acme', directoryTenant('acme'))
    await apply('gone', directoryTenant('gone'))
    await gateway.admin('/tenants/gone', { method: 'DELETE' })
    const token = await gateway.mint('acme')
    const kept = async () => [
      (await gateway.admin('/tenants')).body,
      (await gateway.admin('/tenants/acme/history')).body,
      (await gateway.admin('/log')).body,
    ]
    const before = await kept()
    gateway = await gateway.restart()
    expect((await users('acme', token)).status).toBe(200)
    expect((await seen('acme')).version).toBe(version)
    expect(await kept()).toEqual(before)
    const { body } = await gateway.admin('/log')
    expect(body['entries']).toMatchObject([
      { action: 'token.mint', tenant: 'acme' },
      { action: 'tenant.remove', tenant: 'gone', details: { number: '2' } },
      { action: 'tenant.apply', tenant: 'gone' },
      { action: 'tenant.apply', tenant: 'acme', details: { number: '2', version } },
      { action: 'tenant.apply', tenant: 'acme', details: { number: '1' } },
    ])
  })

  it('has one winner of two changes at once, and serves it', async () => {
    await start()
    const marks = Array.from({ length: 6 }, (_, mark) => `${directoryTenant('acme')}# ${mark}\n`)
    const answers = await Promise.all(
      marks.map((file) => gateway.admin('/tenants/acme', { method: 'PUT', body: { file, expectedVersion: null } })),
    )
    const won = answers.filter(({ status }) => status === 200)
    expect(answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 409)).toEqual([])
    expect(won).toHaveLength(1)
    expect((await seen('acme')).version).toBe(won[0]?.body['version'])
  })
})
