import { createRoute } from '@hono/zod-openapi'
import { bodyRefusals, json, problem, refusals, security, tenantRefusals } from './api-responses.ts'
import * as shapes from './shapes.ts'
import * as asked from './shapes-asked.ts'
import * as callShapes from './shapes-calls.ts'

// Every route of the admin API, described once: the router, the validator and the OpenAPI document all come from here.

export const listTenants = createRoute({
  method: 'get',
  path: '/tenants',
  operationId: 'listTenants',
  summary: 'Every tenant, by id',
  security,
  request: { query: asked.noQuery },
  responses: { 200: json(shapes.tenantListBody, 'The tenants.'), ...refusals },
})

export const readTenant = createRoute({
  method: 'get',
  path: '/tenants/{id}',
  operationId: 'readTenant',
  summary: 'One tenant',
  security,
  request: { params: asked.tenantPath, query: asked.noQuery },
  responses: { 200: json(shapes.tenantBody, 'The tenant.'), ...tenantRefusals },
})

export const suspendTenant = createRoute({
  method: 'post',
  path: '/tenants/{id}/suspend',
  operationId: 'suspendTenant',
  summary: 'Stop serving a tenant, from the next request on',
  security,
  request: {
    params: asked.tenantPath,
    query: asked.noQuery,
    body: { content: { 'application/json': { schema: asked.suspendingBody } } },
  },
  responses: { 200: json(shapes.tenantBody, 'The tenant, as it stands now.'), ...bodyRefusals },
})

export const resumeTenant = createRoute({
  method: 'post',
  path: '/tenants/{id}/resume',
  operationId: 'resumeTenant',
  summary: "Take an operator's suspension back",
  security,
  request: { params: asked.tenantPath, query: asked.noQuery },
  responses: { 200: json(shapes.tenantBody, 'The tenant, as it stands now.'), ...bodyRefusals },
})

export const eraseRecords = createRoute({
  method: 'delete',
  path: '/tenants/{id}/records',
  operationId: 'eraseRecords',
  summary: 'Erase for good all that is kept of a tenant which is no longer served',
  security,
  request: { params: asked.tenantPath, query: asked.noQuery },
  responses: {
    204: { description: 'Erased.' },
    ...tenantRefusals,
    409: problem('The tenant has a file or an applied document, or calls of it are under way.'),
  },
})

export const listTokens = createRoute({
  method: 'get',
  path: '/tenants/{id}/tokens',
  operationId: 'listTokens',
  summary: 'Minted tokens, revoked and expired ones too; never the secret',
  security,
  request: { params: asked.tenantPath, query: asked.noQuery },
  responses: { 200: json(shapes.tokenListBody, 'The tokens, oldest first.'), ...tenantRefusals },
})

export const mintToken = createRoute({
  method: 'post',
  path: '/tenants/{id}/tokens',
  operationId: 'mintToken',
  summary: 'Mint a token for the tenant’s clients',
  security,
  request: {
    params: asked.tenantPath,
    query: asked.noQuery,
    body: { content: { 'application/json': { schema: asked.mintingBody } } },
  },
  responses: { 201: json(shapes.mintedTokenBody, 'The token, shown this once.'), ...bodyRefusals },
})

export const revokeToken = createRoute({
  method: 'delete',
  path: '/tenants/{id}/tokens/{tokenId}',
  operationId: 'revokeToken',
  summary: 'Revoke a token, from the next request on',
  security,
  request: { params: asked.tokenPath, query: asked.noQuery },
  responses: { 204: { description: 'Revoked.' }, ...tenantRefusals },
})

export const usage = createRoute({
  method: 'get',
  path: '/usage',
  operationId: 'usage',
  summary: 'The meter: of one tenant, or, without `tenant`, of all',
  security,
  request: { query: asked.usageQuery },
  responses: {
    200: {
      content: {
        'application/json': { schema: shapes.usageBody },
        'text/csv': { schema: shapes.csv },
      },
      description: 'One row a tenant and period that has calls, by tenant, oldest first.',
    },
    ...tenantRefusals,
  },
})

export const listCalls = createRoute({
  method: 'get',
  path: '/tenants/{id}/calls',
  operationId: 'listCalls',
  summary: 'Front-door calls from the ledger, newest first',
  security,
  request: { params: asked.tenantPath, query: asked.callsQuery },
  responses: { 200: json(callShapes.callsBody, 'A page; `nextCursor` is absent at the end.'), ...tenantRefusals },
})

export const readCall = createRoute({
  method: 'get',
  path: '/tenants/{id}/calls/{callId}',
  operationId: 'readCall',
  summary: 'One call, with every attempt that it made upstream, and what was left out of it',
  security,
  request: { params: asked.callPath, query: asked.noQuery },
  responses: { 200: json(callShapes.callBody, 'The call.'), ...tenantRefusals },
})

export const listActions = createRoute({
  method: 'get',
  path: '/log',
  operationId: 'listActions',
  summary: 'The operator audit log, newest first',
  security,
  request: { query: asked.logQuery },
  responses: { 200: json(shapes.logBody, 'What operators did.'), ...refusals },
})
