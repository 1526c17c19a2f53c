import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { capabilitiesClause } from '../../src/plan/clause-capabilities.ts'
import { entra } from '../../src/plan/presets/entra.ts'
import { entraUser } from '../support/entra.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { rowsUnder } from './examples.ts'
import { clientOf, rows } from './plan-rows.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/plan.md'), 'utf8')
const told = rowsUnder(page, 'client sends')

let gateway: TestGateway

beforeAll(async () => {
  const tenants = told.map((_, index) => [
    `row${index}`,
    `id: row${index}\nname: Row ${index}\nupstream: { kind: directory, emulate: entra }\n`,
  ])
  const ruled = `scope: { User: 'userName pr' }
rules:
  User:
    - { client: title, upstream: preferredLanguage }
    - { client: preferredLanguage, upstream: title }
    - { hide: userType }
`
  const viewed = `id: viewed\nname: Viewed\nupstream: { kind: directory, emulate: entra }\n${ruled}`
  gateway = await startTestGateway({ ...Object.fromEntries(tenants), viewed })
})
afterAll(() => gateway.stop())

test('the table has every row that is played', () => {
  // Its cells lose their outer back-quotes where they are read.
  expect(told.map(([name]) => name)).toEqual(Object.keys(rows).map((name) => name.replace(/^`|`$/g, '')))
})

const played = Object.entries(rows).map(([name, row], index) => ({ name, row, index }))

test.each(played)('$name', async ({ row, index }) => {
  const { calls, count, costMicros } = await row(await clientOf(gateway, `row${index}`))
  expect([calls, String(count), (costMicros / 1_000_000).toFixed(3)]).toEqual(told[index]?.slice(1))
})

test('rules and a scope that need to see the resource share their read with the plan', async () => {
  const client = await clientOf(gateway, 'viewed')
  const id = await client.user({ title: 'de' })
  const put = (title: string) => client.send('PUT', `/Users/${id}`, entraUser('ann', { title }))
  expect(await put('fr')).toMatchObject({ status: 200, calls: 'GET /users/{id}, PATCH /users/{id}' })
  expect(await put('fr')).toMatchObject({ status: 200, calls: 'GET /users/{id}' })
})

const keysOf = (schema: z.ZodType): string[] => {
  const properties: unknown = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' })
  const found = new Set<string>()
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    if ('properties' in node && typeof node.properties === 'object' && node.properties !== null)
      for (const name of Object.keys(node.properties)) found.add(name)
    for (const member of Object.values(node)) walk(member)
  }
  walk(properties)
  return [...found]
}

test('every capability is named', () => {
  const capabilities = rowsUnder(page, 'capability')
  const names = capabilities.map(([name]) => name)
  expect(new Set(['preset', ...names])).toEqual(new Set(Object.keys(entra)))
  // What is in them, but for the words of single filters, pages and prices: docs/upstreams.md has those in an example.
  const inner = new Set(['patch', 'paging', 'members', 'types', 'wire'].flatMap((name) => keysOf(partOf(name))))
  const small = ['type', 'most', 'primary', 'default', 'max', 'wide', 'without']
  const text = capabilities.flat().join(' ')
  for (const name of inner) if (!small.includes(name)) expect([name, text.includes(name)]).toEqual([name, true])
})

function partOf(name: string): z.ZodType {
  const part = new Map<string, z.ZodType>(Object.entries(capabilitiesClause.shape)).get(name)
  if (part === undefined) throw new TypeError(`there is no capability ${name}`)
  return part
}
