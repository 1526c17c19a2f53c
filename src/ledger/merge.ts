import type { AttemptRow, CallWithAttempts } from '../store/calls.ts'
import type { AnsweredRecord, CloseRecord, IntentRecord, LedgerRecord, OpenRecord } from './records.ts'

/** What is known of one call so far. It grows in place: one owner adds to it, record by record. */
export interface CallSoFar {
  open?: OpenRecord
  readonly intents: Map<number, IntentRecord>
  readonly answers: Map<number, AnsweredRecord>
  close?: CloseRecord
}

export const nothingKnown = (): CallSoFar => ({ intents: new Map(), answers: new Map() })

/** Adds a record. A repeated one changes nothing. */
export function learn(call: CallSoFar, record: LedgerRecord): void {
  switch (record.kind) {
    case 'open':
      call.open ??= record
      break
    case 'intent':
      if (!call.intents.has(record.seq)) call.intents.set(record.seq, record)
      break
    case 'answered':
      if (!call.answers.has(record.seq)) call.answers.set(record.seq, record)
      break
    case 'close':
      call.close ??= record
  }
}

/**
 * The call as rows. Without a `close` its state is `unclosed`: `open` while its gateway lives, `in-doubt` once that is
 * gone. Undefined without an `open`: then its rows were written before the part of the journal that held it was deleted.
 */
export function toRow(call: CallSoFar, unclosed: 'open' | 'in-doubt'): CallWithAttempts | undefined {
  const { open, close } = call
  if (open === undefined) return undefined
  const costs = [...call.answers.values()].flatMap(({ costMicros }) => costMicros ?? [])
  const intents = [...call.intents.values()].sort((a, b) => a.seq - b.seq)
  return {
    id: open.call,
    at: open.at,
    credential: open.credential,
    clientAddress: open.clientAddress,
    userAgent: open.userAgent,
    clientRequestId: open.clientRequestId,
    method: open.method,
    operation: close?.operation ?? open.operation,
    resourceType: close === undefined ? open.resourceType : close.resourceType,
    resourceId: close === undefined ? open.resourceId : close.resourceId,
    status: close?.status ?? null,
    scimType: close?.scimType ?? null,
    durationMs: close?.durationMs ?? null,
    bytesIn: open.bytesIn,
    bytesOut: close?.bytesOut ?? 0,
    upstreamCalls: intents.filter(({ purpose }) => purpose !== 'token').length,
    billedCalls: costs.length,
    // Suppression is not built yet.
    savedCalls: 0,
    costMicros: costs.reduce((sum, cost) => sum + cost, 0),
    state: close === undefined ? unclosed : close.inDoubt ? 'in-doubt' : 'closed',
    notes: close?.notes ?? null,
    attempts: intents.map((intent) => toAttempt(intent, call.answers.get(intent.seq))),
  }
}

const toAttempt = (intent: IntentRecord, answer: AnsweredRecord | undefined): AttemptRow => ({
  seq: intent.seq,
  purpose: intent.purpose,
  method: intent.method,
  path: intent.path,
  status: answer?.status ?? null,
  durationMs: answer?.durationMs ?? null,
  billed: answer?.costMicros !== undefined,
})
