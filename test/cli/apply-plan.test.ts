import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readFolder } from '../../src/cli/apply-folder.ts'
import { carryOut, planApply } from '../../src/cli/apply-plan.ts'
import { createClient } from '../../src/cli/client.ts'
import { httpTransport } from '../../src/cli/transport-http.ts'
import { directoryTenant, startTestGateway } from '../support/gateway.ts'
import { workFolder } from './support.ts'

it('sends a tenant that is in force again where the gateway does not list it: that one missed the news', async () => {
  const gateway = await startTestGateway({})
  onTestFinished(() => gateway.stop())
  const folder = join(workFolder(), 'tenants')
  mkdirSync(folder)
  writeFileSync(join(folder, 'a.yaml'), directoryTenant('a'))
  const local = await readFolder(folder, [])
  const { adminToken } = gateway.settings
  const transport = httpTransport({ url: gateway.url, setting: '--to', adminToken })
  let list: Response | undefined
  const sent: string[] = []
  const admin = createClient({
    ...transport,
    async send(request) {
      const { pathname, search } = new URL(request.url)
      sent.push(`${request.method} ${pathname}${search}`)
      if (request.method !== 'GET') return transport.send(request)
      // The list stays as it was when it was first read.
      list ??= await transport.send(request)
      return list.clone()
    },
  })
  const first = await planApply(admin, local, folder)
  expect(await carryOut(admin, first, () => {})).toMatchObject([{ applied: { change: 'new' } }])
  sent.length = 0
  const second = await planApply(admin, local, folder)
  expect(second).toMatchObject({ changes: [], unchanged: 1, refused: [], elsewhere: [] })
  expect(await carryOut(admin, second, () => {})).toEqual([])
  expect(sent).toEqual([
    'GET /admin/v1/tenants',
    'PUT /admin/v1/tenants/a?dryRun=true',
    'PUT /admin/v1/tenants/a?dryRun=false',
  ])
  const history = await gateway.admin('/tenants/a/history')
  expect(history.body).toMatchObject({ versions: [{ number: 1 }] })
})
