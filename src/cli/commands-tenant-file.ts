import type { CommandSpec, Invocation } from './command.ts'
import { jsonOption } from './command.ts'
import { Exit, exitCodes } from './exit.ts'
import { readSettings } from './read-settings.ts'
import type { CheckedFile } from './tenant-files.ts'
import { askUnfit, strangeUnfit, unfitText, withUnfit } from './unfit-asked.ts'
import { upstreamText } from './upstream-text.ts'
import { verdictText } from './verdict-text.ts'

export const tenantFileCommands: readonly CommandSpec[] = [
  {
    name: 'tenant new',
    words: [{ word: '<ID>', description: 'what the tenant is called: a-z, 0-9 and -' }],
    summary: 'write a commented tenant file into the folder of tenant files',
    options: [jsonOption],
    examples: [{ line: 'tenant new contoso', does: 'write tenants/contoso.yaml, which works as it stands' }],
    run: newTenant,
  },
  {
    name: 'tenant check',
    words: [{ word: '[ID]', description: 'one tenant; without it, all' }],
    summary: 'check tenant files as the gateway would; exit code 1 when one is wrong',
    options: [jsonOption],
    examples: [
      { line: 'tenant check', does: 'check every file; mistakes are printed as file:line:column' },
      {
        line: 'tenant check contoso',
        does: 'check one; of its rules, say which are exact, which lossy, what follows, and what a gateway saw not fit',
      },
    ],
    run: checkTenants,
  },
]

async function newTenant({ words: [id = ''], environment, flag, print, note }: Invocation): Promise<void> {
  const settings = readSettings(environment)
  const { writeNewTenant } = await import('./tenant-files.ts')
  const file = await writeNewTenant(settings.tenantsFolder, id)
  if (flag('json')) return print(JSON.stringify({ id, file }))
  const origin = settings.publicUrl ?? `http://${settings.host}:${settings.port}`
  print(`wrote ${file}`)
  note(`
Next:
  npx tollgate tenant check ${id}    after every change
  npx tollgate token mint ${id}      a token for the customer's system
  curl -H "Authorization: Bearer TOKEN" ${origin}/t/${id}/scim/v2/Users`)
}

async function checkTenants(invocation: Invocation): Promise<void> {
  const {
    words: [id],
    environment,
    flag,
    print,
    note,
  } = invocation
  const settings = readSettings(environment)
  const { checkFiles } = await import('./tenant-files.ts')
  const checked = await checkFiles(settings, id, environment)
  const unfit = id === undefined ? undefined : await askUnfit(invocation, id, settings.dataFolder)
  const files = unfit === undefined ? checked : checked.map((file) => withUnfit(file, unfit))
  if (flag('json')) print(JSON.stringify({ files }))
  else {
    for (const file of files) {
      const { id: tenant, problems, warnings, rules = {}, schemas, upstream } = file
      for (const { text } of problems) print(text)
      for (const { text } of warnings) print(text)
      if (upstream !== undefined) print(upstreamText(tenant, upstream))
      for (const [type, verdicts] of Object.entries(rules))
        print(verdictText(headingOf(tenant, type, schemas), verdicts))
      for (const one of strangeUnfit(file)) print(unfitText(one))
    }
  }
  const broken = files.filter(({ ok }) => !ok).length
  const counted = files.length === 1 ? '1 file' : `${files.length} files`
  if (broken > 0) throw new Exit(exitCodes.wrong, `${broken} of ${counted} wrong: no gateway would take that in`)
  note(files.length === 0 ? `there is no tenant file in ${settings.tenantsFolder}` : `${counted} checked: good`)
}

const headingOf = (tenant: string, type: string, schemas: CheckedFile['schemas']): string =>
  `Rules of ${tenant}, ${type}${schemas === 'standard' ? " (by the standard's schemas: the upstream was not asked)" : ''}:`
