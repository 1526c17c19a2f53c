import { z } from 'zod'
import { appliedBody, historyBody } from '../admin/shapes.ts'
import { printProblem } from '../tenant/position.ts'
import { type CommandSpec, type Invocation, jsonOption } from './command.ts'
import { confirming, yesOption } from './confirm.ts'
import { Exit, exitCodes } from './exit.ts'
import { type Column, seconds, table } from './table.ts'

type Version = z.infer<typeof historyBody>['versions'][number]
type Applied = z.infer<typeof appliedBody>

const idWord = { word: '<ID>', description: "the tenant's id" }

/** What became of the tenants that came by `apply`. */
export const documentCommands: readonly CommandSpec[] = [
  {
    name: 'tenant history',
    words: [idWord],
    summary: 'every version of a tenant that came by `apply`, newest first',
    options: [jsonOption],
    examples: [{ line: 'tenant history contoso', does: 'who changed it when, and which version is in force' }],
    run: async ({ client, words: [id = ''], flag, print, note }) => {
      const body = await (await client()).ask({ path: ['tenants', id, 'history'] }, historyBody)
      if (flag('json')) return print(JSON.stringify(body))
      if (body.versions.length === 0)
        return note(`${id} never came by \`apply\`: it is a file of the gateway's own folder`)
      print(table<Version>(columns, body.versions))
    },
  },
  {
    name: 'tenant rollback',
    words: [idWord, { word: '[NUMBER]', description: 'as `tenant history` shows it; without it, the version before' }],
    summary: 'put an earlier version of a tenant in force again, exactly as it was, with its templates',
    options: [jsonOption],
    examples: [
      { line: 'tenant rollback contoso', does: 'what was in force before the latest change' },
      { line: 'tenant rollback contoso 3', does: 'the version of that number; also after `tenant remove`' },
    ],
    run: rollBack,
  },
  {
    name: 'tenant remove',
    words: [idWord],
    summary: 'end the service of a tenant that came by `apply`; its records stay',
    options: [yesOption, jsonOption],
    examples: [
      { line: 'tenant remove contoso', does: 'ask, then refuse its clients from the next request on' },
      { line: 'tenant remove contoso --yes', does: 'from a script' },
    ],
    run: remove,
  },
]

const columns: readonly Column<Version>[] = [
  { heading: 'NUMBER', show: ({ number }) => number, right: true },
  { heading: 'AT', show: ({ at }) => seconds(at) },
  { heading: 'ACTION', show: ({ action }) => action },
  { heading: 'OPERATOR', show: ({ operator }) => operator },
  { heading: 'VERSION', show: ({ version, current }) => (current ? `${version ?? '-'} (in force)` : version) },
]

async function rollBack({ client, words: [id = '', number], flag, print, note }: Invocation): Promise<void> {
  if (number !== undefined && !/^[1-9]\d{0,8}$/.test(number)) {
    throw new Exit(exitCodes.usage, 'NUMBER: must be one of those that `tenant history` shows')
  }
  const body = number === undefined ? {} : { number: Number(number) }
  const asking = { method: 'POST', path: ['tenants', id, 'rollback'], body } as const
  const answer = await (await client()).ask(asking, appliedBody)
  if (flag('json')) return print(JSON.stringify(answer))
  print(rolledBackText(answer))
  for (const warning of answer.warnings)
    note(printProblem({ ...warning, message: `warning from the gateway: ${warning.message}` }))
}

const rolledBackText = ({ id, changed, version, previousVersion, number }: Applied): string => {
  if (!changed) return `${id}: version ${version} is in force already; nothing changed`
  const before = previousVersion === null ? 'it was not served' : `version ${previousVersion} was in force`
  return `${id}: ${before}; now version ${version} is${number === null ? '' : `, as number ${number}`}`
}

async function remove(invocation: Invocation): Promise<void> {
  const { client, words, flag, print, note } = invocation
  const [id = ''] = words
  const confirm = confirming(invocation)
  const admin = await client()
  if (!(await confirm(`End the service of ${id}? Its clients are refused from the next request on.`))) {
    throw new Exit(exitCodes.wrong, `${id} was left as it is`)
  }
  await admin.ask({ method: 'DELETE', path: ['tenants', id] }, z.undefined())
  if (flag('json')) return print(JSON.stringify({ id, removed: true }))
  print(`removed ${id}: it is not served any more`)
  note(`
Its calls, tokens and usage stay.
  npx tollgate tenant rollback ${id}    serve it again, as it was
  npx tollgate tenant erase ${id}       erase its records for good`)
}
