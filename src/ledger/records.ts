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
})

const ledgerRecord = z.discriminatedUnion('kind', [openRecord, intentRecord, answeredRecord, closeRecord])

export type OpenRecord = Readonly<z.infer<typeof openRecord>>
export type IntentRecord = Readonly<z.infer<typeof intentRecord>>
export type AnsweredRecord = Readonly<z.infer<typeof answeredRecord>>
export type CloseRecord = Readonly<z.infer<typeof closeRecord>>
export type LedgerRecord = OpenRecord | IntentRecord | AnsweredRecord | CloseRecord

/** One line of the journal, without its end. */
export const printRecord = (record: LedgerRecord): string => JSON.stringify(record)

/** Undefined: the line is no record. */
export function parseRecord(line: string): LedgerRecord | undefined {
  try {
    return ledgerRecord.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

/** Where records become durable. */
export interface Journal {
  /** Resolves when the records are durable. Rejects when they are not, and then they never will be. */
  append(tenant: string, records: readonly LedgerRecord[]): Promise<void>
}
