import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { migrate, readMigrations } from '../../src/node/migrate.ts'
import type { ControlStatement } from '../../src/store/control-storage.ts'
import { dayMs, hourMs, startOf, type UsagePeriod } from '../../src/store/periods.ts'
import { tenantQueries } from '../../src/store/queries.ts'
import { noUsage } from '../../src/store/usage-counts.ts'
import type { PeriodUsage, WaitingHour } from '../../src/store/usage-hours.ts'
import { createUsageRollups, hoursKeptSince, rowsFor } from '../../src/store/usage-rollups.ts'
import { callRow } from '../support/calls.ts'

const at = (text: string): number => Date.parse(text)
const everything = { from: null, to: null } as const

/** Roll-ups over a control store of its own, which writes down what it is asked. */
function open() {
  const database = new Database(':memory:')
  onTestFinished(() => void database.close())
  migrate(database, readMigrations('control'))
  const asked: { readonly statement: string; readonly parameters: readonly unknown[] }[] = []
  const db = drizzle(database, {
    logger: { logQuery: (statement, parameters) => void asked.push({ statement, parameters }) },
  })
  const atomic = async (statements: readonly ControlStatement[]) =>
    db.transaction(() => {
      for (const statement of statements) statement.run()
    })
  const plan = (): string[] => {
    const { statement, parameters } = asked.at(-1) ?? { statement: '', parameters: [] }
    const rows = database.prepare<unknown[], { detail: string }>(`explain query plan ${statement}`).all(...parameters)
    return rows.map(({ detail }) => detail)
  }
  return { usage: createUsageRollups({ db, atomic }), database, asked, plan }
}

const period = (by: UsagePeriod, start: number, calls: number): PeriodUsage => ({
  ...{ ...noUsage, by, period: start, calls, currency: null, costMicros: calls * 2000, errors: Math.floor(calls / 2) },
})

/** An hour with its day and its month, of which it was all so far. */
const hourOf = (start: number, calls: number): Pick<WaitingHour, 'periods'> => ({
  periods: (['hour', 'day', 'month'] as const).map((by) => period(by, startOf(by, start), calls)),
})

describe('rolling up', () => {
  it('ends with what the tenants counted, whatever was repeated, lost on the way or came out of order', async () => {
    const event = fc.record({ tenant: fc.constantFrom('a', 'b'), hour: fc.nat(40), rollUp: fc.boolean() })
    const chosen = fc.array(fc.nat(1000), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 30 }), chosen, async (events, order) => {
        const { usage, database } = open()
        const sources = new Map(['a', 'b'].map((tenant) => [tenant, openTenant()]))
        const sent: { tenant: string; hours: WaitingHour[] }[] = []
        for (const [i, { tenant, hour, rollUp }] of events.entries()) {
          const own = sources.get(tenant)
          const time = at('2026-10-31T03:00:00Z') + hour * hourMs
          own?.queries.calls.apply([callRow({ id: `${i}`, at: time, status: 200 + (i % 3) * 100, bytesIn: i })])
          const hours = own?.queries.usage.waiting(3) ?? []
          sent.push({ tenant, hours })
          if (rollUp) own?.queries.usage.rolledUp(hours)
        }
        // Any of them in any order, some of them often, and then each once.
        const some = order.flatMap((at) => sent[at % sent.length] ?? [])
        for (const { tenant, hours } of some) await usage.put(tenant, hours)
        await usage.putAll([...sent].reverse())
        for (const [tenant, { queries }] of sources) await usage.put(tenant, queries.usage.waiting(99))
        for (const by of ['hour', 'day', 'month'] as const) {
          const expected = [...sources].flatMap(([tenant, { queries }]) =>
            queries.calls.usage({ ...everything, by }).map((counts) => ({ tenant, ...counts })),
          )
          const kept = database
            .prepare('select tenant, period, calls from usage_rollups where by = ? order by 1, 2')
            .all(by)
          expect(kept).toEqual(expected.map(({ tenant, period, calls }) => ({ tenant, period, calls })))
          expect(await usage.overview({ ...everything, by })).toEqual(expected)
        }
        for (const { database } of sources.values()) database.close()
        database.close()
      }),
      { numRuns: 40 },
    )
  })

  it('takes no value back', async () => {
    const { usage } = open()
    const start = at('2026-11-21T10:00:00Z')
    for (const calls of [3, 5, 4]) await usage.put('a', [hourOf(start, calls)])
    expect(await usage.overview({ ...everything, by: 'month' })).toMatchObject([
      { tenant: 'a', period: at('2026-11-01'), calls: 5, errors: 2, costMicros: 10_000 },
    ])
  })

  it('sends any number of hours in statements of one parameter', async () => {
    const { usage, asked } = open()
    const start = at('2026-01-01T00:00:00Z')
    await usage.put('a', [])
    expect(asked).toEqual([])
    await usage.put(
      'a',
      Array.from({ length: 2500 }, (_, i) => hourOf(start + i * hourMs, 1)),
    )
    expect(asked.map(({ parameters }) => parameters.length)).toEqual([1, 1, 1])
    expect(await usage.overview({ ...everything, by: 'hour' })).toHaveLength(2500)
  })
})

describe('the overview', () => {
  it.each([
    ['month', null, null, 'month'],
    ['month', '2026-10-01', '2026-11-01', 'month'],
    ['month', '2026-10-02', null, 'day'],
    ['month', null, '2026-11-21T01:00Z', 'hour'],
    ['day', null, null, 'day'],
    ['day', '2026-10-01', '2026-11-01', 'day'],
    ['day', '2026-11-21T01:00Z', '2026-11-22', 'hour'],
    ['hour', null, null, 'hour'],
    ['hour', '2026-10-01', '2026-11-01', 'hour'],
  ] as const)('by %s from %s to %s reads %s rows', async (by, from, to, kind) => {
    const range = { by, from: from === null ? null : at(from), to: to === null ? null : at(to) }
    expect(rowsFor(range)).toBe(kind)
    const { usage } = open()
    await usage.put('a', [{ periods: [period(kind, at('2026-10-31'), 1)] }])
    await usage.put('a', [{ periods: [period(kind === 'day' ? 'hour' : 'day', at('2026-10-31'), 7)] }])
    const inside = (range.from ?? 0) <= at('2026-10-31')
    expect((await usage.overview(range)).map(({ calls }) => calls)).toEqual(inside ? [1] : [])
  })

  it('groups what is finer, takes from inclusively and to exclusively, by tenant and then by time', async () => {
    const { usage } = open()
    for (const tenant of ['b', 'a']) {
      await usage.put(tenant, [
        ...['2026-10-30', '2026-10-31', '2026-11-01', '2026-11-02'].map((day, i) => ({
          periods: [period('day', at(day), 10 ** i)],
        })),
      ])
    }
    const rows = await usage.overview({ from: at('2026-10-31'), to: at('2026-11-02'), by: 'month' })
    expect(rows.map(({ tenant, period, calls, costMicros }) => [tenant, period, calls, costMicros])).toEqual([
      ['a', at('2026-10-01'), 10, 20_000],
      ['a', at('2026-11-01'), 100, 200_000],
      ['b', at('2026-10-01'), 10, 20_000],
      ['b', at('2026-11-01'), 100, 200_000],
    ])
  })

  it('of ten thousand tenants is one query, of the rows in question only', async () => {
    const { usage, asked, plan } = open()
    const start = at('2026-10-31T23:00:00Z')
    const ids = Array.from({ length: 10_000 }, (_, i) => `tenant-${String(i).padStart(5, '0')}`)
    await usage.putAll(ids.map((tenant) => ({ tenant, hours: [hourOf(start, 2), hourOf(start + hourMs, 3)] })))
    asked.length = 0
    const rows = await usage.overview({ from: at('2026-11-01'), to: at('2026-11-02'), by: 'day' })
    expect(rows.map(({ tenant }) => tenant)).toEqual(ids)
    expect(asked).toHaveLength(1)
    expect(plan()).toContainEqual(expect.stringMatching(/^SEARCH .* \(by=\? AND period>\? AND period<\?\)$/))
  })
})

describe('the roll-ups', () => {
  it('forget one tenant, without looking at all of the others', async () => {
    const { usage, plan } = open()
    const start = at('2026-10-31T23:00:00Z')
    const hours = [hourOf(start, 1), hourOf(start + hourMs, 1), hourOf(start + 30 * dayMs, 1)]
    for (const tenant of ['a', 'b']) await usage.put(tenant, hours)
    expect(await usage.tenants()).toEqual(['a', 'b'])
    await usage.forget('a')
    expect(await usage.tenants()).toEqual(['b'])
    for (const by of ['hour', 'day', 'month'] as const) {
      expect((await usage.overview({ ...everything, by })).map(({ tenant }) => tenant)).not.toContain('a')
    }
    expect(await usage.overview({ ...everything, by: 'hour' })).toHaveLength(3)
    await usage.forget('b')
    expect(plan()[0]).toMatch(/^SEARCH usage_rollups USING .*\(by=\? AND period=\? AND tenant=\?\)$/)
  })

  it('keep hours for fourteen days, days and months for good', async () => {
    const { usage } = open()
    const now = at('2026-11-21T10:30:00Z')
    const kept = at('2026-11-07T00:00:00Z')
    expect(hoursKeptSince(now)).toBe(kept)
    await usage.put('a', [hourOf(kept - hourMs, 1), hourOf(kept, 2), hourOf(kept + dayMs, 3)])
    expect([await usage.prune(now), await usage.prune(now)]).toEqual([1, 0])
    const periods = async (by: UsagePeriod) =>
      (await usage.overview({ ...everything, by })).map(({ period }) => new Date(period).toISOString().slice(0, 13))
    expect(await periods('hour')).toEqual(['2026-11-07T00', '2026-11-08T00'])
    expect(await periods('day')).toEqual(['2026-11-06T00', '2026-11-07T00', '2026-11-08T00'])
    expect(await periods('month')).toEqual(['2026-11-01T00'])
  })
})

/** A tenant's own database, in memory. */
function openTenant() {
  const database = new Database(':memory:')
  migrate(database, readMigrations('tenant'))
  return { database, queries: tenantQueries(drizzle(database)) }
}
