import type { IncomingResponse } from '../../ports.ts'
import { ScimError, type ScimType } from '../../scim/error.ts'
import { fold } from '../../scim/fold.ts'
import type { ScimRequest } from '../../scim/request.ts'
import { attributeIn } from '../../scim/resource.ts'
import type { Alert } from '../alert.ts'
import { objectIn } from './body.ts'
import type { Target } from './write.ts'

/** What an answer that is no success means to the client (contract §6, §12). */
export interface Refusal {
  readonly error: ScimError
  /** Set where a person of the operator's is needed. */
  readonly alert?: Alert
}

const scimTypes: ReadonlyMap<string, ScimType> = new Map(
  (
    [
      'invalidFilter',
      'tooMany',
      'uniqueness',
      'mutability',
      'invalidSyntax',
      'invalidPath',
      'noTarget',
      'invalidValue',
      'invalidVers',
      'sensitive',
      'invalidCursor',
      'expiredCursor',
      'invalidCount',
    ] as const
  ).map((type) => [type.toLowerCase(), type]),
)

/** What servers write when they mean 409 and answer 400 (facts A8, A11). */
const duplicate = /already exists|already in use|ObjectConflict|duplicate (key|value|entry)|must be unique|not unique/i
/** What Entra writes when its SCIM feature or the billing of it is off (facts A8). */
const featureOff = /scimapiconsumptions/i

const statusText: Readonly<Record<number, string>> = {
  400: 'the upstream directory refused the request',
  404: 'the upstream directory has no such resource',
  409: 'the upstream directory holds a resource with this value already',
  412: 'the resource was changed by somebody else meanwhile',
  413: 'the request is too large for the upstream directory',
  428: 'the upstream directory wants a condition (If-Match) with this request',
}

/** How the remaining 4xx are passed on: the upstream's word for "I cannot do that" in SCIM's (RFC 7644 §3.12). */
const meaning: Readonly<Record<number, number>> = { 405: 501, 410: 404, 422: 400, 501: 501 }

/** What happened, for the client, from an answer that is neither 2xx nor 304. */
export function refusalOf(
  request: ScimRequest,
  response: IncomingResponse,
  { locations, wire }: Pick<Target, 'locations' | 'wire'>,
): Refusal {
  const { status, headers } = response
  const body = objectIn(response)
  const told = body === undefined ? undefined : (attributeIn(body, 'detail') ?? errorMessageIn(body['error']))
  const detail = typeof told === 'string' && told !== '' ? locations.clean(told) : undefined
  // The status only: the cause is logged, and the upstream's own words may hold values of attributes.
  const cause = new Error(`the upstream answered ${status}`)
  if (status === 401 || status === 403) return credentialRefused(cause)
  if (status === 429)
    return {
      error: new ScimError(429, 'the upstream directory is throttling this tenant', { cause, ...retryAfter(headers) }),
    }
  if (status === 400 && featureOff.test(detail ?? '')) return switchedOff(cause)
  const named = body === undefined ? undefined : attributeIn(body, 'scimType')
  const scimType = typeof named === 'string' ? scimTypes.get(named.toLowerCase()) : undefined
  const isWrite = request.operation === 'create' || request.operation === 'replace' || request.operation === 'patch'
  if (isWrite && (status === 409 || (status === 400 && (scimType === 'uniqueness' || duplicate.test(detail ?? '')))))
    return { error: said(409, detail, scimType ?? 'uniqueness', cause) }
  if (status === 400 && wire.unknownIdIs400 && isOfUnknownId(request, detail))
    return { error: said(404, detail, undefined, cause) }
  if (isWrite && status === 400 && scimType === undefined && unknownId.test(detail ?? ''))
    return { error: said(400, detail, 'invalidValue', cause) }
  const own = meaning[status] ?? status
  if (own === 501)
    return { error: new ScimError(501, 'the upstream directory does not support this request', { cause }) }
  if (statusText[own] !== undefined) return { error: said(own, detail, scimType, cause) }
  if (status === 504)
    return { error: new ScimError(504, 'the upstream directory was too slow by its own account', { cause }) }
  return {
    error: new ScimError(502, `the upstream directory failed: it answered ${status}`, {
      cause,
      ...(status === 503 ? retryAfter(headers) : {}),
    }),
  }
}

/** Of an id that is none of its own, or that nothing has (facts A5, A7): in a write, a member or a manager is nobody. */
const unknownId = /does not exist|not found|could ?n.t be found|cannot be found|invalid (object )?(id\b|identifier)/i

/**
 * Whether a 400 means that there is no such resource. Of a read or a delete, where nothing but the id can be wrong, its
 * words must say so; of a change they must name this very id, for a member or a manager may be the unknown one.
 */
function isOfUnknownId(request: ScimRequest, detail = ''): boolean {
  if (!('id' in request) || !unknownId.test(detail)) return false
  return request.operation === 'read' || request.operation === 'delete' || fold(detail).includes(fold(request.id))
}

const said = (status: number, detail: string | undefined, scimType: ScimType | undefined, cause: Error): ScimError =>
  new ScimError(status, detail ?? statusText[status] ?? '', { cause, ...(scimType === undefined ? {} : { scimType }) })

const credentialRefused = (cause: Error): Refusal => ({
  alert: 'upstream-credential',
  error: new ScimError(502, "the upstream directory refused the gateway's own credential: its operator was told", {
    cause,
  }),
})

const switchedOff = (cause: Error): Refusal => ({
  alert: 'upstream-feature',
  error: new ScimError(503, "the upstream directory's SCIM interface is switched off: the operator was told", {
    cause,
    retryAfter: '60',
  }),
})

/** Seconds or an HTTP date (RFC 9110 §10.2.3). Anything else is not handed on: it could name the upstream. */
const retryAfterShape = /^(\d{1,9}|[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT)$/

function retryAfter(headers: IncomingResponse['headers']): { retryAfter?: string } {
  const told = headers['retry-after']?.trim() ?? ''
  return retryAfterShape.test(told) ? { retryAfter: told } : {}
}

/** Microsoft Graph's own form: `{ "error": { "code": ..., "message": ... } }`. */
function errorMessageIn(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('message' in error)) return undefined
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code}: ` : ''
  return typeof error.message === 'string' ? code + error.message : undefined
}

/** What a request without any answer means to the client. */
export function failureOf(kind: 'unsent' | 'lost' | 'late', inDoubt: boolean, cause: unknown): ScimError {
  switch (kind) {
    case 'unsent':
      return new ScimError(503, 'the upstream directory cannot be reached', { cause, retryAfter: '5' })
    case 'late':
      return new ScimError(504, `the upstream directory was too slow${doubt(inDoubt)}`, { cause, inDoubt })
    case 'lost':
      return new ScimError(502, `the upstream directory broke the connection${doubt(inDoubt)}`, { cause, inDoubt })
  }
}

/** The same refusal of a write that may have been made all the same. */
export const doubtful = ({ status, message, scimType, retryAfter, cause }: ScimError): ScimError =>
  new ScimError(status, message + doubt(true), {
    cause,
    inDoubt: true,
    ...(scimType === undefined ? {} : { scimType }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  })

const doubt = (inDoubt: boolean): string =>
  inDoubt ? ': whether it has made the change is not known, look before you repeat it' : ''
