import type { AdminApi } from './api-environment.ts'
import * as routes from './api-routes-documents.ts'
import * as operations from './operations.ts'

export function addDocuments(api: AdminApi, admin: operations.AdminDependencies): void {
  api.openapi(routes.applyTenant, async (c) => {
    const { dryRun } = c.req.valid('query')
    const applying = { ...c.req.valid('json'), dryRun }
    return c.json(await operations.applyTenant(admin, c.var.operator, c.req.valid('param').id, applying), 200)
  })
  api.openapi(routes.removeTenant, async (c) => {
    await operations.removeTenant(admin, c.var.operator, c.req.valid('param').id)
    return c.body(null, 204)
  })
  api.openapi(routes.tenantHistory, async (c) =>
    c.json({ versions: await operations.historyOf(admin, c.req.valid('param').id) }, 200),
  )
  api.openapi(routes.rollBackTenant, async (c) => {
    const { number } = c.req.valid('json')
    return c.json(await operations.rollBackTenant(admin, c.var.operator, c.req.valid('param').id, number), 200)
  })
}
