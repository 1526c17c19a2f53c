import { and, asc, gte, lt, sql } from 'drizzle-orm'
import { nextMonth, startIn, startOf, type UsagePeriod } from './periods.ts'
import type { TenantDatabase } from './storage.ts'
import { usageHours } from './tables/usage.ts'
import { addUsage, noUsage, summed, type UsageCounts, type UsageSums } from './usage-counts.ts'

/** Absolute values of one hour, day or month, as the control store keeps them. */
export interface PeriodUsage extends UsageCounts {
  readonly by: UsagePeriod
}

/** An hour that the control store does not have as it is now. */
export interface WaitingHour {
  /** Its start, in ms since the epoch. */
  readonly hour: number
  /** Its calls so far: give both to `rolledUp` once the control store has `periods`. */
  readonly calls: number
  /** The hour, its day and its month, whole. Hours of one day repeat it. */
  readonly periods: readonly PeriodUsage[]
}

/** What waits to be rolled up to the control store. */
export interface UsageQueries {
  /** At most `limit` hours that wait, oldest first. */
  waiting(limit: number): WaitingHour[]
  /** The control store has these hours up to so many calls: an hour that has grown since goes on waiting. */
  rolledUp(hours: readonly Pick<WaitingHour, 'hour' | 'calls'>[]): void
  /** Lets every hour wait again, for a control store that has none of them: after an import, or when it was lost. */
  rollUpAgain(): void
}

export function usageQueries(db: TenantDatabase): UsageQueries {
  const waiting = db
    .select()
    .from(usageHours)
    // Written out, since an index with a condition serves no parameter.
    .where(sql`rolled_up < calls`)
    .orderBy(asc(usageHours.hour))
    .limit(sql.placeholder('limit'))
    .prepare()
  const days = db
    .select({ day: startIn('day', sql`${usageHours.hour}`), ...summed(usageHours) })
    .from(usageHours)
    .where(and(gte(usageHours.hour, sql.placeholder('from')), lt(usageHours.hour, sql.placeholder('to'))))
    .groupBy(sql`1`)
    .prepare()
  const mark = db
    .update(usageHours)
    .set({ rolledUp: sql`max(${usageHours.rolledUp}, told.value ->> '$.calls')` })
    .from(sql`json_each(${sql.placeholder('hours')}) told`)
    .where(sql`${usageHours.hour} = told.value ->> '$.hour'`)
    .prepare()
  return {
    // Not in one transaction: a call that another process adds in between is in the day already and in the hour next time.
    waiting: (limit) => {
      const months = lazyMonths((from) => days.all({ from, to: nextMonth(from) }))
      return waiting.all({ limit }).map(({ hour, rolledUp: _rolledUp, ...sums }) => ({
        hour,
        calls: sums.calls,
        periods: [period('hour', hour, sums), ...months(hour)],
      }))
    },
    rolledUp: (hours) => {
      if (hours.length === 0) return
      mark.run({ hours: JSON.stringify(hours.map(({ hour, calls }) => ({ hour, calls }))) })
    },
    rollUpAgain: () => {
      db.update(usageHours).set({ rolledUp: 0 }).where(sql`rolled_up > 0`).run()
    },
  }
}

const period = (by: UsagePeriod, start: number, sums: UsageSums): PeriodUsage => ({
  by,
  period: start,
  ...sums,
  currency: null,
})

/** The day and the month of an hour, each month read once. */
function lazyMonths(daysOf: (month: number) => readonly ({ day: number } & UsageSums)[]) {
  const known = new Map<number, { month: PeriodUsage; days: Map<number, PeriodUsage> }>()
  return (hour: number): PeriodUsage[] => {
    const start = startOf('month', hour)
    let found = known.get(start)
    if (found === undefined) {
      const rows = daysOf(start)
      found = {
        month: period('month', start, rows.reduce<UsageSums>(addUsage, noUsage)),
        days: new Map(rows.map(({ day, ...sums }) => [day, period('day', day, sums)])),
      }
      known.set(start, found)
    }
    const day = found.days.get(startOf('day', hour))
    return day === undefined ? [found.month] : [day, found.month]
  }
}
