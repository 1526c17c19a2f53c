import { type SQL, sql } from 'drizzle-orm'
import { startOf } from './periods.ts'
import type { TenantDatabase } from './storage.ts'
import { calls } from './tables/calls.ts'
import { usageHours } from './tables/usage.ts'
import { noUsage, sumNames, type UsageSums } from './usage-counts.ts'

/** What a statement that changes calls returns of each, so that it can be counted. */
export const countedColumns = {
  at: calls.at,
  status: calls.status,
  state: calls.state,
  upstreamCalls: calls.upstreamCalls,
  billedCalls: calls.billedCalls,
  savedCalls: calls.savedCalls,
  costMicros: calls.costMicros,
  bytesIn: calls.bytesIn,
  bytesOut: calls.bytesOut,
}

export type CountedCall = Readonly<
  Pick<typeof calls.$inferSelect, Exclude<keyof typeof countedColumns, 'state'>> & { state: string }
>

/** One hour's sums, while they are being added up. */
type HourSums = { hour: number } & { -readonly [Name in keyof UsageSums]: number }

/**
 * Prepares the counting of calls into `usage_hours`. What counts each call once is that a row becomes final once: pass
 * what the statement that changed rows returned, in the same transaction. Those that are open are left out.
 */
export function countUsage(db: TenantDatabase): (changed: readonly CountedCall[]) => void {
  const field = (name: string): SQL => sql`value ->> ${sql.raw(`'$.${name}'`)}`
  const fields = sql.join(
    sumNames.map((name) => field(name)),
    sql`, `,
  )
  const grown = (column: { name: string }): SQL => sql`${column} + excluded.${sql.identifier(column.name)}`
  const add = db
    .insert(usageHours)
    .select(sql`select ${field('hour')}, ${fields}, 0 from json_each(${sql.placeholder('hours')}) where true`)
    .onConflictDoUpdate({
      target: usageHours.hour,
      set: Object.fromEntries(sumNames.map((name) => [name, grown(usageHours[name])])),
    })
    .prepare()
  return (changed) => {
    const hours = sumByHour(changed)
    if (hours.length > 0) add.run({ hours: JSON.stringify(hours) })
  }
}

/** Adds up calls that are final, hour by hour. */
export function sumByHour(changed: readonly CountedCall[]): readonly HourSums[] {
  const hours = new Map<number, HourSums>()
  for (const call of changed) {
    if (call.state === 'open') continue
    const hour = startOf('hour', call.at)
    let sums = hours.get(hour)
    if (sums === undefined) {
      sums = { hour, ...noUsage }
      hours.set(hour, sums)
    }
    sums.calls += 1
    if (call.state === 'in-doubt') sums.inDoubt += 1
    else if ((call.status ?? 0) >= 400) sums.errors += 1
    sums.upstreamCalls += call.upstreamCalls
    sums.billedCalls += call.billedCalls
    sums.savedCalls += call.savedCalls
    sums.costMicros += call.costMicros
    sums.bytesIn += call.bytesIn
    sums.bytesOut += call.bytesOut
  }
  return [...hours.values()]
}
