import { and, asc, desc, eq, gte, lt, type SQL, sql } from 'drizzle-orm'
import { badRequest } from '../scim/error.ts'
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
  readonly status?: number
  /** Inclusive. */
  readonly since?: number
  /** Exclusive. */
  readonly until?: number
  /** 100 unless told; 1,000 at most. */
  readonly limit?: number
  /** A page's `nextCursor`. */
  readonly cursor?: string
}

/** Newest first. `nextCursor` is absent on the last page. */
export interface CallPage {
  readonly calls: readonly CallRow[]
  readonly nextCursor?: string
}

export type UsagePeriod = 'hour' | 'day' | 'month'

/** What one tenant used in one period (contract §9). */
export interface UsageCounts {
  /** The period's start, UTC, in ms since the epoch. */
  readonly periodAt: number
  readonly calls: number
  /** Closed calls with a status of 400 or more. */
  readonly errors: number
  readonly inDoubt: number
  readonly upstreamCalls: number
  readonly billedCalls: number
  readonly savedCalls: number
  readonly costMicros: number
  readonly bytesIn: number
  readonly bytesOut: number
}

/** A tenant's ledger rows. */
export interface CallQueries {
  /** Writes calls and their attempts, all or nothing. A row that is closed or in doubt is never changed again. */
  apply(rows: readonly CallWithAttempts[]): void
  /** @throws ScimError 400 `invalidCursor`. */
  list(search: CallSearch): CallPage
  find(id: string): CallWithAttempts | undefined
  /** Periods with calls in [from, to), oldest first. Times are in ms since the epoch. */
  usage(from: number, to: number, by: UsagePeriod): UsageCounts[]
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
    usage: (from, to, by) => usage(db, { from, to, by }),
  }
}

function listCalls(db: TenantDatabase, search: CallSearch): CallPage {
  const limit = Math.min(Math.max(Math.trunc(search.limit ?? defaultLimit), 1), maxLimit)
  const conditions: SQL[] = []
  if (search.status !== undefined) conditions.push(eq(calls.status, search.status))
  if (search.since !== undefined) conditions.push(gte(calls.at, search.since))
  if (search.until !== undefined) conditions.push(lt(calls.at, search.until))
  if (search.cursor !== undefined) {
    const { at, id } = parseCursor(search.cursor)
    conditions.push(sql`(${calls.at}, ${calls.id}) < (${at}, ${id})`)
  }
  const rows = db
    .select()
    .from(calls)
    .where(and(...conditions))
    .orderBy(desc(calls.at), desc(calls.id))
    .limit(limit + 1)
    .all()
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return rows.length > limit && last !== undefined
    ? { calls: page, nextCursor: `${last.at}.${last.id}` }
    : { calls: page }
}

function parseCursor(cursor: string): { at: number; id: string } {
  const [, at, id] = /^(\d{1,16})\.(.{1,64})$/.exec(cursor) ?? []
  if (at === undefined || id === undefined) throw badRequest('invalidCursor', 'the cursor is none of this list')
  return { at: Number(at), id }
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** The start of the UTC period that a call's time falls in. */
const periodOf = {
  hour: sql<number>`${calls.at} - ${calls.at} % ${sql.raw(String(hourMs))}`,
  day: sql<number>`${calls.at} - ${calls.at} % ${sql.raw(String(dayMs))}`,
  month: sql<number>`unixepoch(${calls.at} / 1000, 'unixepoch', 'start of month') * 1000`,
} satisfies Record<UsagePeriod, SQL<number>>

function usage(db: TenantDatabase, { from, to, by }: { from: number; to: number; by: UsagePeriod }): UsageCounts[] {
  const count = (condition: SQL): SQL<number> => sql<number>`coalesce(sum(${condition}), 0)`
  return db
    .select({
      periodAt: periodOf[by],
      calls: sql<number>`count(*)`,
      errors: count(sql`${calls.state} = 'closed' and ${calls.status} >= 400`),
      inDoubt: count(sql`${calls.state} = 'in-doubt'`),
      upstreamCalls: sql<number>`sum(${calls.upstreamCalls})`,
      billedCalls: sql<number>`sum(${calls.billedCalls})`,
      savedCalls: sql<number>`sum(${calls.savedCalls})`,
      costMicros: sql<number>`sum(${calls.costMicros})`,
      bytesIn: sql<number>`sum(${calls.bytesIn})`,
      bytesOut: sql<number>`sum(${calls.bytesOut})`,
    })
    .from(calls)
    .where(and(gte(calls.at, from), lt(calls.at, to)))
    .groupBy(sql`1`)
    .orderBy(sql`1`)
    .all()
}
