import { permit } from './auth/permission.ts'
import { notRecognised, presentedIn } from './auth/presented.ts'
import type { Principal } from './auth/principal.ts'
import { type DoorReply, type DoorRequest, errorReply, openingOf, outcomeOf, successReply } from './door/exchange.ts'
import { ownRootsOf } from './door/own-roots.ts'
import { decodeSegments } from './door/route.ts'
import { childTrace } from './door/trace.ts'
import type { Call } from './ledger/ledger.ts'
import { reasonOf } from './log.ts'
import type { LogFields, Ports } from './ports.ts'
import { ScimError, toScimError } from './scim/error.ts'
import { absolute } from './scim/locate.ts'
import { parseScimRequest } from './scim/parse.ts'
import type { ScimRequest } from './scim/request.ts'
import type { Tenant, Tenants } from './tenant/tenant.ts'
import type { Errand } from './upstream/upstream.ts'

export interface Pipeline {
  readonly tenants: Tenants
  readonly ports: Ports
}

/**
 * A front-door request's whole way. Each line hands a value on; nothing is written to along the way.
 * @throws ScimError 401 when nobody is recognised; every other refusal is an answer.
 */
export async function frontDoor(request: DoorRequest, { tenants, ports }: Pipeline): Promise<DoorReply> {
  const presented = presentedIn(request.header('authorization'))
  const tenant = await tenants.find({ presented, pathTenant: request.route.pathTenant, host: request.host })
  const principal = tenant?.authenticate(presented, request.clientAddress)
  if (tenant === undefined || principal === undefined) throw notRecognised()
  const body = await request.readBody().catch(toScimError)
  const call = tenant.ledger.open(openingOf(request, principal, body)) // durable before anything goes upstream
  const errand = errandOf(request, tenant, { call, principal, ports })
  const asked = await understand(request, body, tenant, errand).catch(toScimError)
  const reply = await carry(asked, tenant, principal, errand)
    .then((given) => successReply(absolute(given, request.base), call.callId))
    .catch((error) => errorReply(toScimError(error), call.callId))
  const answer = await call
    .close(outcomeOf(asked, reply)) // durable before the answer leaves
    .then(() => reply)
    .catch((error) => errorReply(toScimError(error), call.callId))
  for (const told of new Set([reply, answer])) report(told, { tenant: tenant.id, call: call.callId }, ports)
  return answer
}

/** A client is told little of what went wrong behind the gateway: the operator finds the rest by the request's id. */
function report({ status, error }: DoorReply, fields: LogFields, { log }: Ports): void {
  // 501 is an answer about a feature, not a failure.
  if (error === undefined || status < 500 || status === 501) return
  const line = { ...fields, status, reason: reasonOf(error) }
  if (status === 500) log.error(line, 'the gateway failed at a request')
  else log.warn(line, 'a request was not served')
}

async function understand(
  request: DoorRequest,
  body: string | ScimError,
  tenant: Tenant,
  errand: Errand,
): Promise<ScimRequest> {
  if (tenant.suspended) throw new ScimError(403, 'this tenant is suspended: ask the operator of this gateway')
  if (body instanceof ScimError) throw body
  const front = {
    method: request.method,
    segments: decodeSegments(request.route.rawSegments),
    query: request.route.query,
    contentType: request.header('content-type'),
    ifMatch: request.header('if-match'),
    ifNoneMatch: request.header('if-none-match'),
    body,
    base: request.base,
    ownRoots: () => ownRootsOf(tenant, request),
  }
  return parseScimRequest(front, (segment) => tenant.upstream.definitionAt(segment, errand), tenant.dialect)
}

async function carry(asked: ScimRequest | ScimError, tenant: Tenant, principal: Principal, errand: Errand) {
  if (asked instanceof ScimError) throw asked
  permit(principal, asked)
  return tenant.upstream.carry(asked, errand)
}

interface Opened {
  readonly call: Call
  readonly principal: Principal
  readonly ports: Ports
}

function errandOf(request: DoorRequest, tenant: Tenant, { call, principal, ports }: Opened): Errand {
  const trace = childTrace(request.header('traceparent'), ports.randomBytes)
  const deadlineAt = ports.now() + tenant.timeoutMs
  const { credential } = principal
  return { attempts: call, credential, deadlineAt, ...(trace === undefined ? {} : { traceparent: trace.traceparent }) }
}
