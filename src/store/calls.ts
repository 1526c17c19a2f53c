import { and, asc, desc, eq, gte, lt, ne, type SQL, sql } from 'drizzle-orm'
import { abandonOpenCalls, applyCalls } from './call-rows.ts'
import { lazily } from './lazily.ts'
import { startIn } from './periods.ts'
import type { TenantDatabase } from './storage.ts'
import { attempts, calls } from './tables/calls.ts'
import { summed, type UsageCounts, type UsageRange } from './usage-counts.ts'

export type { UsagePeriod } from './periods.ts'
export type { UsageCounts, UsageRange } from './usage-counts.ts'

export type CallRow = Readonly<typeof calls.$inferSelect>
export type AttemptRow = Readonly<Omit<typeof attempts.$inferSelect, 'call'>>
export interface CallWithAttempts extends CallRow {
  readonly attempts: readonly AttemptRow[]
}

/** Which calls to list. Times are in ms since the epoch. */
export interface CallSearch {
  readonly status?: number | null
  /** Inclusive. */
  readonly since?: number | null
  /** Exclusive. */
  readonly until?: number | null
  /** 100 unless told; 1,000 at most. */
  readonly limit?: number
  /** A page's `nextCursor`. */
  readonly cursor?: string | null
}

/** Newest first. `nextCursor` is absent on the last page. */
export interface CallPage {
  readonly calls: readonly CallRow[]
  readonly nextCursor?: string
}

/** A tenant's ledger rows. */
export interface CallQueries {
  /** Writes calls and their attempts, all or nothing. A row that is closed or in doubt is never changed again. */
  apply(rows: readonly CallWithAttempts[]): void
  /** Undefined when the cursor is none of a list of calls. */
  list(search: CallSearch): CallPage | undefined
  find(id: string): CallWithAttempts | undefined
  /** Makes every open row in doubt, for when nobody is left who could close one. Gives how many there were. */
  abandonOpen(): number
  /**
   * Periods with finished calls in [from, to), oldest first, counted from the calls themselves. Times are in ms since the
   * epoch; null is no bound.
   */
  usage(range: UsageRange): UsageCounts[]
}

const defaultLimit = 100
const maxLimit = 1000

export function callQueries(db: TenantDatabase): CallQueries {
  const abandonOpen = lazily(() => abandonOpenCalls(db))
  return {
    apply: applyCalls(db),
    list: (search) => listCalls(db, search),
    find: (id) => {
      const call = db.select().from(calls).where(eq(calls.id, id)).get()
      if (call === undefined) return undefined
      const rows = db.select().from(attempts).where(eq(attempts.call, id)).orderBy(asc(attempts.seq)).all()
      return { ...call, attempts: rows.map(({ call: _call, ...attempt }) => attempt) }
    },
    abandonOpen: () => abandonOpen()(),
    usage: (range) => usage(db, range),
  }
}

function listCalls(db: TenantDatabase, search: CallSearch): CallPage | undefined {
  const limit = Math.min(Math.max(Math.trunc(search.limit ?? defaultLimit), 1), maxLimit)
  const after = search.cursor == null ? undefined : parseCursor(search.cursor)
  if (search.cursor != null && after === undefined) return undefined
  const rows = db
    .select()
    .from(calls)
    .where(
      and(
        between(search.since, search.until),
        search.status == null ? undefined : eq(calls.status, search.status),
        after === undefined ? undefined : sql`(${calls.at}, ${calls.id}) < (${after.at}, ${after.id})`,
      ),
    )
    .orderBy(desc(calls.at), desc(calls.id))
    .limit(limit + 1)
    .all()
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return rows.length > limit && last !== undefined
    ? { calls: page, nextCursor: `${last.at}.${last.id}` }
    : { calls: page }
}

function parseCursor(cursor: string): { at: number; id: string } | undefined {
  const [, at, id] = /^(\d{1,16})\.(.{1,64})$/.exec(cursor) ?? []
  return at === undefined || id === undefined ? undefined : { at: Number(at), id }
}

/** [from, to) over `calls_at`. */
const between = (from: number | null | undefined, to: number | null | undefined): SQL | undefined =>
  and(from == null ? undefined : gte(calls.at, from), to == null ? undefined : lt(calls.at, to))

function usage(db: TenantDatabase, { from, to, by }: UsageRange): UsageCounts[] {
  const count = (condition: SQL): SQL => sql`coalesce(${condition}, 0)`
  const columns = {
    ...calls,
    calls: sql`1`,
    errors: count(sql`${calls.state} = 'closed' and ${calls.status} >= 400`),
    inDoubt: count(sql`${calls.state} = 'in-doubt'`),
  }
  return db
    .select({
      period: startIn(by, sql`${calls.at}`),
      ...summed(columns),
      currency: sql<string | null>`null`,
    })
    .from(calls)
    .where(and(between(from, to), ne(calls.state, 'open')))
    .groupBy(sql`1`)
    .orderBy(sql`1`)
    .all()
}
