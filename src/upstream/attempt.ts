import type { IncomingResponse } from '../ports.ts'

/** What one upstream attempt came to. */
export type Outcome =
  | { readonly kind: 'answered'; readonly response: IncomingResponse }
  /** Certainly not a byte of the request left. */
  | { readonly kind: 'unsent'; readonly cause: unknown }
  /** The connection was lost; the request may have been served. */
  | { readonly kind: 'lost'; readonly cause: unknown }
  /** The deadline passed first; where `sent`, the request may have been served. */
  | { readonly kind: 'late'; readonly sent: boolean; readonly cause: unknown }

export interface RetryQuestion {
  readonly method: string
  /** True where repeating is harmless although the method does not say so (a token request). */
  readonly repeatable?: boolean
  readonly kind: Outcome['kind']
  /** The answer's status and `Retry-After`, where there was one. */
  readonly status?: number
  readonly retryAfterMs?: number
  /** How often it was tried so far, at least 1. */
  readonly tries: number
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly deadlineAt: number
  /** From 0 to below 1: the jitter. */
  readonly random: number
}

/** Milliseconds to wait before trying again; undefined: do not. */
export type RetryAnswer = number | undefined

const mostTries = 3
const longestRetryAfterMs = 10_000
const baseBackoffMs = 100
const longestBackoffMs = 2_000
const repeatableMethods: ReadonlySet<string> = new Set(['GET', 'PUT', 'DELETE'])
/** A server's or a gateway's own failure, which may be over; whether the request was served, it does not say. */
export const transientStatuses: ReadonlySet<number> = new Set([502, 503, 504])

/**
 * The one question of whether an upstream request is sent again (contract §6, §12). Certainly never sent: any method.
 * 429 or 503 with a `Retry-After` that fits the deadline and 10 s: any method. 502, 503, 504 and a lost connection: GET,
 * PUT and DELETE only. Waits grow exponentially with full jitter.
 */
export function decideRetry(question: RetryQuestion): RetryAnswer {
  if (question.tries >= mostTries || question.kind === 'late') return undefined
  const waitMs = waitBefore(question)
  return waitMs !== undefined && question.now + waitMs < question.deadlineAt ? waitMs : undefined
}

function waitBefore(question: RetryQuestion): RetryAnswer {
  const { kind, status, retryAfterMs } = question
  if (kind === 'unsent') return backoffMs(question)
  const repeatable = question.repeatable ?? repeatableMethods.has(question.method)
  if (kind === 'lost') return repeatable ? backoffMs(question) : undefined
  if ((status === 429 || status === 503) && retryAfterMs !== undefined)
    return retryAfterMs <= longestRetryAfterMs ? retryAfterMs : undefined
  return repeatable && transientStatuses.has(status ?? 0) ? backoffMs(question) : undefined
}

const backoffMs = ({ tries, random }: RetryQuestion): number =>
  Math.floor(random * Math.min(longestBackoffMs, baseBackoffMs * 2 ** (tries - 1)))

/** Milliseconds that a `Retry-After` header asks for: seconds or an HTTP date (RFC 9110 §10.2.3). */
export function retryAfterMsOf(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1_000
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
