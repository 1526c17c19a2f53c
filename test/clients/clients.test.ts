import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { directoryTenant, startTestGateway, type TestGateway } from '../support/gateway.ts'
import type { Client, Say } from './conversation.ts'
import { entraBefore, entraSince } from './entra.ts'
import { okta } from './okta.ts'
import { jumpCloud, oneLogin, pingOne, sailPoint, sap } from './others.ts'
import { scimState, wholeOf } from './state.ts'

const clients: readonly Client[] = [entraBefore, entraSince, okta, sap, oneLogin, jumpCloud, pingOne, sailPoint]
const plainId = (index: number): string => `plain-${index}`

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway(
    Object.fromEntries(clients.map((_, index) => [plainId(index), directoryTenant(plainId(index))])),
  )
})
afterAll(() => gateway.stop())

/** As the client builds its URLs: Entra's flag is part of the base that somebody typed in. */
function sayAs(client: Client, tenant: string, token: string): Say {
  const base = `/t/${tenant}/scim/v2${client.flag === undefined ? '' : `/${client.flag}`}`
  return (method, path, body, headers = {}) =>
    gateway.ask(base + path, { method, token, headers, ...(body === undefined ? {} : { body }) })
}

describe('a client on the built-in directory', () => {
  it.each(clients.map((client, index) => ({ name: client.name, client, tenant: plainId(index) })))(
    '$name finds what it believes',
    async ({ client, tenant }) => {
      const token = await gateway.mint(tenant)
      const believed = await client.converse(sayAs(client, tenant, token))
      const held = await scimState(async (path) => (await gateway.ask(`/t/${tenant}/scim/v2${path}`, { token })).body)
      expect(held).toEqual(wholeOf(believed))
    },
  )
})
