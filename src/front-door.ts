import type { Context } from 'hono'
import { readLimited } from './door/body.ts'
import { type Caller, type Connection, callerOf } from './door/connection.ts'
import { type DoorReply, type DoorRequest, errorReply } from './door/exchange.ts'
import { countedOperation, type Route, routeOf, splitTarget } from './door/route.ts'
import { reasonOf } from './log.ts'
import type { Metrics } from './metrics.ts'
import { frontDoor } from './pipeline.ts'
import type { Ports } from './ports.ts'
import { ScimError, toScimError } from './scim/error.ts'
import type { Settings } from './settings.ts'
import type { Tenants } from './tenant/tenant.ts'

export interface FrontDoorParts {
  readonly ports: Ports
  readonly settings: Pick<Settings, 'publicUrl' | 'trustedProxies'>
  readonly tenants: Tenants
  readonly metrics: Pick<Metrics, 'answered' | 'refused'>
  /** What the runtime knows of the connection. */
  connectionOf(context: Context): Connection
}

/** Bytes of body that the front door reads, Bulk's included (contract §12). */
export const maxBodyBytes = 8 * 1024 * 1024

/** Serves the front door: whatever is not under a SCIM root is 404. */
export function createFrontDoor(parts: FrontDoorParts): (context: Context) => Promise<Response> {
  const { ports, metrics } = parts
  return async (context) => {
    const startedAt = ports.now()
    const connection = parts.connectionOf(context)
    const { pathname, search } = splitTarget(connection.target ?? context.req.url)
    const route = routeOf(pathname, search)
    if (route === undefined) throw nothingHere()
    const reply = await frontDoor(requestOf(context, { route, connection }, parts), parts)
    const operation = countedOperation(context.req.method, route.rawSegments)
    metrics.answered(operation, reply.status, ports.now() - startedAt)
    return respond(reply, context.req.method)
  }
}

/** Answers what was refused before it was anybody's call. */
export function refuse(
  thrown: unknown,
  context: Context,
  { ports, metrics }: Pick<FrontDoorParts, 'ports' | 'metrics'>,
): Response {
  const error = toScimError(thrown)
  const callId = ports.newId()
  if (error.status === 401) metrics.refused()
  ports.log[error.status >= 500 ? 'error' : 'info'](
    { call: callId, method: context.req.method, status: error.status, reason: reasonOf(error) },
    'refused before it was a call',
  )
  return respond(errorReply(error, callId), context.req.method)
}

export const nothingHere = () => new ScimError(404, 'nothing is served here: SCIM starts at /scim/v2')

function requestOf(
  context: Context,
  { route, connection }: { readonly route: Route; readonly connection: Connection },
  parts: FrontDoorParts,
): DoorRequest {
  const header = (name: string) => context.req.header(name)
  const caller = callerOf(connection, header, parts.settings.trustedProxies)
  return {
    method: context.req.method === 'HEAD' ? 'GET' : context.req.method,
    route,
    host: caller.host,
    publicUrl: parts.settings.publicUrl,
    base: `${publicOrigin(caller, parts)}${route.root}`,
    clientAddress: caller.address,
    header,
    readBody: () =>
      (connection.hasBody ?? announcesBody(header)) ? readLimited(context.req.raw, maxBodyBytes) : Promise.resolve(''),
  }
}

/** A tenant's own host keeps its name; how it is reached from outside, the public URL knows better than this connection. */
function publicOrigin({ host, origin }: Caller, { settings, tenants }: FrontDoorParts): string {
  if (settings.publicUrl === undefined) return origin
  if (!tenants.servesHost(host)) return settings.publicUrl
  return settings.publicUrl.startsWith('https:') ? origin.replace(/^http:/, 'https:') : origin
}

/** RFC 9112 §6.3: without either header a request has no body, and asking the transport for it costs an object a request. */
const announcesBody = (header: (name: string) => string | undefined): boolean =>
  header('content-length') !== undefined || header('transfer-encoding') !== undefined

function respond(reply: DoorReply, method: string): Response {
  const body = method === 'HEAD' ? null : (reply.body ?? null)
  return new Response(body, { status: reply.status, headers: reply.headers })
}
