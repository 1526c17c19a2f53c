import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { type Json, parseJson } from '../../src/scim/json.ts'
import { merge } from '../../src/tenant/template.ts'
import { type ServedEntra, startEntra } from '../support/entra.ts'
import { directoryTenant, startTestGateway, type TestGateway } from '../support/gateway.ts'
import type { Client, Say } from './conversation.ts'
import { entraBefore, entraSince } from './entra.ts'
import { okta } from './okta.ts'
import { jumpCloud, oneLogin, pingOne, sailPoint, sap } from './others.ts'
import { entraState, scimState, wholeOf } from './state.ts'

const clients: readonly Client[] = [entraBefore, entraSince, okta, sap, oneLogin, jumpCloud, pingOne, sailPoint]
const plainId = (index: number): string => `plain-${index}`
const entraId = (index: number): string => `entra-${index}`

/** A tenant with the template that its client takes, in front of a server that is as strict as Entra. */
const entraTenant = (id: string, { template }: Client, url: string): string =>
  JSON.stringify(
    merge([
      { id, name: id, upstream: { kind: 'scim', preset: 'entra', url, auth: { kind: 'none' } } },
      ...chainFrom(template),
    ]),
  )

/** A template and those that it inherits from, nearest first, each without its `extends`. */
function chainFrom(template: string | undefined): Json[] {
  if (template === undefined) return []
  const file = join(import.meta.dirname, '../../tenants/templates', `${template}.yaml`)
  const { extends: next, ...own } = z
    .looseObject({ extends: z.string().optional() })
    .parse(parse(readFileSync(file, 'utf8')))
  return [parseJson(JSON.stringify(own)), ...chainFrom(next)]
}

let gateway: TestGateway
let upstreams: readonly ServedEntra[]

beforeAll(async () => {
  upstreams = await Promise.all(clients.map(() => startEntra({ federated: ['contoso.com'] })))
  const tenants = clients.flatMap((client, index): [string, string][] => [
    [plainId(index), directoryTenant(plainId(index))],
    [entraId(index), entraTenant(entraId(index), client, upstreams[index]?.url ?? '')],
  ])
  gateway = await startTestGateway(Object.fromEntries(tenants))
})
afterAll(async () => {
  await gateway.stop()
  for (const upstream of upstreams) upstream.close()
})

/** As the client builds its URLs: Entra's flag is part of the base that somebody typed in. */
function sayAs(client: Client, tenant: string, token: string): Say {
  const base = `/t/${tenant}/scim/v2${client.flag === undefined ? '' : `/${client.flag}`}`
  return (method, path, body, headers = {}) =>
    gateway.ask(base + path, { method, token, headers, ...(body === undefined ? {} : { body }) })
}

const cases = (idOf: (index: number) => string) =>
  clients.map((client, index) => ({ name: client.name, client, tenant: idOf(index), index }))

async function converse({ client, tenant }: { readonly client: Client; readonly tenant: string }) {
  const token = await gateway.mint(tenant)
  const believed = await client.converse(sayAs(client, tenant, token))
  const read = async (path: string) => (await gateway.ask(`/t/${tenant}/scim/v2${path}`, { token })).body
  return { believed, read }
}

describe('a client on the built-in directory', () => {
  it.each(cases(plainId))('$name finds what it believes', async (one) => {
    const { believed, read } = await converse(one)
    expect(await scimState(read)).toEqual(wholeOf(believed))
  })
})

describe('a client on Entra’s SCIM API', () => {
  it.each(cases(entraId))('$name finds what it believes', async ({ index, ...one }) => {
    const { believed } = await converse(one)
    // Asked past the gateway, by Entra's own rules.
    expect(await entraState(upstreams[index]?.url ?? '')).toEqual(wholeOf(believed))
  })
})
