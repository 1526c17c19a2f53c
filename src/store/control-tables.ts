import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

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

/** What lists show of a tenant without parsing its document. */
export interface DocumentSummary {
  readonly name: string
  readonly status: 'active' | 'suspended'
  readonly upstream: { readonly kind: string; readonly url: string | null }
  readonly hosts: readonly string[]
}

/**
 * Tenant files that came through the admin API: every version that ever was, numbered from 1 for each tenant; the one
 * with the highest number is in force. A change is one more row, so that two at once cannot both have the next number.
 */
export const documents = sqliteTable(
  'documents',
  {
    tenant: text('tenant').notNull(),
    number: integer('number').notNull(),
    at: integer('at').notNull(),
    operator: text('operator').notNull(),
    action: text('action', { enum: ['apply', 'rollback', 'remove'] }).notNull(),
    /** A hash of the file and its templates; null for a removal, as are all of the following. */
    version: text('version'),
    /** The tenant's own file, as it was written. */
    file: text('file'),
    /** The templates that it extends, by name: a version is whole by itself, and no other tenant's change reaches it. */
    templates: text('templates', { mode: 'json' }).$type<Readonly<Record<string, string>>>(),
    summary: text('summary', { mode: 'json' }).$type<DocumentSummary>(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.number] })],
)

/** Which of those tenants holds which host (in lower case, without a port): at most one. */
export const documentHosts = sqliteTable(
  'document_hosts',
  { host: text('host').primaryKey(), tenant: text('tenant').notNull() },
  (table) => [index('document_hosts_tenant').on(table.tenant)],
)

/**
 * Usage of all tenants, rolled up from their own databases by absolute values: what is written twice changes nothing.
 * Days and months are rolled up as well, so that an overview reads one row a tenant and period.
 */
export const usageRollups = sqliteTable(
  'usage_rollups',
  {
    by: text('by', { enum: ['hour', 'day', 'month'] }).notNull(),
    /** The period's start, UTC, in ms since the epoch. */
    period: integer('period').notNull(),
    tenant: text('tenant').notNull(),
    calls: integer('calls').notNull(),
    errors: integer('errors').notNull(),
    inDoubt: integer('in_doubt').notNull(),
    upstreamCalls: integer('upstream_calls').notNull(),
    billedCalls: integer('billed_calls').notNull(),
    savedCalls: integer('saved_calls').notNull(),
    costMicros: integer('cost_micros').notNull(),
    currency: text('currency'),
    bytesIn: integer('bytes_in').notNull(),
    bytesOut: integer('bytes_out').notNull(),
  },
  (table) => [primaryKey({ columns: [table.by, table.period, table.tenant] })],
)
