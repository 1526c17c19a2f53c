import { type CallSoFar, learn, nothingKnown, toRow } from '../ledger/merge.ts'
import type { Journal } from '../ledger/records.ts'
import type { ObjectStorage } from '../store/durable.ts'

export interface ObjectJournalOptions {
  readonly storage: ObjectStorage
  /** Resolves when all that was written is on disk. */
  sync(): Promise<void>
  /** Told after rows were written. */
  written(): void
}

/**
 * The ledger's journal inside a tenant's object: rows go straight into its database. `append` resolves when they are
 * synced; besides, the object's output gate holds whatever leaves it, a request upstream or an answer, until what was
 * written before is.
 */
export function createObjectJournal({ storage, sync, written }: ObjectJournalOptions): Journal {
  const calls = new Map<string, CallSoFar>()
  return {
    append: async (_tenant, records) => {
      // On copies: what cannot be written must not show in a later row.
      const touched = new Map<string, CallSoFar>()
      for (const record of records) {
        const call = touched.get(record.call) ?? copyOf(calls.get(record.call) ?? nothingKnown())
        touched.set(record.call, call)
        learn(call, record)
      }
      const rows = [...touched.values()].map((call) => toRow(call, 'open')).filter((row) => row !== undefined)
      try {
        storage.use((queries) => queries.calls.apply(rows))
      } catch (error) {
        for (const { kind, call } of records) if (kind === 'close') calls.delete(call)
        throw error
      }
      for (const [id, call] of touched) {
        if (call.close === undefined) calls.set(id, call)
        else calls.delete(id)
      }
      written()
      await sync()
    },
  }
}

const copyOf = ({ intents, answers, ...rest }: CallSoFar): CallSoFar => ({
  ...rest,
  intents: new Map(intents),
  answers: new Map(answers),
})
