import type { z } from 'zod'
import { usageBody, type usageRow } from '../admin/shapes.ts'
import { type CommandSpec, jsonOption } from './command.ts'
import { type Column, seconds, table } from './table.ts'

type Row = z.infer<typeof usageRow>

export const usageCommands: readonly CommandSpec[] = [
  {
    name: 'usage',
    words: [],
    summary: 'the meter: calls and cost a tenant and period, counted from the ledger',
    options: [
      { flags: '--tenant <id>', description: 'one tenant; without it, all' },
      { flags: '--from <time>', description: 'RFC 3339 or a day (UTC), inclusive' },
      { flags: '--to <time>', description: 'RFC 3339 or a day (UTC), exclusive' },
      { flags: '--by <period>', description: 'hour, day or month (default: day)' },
      { flags: '--csv', description: 'print CSV, for a spreadsheet', conflicts: ['json'] },
      jsonOption,
    ],
    examples: [
      { line: 'usage --tenant contoso --by hour', does: 'one tenant, hour by hour' },
      { line: 'usage --from 2026-11-01 --to 2026-12-01 --by month --csv', does: "everybody's November, for the bill" },
    ],
    run: async ({ client, text, flag, print, note }) => {
      const query = { tenant: text('tenant'), from: text('from'), to: text('to'), by: text('by') }
      const admin = await client()
      if (flag('csv')) {
        return print((await admin.askText({ path: ['usage'], query: { ...query, format: 'csv' } })).trimEnd())
      }
      const body = await admin.ask({ path: ['usage'], query }, usageBody)
      if (flag('json')) return print(JSON.stringify(body))
      if (body.rows.length === 0) return note('no calls in that time')
      print(table(columns, body.rows.length > 1 ? [...body.rows, ...totals(body.rows)] : body.rows))
    },
  },
]

const counted = (heading: string, show: (row: Row) => number | string): Column<Row> => ({ heading, show, right: true })

const columns: readonly Column<Row>[] = [
  { heading: 'TENANT', show: ({ tenant }) => tenant },
  { heading: 'PERIOD', show: ({ period }) => seconds(period) },
  counted('CALLS', ({ calls }) => calls),
  counted('ERRORS', ({ errors }) => errors),
  counted('IN DOUBT', ({ inDoubt }) => inDoubt),
  counted('UPSTREAM', ({ upstreamCalls }) => upstreamCalls),
  counted('BILLED', ({ billedCalls }) => billedCalls),
  counted('SAVED', ({ savedCalls }) => savedCalls),
  counted('COST', ({ costMicros, currency }) => (currency === null ? '-' : `${money(costMicros)} ${currency}`)),
  counted('BYTES IN', ({ bytesIn }) => bytesIn),
  counted('BYTES OUT', ({ bytesOut }) => bytesOut),
]

/** Micro-units as a decimal, exactly: 2500 is 0.0025, 12000000 is 12.00. */
export const money = (micros: number): string => {
  const fraction = String(micros % 1_000_000)
    .padStart(6, '0')
    .replace(/0{1,4}$/, '')
  return `${Math.floor(micros / 1_000_000)}.${fraction}`
}

/** One line a currency: sums of different money mean nothing. */
function totals(rows: readonly Row[]): Row[] {
  const sums = new Map<string | null, Row>()
  for (const row of rows) {
    const sum = sums.get(row.currency)
    sums.set(row.currency, sum === undefined ? { ...row, tenant: 'total', period: '' } : added(sum, row))
  }
  return [...sums.values()]
}

const added = (sum: Row, row: Row): Row => ({
  ...sum,
  calls: sum.calls + row.calls,
  errors: sum.errors + row.errors,
  inDoubt: sum.inDoubt + row.inDoubt,
  upstreamCalls: sum.upstreamCalls + row.upstreamCalls,
  billedCalls: sum.billedCalls + row.billedCalls,
  savedCalls: sum.savedCalls + row.savedCalls,
  costMicros: sum.costMicros + row.costMicros,
  bytesIn: sum.bytesIn + row.bytesIn,
  bytesOut: sum.bytesOut + row.bytesOut,
})
