/**
 * What the core asks of a runtime. The rim (`node.ts`, `worker.ts`) supplies these; nothing below it may ask where it
 * runs.
 */

/** An outgoing HTTP request, complete: the port adds no header of its own but those the transport needs. */
export interface OutgoingRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Aborts the exchange; the port then rejects with the signal's reason. */
  readonly signal: AbortSignal
}

/** What came back, whole. Header names are lower case; a repeated header is joined with `, `. */
export interface IncomingResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An answer came, but it is longer than this gateway holds in memory: asking again would bring the same. */
export class AnswerTooLong extends Error {
  readonly status: number

  constructor(status: number, maxBytes: number) {
    super(`the answer is longer than ${maxBytes} bytes`)
    this.name = 'AnswerTooLong'
    this.status = status
  }
}

/** Sends one request: never follows a redirect, never connects to an address that `settings.allowHosts` does not allow. @throws AnswerTooLong */
export type Fetch = (request: OutgoingRequest) => Promise<IncomingResponse>

/** Structured logging. The fields a line may hold are the allow-list in `log.ts`. */
export interface Log {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
}

/** The only fields that may be logged: never a body, a token, a password, a query string or a value of an attribute. */
export interface LogFields {
  readonly tenant?: string
  readonly call?: string
  readonly credential?: string
  readonly operation?: string
  readonly method?: string
  readonly path?: string
  readonly status?: number
  readonly scimType?: string
  readonly durationMs?: number
  readonly upstreamCalls?: number
  readonly attempt?: number
  readonly waitMs?: number
  readonly file?: string
  readonly line?: number
  readonly column?: number
  readonly reason?: string
  readonly count?: number
  readonly host?: string
  readonly port?: number
  readonly url?: string
  readonly alert?: string
  readonly traceId?: string
}

export interface Ports {
  /** Milliseconds since the epoch. */
  now(): number
  /** A new UUIDv7 (RFC 9562): ids sort by time of making. */
  newId(): string
  randomBytes(count: number): Uint8Array
  readonly fetch: Fetch
  /** Resolves after `waitMs`; rejects with the signal's reason when it aborts first. */
  wait(waitMs: number, signal?: AbortSignal): Promise<void>
  readonly log: Log
  /** True when this error of `fetch` proves that not a byte of the request left: any method may be repeated. */
  neverSent(error: unknown): boolean
}
