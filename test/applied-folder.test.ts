import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { openControl } from '../src/node/control.ts'
import { readBundle } from '../src/tenant/bundle.ts'
import { directoryTenant, startTestGateway, type TestGateway } from './support/gateway.ts'

let gateway: TestGateway
afterEach(() => gateway.stop())

const put = (id: string, file: string, templates: Readonly<Record<string, string>> = {}) =>
  gateway.admin(`/tenants/${id}`, { method: 'PUT', body: { file, templates } })
const users = (id: string, token: string) => gateway.ask(`/t/${id}/scim/v2/Users`, { token })
const withHost = (id: string) => `${directoryTenant(id)}frontDoor: { hosts: [scim.test] }\n`

describe('a tenant that is a file of the folder', () => {
  it('cannot be applied, rolled back or removed', async () => {
    gateway = await startTestGateway({ contoso: directoryTenant('contoso'), broken: 'id: [' })
    for (const id of ['contoso', 'broken']) {
      expect((await put(id, directoryTenant(id))).status).toBe(409)
      expect((await gateway.admin(`/tenants/${id}/rollback`, { method: 'POST', body: {} })).status).toBe(409)
      expect((await gateway.admin(`/tenants/${id}`, { method: 'DELETE' })).status).toBe(409)
      expect((await gateway.admin(`/tenants/${id}/history`)).body).toEqual({ versions: [] })
    }
  })

  it('keeps its host from applied tenants', async () => {
    gateway = await startTestGateway({ contoso: withHost('contoso') })
    const answer = await put('acme', withHost('acme'))
    expect(answer.status).toBe(409)
    expect(answer.body['detail']).toContain('belongs to tenant `contoso`')
  })

  it('stands before an applied one of that id, which comes back when the file goes', async () => {
    gateway = await startTestGateway({})
    await put('acme', `${directoryTenant('acme')}status: suspended\n`)
    const token = await gateway.mint('acme')
    expect((await users('acme', token)).status).toBe(403)
    gateway.writeTenant('acme', directoryTenant('acme'))
    await expect.poll(async () => (await users('acme', token)).status, { timeout: 10_000 }).toBe(200)
    rmSync(join(gateway.folder, 'tenants', 'acme.yaml'))
    await expect.poll(async () => (await users('acme', token)).status, { timeout: 10_000 }).toBe(403)
  })
})

describe('an applied tenant', () => {
  it('takes no template from the folder', async () => {
    gateway = await startTestGateway({})
    mkdirSync(join(gateway.folder, 'tenants', 'templates'))
    gateway.writeTenant('templates/hr', 'upstream: { kind: directory }\n')
    const answer = await put('acme', 'id: acme\nname: Acme\nextends: hr\n')
    expect(answer.status).toBe(400)
    expect(answer.body['detail']).toContain('there is no template `hr`')
  })

  it('serves its new version on the next request when another process applied it', async () => {
    gateway = await startTestGateway({})
    await put('acme', directoryTenant('acme'))
    const token = await gateway.mint('acme')
    expect((await users('acme', token)).status).toBe(200)
    const { control, close } = openControl(join(gateway.folder, 'data'), Date.now)
    onTestFinished(close)
    const file = `${directoryTenant('acme')}status: suspended\n`
    const { version } = await readBundle('acme', { file, templates: {} })
    const summary = {
      name: 'acme',
      status: 'suspended',
      upstream: { kind: 'directory', url: null },
      hosts: [],
    } as const
    await control.documents.put({
      tenant: 'acme',
      number: 2,
      operator: 'local',
      action: 'apply',
      version,
      file,
      templates: {},
      summary,
    })
    expect((await users('acme', token)).status).toBe(403)
    await control.documents.remove({ tenant: 'acme', number: 3, operator: 'local' })
    expect((await users('acme', token)).status).toBe(401)
  })
})
