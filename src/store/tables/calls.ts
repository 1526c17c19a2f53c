import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { CallNote, Purpose } from '../../call.ts'

/** One row a front-door call (contract §7). `at` is in ms since the epoch. */
export const calls = sqliteTable(
  'calls',
  {
    id: text('id').primaryKey(),
    at: integer('at').notNull(),
    credential: text('credential'),
    clientAddress: text('client_address'),
    userAgent: text('user_agent'),
    clientRequestId: text('client_request_id'),
    method: text('method').notNull(),
    operation: text('operation').notNull(),
    resourceType: text('resource_type'),
    resourceId: text('resource_id'),
    /** Null until the call closes. */
    status: integer('status'),
    scimType: text('scim_type'),
    durationMs: integer('duration_ms'),
    bytesIn: integer('bytes_in').notNull(),
    bytesOut: integer('bytes_out').notNull(),
    /** Attempts, those for a token not counted (contract §12). */
    upstreamCalls: integer('upstream_calls').notNull(),
    billedCalls: integer('billed_calls').notNull(),
    savedCalls: integer('saved_calls').notNull(),
    costMicros: integer('cost_micros').notNull(),
    state: text('state', { enum: ['open', 'closed', 'in-doubt'] }).notNull(),
    /** Names of attributes that were left out, never values; null where there are none. */
    notes: text('notes', { mode: 'json' }).$type<readonly CallNote[]>(),
  },
  (table) => [
    index('calls_at').on(table.at, table.id),
    // Few: what runs now, and what was cut off and not yet found.
    index('calls_open').on(table.id).where(sql`state = 'open'`),
  ],
)

/** One row an upstream attempt. */
export const attempts = sqliteTable(
  'attempts',
  {
    call: text('call')
      .notNull()
      .references(() => calls.id, { onDelete: 'cascade' }),
    seq: integer('seq').notNull(),
    purpose: text('purpose').$type<Purpose>().notNull(),
    method: text('method').notNull(),
    /** A template without ids, values or query. */
    path: text('path').notNull(),
    /** Null: no answer came, or none is known. */
    status: integer('status'),
    durationMs: integer('duration_ms'),
    billed: integer('billed', { mode: 'boolean' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.call, table.seq] })],
)
