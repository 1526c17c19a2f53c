import type { Wire } from '../../capabilities.ts'
import type { IncomingResponse, Ports } from '../../ports.ts'
import type { Dialect } from '../../scim/dialect.ts'
import { ScimError } from '../../scim/error.ts'
import type { JsonObject } from '../../scim/json.ts'
import type { DiscoveryKind, ScimReply, ScimRequest } from '../../scim/request.ts'
import type { Outcome } from '../attempt.ts'
import type { OpenCall } from '../background.ts'
import { type Breaker, createBreaker } from '../breaker.ts'
import type { PreparedRequest, Sent } from '../exchange.ts'
import { createForward, type Forward } from '../forward.ts'
import { makeGrant } from '../grant/grants.ts'
import type { ReadSecret } from '../reference.ts'
import type { Errand, Upstream } from '../upstream.ts'
import { bodyOf } from './body.ts'
import { carryBulk } from './bulk.ts'
import { type ScimClause, timeoutMsOf } from './clause.ts'
import { recoverCreate } from './create.ts'
import { createDefinitions } from './discovery.ts'
import { doubtful, failureOf, refusalOf } from './failure.ts'
import { createLocations, type Locations } from './location.ts'
import { readReply } from './read.ts'
import { type Target, writeRequest } from './write.ts'

export interface ScimUpstreamParts {
  readonly tenant: string
  readonly clause: ScimClause
  readonly wire: Wire
  readonly secret: ReadSecret
  readonly ports: Ports
  /** Opens calls that no client made: tokens refreshed ahead, discovery. */
  readonly openCall: OpenCall
  /** How the operations of a Bulk are read; every other request was read when it came in. */
  readonly dialect: Dialect
}

interface Carrier {
  readonly tenant: string
  readonly ports: Ports
  readonly breaker: Breaker
  readonly send: Forward
  readonly target: Target
}

/** How long the breaker stays open when the upstream says that its SCIM interface is switched off (contract §12). */
const featureOffMs = 60_000

/** The `scim` upstream: any SCIM 2.0 server (contract §6). One per tenant: it holds the token and the breaker. */
export function createScimUpstream(parts: ScimUpstreamParts): Upstream {
  const { tenant, clause, wire, secret, ports, openCall, dialect } = parts
  const base = clause.url.replace(/\/+$/, '')
  const locations = createLocations(base)
  const timeoutMs = timeoutMsOf(clause)
  const grant = makeGrant(clause.auth.kind, clause.auth, { tenant, ports, secret, openCall, timeoutMs })
  const breaker = createBreaker(ports.now)
  const target = { base, locations, wire }
  const carrier = { tenant, ports, breaker, target, send: createForward({ tenant, ports, grant, breaker }) }
  const ask = (kind: DiscoveryKind, errand: Errand) => askAnnounced(kind, errand, carrier)
  const definitionAt = createDefinitions({ ports, openCall, timeoutMs, locations, ask })
  return {
    definitionAt,
    carry(request, errand) {
      if (request.operation !== 'bulk') return carry(request, errand, carrier)
      const exchange = async (prepared: PreparedRequest) =>
        replyOf(request, await carrier.send(prepared, errand), carrier)
      return carryBulk(request, { dialect, target, definitionAt, exchange })
    },
  }
}

type SingleRequest = Exclude<ScimRequest, { operation: 'bulk' }>

async function carry(request: SingleRequest, errand: Errand, carrier: Carrier): Promise<ScimReply> {
  const written = writeRequest(request, carrier.target)
  const prepared = errand.purpose === undefined ? written : { ...written, purpose: errand.purpose }
  const sentAt = carrier.ports.now()
  const sent = await carrier.send(prepared, errand)
  if (request.operation !== 'create' || !isUnknown(sent.outcome)) return replyOf(request, sent, carrier)
  const unproven = () => replyOf(request, sent, carrier)
  const recovery = await recoverCreate(request, errand, { sentAt, unproven }, carrier)
  if (recovery.kind === 'reply') return recovery.reply
  return replyOf(request, await carrier.send({ ...prepared, purpose: 'retry' }, errand), carrier)
}

/** What a gateway on the way says when it has no answer of whom it asked: that one may have done it. */
const gatewayStatuses: ReadonlySet<number> = new Set([502, 504])

/** Whether the upstream may have done what it was asked, and nobody heard. */
const isUnknown = (outcome: Outcome): boolean =>
  outcome.kind === 'lost' || (outcome.kind === 'answered' && gatewayStatuses.has(outcome.response.status))

function replyOf(request: ScimRequest, { outcome, lostBefore, failedBefore }: Sent, carrier: Carrier): ScimReply {
  const isRead = request.operation === 'read' || request.operation === 'list' || request.operation === 'discovery'
  if (outcome.kind !== 'answered') {
    const sent = outcome.kind === 'lost' || (outcome.kind === 'late' && outcome.sent)
    throw failureOf(outcome.kind, !isRead && (sent || lostBefore), outcome.cause)
  }
  const { response } = outcome
  if ((response.status >= 200 && response.status <= 299) || response.status === 304)
    return readAnswer(request, response, carrier.target.locations, isRead)
  // The try before, whose answer was lost or came from a gateway on the way, did it: what the client wanted gone is gone.
  if ((lostBefore || failedBefore) && request.operation === 'delete' && response.status === 404)
    return { kind: 'empty', status: 204 }
  // Likewise the precondition may have failed because of our own change: nobody can tell.
  if (lostBefore && !isRead && response.status === 412) throw failureOf('lost', true, undefined)
  const { error, alert } = refusalOf(request, response, carrier.target)
  if (alert !== undefined) {
    const { tenant, ports, breaker } = carrier
    ports.log.error({ tenant, alert, status: response.status, reason: reasonIn(error) }, error.message)
    if (alert === 'upstream-feature') breaker.hold(featureOffMs)
  }
  // This try was refused, but not for what was asked: the one before, whose answer was lost, may have been served.
  const isRefusedForItself = response.status < 500 && ![401, 403, 408, 429].includes(response.status)
  const mayBeDone = isUnknown(outcome) || ((lostBefore || failedBefore) && !isRefusedForItself)
  throw mayBeDone && !isRead ? doubtful(error) : error
}

/** A write that was answered as done by something that is not SCIM (a log-in page, a proxy) may be done or not. */
function readAnswer(
  request: ScimRequest,
  response: IncomingResponse,
  locations: Locations,
  isRead: boolean,
): ScimReply {
  try {
    return readReply(request, response, locations)
  } catch (error) {
    throw error instanceof ScimError && !isRead ? doubtful(error) : error
  }
}

/** The status only: an upstream's own words may hold values of attributes. */
const reasonIn = (error: ScimError): string => `answered by ${error.status} to the client`

/** `/ResourceTypes` or `/Schemas` as the upstream answers them; undefined where it has no such thing. */
async function askAnnounced(kind: DiscoveryKind, errand: Errand, carrier: Carrier): Promise<JsonObject | undefined> {
  const request: SingleRequest = { operation: 'discovery', kind }
  const sent = await carrier.send({ ...writeRequest(request, carrier.target), purpose: 'read' }, errand)
  const { outcome } = sent
  if (outcome.kind === 'answered') {
    const { status } = outcome.response
    if (status === 200) return bodyOf(outcome.response)
    if (status === 400 || status === 404 || status === 405 || status === 501) return undefined
  }
  replyOf(request, sent, carrier)
  throw new ScimError(502, 'the upstream directory does not say what it holds')
}
