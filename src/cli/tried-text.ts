import type { z } from 'zod'
import type { triedBody } from '../admin/shapes-try.ts'
import { table } from './table.ts'

type Tried = z.infer<typeof triedBody>
type Trace = Tried['rules'][number]

/** What was tried, for people: the rules, what goes upstream, what the client sees, and the price. */
export function triedText({ operation, status, client, upstream, rules, notes, price }: Tried): string {
  const parts = [
    rules.length === 0 ? [] : [table(columns, rules), ''],
    ...upstream.map(callLines),
    operation === 'reverse' || upstream.length > 0 ? [] : ['No call goes upstream.', ''],
    clientLines(operation, status, client),
    notes.map((note) => `Note: ${note}.`),
    operation === 'reverse' ? [] : [`Price: ${price.calls} upstream ${price.calls === 1 ? 'call' : 'calls'}.`],
  ]
  return parts.flat().join('\n')
}

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

function callLines({ method, path, body, afterRead }: Tried['upstream'][number]): string[] {
  const after = afterRead ? (body === null ? ' (of what differs after the read)' : ' (depends on what was read)') : ''
  const shown = body === null ? [] : [JSON.stringify(body, null, 2)]
  return [`${method} ${decoded(path)}${after}`, ...shown, '']
}

function clientLines(operation: Tried['operation'], status: number, client: Tried['client']): string[] {
  if (operation === 'filter' && status < 400) return []
  const body = client === null ? [] : [JSON.stringify(client, null, 2)]
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
