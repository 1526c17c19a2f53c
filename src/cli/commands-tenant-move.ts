import { z } from 'zod'
import { tenantBody, usageBody } from '../admin/shapes.ts'
import type { Holdings } from '../node/tenant-file.ts'
import { type CommandSpec, type Invocation, jsonOption } from './command.ts'
import { confirming, yesOption } from './confirm.ts'
import { Exit, exitCodes } from './exit.ts'
import { readSettings } from './read-settings.ts'

const idWord = { word: '<ID>', description: "the tenant's id" }

export const tenantMoveCommands: readonly CommandSpec[] = [
  {
    name: 'tenant export',
    words: [idWord, { word: '<FILE>', description: 'a new file on this machine; keep it as safe as the data folder' }],
    summary: 'write all records of a tenant that is not served into a file, for another gateway (docs/sharding.md)',
    options: [jsonOption],
    examples: [
      { line: 'tenant export contoso /backup/contoso.tenant', does: 'from here on no gateway here serves contoso' },
      { line: 'tenant resume contoso', does: 'with its file in place again: takes that back' },
    ],
    run: exportRecords,
  },
  {
    name: 'tenant import',
    words: [idWord, { word: '<FILE>', description: 'what `tenant export` wrote of this tenant; it is left as it is' }],
    summary: "take a tenant's records in from a file; its gateway serves it as soon as its tenant file is there",
    options: [jsonOption],
    examples: [
      { line: 'tenant import contoso /backup/contoso.tenant', does: 'calls, tokens and directory, as they were' },
    ],
    run: importRecords,
  },
  {
    name: 'tenant erase',
    words: [idWord],
    summary: 'erase for good all that is kept of a tenant which is no longer served; the audit log stays',
    options: [yesOption, jsonOption],
    examples: [
      { line: 'tenant erase contoso', does: 'say what there is, ask, and erase it' },
      { line: 'tenant erase contoso --yes', does: 'from a script' },
    ],
    run: erase,
  },
]

async function exportRecords(invocation: Invocation): Promise<void> {
  const { words, client, print, note, flag } = invocation
  const [id = '', file = ''] = words
  requireHere(invocation, 'tenant export')
  const { status } = await (await client()).ask({ path: ['tenants', id] }, tenantBody)
  if (status !== 'removed' && status !== 'suspended') {
    const mend = 'remove its file, or suspend it, first'
    throw new Exit(exitCodes.wrong, `${id} is ${status} here: ${mend}`)
  }
  const { exportFrom } = await import('./tenant-moves.ts')
  const holdings = await exportFrom(readSettings(invocation.environment), id, file, note)
  if (flag('json')) return print(JSON.stringify({ id, file, ...holdings }))
  print(`wrote ${file}: ${textOf(holdings)}`)
  note(`
No gateway on this data folder serves ${id} any more. Next:
  npx tollgate tenant import ${id} FILE    on the machine of the other gateway
  then put its tenant file there, point the balancer to it, and, last of all, here:
  npx tollgate tenant erase ${id}
To stay here after all: its tenant file, and npx tollgate tenant resume ${id}`)
}

async function importRecords(invocation: Invocation): Promise<void> {
  const { words, print, note, flag } = invocation
  const [id = '', file = ''] = words
  requireHere(invocation, 'tenant import')
  const { importTo } = await import('./tenant-moves.ts')
  const holdings = await importTo(readSettings(invocation.environment), id, file, note)
  if (flag('json')) return print(JSON.stringify({ id, file, ...holdings }))
  print(`imported ${id}: ${textOf(holdings)}`)
  note(`
Next: its tenant file (or \`tollgate apply\`), the balancer, and on the gateway where it was:
  npx tollgate tenant erase ${id}`)
}

async function erase(invocation: Invocation): Promise<void> {
  const { client, words, flag, print } = invocation
  const [id = ''] = words
  const confirm = confirming(invocation)
  const admin = await client()
  const { status } = await admin.ask({ path: ['tenants', id] }, tenantBody)
  if (status !== 'removed') {
    throw new Exit(exitCodes.wrong, `${id} is ${status} here: remove its file, or its applied document, first`)
  }
  const { rows } = await admin.ask({ path: ['usage'], query: { tenant: id, by: 'month' } }, usageBody)
  const calls = rows.reduce((sum, row) => sum + row.calls, 0)
  if (!(await confirm(`Erase ${id} for good: ${calls} calls, its tokens and its directory?`))) {
    throw new Exit(exitCodes.wrong, `${id} was left as it is`)
  }
  await admin.ask({ method: 'DELETE', path: ['tenants', id, 'records'] }, z.undefined())
  if (flag('json')) return print(JSON.stringify({ id, calls }))
  print(`erased ${id}: ${calls} calls, its tokens and its directory`)
}

/** @throws Exit when the command would have to do it somewhere else. */
function requireHere({ environment }: Invocation, command: string): void {
  if ((environment['TOLLGATE_URL'] ?? '') === '') return
  const why = 'it works with a file and the data folder of one machine'
  throw new Exit(
    exitCodes.usage,
    `${command} does not work over TOLLGATE_URL: ${why}; run it there, without TOLLGATE_URL`,
  )
}

const textOf = ({ calls, credentials, resources }: Holdings): string =>
  `${calls} calls, ${credentials} credentials, ${resources} resources`
