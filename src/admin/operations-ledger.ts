import type { CallNote } from '../call.ts'
import type { AttemptRow, CallRow, CallSearch, UsageCounts, UsageRange } from '../store/calls.ts'
import { startOf } from '../store/periods.ts'
import { hoursKeptDays, hoursKeptSince, rowsFor } from '../store/usage-rollups.ts'
import type { AdminDependencies } from './dependencies.ts'
import { recordOf } from './operations-tenants.ts'
import { invalid, notFound } from './problem.ts'
import { rfc3339 } from './time.ts'

/** One tenant's usage in one period (contract §9); `period` is its start in RFC 3339. */
export interface UsageRow extends Omit<UsageCounts, 'period'> {
  readonly tenant: string
  readonly period: string
}

/** One call as the contract lists it (§9). `at` is in RFC 3339. */
export interface CallView
  extends Pick<
    CallRow,
    | 'id'
    | 'credential'
    | 'method'
    | 'operation'
    | 'resourceType'
    | 'resourceId'
    | 'status'
    | 'scimType'
    | 'durationMs'
    | 'upstreamCalls'
    | 'billedCalls'
    | 'savedCalls'
    | 'costMicros'
    | 'state'
  > {
  readonly at: string
}

export interface CallTrace extends CallView {
  readonly attempts: readonly AttemptRow[]
  /** Absent where nothing that the client sent was left out. */
  readonly notes?: readonly CallNote[]
}

const usageRow = (tenant: string, counts: UsageCounts): UsageRow => ({
  tenant,
  period: rfc3339(counts.period),
  calls: counts.calls,
  errors: counts.errors,
  inDoubt: counts.inDoubt,
  upstreamCalls: counts.upstreamCalls,
  billedCalls: counts.billedCalls,
  savedCalls: counts.savedCalls,
  costMicros: counts.costMicros,
  currency: counts.currency,
  bytesIn: counts.bytesIn,
  bytesOut: counts.bytesOut,
})

function requireRange({ from, to }: UsageRange): void {
  if (from !== null && to !== null && from >= to) {
    throw invalid([{ field: 'to', detail: 'must be later than from' }])
  }
}

/** One tenant's usage, oldest period first. @throws Problem 404, 400 */
export async function usageOfTenant(admin: AdminDependencies, tenant: string, range: UsageRange): Promise<UsageRow[]> {
  requireRange(range)
  const counts = await (await recordOf(admin, tenant)).usage(range)
  return counts.map((each) => usageRow(tenant, each))
}

/**
 * Everybody's usage, by tenant, then oldest period first; tenants whose file is gone included. It comes from the roll-ups,
 * which know no less than an hour, and hours for a fortnight. @throws Problem 400
 */
export async function usageOfAllTenants(admin: AdminDependencies, range: UsageRange): Promise<UsageRow[]> {
  requireRange(range)
  requireRollups(range, admin.now())
  await admin.usage.settle()
  return (await admin.usage.overview(range)).map(({ tenant, ...counts }) => usageRow(tenant, counts))
}

function requireRollups(range: UsageRange, now: number): void {
  const bounds = (['from', 'to'] as const).flatMap((field) =>
    range[field] === null ? [] : { field, at: range[field] },
  )
  const partial = bounds.filter(({ at }) => startOf('hour', at) !== at)
  if (partial.length > 0) {
    const detail = 'must be a full hour for all tenants at once, such as 2026-11-01T09:00:00Z; or ask for one tenant'
    throw invalid(partial.map(({ field }) => ({ field, detail })))
  }
  const since = hoursKeptSince(now)
  if (rowsFor(range) !== 'hour' || (range.from !== null && range.from >= since)) return
  const kept = `the hours of all tenants are kept for ${hoursKeptDays} days: ask for one tenant, `
  if (range.by === 'hour') throw invalid([{ field: 'from', detail: `${kept}for by=day, or from ${rfc3339(since)}` }])
  const within = bounds.filter(({ at }) => startOf('day', at) !== at)
  throw invalid(within.map(({ field }) => ({ field, detail: `${kept}or for whole days (UTC)` })))
}

/** Member by member: a column that the table gains later must not appear here by itself. */
const callView = (row: CallRow): CallView => ({
  id: row.id,
  at: rfc3339(row.at),
  credential: row.credential,
  method: row.method,
  operation: row.operation,
  resourceType: row.resourceType,
  resourceId: row.resourceId,
  status: row.status,
  scimType: row.scimType,
  durationMs: row.durationMs,
  upstreamCalls: row.upstreamCalls,
  billedCalls: row.billedCalls,
  savedCalls: row.savedCalls,
  costMicros: row.costMicros,
  state: row.state,
})

const attemptView = ({ seq, purpose, method, path, status, durationMs, billed }: AttemptRow): AttemptRow => ({
  seq,
  purpose,
  method,
  path,
  status,
  durationMs,
  billed,
})

/** One tenant's calls, newest first; `nextCursor` is absent at the end. @throws Problem 404, 400 */
export async function listCalls(
  admin: AdminDependencies,
  tenant: string,
  search: CallSearch,
): Promise<{ calls: CallView[]; nextCursor?: string }> {
  const page = await (await recordOf(admin, tenant)).calls(search)
  if (page === undefined) throw invalid([{ field: 'cursor', detail: 'must be the nextCursor of a list of calls' }])
  const calls = page.calls.map(callView)
  return page.nextCursor === undefined ? { calls } : { calls, nextCursor: page.nextCursor }
}

/** One call, every attempt that it made upstream, and what was left out of it. @throws Problem 404 */
export async function readCall(admin: AdminDependencies, tenant: string, id: string): Promise<CallTrace> {
  const call = await (await recordOf(admin, tenant)).call(id)
  if (call === undefined) throw notFound(`tenant ${tenant} has no call ${id}`)
  const notes = call.notes === null ? {} : { notes: call.notes }
  return { ...callView(call), attempts: call.attempts.map(attemptView), ...notes }
}
