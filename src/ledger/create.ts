import type { Attempt, AttemptIntent, Purpose } from '../call.ts'
import { type Billing, isBilled } from '../capabilities.ts'
import { ScimError } from '../scim/error.ts'
import type { Call, CallOpening, CallOutcome, Ledger } from './ledger.ts'
import { createNotes } from './notes.ts'
import type { AnsweredRecord, CloseRecord, Journal, LedgerRecord, OpenRecord } from './records.ts'

export interface LedgerOptions {
  readonly tenant: string
  readonly journal: Journal
  /** Milliseconds since the epoch. */
  now(): number
  /** A new UUIDv7. */
  newId(): string
  /** What the upstream's answers cost; absent where they cost nothing. Token requests are never billed. */
  readonly billing?: Billing | undefined
  /** Told of each attempt's outcome, once; null stands for no answer. */
  readonly attempted?: ((purpose: Purpose, status: number | null) => void) | undefined
}

/** What a client may make up at any length is kept to this many UTF-16 units, so that a row stays small. */
const maxText = 512

const clip = (text: string | null): string | null => (text === null ? null : text.slice(0, maxText))

/** One tenant's ledger over a journal. */
export const createLedger = (options: LedgerOptions): Ledger => ({
  open: (opening) => openCall(options, opening),
})

function openCall(options: LedgerOptions, opening: CallOpening): Call {
  const { tenant, now } = options
  const call = options.newId()
  const at = now()
  const open: OpenRecord = { kind: 'open', tenant, call, at, ...bounded(opening) }
  let opened = false
  let closed = false
  let seq = 0
  let outcomes: AnsweredRecord[] = []
  const notes = createNotes()

  /** Until an append succeeded, each brings the opening: it may have been the first that reached the disk. */
  const append = async (last: LedgerRecord): Promise<void> => {
    const known = outcomes
    outcomes = []
    try {
      await options.journal.append(tenant, [...(opened ? [] : [open]), ...known, last])
      opened = true
    } catch (cause) {
      outcomes = [...known, ...outcomes]
      throw cannotWrite(cause, opened)
    }
  }

  const begin = async ({ purpose, method, path }: AttemptIntent): Promise<Attempt> => {
    if (closed) throw new Error('the call is closed: nothing more may go upstream for it')
    seq += 1
    const own = seq
    await append({ kind: 'intent', tenant, call, seq: own, purpose, method, path })
    const begunAt = now()
    let known = false
    return {
      seq: own,
      requestId: `${call}.${own}`,
      answered: (status) => {
        if (known) return
        known = true
        options.attempted?.(purpose, status)
        const cost = purpose === 'token' ? {} : costOf(options.billing, status)
        outcomes.push({ kind: 'answered', tenant, call, seq: own, status, durationMs: now() - begunAt, ...cost })
      },
    }
  }

  return {
    callId: call,
    begin,
    note: notes.add,
    close: (outcome) => {
      if (closed) return Promise.reject(new Error('the call is closed already'))
      closed = true
      return append(closing(open, outcome, { durationMs: now() - at, notes: notes.list() }))
    },
  }
}

const costOf = (billing: Billing | undefined, status: number | null): Pick<AnsweredRecord, 'costMicros'> =>
  billing !== undefined && isBilled(billing, status) ? { costMicros: billing.perCallMicros } : {}

function closing(
  open: OpenRecord,
  outcome: CallOutcome,
  { durationMs, notes }: Pick<CloseRecord, 'durationMs' | 'notes'>,
): CloseRecord {
  return {
    kind: 'close',
    tenant: open.tenant,
    call: open.call,
    status: outcome.status,
    scimType: outcome.scimType,
    operation: outcome.operation ?? open.operation,
    resourceType: outcome.resourceType === undefined ? open.resourceType : clip(outcome.resourceType),
    resourceId: outcome.resourceId === undefined ? open.resourceId : clip(outcome.resourceId),
    bytesOut: outcome.bytesOut,
    durationMs,
    inDoubt: outcome.inDoubt ?? false,
    notes,
  }
}

/** Field by field: a caller's object may carry more than the ledger may keep. */
const bounded = (opening: CallOpening): CallOpening => ({
  credential: opening.credential,
  clientAddress: opening.clientAddress,
  userAgent: clip(opening.userAgent),
  clientRequestId: clip(opening.clientRequestId),
  method: opening.method,
  operation: opening.operation,
  resourceType: clip(opening.resourceType),
  resourceId: clip(opening.resourceId),
  bytesIn: opening.bytesIn,
})

/** Before anything was written nothing went upstream; afterwards something may have, and the client must not hear otherwise. */
function cannotWrite(cause: unknown, inDoubt: boolean): ScimError {
  const what = inDoubt
    ? 'so the outcome cannot be told: look before you repeat the request'
    : 'so the request is not carried out'
  return new ScimError(503, `the ledger cannot be written, ${what}`, { cause, inDoubt })
}
