import { type SQL, sql } from 'drizzle-orm'

/** What usage is counted by. Periods begin where UTC's do. */
export type UsagePeriod = 'hour' | 'day' | 'month'

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

/** The start of the UTC period that a moment falls in; both in ms since the epoch. */
export function startOf(by: UsagePeriod, at: number): number {
  if (by !== 'month') return at - (at % (by === 'day' ? dayMs : hourMs))
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
}

/** The start of the following month. */
export function nextMonth(at: number): number {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
}

/** The same as `startOf`, of a column, in SQL. */
export function startIn(by: UsagePeriod, at: SQL): SQL<number> {
  if (by === 'month') return sql<number>`unixepoch(${at} / 1000, 'unixepoch', 'start of month') * 1000`
  return sql<number>`${at} - ${at} % ${sql.raw(String(by === 'day' ? dayMs : hourMs))}`
}
