/** The `scimType` words of RFC 7644 §3.12 and RFC 9865 §2.1. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount'

export const errorUrn = 'urn:ietf:params:scim:api:messages:2.0:Error'

/** The body of an error answer (RFC 7644 §3.12). `status` is a JSON string. */
export interface ErrorBody {
  readonly schemas: readonly [typeof errorUrn]
  readonly status: string
  readonly scimType?: ScimType
  readonly detail: string
}

export interface ScimErrorOptions {
  readonly scimType?: ScimType
  /** Seconds, or an HTTP date, for the `Retry-After` header. */
  readonly retryAfter?: string
  /** The methods that the path does allow, for the `Allow` header of a 405 (RFC 9110 §10.2.1). */
  readonly allow?: string
  /** True when the outcome of an upstream write is unknown: the call's row stays `in-doubt` (contract §12). */
  readonly inDoubt?: boolean
  /** What really happened: for the log, never for the client. */
  readonly cause?: unknown
}

/** What happened, in the standard's words. `message` is the `detail` that the client reads; `cause` is for the log. */
export class ScimError extends Error {
  readonly status: number
  readonly scimType: ScimType | undefined
  readonly retryAfter: string | undefined
  readonly allow: string | undefined
  readonly inDoubt: boolean

  constructor(status: number, detail: string, options: ScimErrorOptions = {}) {
    super(detail, { cause: options.cause })
    this.name = 'ScimError'
    this.status = status
    this.scimType = options.scimType
    this.retryAfter = options.retryAfter
    this.allow = options.allow
    this.inDoubt = options.inDoubt ?? false
  }

  /** The SCIM error body of this error. */
  toBody(): ErrorBody {
    return {
      schemas: [errorUrn],
      status: String(this.status),
      ...(this.scimType === undefined ? {} : { scimType: this.scimType }),
      detail: this.message,
    }
  }
}

/** 400 with a `scimType`: the client's request, as it stands, cannot be served. */
export const badRequest = (scimType: ScimType, detail: string, cause?: unknown): ScimError =>
  new ScimError(400, detail, { scimType, cause })

/** Any thrown thing as a ScimError: what is none becomes a 500 that tells the client nothing of it. */
export const toScimError = (error: unknown): ScimError =>
  error instanceof ScimError
    ? error
    : new ScimError(500, 'the gateway met an error of its own; it is in its log', { cause: error })
