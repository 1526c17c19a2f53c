import type { IncomingResponse } from '../ports.ts'
import { ScimError } from '../scim/error.ts'
import { isObject, type JsonObject, parseJson } from '../scim/json.ts'
import { type Outcome, retryAfterMsOf } from './attempt.ts'
import { attemptOnce, type PreparedRequest, sendRepeatedly } from './exchange.ts'
import type { GrantTools } from './grant/grant.ts'
import type { ClientAuthentication, ClientProof, Oauth2Clause } from './grant/oauth2.ts'
import { unusable } from './grant/secret.ts'
import type { Errand } from './upstream.ts'
import { userAgent } from './user-agent.ts'

/** What a token request came to. */
export type TokenResult =
  /** `lifeMs` is absent when the answer does not say how long the token lives. */
  | { readonly kind: 'issued'; readonly value: string; readonly lifeMs?: number }
  /** The token endpoint said no, or there is no usable secret: asking again at once would only hammer it. */
  | { readonly kind: 'refused'; readonly error: ScimError }
  /** It could not be reached, or failed: it may be asked again after `restMs`. */
  | { readonly kind: 'failed'; readonly error: ScimError; readonly restMs: number }
  /** The asker's deadline passed: nothing is known of the token endpoint. */
  | { readonly kind: 'late'; readonly error: ScimError }

export type TokenRequest = (errand: Errand) => Promise<TokenResult>

const failureRestMs = 1_000

/** Asks for an access token by client credentials (RFC 6749 §4.4). */
export function createTokenRequest(
  clause: Oauth2Clause,
  client: ClientAuthentication,
  tools: GrantTools,
): TokenRequest {
  const path = new URL(clause.tokenUrl).pathname
  const { ports } = tools
  return async (errand) => {
    try {
      const { outcome } = await sendRepeatedly(
        // A client credentials request changes nothing: repeating it is harmless.
        { ports, method: 'POST', repeatable: true, deadlineAt: errand.deadlineAt },
        async () => attemptOnce(tokenRequest(clause, await client.prove(), path), errand, tools),
      )
      const result = resultOf(outcome, tools)
      if (result.kind === 'refused') client.forget()
      return result
    } catch (error) {
      // A secret that cannot be read or used, an address that settings forbid: both are 502, and the operator was told.
      // A ledger that cannot be written (503) says nothing of the token endpoint, and must not be remembered as its word.
      if (error instanceof ScimError && error.status === 502) return { kind: 'refused', error }
      throw error
    }
  }
}

function tokenRequest(clause: Oauth2Clause, proof: ClientProof, path: string): PreparedRequest {
  const { scope, audience, resource } = clause
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope === undefined ? {} : { scope }),
    ...(audience === undefined ? {} : { audience }),
    ...(resource === undefined ? {} : { resource }),
    ...proof.form,
  })
  return {
    purpose: 'token',
    method: 'POST',
    url: clause.tokenUrl,
    path,
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': userAgent,
      ...proof.headers,
    },
    body: form.toString(),
  }
}

function resultOf(outcome: Outcome, tools: GrantTools): TokenResult {
  switch (outcome.kind) {
    case 'answered':
      return answerOf(outcome.response, tools)
    case 'unsent':
      return failed(503, 'the token endpoint of the upstream directory cannot be reached', { cause: outcome.cause })
    case 'lost':
      return failed(502, 'the token endpoint of the upstream directory broke the connection', { cause: outcome.cause })
    case 'late':
      return {
        kind: 'late',
        error: new ScimError(504, 'the token endpoint of the upstream directory was too slow', {
          cause: outcome.cause,
        }),
      }
  }
}

function failed(status: number, detail: string, more: { cause?: unknown; restMs?: number } = {}): TokenResult {
  const restMs = Math.max(failureRestMs, more.restMs ?? 0)
  const retryAfter = status === 503 ? { retryAfter: String(Math.ceil(restMs / 1_000)) } : {}
  return { kind: 'failed', error: new ScimError(status, detail, { cause: more.cause, ...retryAfter }), restMs }
}

function answerOf(response: IncomingResponse, tools: GrantTools): TokenResult {
  const { status, headers } = response
  if (status === 429 || status === 503) {
    const restMs = retryAfterMsOf(headers['retry-after'], tools.ports.now())
    return failed(503, 'the token endpoint of the upstream directory is busy', restMs === undefined ? {} : { restMs })
  }
  if (status >= 500 || status === 408)
    return failed(502, `the token endpoint of the upstream directory failed with status ${status}`)
  const body = bodyOf(response)
  if (status < 200 || status > 299) return { kind: 'refused', error: unusable(tools, refusalReason(status, body)) }
  const value = body?.['access_token']
  const type = body?.['token_type'] ?? 'Bearer'
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value))
    return failed(502, 'the token endpoint of the upstream directory answered without an access token')
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer')
    return { kind: 'refused', error: unusable(tools, 'the token endpoint issued a token that is no bearer token') }
  const lifeMs = lifeMsOf(body?.['expires_in'])
  return { kind: 'issued', value, ...(lifeMs === undefined ? {} : { lifeMs }) }
}

function bodyOf({ body }: IncomingResponse): JsonObject | undefined {
  try {
    const parsed = parseJson(body)
    return isObject(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

/** Some token endpoints write the seconds as text (facts B3). */
function lifeMsOf(expiresIn: unknown): number | undefined {
  const seconds = typeof expiresIn === 'string' && expiresIn.trim() !== '' ? Number(expiresIn) : expiresIn
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined
}

/** The error's code (RFC 6749 §5.2) and Microsoft's own; never the description, which may repeat what was sent. */
function refusalReason(status: number, body: JsonObject | undefined): string {
  const code = body?.['error']
  const description = body?.['error_description']
  const microsoft = typeof description === 'string' ? /AADSTS\d{1,8}/.exec(description)?.[0] : undefined
  const words = [typeof code === 'string' && /^[\w.:-]{1,60}$/.test(code) ? code : undefined, microsoft].filter(Boolean)
  return `the token endpoint answered ${status}${words.length === 0 ? '' : `: ${words.join(' ')}`}`
}
