import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CallRow, CallSearch } from '../../src/store/calls.ts'
import { callRow } from '../support/calls.ts'
import { temporaryStorage } from '../support/storage.ts'

const at = (text: string): number => Date.parse(text)

function withCalls(rows: readonly (Partial<CallRow> & { id: string })[]) {
  const tenant = temporaryStorage().of('a')
  tenant.use(({ calls }) => calls.apply(rows.map(callRow)))
  return tenant
}

describe('the list of calls', () => {
  it('is newest first, whole, and without repeats at any page size', () => {
    const rows = fc.array(fc.record({ at: fc.integer({ min: 1, max: 5 }), status: fc.constantFrom(200, 404) }), {
      maxLength: 25,
    })
    fc.assert(
      fc.property(
        rows,
        fc.integer({ min: 1, max: 7 }),
        fc.option(fc.constantFrom(200, 404)),
        (given, limit, status) => {
          const all = given.map((row, i) => callRow({ ...row, id: `call-${String(i).padStart(2, '0')}` }))
          const tenant = withCalls(all)
          const found: string[] = []
          let cursor: string | undefined
          do {
            const search: CallSearch = { limit, status, since: 2, until: 5, cursor: cursor ?? null }
            const page = tenant.use(({ calls }) => calls.list(search))
            expect(page?.calls.length).toBeLessThanOrEqual(limit)
            found.push(...(page?.calls ?? []).map(({ id }) => id))
            cursor = page?.nextCursor
          } while (cursor !== undefined)
          const expected = all
            .filter((row) => row.at >= 2 && row.at < 5 && (status === null || row.status === status))
            .sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
          expect(found).toEqual(expected.map(({ id }) => id))
        },
      ),
      { numRuns: 30 },
    )
  })

  it('has 100 on a page unless told, and 1,000 at most', () => {
    const tenant = withCalls(Array.from({ length: 1100 }, (_, i) => ({ id: `c${i}` })))
    const sizes = [undefined, 5000, 0].map(
      (limit) => tenant.use(({ calls }) => calls.list(limit === undefined ? {} : { limit }))?.calls.length,
    )
    expect(sizes).toEqual([100, 1000, 1])
  })

  it.each(['', 'x', '12', '12.', '-1.a', "1.a'; drop table calls"])(
    'does not take %j for a cursor of its own',
    (cursor) => {
      const tenant = withCalls([{ id: 'a' }])
      const page = tenant.use(({ calls }) => calls.list({ cursor }))
      expect(page === undefined || page.calls.length === 0).toBe(true)
      expect(tenant.use(({ calls }) => calls.list({}))?.calls).toHaveLength(1)
    },
  )

  it('keeps text as it is, whatever stands in it', () => {
    const userAgent = `"quotes" 'and' \\ back \u{1F600} \u2028 $.id`
    const tenant = withCalls([{ id: 'a', userAgent }])
    expect(tenant.use(({ calls }) => calls.find('a'))).toMatchObject({ userAgent, attempts: [] })
    expect(tenant.use(({ calls }) => calls.find('b'))).toBeUndefined()
  })
})

describe('usage', () => {
  const rows = [
    { id: '1', at: at('2026-10-31T23:59:59.999Z'), status: 500, bytesIn: 1, bytesOut: 2 },
    { id: '2', at: at('2026-11-01T00:00:00.000Z'), status: 399, upstreamCalls: 3 },
    { id: '3', at: at('2026-11-01T00:59:59.999Z'), status: 400 },
    { id: '4', at: at('2026-11-01T01:00:00.000Z'), status: 502, state: 'in-doubt' },
    { id: '5', at: at('2026-11-30T12:00:00.000Z'), status: null, state: 'open' },
    { id: '6', at: at('2026-11-30T13:00:00.000Z') },
  ] as const

  it.each([
    ['hour', ['2026-10-31T23:00Z', '2026-11-01T00:00Z', '2026-11-01T01:00Z', '2026-11-30T13:00Z'], [1, 2, 1, 1]],
    ['day', ['2026-10-31T00:00Z', '2026-11-01T00:00Z', '2026-11-30T00:00Z'], [1, 3, 1]],
    ['month', ['2026-10-01T00:00Z', '2026-11-01T00:00Z'], [1, 4]],
  ] as const)('by %s starts each period in UTC', (by, periods, counts) => {
    const usage = withCalls(rows).use(({ calls }) => calls.usage({ from: null, to: null, by }))
    expect(usage.map(({ period }) => period)).toEqual(periods.map(at))
    expect(usage.map(({ calls }) => calls)).toEqual(counts)
  })

  it('counts errors among closed calls only, what is in doubt apart, and what is open not yet', () => {
    const [october, november] = withCalls(rows).use(({ calls }) => calls.usage({ from: null, to: null, by: 'month' }))
    expect(october).toMatchObject({ calls: 1, errors: 1, inDoubt: 0, upstreamCalls: 1, bytesIn: 1, bytesOut: 2 })
    expect(november).toMatchObject({ calls: 4, errors: 1, inDoubt: 1, upstreamCalls: 6, billedCalls: 0, savedCalls: 0 })
    expect(november).toMatchObject({ costMicros: 0, currency: null })
  })

  it('includes its beginning and excludes its end', () => {
    const range = { from: at('2026-11-01T00:00:00Z'), to: at('2026-11-01T01:00:00Z'), by: 'month' } as const
    expect(withCalls(rows).use(({ calls }) => calls.usage(range))).toMatchObject([{ calls: 2 }])
    expect(withCalls([]).use(({ calls }) => calls.usage(range))).toEqual([])
  })
})
