import type { Purpose } from '../call.ts'
import { AnswerTooLong, type Ports } from '../ports.ts'
import { ScimError } from '../scim/error.ts'
import { AddressRefused } from './address.ts'
import { alarm } from './alert.ts'
import { decideRetry, type Outcome, retryAfterMsOf, transientStatuses } from './attempt.ts'
import type { Errand } from './upstream.ts'

/** One upstream request, complete but for what each attempt adds: authorisation, `x-request-id`, `traceparent`. */
export interface PreparedRequest {
  readonly purpose: Purpose
  readonly method: string
  readonly url: string
  /** The ledger's path: without ids, values or query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** True where repeating is harmless although the method does not say so (a search). */
  readonly repeatable?: boolean
}

export interface Sent {
  readonly outcome: Outcome
  /** True when an earlier try was lost, so that this one may have met its own doing. */
  readonly lostBefore: boolean
  /** True when an earlier try was answered 502, 503 or 504: it may have been served all the same, behind who said so. */
  readonly failedBefore: boolean
}

const finished = new Error('the attempt is over')

/**
 * Sends a request once, written down before and after.
 * @throws ScimError 502 with an alert when the gateway's settings forbid the address.
 */
export async function attemptOnce(
  request: PreparedRequest,
  errand: Errand,
  { ports, tenant }: { readonly ports: Ports; readonly tenant: string },
): Promise<Outcome> {
  if (ports.now() >= errand.deadlineAt) return { kind: 'late', sent: false, cause: undefined }
  const attempt = await errand.attempts.begin({ purpose: request.purpose, method: request.method, path: request.path })
  const deadline = new AbortController()
  const over = new AbortController()
  // Absence of an answer is a fact of its own (status null): whatever happens below, the row is completed once.
  ports.wait(Math.max(0, errand.deadlineAt - ports.now()), over.signal).then(
    () => deadline.abort(new Error('the deadline passed')),
    () => undefined,
  )
  try {
    const response = await ports.fetch({
      method: request.method,
      url: request.url,
      headers: {
        ...request.headers,
        'x-request-id': attempt.requestId,
        ...(errand.traceparent === undefined ? {} : { traceparent: errand.traceparent }),
      },
      ...(request.body === undefined ? {} : { body: request.body }),
      signal: deadline.signal,
    })
    attempt.answered(response.status)
    return { kind: 'answered', response }
  } catch (cause) {
    if (cause instanceof AnswerTooLong) {
      attempt.answered(cause.status)
      const detail = "the upstream directory's answer is longer than this gateway takes"
      throw new ScimError(502, detail, { cause, inDoubt: request.method !== 'GET' && request.repeatable !== true })
    }
    attempt.answered(null)
    const refused = refusalIn(cause)
    if (refused !== undefined)
      throw alarm(ports, tenant, 'upstream-address', {
        detail: "this gateway's settings do not allow it to reach the upstream directory: its operator was told",
        reason: refused.message,
        cause,
      })
    const sent = !ports.neverSent(cause)
    if (deadline.signal.aborted) return { kind: 'late', sent, cause }
    return { kind: sent ? 'lost' : 'unsent', cause }
  } finally {
    over.abort(finished)
  }
}

function refusalIn(error: unknown): AddressRefused | undefined {
  let at = error
  for (let depth = 0; at instanceof Error && depth < 5; depth++) {
    if (at instanceof AddressRefused) return at
    at = at.cause
  }
  return undefined
}

export interface Repeating {
  readonly ports: Ports
  readonly method: string
  readonly repeatable?: boolean
  readonly deadlineAt: number
}

/**
 * Sends until `decideRetry` says that it is over.
 * @param send undefined when this further try was not let through: the previous outcome stands.
 */
export async function sendRepeatedly(
  { ports, method, repeatable, deadlineAt }: Repeating,
  send: (again: boolean) => Promise<Outcome | undefined>,
): Promise<Sent> {
  let last: Outcome = { kind: 'late', sent: false, cause: undefined }
  let lostBefore = false
  let failedBefore = false
  for (let tries = 1; ; tries++) {
    const outcome = await send(tries > 1)
    if (outcome === undefined) return { outcome: last, lostBefore, failedBefore }
    const waitMs = decideRetry({
      method,
      ...(repeatable === undefined ? {} : { repeatable }),
      ...answerOf(outcome, ports.now()),
      kind: outcome.kind,
      tries,
      now: ports.now(),
      deadlineAt,
      // Drawing a number costs more than the rest of the decision: most requests just succeed.
      random: isSuccess(outcome) ? 0 : randomOf(ports),
    })
    if (waitMs === undefined) return { outcome, lostBefore, failedBefore }
    lostBefore ||= outcome.kind === 'lost'
    failedBefore ||= outcome.kind === 'answered' && transientStatuses.has(outcome.response.status)
    last = outcome
    await ports.wait(waitMs)
  }
}

const isSuccess = (outcome: Outcome): boolean => outcome.kind === 'answered' && outcome.response.status < 400

function answerOf(outcome: Outcome, now: number): { status?: number; retryAfterMs?: number } {
  if (outcome.kind !== 'answered') return {}
  const { status, headers } = outcome.response
  const retryAfterMs = retryAfterMsOf(headers['retry-after'], now)
  return { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}

/** From 0 to below 1. */
export function randomOf({ randomBytes }: Pick<Ports, 'randomBytes'>): number {
  const [high = 0, low = 0] = randomBytes(2)
  return (high * 256 + low) / 65_536
}
