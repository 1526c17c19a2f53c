import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Tenants that an operator stopped. Times are in ms since the epoch. */
export const suspensions = sqliteTable('suspensions', {
  tenant: text('tenant').primaryKey(),
  at: integer('at').notNull(),
  operator: text('operator').notNull(),
  reason: text('reason'),
})

/** What operators changed (contract §9). Rows are only ever added. */
export const operatorLog = sqliteTable(
  'operator_log',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    at: integer('at').notNull(),
    operator: text('operator').notNull(),
    action: text('action').notNull(),
    tenant: text('tenant'),
    /** Names and ids of what changed: never a value, a token or a password. */
    details: text('details', { mode: 'json' }).$type<Readonly<Record<string, string>>>().notNull(),
  },
  (table) => [index('operator_log_tenant').on(table.tenant, table.seq)],
)

/**
 * Which tenants changed, for gateways that hold them in memory. One row a tenant, with the number of its latest change:
 * it cannot grow beyond the tenants, so nothing needs pruning, and no reader can come too late.
 */
export const changes = sqliteTable(
  'changes',
  { tenant: text('tenant').primaryKey(), seq: integer('seq').notNull() },
  (table) => [index('changes_seq').on(table.seq)],
)
