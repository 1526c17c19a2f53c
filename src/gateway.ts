import { type Context, Hono, type MiddlewareHandler } from 'hono'
import type { Connection } from './door/connection.ts'
import { splitTarget } from './door/route.ts'
import { nothingHere, refuse } from './front-door.ts'
import type { Metrics } from './metrics.ts'
import type { Ports } from './ports.ts'

export interface GatewayParts {
  readonly ports: Ports
  readonly metrics: Pick<Metrics, 'answered' | 'refused'>
  /** Serves everything that is not named here: on Workers it passes the request on to its tenant's object. */
  frontDoor(context: Context): Response | Promise<Response>
  /** Serves `/admin/v1`. */
  readonly admin: Hono
  /** True when an operator sends this: `/metrics` shows what only operators may see. */
  isOperator(request: Request): boolean
  /** Null when ready to serve, else why not. */
  notReady(): string | null | Promise<string | null>
  /** What `/metrics` shows, in Prometheus' text format. */
  exposition(): string | Promise<string>
  /** What the runtime knows of the connection. */
  connectionOf(context: Context): Connection
}

/** The whole gateway as one Hono app. */
export function createGateway(parts: GatewayParts): Hono {
  const app = new Hono()

  app.get('/healthz', (context) => context.json({ status: 'ok' }))
  app.get('/readyz', async (context) => {
    const reason = await parts.notReady()
    return reason === null ? context.json({ status: 'ready' }) : context.json({ status: 'not ready', reason }, 503)
  })
  app.get('/metrics', async (context) => {
    if (!parts.isOperator(context.req.raw)) {
      return context.text('an operator credential is needed\n', 401, { 'www-authenticate': 'Bearer' })
    }
    return context.body(await parts.exposition(), 200, { 'content-type': 'text/plain; version=0.0.4' })
  })
  app.use('/admin/v1/*', asWritten('/admin/v1', parts))
  app.route('/admin/v1', parts.admin)
  app.all('*', (context) => parts.frontDoor(context))
  app.onError((error, context) => refuse(error, context, parts))
  return app
}

/** Hono's path has steps up folded: a proxy that lets only /scim through must not be led round by them. */
const asWritten =
  (root: string, { connectionOf }: GatewayParts): MiddlewareHandler =>
  async (context, next) => {
    const { target } = connectionOf(context)
    if (target !== undefined && !splitTarget(target).pathname.startsWith(root)) throw nothingHere()
    await next()
  }
