import { eq, type SQL, sql } from 'drizzle-orm'
import type { CallWithAttempts } from './calls.ts'
import type { TenantDatabase } from './storage.ts'
import { attempts, calls } from './tables/calls.ts'
import { credentials } from './tables/credentials.ts'
import { countedColumns, countUsage } from './usage-count.ts'

/** One field of each element of the JSON array given as `rows`. */
const field = (name: string): SQL => sql`value ->> ${sql.raw(`'$.${name}'`)}`

/** What an `on conflict` replaces: the value that the insert brought. */
const excluded = (column: { name: string }): SQL => sql`excluded.${sql.identifier(column.name)}`

const rows = sql`json_each(${sql.placeholder('rows')}) where true`

/**
 * Prepares the writing of many rows as one statement with one parameter (house.md: `json_each`), which costs a third of
 * one statement a row. Applying is repeated after a crash and by other processes, so every statement is a guarded upsert:
 * an open row may become closed or in doubt, and a finished row stays as it is. So a call is counted where its row
 * becomes final: the statement returns what it inserted or changed, and a finished row that comes again is neither.
 */
export function applyCalls(db: TenantDatabase): (rows: readonly CallWithAttempts[]) => void {
  const intoCalls = callInsert(db)
  const intoAttempts = attemptInsert(db)
  const count = countUsage(db)
  const lastUse = db
    .update(credentials)
    .set({ lastUsedAt: sql`max(coalesce(${credentials.lastUsedAt}, 0), ${sql.placeholder('at')})` })
    .where(eq(credentials.id, sql.placeholder('id')))
    .prepare()
  return (given) => {
    const attemptRows = given.flatMap((call) => call.attempts.map((attempt) => ({ call: call.id, ...attempt })))
    const callRows = JSON.stringify(given.map(({ attempts: _attempts, ...call }) => call))
    db.transaction(
      () => {
        // Attempts first would break their reference; calls first would close the row that guards them. The guard
        // therefore stands on the attempt itself: a known outcome is never replaced.
        count(intoCalls.all({ rows: callRows }))
        if (attemptRows.length > 0) intoAttempts.run({ rows: JSON.stringify(attemptRows) })
        for (const [id, at] of latestUse(given)) lastUse.run({ id, at })
      },
      { behavior: 'immediate' },
    )
  }
}

/** Prepares what makes every open row in doubt, counts it, and gives how many there were. */
export function abandonOpenCalls(db: TenantDatabase): () => number {
  const count = countUsage(db)
  const abandon = db
    .update(calls)
    .set({ state: 'in-doubt' })
    // Written out, since an index with a condition serves no parameter.
    .where(sql`state = 'open'`)
    .returning(countedColumns)
    .prepare()
  return () =>
    db.transaction(
      () => {
        const abandoned = abandon.all()
        count(abandoned)
        return abandoned.length
      },
      { behavior: 'immediate' },
    )
}

function callInsert(db: TenantDatabase) {
  const select = sql`select ${field('id')}, ${field('at')}, ${field('credential')}, ${field('clientAddress')},
    ${field('userAgent')}, ${field('clientRequestId')}, ${field('method')}, ${field('operation')},
    ${field('resourceType')}, ${field('resourceId')}, ${field('status')}, ${field('scimType')}, ${field('durationMs')},
    ${field('bytesIn')}, ${field('bytesOut')}, ${field('upstreamCalls')}, ${field('billedCalls')},
    ${field('savedCalls')}, ${field('costMicros')}, ${field('state')}, ${field('notes')} from ${rows}`
  return db
    .insert(calls)
    .select(select)
    .onConflictDoUpdate({
      target: calls.id,
      set: {
        operation: excluded(calls.operation),
        resourceType: excluded(calls.resourceType),
        resourceId: excluded(calls.resourceId),
        status: excluded(calls.status),
        scimType: excluded(calls.scimType),
        durationMs: excluded(calls.durationMs),
        bytesOut: excluded(calls.bytesOut),
        upstreamCalls: excluded(calls.upstreamCalls),
        billedCalls: excluded(calls.billedCalls),
        savedCalls: excluded(calls.savedCalls),
        costMicros: excluded(calls.costMicros),
        state: excluded(calls.state),
        notes: excluded(calls.notes),
      },
      setWhere: eq(calls.state, 'open'),
    })
    .returning(countedColumns)
    .prepare()
}

function attemptInsert(db: TenantDatabase) {
  const select = sql`select ${field('call')}, ${field('seq')}, ${field('purpose')}, ${field('method')},
    ${field('path')}, ${field('status')}, ${field('durationMs')}, ${field('billed')} from ${rows}`
  return db
    .insert(attempts)
    .select(select)
    .onConflictDoUpdate({
      target: [attempts.call, attempts.seq],
      set: {
        status: excluded(attempts.status),
        durationMs: excluded(attempts.durationMs),
        billed: excluded(attempts.billed),
      },
      setWhere: sql`${attempts.status} is null`,
    })
    .prepare()
}

function latestUse(rows: readonly CallWithAttempts[]): Map<string, number> {
  const latest = new Map<string, number>()
  for (const { credential, at } of rows) {
    if (credential !== null && at > (latest.get(credential) ?? 0)) latest.set(credential, at)
  }
  return latest
}
