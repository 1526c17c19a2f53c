import type { Attempts } from '../call.ts'

/** What the ledger is told of a front-door call when it opens. Never a body, a token or a password. */
export interface CallOpening {
  readonly credential: string | null
  readonly clientAddress: string | null
  readonly userAgent: string | null
  readonly clientRequestId: string | null
  readonly method: string
  /** `User.create`, `User.list`, `Bulk`, `discovery`, `probe`, `token`, or `unknown` before the request was understood. */
  readonly operation: string
  readonly resourceType: string | null
  readonly resourceId: string | null
  readonly bytesIn: number
}

/** What the ledger is told when the answer is ready to leave. */
export interface CallOutcome {
  readonly status: number
  readonly scimType: string | null
  /** Replaces the opening's where the request was only understood after it opened, or a create made a new id. */
  readonly operation?: string
  readonly resourceType?: string | null
  readonly resourceId?: string | null
  readonly bytesOut: number
  /** The outcome of an upstream write is unknown: the row stays `in-doubt` for ever. */
  readonly inDoubt?: boolean
}

/** One open call. */
export interface Call extends Attempts {
  /** Resolves when the outcome, and every attempt's, is durable: only then may the answer leave. */
  close(outcome: CallOutcome): Promise<void>
}

/** One tenant's ledger (contract §7): no upstream call before its intent is durable, no answer before its outcome is. */
export interface Ledger {
  /** Opens a call; its row is durable with the first attempt's intent, or when the call closes. */
  open(opening: CallOpening): Call
}
