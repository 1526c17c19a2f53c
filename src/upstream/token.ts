import { reasonOf } from '../log.ts'
import { ScimError, toScimError } from '../scim/error.ts'
import { randomOf } from './exchange.ts'
import type { GrantTools } from './grant/grant.ts'
import type { TokenRequest, TokenResult } from './token-request.ts'
import type { Errand } from './upstream.ts'

/** An access token in memory; it is never written anywhere. Times are milliseconds since the epoch. */
export interface Token {
  readonly value: string
  /** Grows with every request that was begun: a slow old answer is known by it. */
  readonly sequence: number
  readonly expiresAt: number
  readonly refreshAt: number
}

/** One tenant's access token: cached until shortly before it expires, asked for once at a time, refreshed ahead. */
export interface TokenCache {
  /** @throws ScimError 502 where the token endpoint refuses, 503 and 504 where it cannot be reached in time. */
  get(errand: Errand): Promise<Token>
  /** The upstream answered 401. True when a newer token is to be had: then ask again and try once more. */
  refused(token: Token): boolean
  accepted(token: Token): void
}

interface Failure {
  readonly error: ScimError
  readonly until: number
  /** The rest after a refusal, which doubles; absent after a mere failure. */
  readonly refusedRestMs?: number
}

const firstRefusedRestMs = 10_000
const longestRefusedRestMs = 300_000
/** A token of unknown life is asked for again after this: `expires_in` is only RECOMMENDED (RFC 6749 §5.1). */
const unknownLifeMs = 300_000
const longestMarginMs = 30_000
/** An upstream that refuses fresh tokens too is not a matter of renewal: it gets no third token for this long. */
const renewalRestMs = 30_000

/** Times at which a token is refreshed and given up. The margin is a tenth of a short life, so that any life is usable. */
export function timesOf(askedAt: number, lifeMs: number, random: number): Pick<Token, 'expiresAt' | 'refreshAt'> {
  const marginMs = Math.min(longestMarginMs, lifeMs / 10)
  return {
    expiresAt: askedAt + lifeMs - marginMs * (0.5 + random / 2),
    refreshAt: askedAt + lifeMs * (0.75 + random / 10),
  }
}

/** What is remembered of a refused or failed token request (contract §12). */
export function failureAfter(
  previous: Failure | undefined,
  result: Exclude<TokenResult, { kind: 'issued' | 'late' }>,
  now: number,
): Failure {
  if (result.kind === 'failed') {
    const kept = previous?.refusedRestMs === undefined ? {} : { refusedRestMs: previous.refusedRestMs }
    return { error: result.error, until: now + result.restMs, ...kept }
  }
  const before = previous?.refusedRestMs
  const refusedRestMs = before === undefined ? firstRefusedRestMs : Math.min(longestRefusedRestMs, before * 2)
  return { error: result.error, until: now + refusedRestMs, refusedRestMs }
}

export function createTokenCache(
  request: TokenRequest,
  { ports, openCall, timeoutMs, tenant }: GrantTools,
): TokenCache {
  let current: Token | undefined
  let failure: Failure | undefined
  let flight: Promise<TokenResult> | undefined
  let begun = 0
  /** Answers to requests begun up to here are not kept: their tokens may be the refused one. */
  let voidUpTo = 0
  let provenSequence = 0
  let refusedSequence = 0
  let refusedAt = 0
  /** The token that the latest flight brought, even where it was not kept. */
  const brought = new WeakMap<TokenResult, Token>()

  function begin(errand: Errand): Promise<TokenResult> {
    const sequence = ++begun
    const askedAt = ports.now()
    const started = request(errand)
      .then((result) => {
        settle(result, sequence, askedAt)
        return result
      })
      .finally(() => {
        if (flight === started) flight = undefined
      })
    flight = started
    return started
  }

  function settle(result: TokenResult, sequence: number, askedAt: number): void {
    if (result.kind === 'late') return
    if (result.kind !== 'issued') {
      failure = failureAfter(failure, result, ports.now())
      return
    }
    const times = timesOf(askedAt, result.lifeMs ?? unknownLifeMs, randomOf(ports))
    const token = { value: result.value, sequence, ...times }
    brought.set(result, token)
    if (sequence <= voidUpTo || sequence <= (current?.sequence ?? 0)) return
    current = token
    failure = undefined
  }

  function refreshAhead(): void {
    const call = openCall('token')
    const status = begin({ attempts: call, credential: '', deadlineAt: ports.now() + timeoutMs }).then(
      (result) => {
        if (result.kind === 'late') failure = { error: result.error, until: ports.now() + 1_000 }
        return result.kind === 'issued' ? 200 : result.error.status
      },
      (error: unknown) => {
        warn(error)
        return toScimError(error).status
      },
    )
    // Closed in any case: an open call keeps the journal's files.
    status.then((told) => call.close({ status: told, scimType: null, bytesOut: 0 })).catch(warn)
  }

  function warn(error: unknown): void {
    ports.log.warn({ tenant, operation: 'token', reason: reasonOf(error) }, 'the token could not be refreshed ahead')
  }

  async function get(errand: Errand): Promise<Token> {
    for (;;) {
      const now = ports.now()
      const resting = failure !== undefined && now < failure.until
      if (current !== undefined && now < current.expiresAt) {
        if (now >= current.refreshAt && flight === undefined && !resting) refreshAhead()
        return current
      }
      if (now >= errand.deadlineAt) throw tooLate()
      if (flight === undefined && failure !== undefined && resting) throw failure.error
      const result = await (flight === undefined ? begin(errand) : withinDeadline(flight, errand))
      const token = brought.get(result)
      if (token !== undefined) return token
      // Late is the fate of whoever began the request; a waiter with time left begins its own.
      if (result.kind !== 'late' && result.kind !== 'issued') throw result.error
      if (result.kind === 'late' && ports.now() >= errand.deadlineAt) throw result.error
    }
  }

  async function withinDeadline(shared: Promise<TokenResult>, errand: Errand): Promise<TokenResult> {
    const over = new AbortController()
    const late = ports.wait(Math.max(0, errand.deadlineAt - ports.now()), over.signal).then(
      (): TokenResult => ({ kind: 'late', error: tooLate() }),
      () => shared,
    )
    try {
      return await Promise.race([shared, late])
    } finally {
      over.abort()
    }
  }

  return {
    get,
    accepted(token) {
      provenSequence = Math.max(provenSequence, token.sequence)
    },
    refused(token) {
      if (token.sequence <= refusedSequence || token.sequence < (current?.sequence ?? 0)) return true
      const unprovenRenewal = refusedSequence > 0 && provenSequence <= refusedSequence
      if (unprovenRenewal && ports.now() < refusedAt + renewalRestMs) return false
      refusedSequence = token.sequence
      refusedAt = ports.now()
      voidUpTo = begun
      current = undefined
      flight = undefined
      return true
    },
  }
}

const tooLate = (): ScimError => new ScimError(504, 'the token endpoint of the upstream directory was too slow')
