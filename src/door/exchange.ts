import type { Principal } from '../auth/principal.ts'
import type { CallOpening, CallOutcome } from '../ledger/ledger.ts'
import { ScimError, type ScimType } from '../scim/error.ts'
import { errorHeaders, replyBody, replyHeaders, replyStatus } from '../scim/reply.ts'
import type { ScimReply, ScimRequest } from '../scim/request.ts'
import { idOf } from '../scim/resource.ts'
import { nameOperation, type Route } from './route.ts'

/** A front-door request as a plain value; its body is read when asked for, and not before the caller is known. */
export interface DoorRequest {
  readonly method: string
  readonly route: Route
  /** The host that the client named, in lower case, without its port. */
  readonly host: string
  /** The URL that the gateway is reached at, where its settings tell: without a trailing slash. */
  readonly publicUrl: string | undefined
  /** The SCIM root as the client used it, absolute, without a trailing slash. */
  readonly base: string
  readonly clientAddress: string | null
  /** A header's value; undefined when absent. */
  header(name: string): string | undefined
  /** @throws ScimError 413 over the limit, 400 for what is not UTF-8 or was cut off. */
  readBody(): Promise<string>
}

/** The answer as a plain value. */
export interface DoorReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON in UTF-8. */
  readonly body: ReturnType<(typeof encoder)['encode']> | undefined
  readonly scimType: ScimType | null
  readonly resourceId: string | undefined
  /** What was refused, for the log. */
  readonly error?: ScimError
  /** Whether something may have been done although it was refused: of a Bulk, which is answered 200, by any operation. */
  readonly inDoubt: boolean
}

const encoder = new TextEncoder()

/** What the ledger is told when the request has come in. */
export function openingOf(request: DoorRequest, principal: Principal, body: string | ScimError): CallOpening {
  const named = nameOperation(request.method, request.route.rawSegments)
  return {
    ...named,
    credential: principal.credential,
    clientAddress: request.clientAddress,
    userAgent: cut(request.header('user-agent')),
    clientRequestId: cut(request.header('x-request-id')),
    method: request.method,
    bytesIn: body instanceof ScimError || body === '' ? 0 : encoder.encode(body).length,
  }
}

/** What the ledger is told when the answer is ready. */
export function outcomeOf(asked: ScimRequest | ScimError, reply: DoorReply): CallOutcome {
  return {
    ...(asked instanceof ScimError ? {} : namedByType(asked)),
    ...(reply.resourceId === undefined ? {} : { resourceId: reply.resourceId }),
    status: reply.status,
    scimType: reply.scimType,
    bytesOut: reply.body?.length ?? 0,
    inDoubt: reply.inDoubt,
  }
}

/** The operation's name by its resource type's own name, which a path alone need not tell. */
function namedByType(asked: ScimRequest): Pick<CallOutcome, 'operation' | 'resourceType'> {
  if (asked.operation === 'bulk' || asked.operation === 'discovery' || asked.definition === undefined) return {}
  const resourceType = asked.definition.type.name
  return { operation: `${resourceType}.${asked.operation}`, resourceType }
}

/** The answer to a request that was served. */
export function successReply(reply: ScimReply, callId: string): DoorReply {
  const body = replyBody(reply)
  return {
    status: replyStatus(reply),
    headers: { ...replyHeaders(reply), ...commonHeaders(callId) },
    body: body === undefined ? undefined : encoder.encode(JSON.stringify(body)),
    scimType: null,
    resourceId: reply.kind === 'resource' ? idOf(reply.resource) : undefined,
    inDoubt: reply.kind === 'bulk' && reply.results.some(({ inDoubt }) => inDoubt === true),
  }
}

/** The answer to a request that was refused (RFC 7644 §3.12). */
export function errorReply(error: ScimError, callId: string): DoorReply {
  return {
    status: error.status,
    headers: {
      ...errorHeaders(error),
      ...(error.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...commonHeaders(callId),
    },
    body: encoder.encode(JSON.stringify(error.toBody())),
    scimType: error.scimType ?? null,
    resourceId: undefined,
    error,
    inDoubt: error.inDoubt,
  }
}

/** Personal data must not rest in a cache on the way (RFC 7644 §7.5.2's worry, for answers). */
const commonHeaders = (callId: string) => ({ 'X-Request-Id': callId, 'Cache-Control': 'no-store' })

/** A client's own header in the ledger: at most 256 characters. */
const cut = (text: string | undefined): string | null => text?.slice(0, 256) ?? null
