import type { z } from 'zod'
import type { triedBody } from '../admin/shapes-try.ts'
import { table } from './table.ts'

type Tried = z.infer<typeof triedBody>
type Body = Readonly<Record<string, unknown>>
type Trace = Tried['rules'][number]
type TriedCall = Tried['upstream'][number]

/** What was tried, for people: the rules, what goes upstream, what the client sees, and the price. */
export function triedText({ operation, status, client, upstream, rules, notes, price }: Tried): string {
  const isPlain = upstream.every(({ times, afterRead }) => times.least === 1 && times.most === 1 && !afterRead)
  const parts = [
    rules.length === 0 ? [] : [table(columns, rules), ''],
    upstream.length < 2 && isPlain ? [] : [table(callColumns, upstream), ''],
    ...upstream.map((call) => (upstream.length < 2 || call.body !== null ? callLines(call) : [])),
    operation === 'reverse' || upstream.length > 0 ? [] : ['No call goes upstream.', ''],
    clientLines(operation, status, client),
    notes.map((note) => `Note: ${note}.`),
    operation === 'reverse' ? [] : [priceText(price)],
  ]
  return parts.flat().join('\n')
}

const callColumns = [
  { heading: 'UPSTREAM CALL', show: ({ method, path }: TriedCall) => shortened(`${method} ${decoded(path)}`, 90) },
  { heading: 'TIMES', show: ({ times }: TriedCall) => timesText(times) },
  { heading: 'FOR', show: ({ purpose }: TriedCall) => (purpose === 'forward' ? 'the request' : purpose) },
  {
    heading: 'DEPENDS ON',
    show: ({ afterRead, why }: TriedCall) => why ?? (afterRead ? 'what was read' : ''),
  },
]

function timesText({ least, most }: TriedCall['times']): string {
  if (most === null) return `${least} or more`
  return least === most ? String(least) : `${least} to ${most}`
}

/** `Price: 2 upstream calls, USD 0.004; by what is there 1 to 2 calls, USD 0.002 to 0.004.` */
function priceText({ calls, costMicros, currency, least = calls, most = calls }: Tried['price']): string {
  const counted = (count: number) => `${count} upstream ${count === 1 ? 'call' : 'calls'}`
  const each = calls === 0 ? 0 : costMicros / calls
  const cost = (count: number) => (currency === undefined ? '' : `, ${currency} ${money(count * each)}`)
  const sure = `Price: ${counted(calls)}${cost(calls)}`
  if (least === most) return `${sure}.`
  if (most === null) return `${sure}; by what is there, ${least} or more.`
  return `${sure}; by what is there, ${least} to ${most}.`
}

const money = (micros: number): string => (micros / 1_000_000).toFixed(6).replace(/(\.\d{2}\d*?)0+$/, '$1')

const columns = [
  { heading: 'RULE', show: ({ rule }: Trace) => shortened(rule) },
  {
    heading: 'OUTCOME',
    show: ({ outcome, reason }: Trace) => (reason === undefined ? words[outcome] : `${words[outcome]}: ${reason}`),
  },
  { heading: 'CLIENT', show: ({ client }: Trace) => valuesText(client) },
  { heading: 'UPSTREAM', show: ({ upstream }: Trace) => valuesText(upstream) },
]

const words: Readonly<Record<Trace['outcome'], string>> = {
  carried: 'carried',
  asIs: 'as it is',
  else: 'by else',
  refused: 'refused',
  unfit: 'does not fit',
  absent: 'absent',
  set: 'set',
  computed: 'computed',
  skipped: 'skipped',
  hidden: 'hidden',
  direct: 'direct',
  read: 'reads first',
}

function callLines({ method, path, body, afterRead }: TriedCall): string[] {
  const after = afterRead ? ' (where nothing of it is there yet)' : ''
  return [`${method} ${decoded(path)}${after}`, ...(body === null ? [] : [bodyText(body)]), '']
}

/** For reading: what is small on one line, and of long lists the first ones. `--json` has all of them. */
function bodyText(body: Body): string {
  const text = JSON.stringify(withShortLists(body), null, 2).replaceAll(/"(… \d+ more)"/g, '$1')
  const lines = text.replaceAll(/\[\s+("[^"\n]*")\s+\]/g, '[$1]')
  return lines.replaceAll(/\{([^{}[\]]{1,120})\}/g, (_, inside) => `{${String(inside).replaceAll(/\s*\n\s*/g, ' ')}}`)
}

const longest = 5

function withShortLists(value: unknown): unknown {
  if (Array.isArray(value)) {
    const shown = value.length > longest ? value.slice(0, longest - 1) : value
    const rest = value.length > longest ? [`… ${value.length - shown.length} more`] : []
    return [...shown.map(withShortLists), ...rest]
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withShortLists(member)]))
}

function clientLines(operation: Tried['operation'], status: number, client: Tried['client']): string[] {
  if (operation === 'filter' && status < 400) return []
  const body = client === null ? [] : [bodyText(client)]
  return [operation === 'reverse' ? 'The client sees:' : `The client is answered ${status}:`, ...body, '']
}

/** For reading: on its way the path is encoded. */
function decoded(path: string): string {
  const plain = decodeURIComponent(path)
  return /\p{Cc}/u.test(plain) ? path : plain
}

const valuesText = (values: Trace['client']): string | null =>
  Object.entries(values)
    .map(([name, value]) => shortened(value === null ? name : `${name} ${JSON.stringify(value)}`, 60))
    .join(', ') || null

const shortened = (text: string, most = 80): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)
