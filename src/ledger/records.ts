import { z } from 'zod'

const nullableText = z.string().nullable()

/**
 * What the journal holds, one record a line. A call is one `open`, an `intent` and at most one `answered` for each
 * attempt, and at most one `close`. Records may be repeated: the first of a kind counts.
 */
const openRecord = z.object({
  kind: z.literal('open'),
  tenant: z.string(),
  call: z.string(),
  /** Milliseconds since the epoch. */
  at: z.number(),
  credential: nullableText,
  clientAddress: nullableText,
  userAgent: nullableText,
  clientRequestId: nullableText,
  method: z.string(),
  operation: z.string(),
  resourceType: nullableText,
  resourceId: nullableText,
  bytesIn: z.number(),
})

const intentRecord = z.object({
  kind: z.literal('intent'),
  tenant: z.string(),
  call: z.string(),
  seq: z.number(),
  purpose: z.enum(['forward', 'read', 'members', 'page', 'retry', 'lookup', 'token']),
  method: z.string(),
  path: z.string(),
})

const answeredRecord = z.object({
  kind: z.literal('answered'),
  tenant: z.string(),
  call: z.string(),
  seq: z.number(),
  status: z.number().nullable(),
  durationMs: z.number(),
  /** There where the attempt is billed: the price of that time. */
  costMicros: z.number().optional(),
})

const note = z.object({
  kind: z.enum(['ignored', 'unsupported']),
  names: z.array(z.string()).readonly(),
  more: z.literal(true).optional(),
})

const closeRecord = z.object({
  kind: z.literal('close'),
  tenant: z.string(),
  call: z.string(),
  status: z.number(),
  scimType: nullableText,
  operation: z.string(),
  resourceType: nullableText,
  resourceId: nullableText,
  bytesOut: z.number(),
  durationMs: z.number(),
  inDoubt: z.boolean(),
  /** There where there are any. */
  notes: z.array(note).readonly().optional(),
})

/** What stands before it in the journal is of a tenant that was erased, and must not come back when it is read again. */
const erasedRecord = z.object({ kind: z.literal('erased'), tenant: z.string() })

const journalRecord = z.discriminatedUnion('kind', [
  openRecord,
  intentRecord,
  answeredRecord,
  closeRecord,
  erasedRecord,
])

export type OpenRecord = Readonly<z.infer<typeof openRecord>>
export type IntentRecord = Readonly<z.infer<typeof intentRecord>>
export type AnsweredRecord = Readonly<z.infer<typeof answeredRecord>>
export type CloseRecord = Readonly<z.infer<typeof closeRecord>>
export type ErasedRecord = Readonly<z.infer<typeof erasedRecord>>
export type LedgerRecord = OpenRecord | IntentRecord | AnsweredRecord | CloseRecord
export type JournalRecord = LedgerRecord | ErasedRecord

/** One line of the journal, without its end. */
export const printRecord = (record: JournalRecord): string => JSON.stringify(record)

/** Undefined: the line is no record. */
export function parseRecord(line: string): JournalRecord | undefined {
  try {
    return journalRecord.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

/** Where records become durable. */
export interface Journal {
  /** Resolves when the records are durable. Rejects when they are not, and then they never will be. */
  append(tenant: string, records: readonly LedgerRecord[]): Promise<void>
}

export interface JournalText {
  readonly records: readonly JournalRecord[]
  /** Numbers, from 1, of lines that are whole but no records. */
  readonly corruptLines: readonly number[]
}

/**
 * Reads what was written of a journal's file. What follows the last line end is left out: it is a record that was being
 * written when its writer died, so that nobody was told that it is durable.
 */
export function parseJournal(text: string): JournalText {
  const records: JournalRecord[] = []
  const corruptLines: number[] = []
  const lines = text.split('\n').slice(0, -1)
  for (const [index, line] of lines.entries()) {
    const record = parseRecord(line)
    if (record === undefined) corruptLines.push(index + 1)
    else records.push(record)
  }
  return { records, corruptLines }
}
