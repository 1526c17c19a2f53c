import { createRoute } from '@hono/zod-openapi'
import { bodyRefusals, json, problem, security, tenantRefusals } from './api-responses.ts'
import * as shapes from './shapes.ts'
import * as asked from './shapes-asked.ts'

// Tenants that come through this API, rather than as files in a folder of the gateway's.

const conflict = problem(
  'Another version is in force than the expected one, another tenant holds a host, or the tenant is a file of the folder.',
)
const { 404: _, ...applyRefusals } = bodyRefusals

export const applyTenant = createRoute({
  method: 'put',
  path: '/tenants/{id}',
  operationId: 'applyTenant',
  summary: 'Put a tenant file in force, with the templates that it extends, from the next request on',
  security,
  request: {
    params: asked.tenantPath,
    query: asked.applyQuery,
    body: { content: { 'application/json': { schema: asked.applyBody } }, required: true },
  },
  responses: {
    200: json(shapes.appliedBody, 'In force, or, in a dry run, what would be.'),
    ...applyRefusals,
    409: conflict,
    413: problem('The file and its templates together are larger than 1 MiB.'),
  },
})

export const removeTenant = createRoute({
  method: 'delete',
  path: '/tenants/{id}',
  operationId: 'removeTenant',
  summary: "End a tenant's service; its history and its records stay",
  security,
  request: { params: asked.tenantPath, query: asked.noQuery },
  responses: { 204: { description: 'Not served any more.' }, ...tenantRefusals, 409: conflict },
})

export const tenantHistory = createRoute({
  method: 'get',
  path: '/tenants/{id}/history',
  operationId: 'tenantHistory',
  summary: 'Every version that was applied, newest first',
  security,
  request: { params: asked.tenantPath, query: asked.noQuery },
  responses: { 200: json(shapes.historyBody, 'The versions.'), ...tenantRefusals },
})

export const rollBackTenant = createRoute({
  method: 'post',
  path: '/tenants/{id}/rollback',
  operationId: 'rollBackTenant',
  summary: 'Put an earlier version in force again, exactly as it was',
  security,
  request: {
    params: asked.tenantPath,
    query: asked.noQuery,
    body: { content: { 'application/json': { schema: asked.rollbackBody } } },
  },
  responses: { 200: json(shapes.appliedBody, 'In force again.'), ...bodyRefusals, 409: conflict },
})
