import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** One SCIM resource of the `directory` upstream. */
export const resources = sqliteTable(
  'resources',
  {
    /** The order of creation, and of every list. AUTOINCREMENT, so that a cursor never meets a number twice. */
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    type: text('type').notNull(),
    version: integer('version').notNull(),
    /** Milliseconds since the epoch. */
    createdAt: integer('created_at').notNull(),
    modifiedAt: integer('modified_at').notNull(),
    /** What `members.display` and `groups.display` show, so that neither has to parse a body. */
    display: text('display'),
    /** JSON without what is computed: `id`, `schemas`, `meta`, a group's `members`, a user's `groups`. Last: it is long. */
    body: text('body').notNull(),
  },
  (table) => [index('resources_by_type').on(table.type)],
)

/** The values by which resources are looked up, folded as they compare. `single` is 1 where no other may have the value. */
export const resourceKeys = sqliteTable(
  'resource_keys',
  {
    seq: integer('seq').notNull(),
    attribute: text('attribute').notNull(),
    value: text('value').notNull(),
    single: integer('single').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.seq, table.attribute, table.value] }),
    index('resource_keys_by_value').on(table.attribute, table.value, table.seq),
    uniqueIndex('resource_keys_single').on(table.attribute, table.value).where(sql`single = 1`),
  ],
)

/** Who is a direct member of which group, by `seq`: a member is a user or a group. */
export const memberships = sqliteTable(
  'memberships',
  {
    groupSeq: integer('group_seq').notNull(),
    memberSeq: integer('member_seq').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupSeq, table.memberSeq] }),
    index('memberships_by_member').on(table.memberSeq, table.groupSeq),
  ],
)

/** What the directory remembers of itself: the cursor key, which attributes `resource_keys` holds. */
export const directoryNotes = sqliteTable('directory_notes', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
})
