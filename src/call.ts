export type Purpose = 'forward' | 'read' | 'members' | 'page' | 'retry' | 'lookup' | 'token'

export interface AttemptIntent {
  readonly purpose: Purpose
  readonly method: string
  /** A template without ids, values or query: `/Users/{id}`. */
  readonly path: string
}

/** An attempt whose intent is durable. `requestId` (`{callId}.{seq}`) goes upstream as `X-Request-Id`. */
export interface Attempt {
  readonly seq: number
  readonly requestId: string
  /** Writes down the outcome; a null status means that no answer came. Durable at the latest when the call closes. */
  answered(status: number | null): void
}

/** The side of a call that an upstream sees: it can write attempts down, and nothing else. */
export interface Attempts {
  readonly callId: string
  /** Resolves when the intent (and the call's opening) is durable: only then may the request leave. */
  begin(intent: AttemptIntent): Promise<Attempt>
}
