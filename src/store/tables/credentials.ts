import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** What a tenant's clients present. A minted token is kept as its hash only (contract §3). Times are in ms since the epoch. */
export const credentials = sqliteTable('credentials', {
  id: text('id').primaryKey(),
  label: text('label'),
  /** SHA-256 of the whole token. */
  hash: text('hash').notNull().unique(),
  access: text('access', { enum: ['read', 'write'] }).notNull(),
  /** Null: every resource type. An empty list allows none. */
  resourceTypes: text('resource_types', { mode: 'json' }).$type<readonly string[]>(),
  createdAt: integer('created_at').notNull(),
  /** The operator, as the audit log names it; null for the one that the gateway minted itself. */
  createdBy: text('created_by'),
  expiresAt: integer('expires_at'),
  revokedAt: integer('revoked_at'),
  /** The latest call's time; written with the ledger's rows. */
  lastUsedAt: integer('last_used_at'),
})
