import type { UsageRow } from './operations-ledger.ts'

const columns = [
  'tenant',
  'period',
  'calls',
  'errors',
  'inDoubt',
  'upstreamCalls',
  'billedCalls',
  'savedCalls',
  'costMicros',
  'currency',
  'bytesIn',
  'bytesOut',
] as const satisfies readonly (keyof UsageRow)[]

const field = (value: string | number | null): string => {
  const text = String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The rows as RFC 4180 CSV with a header line, in the order of the JSON's members; null is an empty field. */
export const usageCsv = (rows: readonly UsageRow[]): string =>
  [columns, ...rows.map((row) => columns.map((name) => row[name]))]
    .map((line) => `${line.map(field).join(',')}\r\n`)
    .join('')
