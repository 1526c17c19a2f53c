import { and, asc, desc, eq, gte, lt, type SQL, sql } from 'drizzle-orm'
import { applyCalls } from './call-rows.ts'
import type { TenantDatabase } from './storage.ts'
import { attempts, calls } from './tables/calls.ts'

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

export type UsagePeriod = 'hour' | 'day' | 'month'

export interface UsageRange {
  readonly from: number | null
  readonly to: number | null
  readonly by: UsagePeriod
}

/** What one tenant used in one period (contract §9). */
export interface UsageCounts {
  /** The period's start, UTC, in ms since the epoch. */
  readonly period: number
  readonly calls: number
  /** Closed calls with a status of 400 or more. */
  readonly errors: number
  readonly inDoubt: number
  readonly upstreamCalls: number
  readonly billedCalls: number
  readonly savedCalls: number
  readonly costMicros: number
  /** Null until a tenant has a price. */
  readonly currency: string | null
  readonly bytesIn: number
  readonly bytesOut: number
}

/** A tenant's ledger rows. */
export interface CallQueries {
  /** Writes calls and their attempts, all or nothing. A row that is closed or in doubt is never changed again. */
  apply(rows: readonly CallWithAttempts[]): void
  /** Undefined when the cursor is none of a list of calls. */
  list(search: CallSearch): CallPage | undefined
  find(id: string): CallWithAttempts | undefined
  /** Periods with calls in [from, to), oldest first. Times are in ms since the epoch; null is no bound. */
  usage(range: UsageRange): UsageCounts[]
}

const defaultLimit = 100
const maxLimit = 1000

export function callQueries(db: TenantDatabase): CallQueries {
  return {
    apply: applyCalls(db),
    list: (search) => listCalls(db, search),
    find: (id) => {
      const call = db.select().from(calls).where(eq(calls.id, id)).get()
      if (call === undefined) return undefined
      const rows = db.select().from(attempts).where(eq(attempts.call, id)).orderBy(asc(attempts.seq)).all()
      return { ...call, attempts: rows.map(({ call: _call, ...attempt }) => attempt) }
    },
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

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** The start of the UTC period that a call's time falls in. */
const periodOf = {
  hour: sql<number>`${calls.at} - ${calls.at} % ${sql.raw(String(hourMs))}`,
  day: sql<number>`${calls.at} - ${calls.at} % ${sql.raw(String(dayMs))}`,
  month: sql<number>`unixepoch(${calls.at} / 1000, 'unixepoch', 'start of month') * 1000`,
} satisfies Record<UsagePeriod, SQL<number>>

function usage(db: TenantDatabase, { from, to, by }: UsageRange): UsageCounts[] {
  const count = (condition: SQL): SQL<number> => sql<number>`coalesce(sum(${condition}), 0)`
  return db
    .select({
      period: periodOf[by],
      calls: sql<number>`count(*)`,
      errors: count(sql`${calls.state} = 'closed' and ${calls.status} >= 400`),
      inDoubt: count(sql`${calls.state} = 'in-doubt'`),
      upstreamCalls: sql<number>`sum(${calls.upstreamCalls})`,
      billedCalls: sql<number>`sum(${calls.billedCalls})`,
      savedCalls: sql<number>`sum(${calls.savedCalls})`,
      costMicros: sql<number>`sum(${calls.costMicros})`,
      currency: sql<string | null>`null`,
      bytesIn: sql<number>`sum(${calls.bytesIn})`,
      bytesOut: sql<number>`sum(${calls.bytesOut})`,
    })
    .from(calls)
    .where(between(from, to))
    .groupBy(sql`1`)
    .orderBy(sql`1`)
    .all()
}
