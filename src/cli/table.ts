/** A column: its heading, and how a row shows in it. Numbers stand right. */
export interface Column<Row> {
  readonly heading: string
  readonly right?: boolean
  show(row: Row): string | number | null
}

/** Control characters would let a name write over the terminal. */
export const plain = (value: string | number | null): string =>
  value === null ? '-' : String(value).replace(/\p{Cc}/gu, ' ')

/** An aligned table with a line of headings; null shows as `-`. No line ends in blanks. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map(({ heading }) => heading),
    ...rows.map((row) => columns.map((column) => plain(column.show(row)))),
  ]
  const widths = columns.map((_column, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)))
  const cell = (text: string, at: number): string => {
    const width = widths[at] ?? 0
    return columns[at]?.right === true ? text.padStart(width) : text.padEnd(width)
  }
  return lines.map((line) => line.map(cell).join('  ').trimEnd()).join('\n')
}

/** Names and values, one pair a line, the values aligned. */
export function facts(pairs: readonly (readonly [name: string, value: string | number | null])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length))
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${plain(value)}`).join('\n')
}

/** RFC 3339 without the milliseconds, which only widen a table. */
export const seconds = (time: string | null): string | null => time?.replace(/\.\d+Z$/, 'Z') ?? null
