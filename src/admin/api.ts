import { OpenAPIHono } from '@hono/zod-openapi'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { HTTPException } from 'hono/http-exception'
import { reasonOf } from '../log.ts'
import type { Log } from '../ports.ts'
import { ScimError } from '../scim/error.ts'
import { describeApi } from './api-description.ts'
import { addDocuments } from './api-documents.ts'
import type { AdminApi, AdminEnvironment } from './api-environment.ts'
import { addProbe } from './api-probe.ts'
import * as routes from './api-routes.ts'
import { addTrial } from './api-trial.ts'
import * as operations from './operations.ts'
import type { Operators } from './operator.ts'
import { faultsOf, invalid, Problem, problemOf } from './problem.ts'
import { usageCsv } from './usage-csv.ts'

export interface AdminApiOptions {
  readonly admin: operations.AdminDependencies
  readonly operators: Operators
  readonly log: Log
}

const mebibyte = 1024 * 1024

const limitTo = (mebibytes: number) =>
  bodyLimit({
    maxSize: mebibytes * mebibyte,
    onError: () => {
      throw new Problem(413, `the body is larger than ${mebibytes} MiB`)
    },
  })
const limitBody = limitTo(1)
/** JSON writes a line break and a quote as two characters: what fits as texts must get here first. */
const limitBundle = limitTo(2)

/**
 * The admin API (contract §9), to be mounted at `/admin/v1` with `app.route('/admin/v1', createAdminApi(...))`. It answers
 * every path beneath its mount itself, and every refusal with an RFC 9457 problem document.
 */
export function createAdminApi({ admin, operators, log }: AdminApiOptions): Hono {
  const api = new OpenAPIHono<AdminEnvironment>({
    defaultHook: (result) => {
      if (!result.success) throw invalid(faultsOf(result.error.issues))
    },
  })
  api.onError((error, c) => {
    if (error instanceof Problem) return error.toResponse()
    if (isHttpException(error)) return problemOf(error.status, error.message).toResponse()
    log.error({ method: c.req.method, path: c.req.path, reason: reasonOf(error) }, 'the admin API failed')
    // The front door's word for what will pass: a database that another process has locked.
    if (error instanceof ScimError && error.status === 503)
      return new Problem(503, error.message, { headers: { 'retry-after': error.retryAfter ?? '1' } }).toResponse()
    return new Problem(500, 'the gateway failed at this; its log says why').toResponse()
  })
  // A description of the API tells nobody anything of this installation: whoever writes a client may read it.
  api.get('/openapi.json', (c) => c.json(describeApi(api)))
  api.use(async (c, next) => {
    const operator = operators.identify(c.req.raw)
    if (operator === undefined) {
      const detail = 'send the admin token: Authorization: Bearer <TOLLGATE_ADMIN_TOKEN>'
      throw new Problem(401, detail, { headers: { 'www-authenticate': 'Bearer realm="Tollgate admin API"' } })
    }
    c.set('operator', operator)
    await next()
  })
  api.use((c, next) => (c.req.method === 'PUT' ? limitBundle : limitBody)(c, next))
  addTenants(api, admin)
  addDocuments(api, admin)
  addTrial(api, admin)
  addProbe(api, admin)
  addTokens(api, admin)
  addLedger(api, admin)
  api.all('*', () => {
    throw new Problem(404, 'the admin API has no such route; GET /admin/v1/openapi.json lists them')
  })
  return new Hono().route('/', api)
}

/** By its shape: a bundler may give the class twice, and then no `instanceof` holds. */
const isHttpException = (error: Error): error is HTTPException =>
  'getResponse' in error && 'status' in error && typeof error.status === 'number'

/** True when the `Accept` header names CSV, and JSON not with a higher weight (RFC 9110 §12.5.1). */
function prefersCsv(accept: string | undefined): boolean {
  const weightOf = (type: string): number => {
    const range = (accept ?? '').split(',').find((text) => text.trim().toLowerCase().startsWith(type))
    return range === undefined ? 0 : Number(/;\s*q=([\d.]+)/i.exec(range)?.[1] ?? 1)
  }
  return weightOf('text/csv') > 0 && weightOf('text/csv') >= weightOf('application/json')
}

function addTenants(api: AdminApi, admin: operations.AdminDependencies): void {
  api.openapi(routes.listTenants, async (c) => c.json({ tenants: await operations.listTenants(admin) }, 200))
  api.openapi(routes.readTenant, async (c) => c.json(await operations.readTenant(admin, c.req.valid('param').id), 200))
  api.openapi(routes.suspendTenant, async (c) => {
    const { reason } = c.req.valid('json')
    return c.json(await operations.suspendTenant(admin, c.var.operator, c.req.valid('param').id, reason), 200)
  })
  api.openapi(routes.resumeTenant, async (c) =>
    c.json(await operations.resumeTenant(admin, c.var.operator, c.req.valid('param').id), 200),
  )
  api.openapi(routes.eraseRecords, async (c) => {
    await operations.eraseRecords(admin, c.var.operator, c.req.valid('param').id)
    return c.body(null, 204)
  })
}

function addTokens(api: AdminApi, admin: operations.AdminDependencies): void {
  api.openapi(routes.listTokens, async (c) =>
    c.json({ tokens: await operations.listCredentials(admin, c.req.valid('param').id) }, 200),
  )
  api.openapi(routes.mintToken, async (c) => {
    const minted = await operations.mintCredential(admin, c.var.operator, c.req.valid('param').id, c.req.valid('json'))
    return c.json(minted, 201, { 'cache-control': 'no-store' })
  })
  api.openapi(routes.revokeToken, async (c) => {
    const { id, tokenId } = c.req.valid('param')
    await operations.revokeCredential(admin, c.var.operator, id, tokenId)
    return c.body(null, 204)
  })
}

function addLedger(api: AdminApi, admin: operations.AdminDependencies): void {
  api.openapi(routes.usage, async (c) => {
    const { tenant, format, from = null, to = null, by } = c.req.valid('query')
    const range = { from, to, by }
    const rows =
      tenant === undefined
        ? await operations.usageOfAllTenants(admin, range)
        : await operations.usageOfTenant(admin, tenant, range)
    if (format === 'csv' || (format === undefined && prefersCsv(c.req.header('accept')))) {
      return c.body(usageCsv(rows), 200, { 'content-type': 'text/csv; charset=utf-8; header=present' })
    }
    return c.json({ rows }, 200)
  })
  api.openapi(routes.listCalls, async (c) => {
    const { status = null, since = null, until = null, limit, cursor = null } = c.req.valid('query')
    const search = { status, since, until, limit, cursor }
    return c.json(await operations.listCalls(admin, c.req.valid('param').id, search), 200)
  })
  api.openapi(routes.readCall, async (c) => {
    const { id, callId } = c.req.valid('param')
    return c.json(await operations.readCall(admin, id, callId), 200)
  })
  api.openapi(routes.listActions, async (c) => {
    const { tenant, ...search } = c.req.valid('query')
    const tenants = tenant === undefined ? 'all' : [tenant]
    return c.json({ entries: await operations.listActions(admin, { tenants, ...search }) }, 200)
  })
}
