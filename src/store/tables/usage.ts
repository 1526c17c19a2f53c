import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable } from 'drizzle-orm/sqlite-core'

/**
 * What the tenant used in each UTC hour, counted once for each call in the transaction that makes its row final. Kept
 * beside the calls so that rolling an hour up to the control store costs one row, however many calls it had.
 */
export const usageHours = sqliteTable(
  'usage_hours',
  {
    /** The hour's start, in ms since the epoch. */
    hour: integer('hour').primaryKey(),
    /** Final ones: closed or in doubt. It only ever grows, so that of two readings the larger is the later. */
    calls: integer('calls').notNull(),
    errors: integer('errors').notNull(),
    inDoubt: integer('in_doubt').notNull(),
    upstreamCalls: integer('upstream_calls').notNull(),
    billedCalls: integer('billed_calls').notNull(),
    savedCalls: integer('saved_calls').notNull(),
    costMicros: integer('cost_micros').notNull(),
    bytesIn: integer('bytes_in').notNull(),
    bytesOut: integer('bytes_out').notNull(),
    /** The value of `calls` that the control store is known to have: behind it, the hour waits to be rolled up. */
    rolledUp: integer('rolled_up').notNull(),
  },
  (table) => [index('usage_hours_waiting').on(table.hour).where(sql`rolled_up < calls`)],
)
