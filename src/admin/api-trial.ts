import { createRoute } from '@hono/zod-openapi'
import type { AdminApi } from './api-environment.ts'
import { bodyRefusals, json, problem, security } from './api-responses.ts'
import * as operations from './operations.ts'
import * as asked from './shapes-asked.ts'
import { triedBody, tryBody } from './shapes-try.ts'

const tryTenant = createRoute({
  method: 'post',
  path: '/tenants/{id}/try',
  operationId: 'tryTenant',
  summary: "Show what a tenant's rules and plan make of a body, a PATCH or a filter, with its price; nothing is called",
  security,
  request: {
    params: asked.tenantPath,
    query: asked.noQuery,
    body: { content: { 'application/json': { schema: tryBody } }, required: true },
  },
  responses: {
    200: json(triedBody, 'What would become of it, refusals of the front door included.'),
    ...bodyRefusals,
    409: problem('The tenant has no document in force.'),
  },
})

export function addTrial(api: AdminApi, admin: operations.AdminDependencies): void {
  api.openapi(tryTenant, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await operations.tryTenant(admin, id, c.req.valid('json')), 200)
  })
}
