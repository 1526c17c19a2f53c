import { type SQL, sql } from 'drizzle-orm'
import type { UsagePeriod } from './periods.ts'

/** What was used: of some calls, each of which is closed or in doubt. */
export interface UsageSums {
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

/** What one tenant used in one period (contract §9). Calls that are still open are not counted yet. */
export interface UsageCounts extends UsageSums {
  /** The period's start, UTC, in ms since the epoch. */
  readonly period: number
  /** Null until a tenant has a price. */
  readonly currency: string | null
}

/** Which periods to show. Times are in ms since the epoch; null is no bound. */
export interface UsageRange {
  /** Inclusive. */
  readonly from: number | null
  /** Exclusive. */
  readonly to: number | null
  readonly by: UsagePeriod
}

export const sumNames = [
  'calls',
  'errors',
  'inDoubt',
  'upstreamCalls',
  'billedCalls',
  'savedCalls',
  'costMicros',
  'bytesIn',
  'bytesOut',
] as const satisfies readonly (keyof UsageSums)[]

export const noUsage: UsageSums = {
  calls: 0,
  errors: 0,
  inDoubt: 0,
  upstreamCalls: 0,
  billedCalls: 0,
  savedCalls: 0,
  costMicros: 0,
  bytesIn: 0,
  bytesOut: 0,
}

export const addUsage = (one: UsageSums, other: UsageSums): UsageSums => ({
  calls: one.calls + other.calls,
  errors: one.errors + other.errors,
  inDoubt: one.inDoubt + other.inDoubt,
  upstreamCalls: one.upstreamCalls + other.upstreamCalls,
  billedCalls: one.billedCalls + other.billedCalls,
  savedCalls: one.savedCalls + other.savedCalls,
  costMicros: one.costMicros + other.costMicros,
  bytesIn: one.bytesIn + other.bytesIn,
  bytesOut: one.bytesOut + other.bytesOut,
})

/** The columns of these names, each summed over a group. */
export const summed = (columns: Readonly<Record<keyof UsageSums, SQL | { name: string }>>) => {
  const sum = (column: unknown): SQL<number> => sql<number>`sum(${column})`
  return {
    calls: sum(columns.calls),
    errors: sum(columns.errors),
    inDoubt: sum(columns.inDoubt),
    upstreamCalls: sum(columns.upstreamCalls),
    billedCalls: sum(columns.billedCalls),
    savedCalls: sum(columns.savedCalls),
    costMicros: sum(columns.costMicros),
    bytesIn: sum(columns.bytesIn),
    bytesOut: sum(columns.bytesOut),
  } satisfies Record<keyof UsageSums, SQL<number>>
}
