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

/**
 * Why attributes that a client sent were left out: they belong to the tenant's rules, or the upstream cannot hold them
 * (contract §5, §12).
 */
export type NoteKind = 'ignored' | 'unsupported'

/** What the trace of a call tells beside its attempts. */
export interface CallNote {
  readonly kind: NoteKind
  /** Of attributes, never values. */
  readonly names: readonly string[]
  /** There were more names than are kept. */
  readonly more?: true | undefined
}

/** The side of a call that an upstream sees: it can write attempts and notes down, and nothing else. */
export interface Attempts {
  readonly callId: string
  /** Resolves when the intent (and the call's opening) is durable: only then may the request leave. */
  begin(intent: AttemptIntent): Promise<Attempt>
  /** Names for the call's trace: of attributes, never values. Kept until the call closes; what is too much is cut. */
  note(kind: NoteKind, names: readonly string[]): void
}
