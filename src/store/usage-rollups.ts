import { and, eq, gte, inArray, lt, type SQL, sql } from 'drizzle-orm'
import type { ControlStorage } from './control-storage.ts'
import { usageRollups } from './control-tables.ts'
import { dayMs, startIn, startOf, type UsagePeriod } from './periods.ts'
import { summed, sumNames, type UsageCounts, type UsageRange } from './usage-counts.ts'
import type { PeriodUsage, WaitingHour } from './usage-hours.ts'

export interface TenantUsage extends UsageCounts {
  readonly tenant: string
}

/** What waits of one tenant, as its own database tells it. */
export interface TenantRollup {
  readonly tenant: string
  readonly hours: readonly Pick<WaitingHour, 'periods'>[]
}

/** Usage of all tenants, as their own databases have told it so far. */
export interface UsageRollups {
  /**
   * Takes in absolute values. What is repeated, lost or comes late changes nothing: of two readings of a period, the one
   * with more calls is the later, since usage only ever grows.
   */
  put(tenant: string, hours: TenantRollup['hours']): Promise<void>
  /** The same of several tenants, all or nothing. */
  putAll(rollups: readonly TenantRollup[]): Promise<void>
  /**
   * Everybody's usage by tenant, then oldest period first, in one query. Both bounds are starts of hours. Hours are there
   * since `hoursKeptSince` only: `rowsFor` says whether a range needs them.
   */
  overview(range: UsageRange): Promise<readonly TenantUsage[]>
  /** The tenants of which there is anything. */
  tenants(): Promise<readonly string[]>
  /** Drops what is known of a tenant whose records are erased. */
  forget(tenant: string): Promise<void>
  /** Deletes at most `limit` rows of hours that are kept no longer, and gives how many; days and months stay. */
  prune(now: number, limit?: number): Promise<number>
}

/** How many days' hours are kept of all tenants. */
export const hoursKeptDays = 14

/** The first hour that is kept at this moment; both in ms since the epoch. */
export const hoursKeptSince = (now: number): number => startOf('day', now) - hoursKeptDays * dayMs

/** Which rows answer this: the coarsest that both bounds are starts of, and that can be grouped into `by`. */
export function rowsFor({ from, to, by }: UsageRange): UsagePeriod {
  const aligned = (kind: UsagePeriod): boolean => [from, to].every((at) => at === null || startOf(kind, at) === at)
  if (by === 'month' && aligned('month')) return 'month'
  return by !== 'hour' && aligned('day') ? 'day' : 'hour'
}

/** Rows of one statement: a quarter of a megabyte as its one parameter. */
const rowsAtOnce = 1000

export function createUsageRollups({ db, atomic }: ControlStorage): UsageRollups {
  const upsert = (rows: readonly RollupRow[]) =>
    db
      .insert(usageRollups)
      // One parameter however many rows: D1 takes a hundred a statement.
      .select(sql`select ${fields} from json_each(${JSON.stringify(rows)}) where true`)
      .onConflictDoUpdate({
        target: [usageRollups.by, usageRollups.period, usageRollups.tenant],
        set: Object.fromEntries(replaced.map((name) => [name, excluded(usageRollups[name])])),
        setWhere: sql`${excluded(usageRollups.calls)} >= ${usageRollups.calls}`,
      })
  const putAll: UsageRollups['putAll'] = async (rollups) => {
    const rows = rollups.flatMap(distinctRows)
    if (rows.length === 0) return
    await atomic(slices(rows).map(upsert))
  }
  return {
    put: (tenant, hours) => putAll([{ tenant, hours }]),
    putAll,
    overview: async (range) => {
      const { from, to, by } = range
      const period = startIn(by, sql`${usageRollups.period}`)
      return await db
        .select({
          tenant: usageRollups.tenant,
          period,
          ...summed(usageRollups),
          currency: sql<string | null>`max(${usageRollups.currency})`,
        })
        .from(usageRollups)
        .where(
          and(
            eq(usageRollups.by, rowsFor(range)),
            from === null ? undefined : gte(usageRollups.period, from),
            to === null ? undefined : lt(usageRollups.period, to),
          ),
        )
        .groupBy(usageRollups.tenant, sql`2`)
        .orderBy(usageRollups.tenant, sql`2`)
    },
    tenants: async () => {
      const rows = await db
        .selectDistinct({ tenant: usageRollups.tenant })
        .from(usageRollups)
        .where(eq(usageRollups.by, 'month'))
      return rows.map(({ tenant }) => tenant)
    },
    forget: (tenant) =>
      atomic(
        (['hour', 'day', 'month'] as const).map((by) =>
          db
            .delete(usageRollups)
            .where(
              and(
                eq(usageRollups.by, by),
                inArray(usageRollups.period, periodsOf(by)),
                eq(usageRollups.tenant, tenant),
              ),
            ),
        ),
      ),
    prune: async (now, limit = Number.MAX_SAFE_INTEGER) => {
      const old = and(eq(usageRollups.by, 'hour'), lt(usageRollups.period, hoursKeptSince(now)))
      const some = sql`(select rowid from ${usageRollups} where ${old} limit ${limit})`
      const [row] = await db.select({ count: sql<number>`count(*)` }).from(usageRollups).where(sql`rowid in ${some}`)
      if (row === undefined || row.count === 0) return 0
      await atomic([db.delete(usageRollups).where(sql`rowid in ${some}`)])
      return row.count
    },
  }
}

/**
 * Each period that there is, found by as many looks into the index: a tenant's rows are few among millions, and no index
 * has them together.
 */
const periodsOf = (by: UsagePeriod): SQL => sql`(
  with recursive known(period) as (
    select min(period) from ${usageRollups} where by = ${by}
    union all
    select (select min(later.period) from ${usageRollups} later where later.by = ${by} and later.period > known.period)
    from known where known.period is not null
  ) select period from known where period is not null)`

interface RollupRow extends PeriodUsage {
  readonly tenant: string
}

const replaced = [...sumNames, 'currency'] as const

/** The value that the insert brought. */
const excluded = (column: { name: string }): SQL => sql`excluded.${sql.identifier(column.name)}`

/** In the order of the table's columns. */
const fields = sql.join(
  [
    ...['by', 'period', 'tenant', 'calls', 'errors', 'inDoubt', 'upstreamCalls', 'billedCalls', 'savedCalls'],
    ...['costMicros', 'currency', 'bytesIn', 'bytesOut'],
  ].map((name) => sql.raw(`value ->> '$.${name}'`)),
  sql`, `,
)

/** Each period once: hours of one day all bring it. */
function distinctRows({ tenant, hours }: TenantRollup): RollupRow[] {
  const rows = new Map<string, RollupRow>()
  for (const { periods } of hours) {
    for (const usage of periods) {
      const key = `${usage.by} ${usage.period}`
      if ((rows.get(key)?.calls ?? 0) <= usage.calls) rows.set(key, { tenant, ...usage })
    }
  }
  return [...rows.values()]
}

const slices = <Item>(items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / rowsAtOnce) }, (_, at) =>
    items.slice(at * rowsAtOnce, (at + 1) * rowsAtOnce),
  )
