import { normalize } from 'node:path'
import { type CommandSpec, type Invocation, jsonOption } from './command.ts'
import { confirming, yesOption } from './confirm.ts'
import { Exit, exitCodes } from './exit.ts'
import { readSettings } from './read-settings.ts'

export const applyCommands: readonly CommandSpec[] = [
  {
    name: 'apply',
    words: [{ word: '[ID...]', description: 'only these tenants; without it, every file of the folder' }],
    summary: 'push tenant files to a gateway elsewhere: checks them, shows what changes, asks, and sends',
    options: [
      { flags: '--to <url>', description: 'the gateway (default: TOLLGATE_URL)' },
      { flags: '--dry-run', description: 'show what would change, and change nothing', conflicts: ['yes'] },
      yesOption,
      { ...jsonOption, description: `${jsonOption.description}; \`changed\` counts the tenants that differ` },
    ],
    examples: [
      { line: 'apply --to https://scim.msp.example --dry-run', does: 'show how the gateway differs from this folder' },
      { line: 'apply --to https://scim.msp.example', does: 'the same, then ask, then send' },
      { line: 'apply contoso fabrikam --to https://scim.msp.example --yes', does: 'two tenants, from a script' },
      { line: 'apply --to https://scim.msp.example --dry-run --json', does: 'for a script: {"changed":0,...}' },
    ],
    run: apply,
  },
]

async function apply(invocation: Invocation): Promise<void> {
  const { words, environment, client, flag, text } = invocation
  const url = text('to') ?? environment['TOLLGATE_URL'] ?? ''
  if (url === '') throw new Exit(exitCodes.usage, 'which gateway? give --to URL, or set TOLLGATE_URL')
  const dryRun = flag('dryRun')
  const confirm = dryRun ? undefined : confirming(invocation)
  const folder = normalize(readSettings(environment).tenantsFolder)
  const { readFolder } = await import('./apply-folder.ts')
  const { carryOut, planApply } = await import('./apply-plan.ts')
  const { applyReport } = await import('./apply-report.ts')
  const report = applyReport(invocation, dryRun)
  const local = await readFolder(folder, words)
  if (local.broken.length > 0) return report.wrong(local.broken)
  const admin = await client(text('to'))
  const plan = await planApply(admin, local, folder)
  report.plan(plan)
  if (confirm === undefined) return report.end(plan, [])
  if (plan.changes.length > 0 && !(await confirm('Apply?'))) throw new Exit(exitCodes.wrong, 'nothing was applied')
  report.end(plan, await carryOut(admin, plan, report.outcome))
}
