import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { migrate, readMigrations } from '../../src/node/migrate.ts'
import { type TenantQueries, tenantQueries } from '../../src/store/queries.ts'
import { openTenantStorage } from '../../src/store/sqlite.ts'
import { callRow } from '../support/calls.ts'
import { temporaryFolder, temporaryStorage } from '../support/storage.ts'

const at = (text: string): number => Date.parse(text)
const everything = { from: null, to: null } as const

/** A tenant's queries over a database of its own, and the statements that they send. */
function openQueries() {
  const database = new Database(':memory:')
  onTestFinished(() => void database.close())
  migrate(database, readMigrations('tenant'))
  const statements: string[] = []
  const logger = { logQuery: (statement: string) => void statements.push(statement) }
  return { ...{ database, statements }, queries: tenantQueries(drizzle(database, { logger })) }
}

/** What `waiting` tells of one kind of period, without repeats, as `usage` tells it of the calls. */
const told = ({ usage }: TenantQueries, by: 'hour' | 'day' | 'month') => {
  const periods = usage.waiting(1000).flatMap((hour) => hour.periods.filter((period) => period.by === by))
  const distinct = new Map(periods.map(({ by: _by, ...counts }) => [counts.period, counts]))
  return [...distinct.values()].sort((a, b) => a.period - b.period)
}

const moment = fc.integer({ min: at('2026-10-31T20:00:00Z'), max: at('2026-11-01T04:00:00Z') })
const arrival = fc.record({
  id: fc.constantFrom('1', '2', '3', '4', '5', '6'),
  state: fc.constantFrom('open', 'closed', 'in-doubt'),
  status: fc.constantFrom(null, 200, 399, 400, 503),
  upstreamCalls: fc.nat(3),
  billedCalls: fc.nat(3),
  savedCalls: fc.nat(3),
  costMicros: fc.nat(5000),
  bytesOut: fc.nat(900),
})
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ apply: fc.array(arrival, { minLength: 1, maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.constant('abandon' as const) },
)

describe('usage by the hour', () => {
  it('is what the calls say, however rows come: twice, late, out of order, several of one call at once', () => {
    fc.assert(
      fc.property(
        fc.array(moment, { minLength: 6, maxLength: 6 }),
        fc.array(step, { maxLength: 12 }),
        (times, steps) => {
          const { queries, database } = openQueries()
          for (const each of steps) {
            if (each === 'abandon') queries.calls.abandonOpen()
            // A call's own time and what came in never change.
            else
              queries.calls.apply(
                each.apply.map((row) =>
                  callRow({ ...row, at: times[Number(row.id) - 1] ?? 0, bytesIn: Number(row.id) }),
                ),
              )
            for (const by of ['hour', 'day', 'month'] as const) {
              expect(told(queries, by)).toEqual(queries.calls.usage({ ...everything, by }))
            }
          }
          database.close()
        },
      ),
      { numRuns: 100 },
    )
  })

  it('makes open calls in doubt, once', () => {
    temporaryStorage()
      .of('a')
      .use(({ calls }) => {
        calls.apply([callRow({ id: '1' }), ...['2', '3'].map((id) => callRow({ id, state: 'open', status: null }))])
        expect([calls.abandonOpen(), calls.abandonOpen()]).toEqual([2, 0])
        expect(calls.usage({ ...everything, by: 'day' })).toMatchObject([{ calls: 3, inDoubt: 2, errors: 0 }])
        calls.apply([callRow({ id: '2' })])
        expect(calls.find('2')).toMatchObject({ state: 'in-doubt' })
      })
  })

  it('looks only at the calls that are open, and at the hours that wait', () => {
    const { queries, database, statements } = openQueries()
    const { calls, usage } = queries
    const planOf = (statement = '') =>
      database.prepare<unknown[], { detail: string }>(`explain query plan ${statement}`).all(...bound(statement))
    const bound = (statement: string) => Array.from(statement.matchAll(/\?/g), () => 1)
    calls.apply([callRow({ id: '1' })])
    statements.length = 0
    calls.abandonOpen()
    usage.waiting(5)
    usage.rolledUp([{ hour: 0, calls: 1 }])
    const plans = statements.map((statement) => planOf(statement).map(({ detail }) => detail))
    expect(plans).toEqual([
      [expect.stringMatching(/^SCAN calls USING .*INDEX calls_open$/)],
      ['SCAN usage_hours USING INDEX usage_hours_waiting'],
      [expect.stringContaining('SEARCH usage_hours USING INTEGER PRIMARY KEY'), 'USE TEMP B-TREE FOR GROUP BY'],
      [expect.stringContaining('told'), expect.stringContaining('SEARCH usage_hours USING INTEGER PRIMARY KEY')],
    ])
  })
})

describe('what waits to be rolled up', () => {
  const hour = at('2026-11-21T10:00:00Z')
  const hourMs = 3_600_000

  it('is each hour with its whole day and month, oldest first, as many as are asked for', () => {
    temporaryStorage()
      .of('a')
      .use(({ calls, usage }) => {
        const times = ['2026-10-31T23:59Z', '2026-11-01T00:00Z', '2026-11-01T23:00Z', '2026-11-30T23:00Z'].map(at)
        calls.apply(times.map((time, i) => callRow({ id: `${i}`, at: time, bytesOut: 10 ** i })))
        usage.rolledUp([{ hour: at('2026-11-01T23:00Z'), calls: 1 }])
        const waiting = usage.waiting(2)
        expect(waiting.map(({ hour }) => hour)).toEqual([at('2026-10-31T23:00Z'), at('2026-11-01T00:00Z')])
        expect(waiting[1]?.periods).toMatchObject([
          { by: 'hour', period: at('2026-11-01T00:00Z'), calls: 1, bytesOut: 10 },
          { by: 'day', period: at('2026-11-01T00:00Z'), calls: 2, bytesOut: 110 },
          { by: 'month', period: at('2026-11-01T00:00Z'), calls: 3, bytesOut: 1110 },
        ])
        expect(usage.waiting(9)).toHaveLength(3)
      })
  })

  it('is no more what was rolled up, until it grows, and all of it again when it must', () => {
    temporaryStorage()
      .of('a')
      .use(({ calls, usage }) => {
        const waiting = () => usage.waiting(9).map(({ hour, calls }) => [hour, calls])
        calls.apply([callRow({ id: '1', at: hour }), callRow({ id: '2', at: hour + hourMs })])
        const first = usage.waiting(9)
        calls.apply([callRow({ id: '3', at: hour + 1 })])
        usage.rolledUp(first)
        expect(waiting()).toEqual([[hour, 2]])
        usage.rolledUp(usage.waiting(9))
        // An answer that comes late takes nothing back.
        usage.rolledUp(first)
        expect(waiting()).toEqual([])
        calls.apply([callRow({ id: '3', at: hour + 1 })])
        expect(waiting()).toEqual([])
        usage.rollUpAgain()
        expect(waiting()).toEqual([
          [hour, 2],
          [hour + hourMs, 1],
        ])
      })
  })
})

describe('a database of the earlier version', () => {
  it('has its calls counted as those of today are', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'tenants'))
    const old = new Database(join(folder, 'tenants', 'a.db'))
    migrate(old, readMigrations('tenant').slice(0, 1))
    const insert = old.prepare(
      `insert into calls (id, at, method, operation, status, bytes_in, bytes_out, upstream_calls, billed_calls,
         saved_calls, cost_micros, state) values (?, ?, 'GET', 'User.read', ?, 1, 2, 3, 4, 5, 6, ?)`,
    )
    const states = ['closed', 'in-doubt', 'open']
    const statuses = [200, 404, null]
    for (let i = 0; i < 90; i += 1) {
      const time = at('2026-10-31T20:00:00Z') + i * 1_000_000
      insert.run(`${i}`, time, statuses[i % 3], states[Math.floor(i / 3) % 3])
    }
    old.close()
    const storage = openTenantStorage({ dataFolder: folder, maxOpen: 5, idleMs: 1000 })
    onTestFinished(storage.close)
    storage.of('a').use((queries) => {
      for (const by of ['hour', 'day', 'month'] as const) {
        const counted = queries.calls.usage({ ...everything, by })
        expect(told(queries, by)).toEqual(counted)
        expect(counted.reduce((sum, { calls }) => sum + calls, 0)).toBe(60)
      }
    })
  })
})
