import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { directoryTenant, startTestGateway, type TestGateway } from '../support/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway({ alpha: directoryTenant('alpha'), beta: directoryTenant('beta') })
})
afterAll(() => gateway.stop())

const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User']
const create = (token: string, userName: string) =>
  gateway.ask('/scim/v2/Users', { token, body: { schemas, userName } })

describe("a tenant's database that another process has locked", () => {
  it('makes its writes 503 with Retry-After, for clients and operators, while others are served', async () => {
    const [alpha, beta] = [await gateway.mint('alpha'), await gateway.mint('beta')]
    expect((await create(alpha, 'anna')).status).toBe(201)
    const other = new Database(join(gateway.folder, 'data', 'tenants', 'alpha.db'))
    other.exec('BEGIN IMMEDIATE')
    const refused = await create(alpha, 'bert')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    expect((await create(beta, 'bert')).status).toBe(201)
    const operator = await gateway.admin('/tenants/alpha/tokens', { method: 'POST', body: {} })
    expect([operator.status, operator.headers.get('retry-after')]).toEqual([503, '1'])
    other.close()
    expect((await create(alpha, 'bert')).status).toBe(201)
  })
})
