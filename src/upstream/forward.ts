import type { Ports } from '../ports.ts'
import { ScimError } from '../scim/error.ts'
import type { Outcome } from './attempt.ts'
import type { Breaker, Verdict } from './breaker.ts'
import { attemptOnce, type PreparedRequest, type Sent, sendRepeatedly } from './exchange.ts'
import type { Grant } from './grant/grant.ts'
import type { Errand } from './upstream.ts'

export interface ForwardTools {
  readonly tenant: string
  readonly ports: Ports
  readonly grant: Grant
  readonly breaker: Breaker
}

/** Sends a prepared request on a tenant's behalf: breaker, credential, attempts, retries. */
export type Forward = (request: PreparedRequest, errand: Errand) => Promise<Sent>

/**
 * @returns what it came to, whatever the status.
 * @throws by the returned function: ScimError 503 when the breaker is open, 502 to 504 when no credential can be had.
 */
export function createForward(tools: ForwardTools): Forward {
  return (request, errand) =>
    sendRepeatedly({ ...request, ports: tools.ports, deadlineAt: errand.deadlineAt }, (again) =>
      passBreaker(request, errand, tools, again),
    )
}

async function passBreaker(
  request: PreparedRequest,
  errand: Errand,
  tools: ForwardTools,
  again: boolean,
): Promise<Outcome | undefined> {
  const passage = tools.breaker.enter()
  if ('waitMs' in passage) {
    // The breaker opened between two tries: what the last try came to says more than that.
    if (again) return undefined
    throw new ScimError(503, 'the upstream directory has failed repeatedly and is given a rest', {
      retryAfter: String(Math.ceil(passage.waitMs / 1_000)),
    })
  }
  let verdict: Verdict = 'void'
  try {
    const outcome = await authorised(again ? { ...request, purpose: 'retry' } : request, errand, tools)
    verdict = verdictOf(outcome)
    return outcome
  } finally {
    passage.end(verdict)
  }
}

/** One attempt, and one more with a renewed credential when the upstream answered 401 to a token (contract §6). */
async function authorised(request: PreparedRequest, errand: Errand, tools: ForwardTools): Promise<Outcome> {
  const credential = await tools.grant.authorise(errand)
  const outcome = await attemptOnce(withHeaders(request, credential.headers), errand, tools)
  if (outcome.kind !== 'answered') return outcome
  if (outcome.response.status !== 401) {
    credential.accepted()
    return outcome
  }
  if (!credential.refused()) return outcome
  const renewed = await tools.grant.authorise(errand)
  const second = await attemptOnce(withHeaders({ ...request, purpose: 'retry' }, renewed.headers), errand, tools)
  if (second.kind !== 'answered') return second
  if (second.response.status === 401) renewed.refused()
  else renewed.accepted()
  return second
}

const withHeaders = (request: PreparedRequest, headers: Readonly<Record<string, string>>): PreparedRequest => ({
  ...request,
  headers: { ...request.headers, ...headers },
})

/** 501 is an answer about a feature, not a sign of ill health. */
function verdictOf(outcome: Outcome): Verdict {
  if (outcome.kind === 'answered')
    return outcome.response.status >= 500 && outcome.response.status !== 501 ? 'failure' : 'success'
  return outcome.kind === 'late' && !outcome.sent ? 'void' : 'failure'
}
