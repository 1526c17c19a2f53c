import { expect, it } from 'vitest'
import { z } from 'zod'
import { createFixture } from './support.ts'

const reference = z.strictObject({ $ref: z.string() })
const body = z.object({ content: z.record(z.string(), z.object({ schema: z.looseObject({}) })).optional() })
const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))).min(1),
  parameters: z
    .array(z.looseObject({ name: z.string(), in: z.enum(['path', 'query']), schema: z.looseObject({}) }))
    .optional(),
  requestBody: body.optional(),
  responses: z.record(z.string(), body.extend({ description: z.string() })),
})
const description = z.object({
  openapi: z.string().regex(/^3\.1\./),
  info: z.object({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({
    schemas: z.record(z.string(), z.looseObject({})),
    securitySchemes: z.object({ operator: z.object({ type: z.literal('http'), scheme: z.literal('bearer') }).loose() }),
  }),
})

const read = async () => {
  const { api } = createFixture()
  const answer = await api.request('/openapi.json')
  expect(answer.status).toBe(200)
  return { document: description.parse(await answer.json()), api }
}

it('lists exactly the routes there are, to whoever asks', async () => {
  const { document } = await read()
  const listed = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  )
  expect(listed.sort()).toEqual([
    'delete /admin/v1/tenants/{id}',
    'delete /admin/v1/tenants/{id}/records',
    'delete /admin/v1/tenants/{id}/tokens/{tokenId}',
    'get /admin/v1/log',
    'get /admin/v1/tenants',
    'get /admin/v1/tenants/{id}',
    'get /admin/v1/tenants/{id}/calls',
    'get /admin/v1/tenants/{id}/calls/{callId}',
    'get /admin/v1/tenants/{id}/history',
    'get /admin/v1/tenants/{id}/tokens',
    'get /admin/v1/usage',
    'post /admin/v1/tenants/{id}/probe',
    'post /admin/v1/tenants/{id}/resume',
    'post /admin/v1/tenants/{id}/rollback',
    'post /admin/v1/tenants/{id}/suspend',
    'post /admin/v1/tenants/{id}/tokens',
    'post /admin/v1/tenants/{id}/try',
    'put /admin/v1/tenants/{id}',
  ])
})

it('describes every path parameter, and refers only to what it defines', async () => {
  const { document } = await read()
  for (const [path, item] of Object.entries(document.paths)) {
    const named = [...path.matchAll(/{(\w+)}/g)].map(([, name]) => name)
    for (const { parameters = [] } of Object.values(item)) {
      expect(parameters.filter((one) => one.in === 'path').map((one) => one.name)).toEqual(named)
    }
  }
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target)
  expect(references.length).toBeGreaterThan(10)
  const defined = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`)
  expect(references.filter((target) => !defined.includes(target ?? ''))).toEqual([])
  expect(reference.safeParse({ $ref: 'x' }).success).toBe(true)
})

it('names each operation once', async () => {
  const { document } = await read()
  const ids = Object.values(document.paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId))
  expect(new Set(ids).size).toBe(ids.length)
})
