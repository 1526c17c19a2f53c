import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { directoryTenant, scimTenant, startTestGateway, type TestGateway } from './support/gateway.ts'
import { type PlayedServer, playedServer } from './support/played.ts'

let gateway: TestGateway
let strict: PlayedServer

beforeAll(async () => {
  strict = await playedServer((_request, response) => response.writeHead(401).end())
  gateway = await startTestGateway({
    contoso: directoryTenant('contoso'),
    refused: scimTenant('refused', strict.url),
  })
})
afterAll(async () => {
  await gateway.stop()
  strict.close()
})

const probe = (tenant: string) => gateway.admin(`/tenants/${tenant}/probe`, { method: 'POST' })

describe('POST /admin/v1/tenants/{id}/probe', () => {
  it('looks at the upstream, by a call of the ledger', async () => {
    const { status, body } = await probe('contoso')
    expect(status).toBe(200)
    expect(body).toMatchObject({ preset: 'rfc', reached: true })
    const { body: call } = await gateway.admin(`/tenants/contoso/calls/${String(body['call'])}`)
    expect(call).toMatchObject({ operation: 'probe', status: 200, state: 'closed', credential: null })
    expect(call['upstreamCalls']).toBeGreaterThan(15)
  })

  it('says what to do where the upstream refuses the gateway', async () => {
    const { status, body } = await probe('refused')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      reached: false,
      checks: [{ name: 'credential', outcome: 'failed', mend: expect.stringMatching(/permissions/) }],
    })
  })

  it('knows no other tenants', async () => {
    expect((await probe('nobody')).status).toBe(404)
  })
})
