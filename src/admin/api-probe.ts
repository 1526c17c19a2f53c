import { createRoute } from '@hono/zod-openapi'
import type { AdminApi } from './api-environment.ts'
import { json, problem, refusals, security } from './api-responses.ts'
import * as operations from './operations.ts'
import * as asked from './shapes-asked.ts'
import { probedBody } from './shapes-probe.ts'

const probeTenant = createRoute({
  method: 'post',
  path: '/tenants/{id}/probe',
  operationId: 'probeTenant',
  summary: "Look at a tenant's upstream without changing it, and say how it differs from its capabilities",
  security,
  request: { params: asked.tenantPath, query: asked.noQuery },
  responses: {
    200: json(probedBody, 'What was found, an upstream that cannot be reached included.'),
    ...refusals,
    409: problem('The tenant has no document in force.'),
  },
})

export function addProbe(api: AdminApi, admin: operations.AdminDependencies): void {
  api.openapi(probeTenant, async (c) => c.json(await operations.probeTenant(admin, c.req.valid('param').id), 200))
}
