import { and, asc, eq, gt, sql } from 'drizzle-orm'
import { lazily } from './lazily.ts'
import { type MembershipQueries, membershipQueries } from './memberships.ts'
import { type ResourceKeyQueries, resourceKeyQueries } from './resource-keys.ts'
import type { TenantDatabase } from './storage.ts'
import { directoryNotes, resources } from './tables/resources.ts'

/** One row: what a resource is made of, without what is computed from other rows. */
export interface ResourceRow {
  readonly seq: number
  readonly id: string
  readonly type: string
  readonly version: number
  readonly createdAt: number
  readonly modifiedAt: number
  readonly display: string | null
  /** JSON. */
  readonly body: string
}

export interface ResourceChange {
  readonly version: number
  readonly modifiedAt: number
  readonly display: string | null
  readonly body: string
}

/**
 * Every query of the `directory` upstream, by name. Nothing here grows with the directory but what its `limit` allows;
 * many values travel as one JSON parameter, because Durable Objects and D1 take a hundred a statement.
 */
export interface ResourceQueries {
  /** Runs `work` alone: either all it wrote stays or, when it throws, nothing. */
  transaction<Result>(work: () => Result): Result
  byId(type: string, id: string): ResourceRow | undefined
  /** Those that still exist, ordered by `seq`. */
  bySeqs(seqs: readonly number[]): ResourceRow[]
  /** The next rows behind `seq`, ordered by it. */
  after(types: readonly string[], seq: number, limit: number): ResourceRow[]
  page(types: readonly string[], offset: number, limit: number): ResourceRow[]
  count(types: readonly string[]): number
  /** Gives the new row's `seq`. */
  insert(row: Omit<ResourceRow, 'seq'>): number
  update(seq: number, change: ResourceChange): void
  /** A new version without another change of the row itself. */
  touch(seqs: readonly number[], modifiedAt: number): void
  remove(seq: number): void
  note(name: string): string | undefined
  /** Writes the note and gives what is noted: an older one unless `overwrite`. */
  writeNote(name: string, value: string, overwrite: boolean): string
  readonly keys: ResourceKeyQueries
  readonly memberships: MembershipQueries
}

/** The queries over one opened database. Statements are prepared once, when first used. */
export function resourceQueries(database: TenantDatabase): ResourceQueries {
  return {
    transaction: (work) => database.transaction(() => work(), { behavior: 'immediate' }),
    ...rowReads(database),
    ...rowWrites(database),
    ...notes(database),
    keys: resourceKeyQueries(database),
    memberships: membershipQueries(database),
  }
}

const oneType = eq(resources.type, sql.placeholder('type'))
// The unary plus keeps SQLite from the index over types: it would collect and sort the whole directory for each page.
const manyTypes = sql`+${resources.type} in (select value from json_each(${sql.placeholder('type')}))`
const behind = gt(resources.seq, sql.placeholder('seq'))
const limit = sql.placeholder('limit')

type RowReads = Pick<ResourceQueries, 'byId' | 'bySeqs' | 'after' | 'page' | 'count'>

function rowReads(database: TenantDatabase): RowReads {
  const rows = () => database.select().from(resources)
  const byId = lazily(() =>
    rows()
      .where(and(eq(resources.id, sql.placeholder('id')), oneType))
      .prepare(),
  )
  const bySeqs = lazily(() =>
    rows()
      .where(sql`${resources.seq} in (select value from json_each(${sql.placeholder('seqs')}))`)
      .orderBy(asc(resources.seq))
      .prepare(),
  )
  const walk = (types: typeof oneType) =>
    lazily(() => rows().where(and(types, behind)).orderBy(asc(resources.seq)).limit(limit).prepare())
  const offset = (types: typeof oneType) =>
    lazily(() =>
      rows()
        // The inner select steps over an index: rows that are skipped are not read.
        .where(sql`${resources.seq} in (select ${resources.seq} from ${resources} where ${types}
          order by ${resources.seq} limit ${limit} offset ${sql.placeholder('offset')})`)
        .orderBy(asc(resources.seq))
        .prepare(),
    )
  const total = (types: typeof oneType) =>
    lazily(() => database.select({ count: sql<number>`count(*)` }).from(resources).where(types).prepare())
  const walks = perTypes(walk)
  const offsets = perTypes(offset)
  const totals = perTypes(total)
  return {
    byId: (type, id) => byId().get({ type, id }),
    bySeqs: (seqs) => bySeqs().all({ seqs: JSON.stringify(seqs) }),
    after: (types, seq, rowLimit) => walks(types).all({ type: typeParameter(types), seq, limit: rowLimit }),
    page: (types, skip, rowLimit) => offsets(types).all({ type: typeParameter(types), offset: skip, limit: rowLimit }),
    count: (types) => totals(types).get({ type: typeParameter(types) })?.count ?? 0,
  }
}

/** A statement for one type, which an index serves, and one for several. */
function perTypes<Statement>(
  make: (types: typeof oneType) => () => Statement,
): (types: readonly string[]) => Statement {
  const one = make(oneType)
  const many = make(manyTypes)
  return (types) => (types.length === 1 ? one() : many())
}

const typeParameter = (types: readonly string[]): string =>
  types.length === 1 && types[0] !== undefined ? types[0] : JSON.stringify(types)

type RowWrites = Pick<ResourceQueries, 'insert' | 'update' | 'touch' | 'remove'>

function rowWrites(database: TenantDatabase): RowWrites {
  const seq = eq(resources.seq, sql.placeholder('seq'))
  const given = (name: string) => sql`${sql.placeholder(name)}`
  const insert = lazily(() =>
    database
      .insert(resources)
      .values({
        id: sql.placeholder('id'),
        type: sql.placeholder('type'),
        version: sql.placeholder('version'),
        createdAt: sql.placeholder('createdAt'),
        modifiedAt: sql.placeholder('modifiedAt'),
        display: sql.placeholder('display'),
        body: sql.placeholder('body'),
      })
      .returning({ seq: resources.seq })
      .prepare(),
  )
  const update = lazily(() =>
    database
      .update(resources)
      .set({
        version: given('version'),
        modifiedAt: given('modifiedAt'),
        display: given('display'),
        body: given('body'),
      })
      .where(seq)
      .prepare(),
  )
  const touch = lazily(() =>
    database
      .update(resources)
      .set({ version: sql`${resources.version} + 1`, modifiedAt: given('modifiedAt') })
      .where(sql`${resources.seq} in (select value from json_each(${sql.placeholder('seqs')}))`)
      .prepare(),
  )
  const remove = lazily(() => database.delete(resources).where(seq).prepare())
  return {
    insert: (row) => insert().get({ ...row }).seq,
    update: (at, change) => void update().run({ ...change, seq: at }),
    touch: (seqs, modifiedAt) => void touch().run({ seqs: JSON.stringify(seqs), modifiedAt }),
    remove: (at) => void remove().run({ seq: at }),
  }
}

type Notes = Pick<ResourceQueries, 'note' | 'writeNote'>

function notes(database: TenantDatabase): Notes {
  const value = sql.placeholder('value')
  const read = lazily(() =>
    database
      .select({ value: directoryNotes.value })
      .from(directoryNotes)
      .where(eq(directoryNotes.name, sql.placeholder('name')))
      .prepare(),
  )
  const write = lazily(() =>
    database
      .insert(directoryNotes)
      .values({ name: sql.placeholder('name'), value })
      .onConflictDoUpdate({
        target: directoryNotes.name,
        set: { value: sql`iif(${sql.placeholder('overwrite')}, excluded.value, ${directoryNotes.value})` },
      })
      .returning({ value: directoryNotes.value })
      .prepare(),
  )
  return {
    note: (name) => read().get({ name })?.value,
    writeNote: (name, text, overwrite) => write().get({ name, value: text, overwrite: overwrite ? 1 : 0 }).value,
  }
}
