import type { z } from 'zod'
import { tenantListBody } from '../admin/shapes.ts'
import { type attemptRow, callBody, type callNote, type callRow, callsBody } from '../admin/shapes-calls.ts'
import type { AdminClient } from './client.ts'
import { type CommandSpec, type Invocation, jsonOption } from './command.ts'
import { Exit, exitCodes } from './exit.ts'
import { type Column, facts, plain, table } from './table.ts'

type Call = z.infer<typeof callRow>
type Trace = z.infer<typeof callBody>
type Note = z.infer<typeof callNote>
type OwnedCall = Call & { readonly tenant: string }

const tenantOption = (without: string) => ({
  flags: '--tenant <id>',
  description: `one tenant's ledger; without it, ${without}`,
})

export const callCommands: readonly CommandSpec[] = [
  {
    name: 'calls',
    words: [],
    summary: 'front-door calls from the ledger, newest first',
    options: [
      tenantOption('all'),
      { flags: '--status <status>', description: 'only calls that were answered with this status' },
      { flags: '--since <time>', description: 'RFC 3339 or a day (UTC), inclusive' },
      { flags: '--until <time>', description: 'RFC 3339 or a day (UTC), exclusive' },
      { flags: '--limit <count>', description: 'how many, up to 1000 (default: 100)' },
      { flags: '--cursor <cursor>', description: 'the next page: the nextCursor of the last one; needs --tenant' },
      jsonOption,
    ],
    examples: [
      { line: 'calls --tenant contoso --limit 20', does: 'the latest calls of one tenant' },
      { line: 'calls --status 409 --since 2026-11-20', does: "everybody's conflicts since that day" },
    ],
    run: async (invocation) => {
      const { client, text } = invocation
      const tenant = text('tenant')
      const query = Object.fromEntries(
        ['status', 'since', 'until', 'limit', 'cursor'].map((name) => [name, text(name)]),
      )
      const admin = await client()
      if (tenant === undefined) return listOfAll(invocation, admin, query)
      const body = await admin.ask({ path: ['tenants', tenant, 'calls'], query }, callsBody)
      if (invocation.flag('json')) return invocation.print(JSON.stringify(body))
      showRows(invocation, columns, body.calls)
      if (body.nextCursor !== undefined) invocation.note(`there are more: --cursor ${body.nextCursor}`)
    },
  },
  {
    name: 'call',
    words: [{ word: '<CALL-ID>', description: 'as `calls` shows it; clients see it as X-Request-Id' }],
    summary: 'one call, with every attempt that it made upstream',
    options: [tenantOption("every tenant's is searched"), jsonOption],
    examples: [{ line: 'call 019a9b2e-6d1f-7c3a-8f00-5b1f0c9d2e41 --tenant contoso', does: 'the trace of one call' }],
    run: async (invocation) => {
      const { client, words, text } = invocation
      const [id = ''] = words
      const admin = await client()
      const tenant = text('tenant')
      const found =
        tenant === undefined ? await findCall(admin, id) : { tenant, call: await readCall(admin, tenant, id) }
      show(invocation, found.tenant, found.call)
    },
  },
]

const columns: readonly Column<Call>[] = [
  { heading: 'AT', show: ({ at }) => at },
  { heading: 'ID', show: ({ id }) => id },
  { heading: 'METHOD', show: ({ method }) => method },
  { heading: 'OPERATION', show: ({ operation }) => operation },
  { heading: 'RESOURCE', show: ({ resourceId }) => resourceId },
  { heading: 'STATUS', show: ({ status }) => status, right: true },
  { heading: 'MS', show: ({ durationMs }) => durationMs, right: true },
  { heading: 'UPSTREAM', show: ({ upstreamCalls }) => upstreamCalls, right: true },
  { heading: 'STATE', show: ({ state }) => state },
]

const ownedColumns: readonly Column<OwnedCall>[] = [{ heading: 'TENANT', show: ({ tenant }) => tenant }, ...columns]

/** The newest calls of all tenants together: each row names its tenant. The API lists one tenant at a time. */
async function listOfAll(
  invocation: Invocation,
  admin: AdminClient,
  query: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const { flag, print, text } = invocation
  if (text('cursor') !== undefined) throw new Exit(exitCodes.usage, '--cursor belongs to one ledger: it needs --tenant')
  const limit = Number(text('limit') ?? 100)
  let calls: OwnedCall[] = []
  for await (const pages of ofEachTenant(admin, (tenant) => newestOf(admin, tenant, query))) {
    calls = [...calls, ...pages.flat()].sort(newestFirst).slice(0, limit)
  }
  if (flag('json')) print(JSON.stringify({ calls }))
  else showRows(invocation, ownedColumns, calls)
}

function showRows<Row>({ print, note }: Invocation, shown: readonly Column<Row>[], rows: readonly Row[]): void {
  if (rows.length === 0) note('no such calls')
  else print(table(shown, rows))
}

const newestFirst = (a: OwnedCall, b: OwnedCall): number =>
  a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1

async function newestOf(
  admin: AdminClient,
  tenant: string,
  query: Readonly<Record<string, string | undefined>>,
): Promise<OwnedCall[]> {
  const { calls } = await admin.ask({ path: ['tenants', tenant, 'calls'], query }, callsBody)
  return calls.map((call) => ({ tenant, ...call }))
}

/** Asks something of each tenant, eight at a time. */
async function* ofEachTenant<Answer>(admin: AdminClient, ask: (tenant: string) => Promise<Answer>) {
  const { tenants } = await admin.ask({ path: ['tenants'] }, tenantListBody)
  for (let at = 0; at < tenants.length; at += 8) {
    yield await Promise.all(tenants.slice(at, at + 8).map(({ id }) => ask(id)))
  }
}

const readCall = (admin: AdminClient, tenant: string, id: string): Promise<Trace> =>
  admin.ask({ path: ['tenants', tenant, 'calls', id] }, callBody)

async function findCall(admin: AdminClient, id: string): Promise<{ tenant: string; call: Trace }> {
  const look = async (tenant: string) => {
    try {
      return { tenant, call: await readCall(admin, tenant, id) }
    } catch (error) {
      if (error instanceof Exit && error.exitCode === exitCodes.wrong) return undefined
      throw error
    }
  }
  for await (const answers of ofEachTenant(admin, look)) {
    const found = answers.find((answer) => answer !== undefined)
    if (found !== undefined) return found
  }
  throw new Exit(exitCodes.wrong, `no tenant has a call ${id}`)
}

function show({ flag, print }: Invocation, tenant: string, trace: Trace): void {
  if (flag('json')) {
    print(JSON.stringify(trace))
    return
  }
  print(
    facts([
      ['id', trace.id],
      ['tenant', tenant],
      ['at', trace.at],
      ['credential', trace.credential],
      ['method', trace.method],
      ['operation', trace.operation],
      ['resource', trace.resourceId],
      ['status', trace.status],
      ['scimType', trace.scimType],
      ['state', trace.state],
      ['duration ms', trace.durationMs],
      ['upstream calls', trace.upstreamCalls],
      ['billed calls', trace.billedCalls],
      ['saved calls', trace.savedCalls],
    ]),
  )
  for (const note of trace.notes ?? []) print(noteText(note))
  if (trace.attempts.length === 0) return
  print('')
  print(
    table<z.infer<typeof attemptRow>>(
      [
        { heading: 'SEQ', show: ({ seq }) => seq, right: true },
        { heading: 'PURPOSE', show: ({ purpose }) => purpose },
        { heading: 'METHOD', show: ({ method }) => method },
        { heading: 'PATH', show: ({ path }) => path },
        { heading: 'STATUS', show: ({ status }) => status, right: true },
        { heading: 'MS', show: ({ durationMs }) => durationMs, right: true },
        { heading: 'BILLED', show: ({ billed }) => (billed ? 'yes' : 'no') },
      ],
      trace.attempts,
    ),
  )
}

/** Why names were left out, for people. */
function noteText({ kind, names, more }: Note): string {
  const isOne = names.length === 1 && more !== true
  const listed = plain(`${names.join(', ')}${more === true ? ' and more' : ''}`)
  return kind === 'ignored'
    ? `ignored: ${listed} (${isOne ? 'belongs' : 'belong'} to the tenant's rules)`
    : `left out: ${listed} (the upstream cannot hold ${isOne ? 'it' : 'them'})`
}
