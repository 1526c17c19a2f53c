import type { z } from 'zod'
import { tenantBody, tenantListBody } from '../admin/shapes.ts'
import { type CommandSpec, type Invocation, jsonOption } from './command.ts'
import { facts, seconds, table } from './table.ts'
import { unfitText } from './unfit-asked.ts'

type Tenant = z.infer<typeof tenantBody>

const idWord = { word: '<ID>', description: "the tenant's id" }

export const tenantCommands: readonly CommandSpec[] = [
  {
    name: 'tenant list',
    words: [],
    summary: 'every tenant, and where it stands',
    options: [jsonOption],
    examples: [{ line: 'tenant list', does: 'tenants with their status, and what is wrong with their files' }],
    run: async ({ client, flag, print, note }) => {
      const body = await (await client()).ask({ path: ['tenants'] }, tenantListBody)
      if (flag('json')) return print(JSON.stringify(body))
      if (body.tenants.length === 0) return note('there is no tenant; make one: tollgate tenant new ID')
      print(
        table<Tenant>(
          [
            { heading: 'ID', show: ({ id }) => id },
            { heading: 'STATUS', show: statusText },
            { heading: 'UPSTREAM', show: ({ upstream }) => upstream?.url ?? upstream?.kind ?? null },
            { heading: 'HOSTS', show: ({ hosts }) => hosts.join(', ') || null },
            { heading: 'NAME', show: ({ name }) => name },
          ],
          body.tenants,
        ),
      )
      for (const fault of body.tenants.flatMap(faultLines)) print(fault)
    },
  },
  {
    name: 'tenant show',
    words: [idWord],
    summary: 'one tenant',
    options: [jsonOption],
    examples: [{ line: 'tenant show contoso --json', does: 'one tenant, for a script' }],
    run: async (invocation) => {
      const { client, words } = invocation
      show(invocation, await (await client()).ask({ path: ['tenants', ...words] }, tenantBody))
    },
  },
  {
    name: 'tenant suspend',
    words: [idWord],
    summary: 'stop serving a tenant, from the next request on',
    options: [{ flags: '--reason <text>', description: 'kept with the suspension and in the audit log' }, jsonOption],
    examples: [{ line: 'tenant suspend contoso --reason "contract ended"', does: 'its clients get 403 from now on' }],
    run: async (invocation) => {
      const { client, words, text } = invocation
      const reason = text('reason')
      const asking = { method: 'POST', path: ['tenants', ...words, 'suspend'] } as const
      const body = reason === undefined ? {} : { body: { reason } }
      show(invocation, await (await client()).ask({ ...asking, ...body }, tenantBody))
    },
  },
  {
    name: 'tenant resume',
    words: [idWord],
    summary: "take an operator's suspension back",
    options: [jsonOption],
    examples: [{ line: 'tenant resume contoso', does: 'serve it again, unless its file says suspended' }],
    run: async (invocation) => {
      const { client, words } = invocation
      const asking = { method: 'POST', path: ['tenants', ...words, 'resume'] } as const
      show(invocation, await (await client()).ask(asking, tenantBody))
    },
  },
]

const statusText = ({ status, suspendedBy, faults }: Tenant): string => {
  const by = suspendedBy === null ? '' : ` (by ${suspendedBy})`
  return `${status}${by}${faults.length > 0 && status !== 'broken' ? ', file broken' : ''}`
}

const faultLines = ({ faults }: Tenant): string[] =>
  faults.map(({ file, line, column, path, message }) => {
    const clause = path === '' ? '' : `${path}: `
    return `${file}:${line}:${column}: ${clause}${message}`
  })

function show({ flag, print }: Invocation, tenant: Tenant): void {
  if (flag('json')) {
    print(JSON.stringify(tenant))
    return
  }
  const { id, name, suspension, upstream, hosts } = tenant
  print(
    facts([
      ['id', id],
      ['name', name],
      ['status', statusText(tenant)],
      ...(suspension === null
        ? []
        : ([
            ['suspended at', seconds(suspension.at)],
            ['suspended by', suspension.operator],
            ['reason', suspension.reason],
          ] as const)),
      ['upstream', upstream?.kind ?? null],
      ['url', upstream?.url ?? null],
      ['hosts', hosts.join(', ') || null],
    ]),
  )
  for (const line of faultLines(tenant)) print(line)
  for (const unfit of tenant.unfit ?? []) print(unfitText(unfit))
}
