import { Command, Option } from 'commander'
import { version } from '../version.ts'
import type { CommandSpec } from './command.ts'
import { applyCommands } from './commands-apply.ts'
import { callCommands } from './commands-calls.ts'
import { documentCommands } from './commands-document.ts'
import { keyCommands } from './commands-keys.ts'
import { probeCommands } from './commands-probe.ts'
import { serveCommands } from './commands-serve.ts'
import { tenantCommands } from './commands-tenant.ts'
import { tenantFileCommands } from './commands-tenant-file.ts'
import { tenantMoveCommands } from './commands-tenant-move.ts'
import { tokenCommands } from './commands-token.ts'
import { tryCommands } from './commands-try.ts'
import { usageCommands } from './commands-usage.ts'

/** Every command, in the order of the help. */
export const commands: readonly CommandSpec[] = [
  ...serveCommands,
  ...tenantFileCommands,
  ...tryCommands,
  ...probeCommands,
  ...applyCommands,
  ...tenantCommands,
  ...documentCommands,
  ...tenantMoveCommands,
  ...tokenCommands,
  ...usageCommands,
  ...callCommands,
  ...keyCommands,
]

const groups: Readonly<Record<string, string>> = {
  tenant: 'onboard, check, stop, restart and roll back customers',
  token: "the credentials of a customer's systems",
  keys: 'keys of the gateway itself',
}

const afterHelp = `
Exit codes:
  0  done
  1  the thing asked about is wrong: not found, refused, a check that failed
  2  the command line or a setting is wrong
  3  the gateway cannot be reached, failed, or refused the credential
`

const environmentHelp = `
Environment:
  TOLLGATE_URL          work on the gateway at this URL instead of the data folder
  TOLLGATE_ADMIN_TOKEN  the credential for it
  TOLLGATE_TENANTS      folder of the tenant files (./tenants)
  TOLLGATE_DATA         data folder (./data)
  TOLLGATE_LOG          debug: say where an unexpected error came from
`

/** What a command is given: its arguments in order, and its options by name. */
export type Perform = (
  spec: CommandSpec,
  words: readonly string[],
  options: Readonly<Record<string, unknown>>,
) => Promise<void>

/** The command line's grammar; `perform` is told what was asked for. It never ends the process: it throws CommanderError. */
export function createProgram(perform: Perform): Command {
  const program = new Command('tollgate')
    .description('One SCIM 2.0 front door for all the customers of a managed service provider.')
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`${text.trim().replaceAll('\n', ' ')}\n`) })
    .addHelpText('after', environmentHelp + afterHelp)
  for (const spec of commands) {
    const [first = '', second] = spec.name.split(' ')
    const parent = second === undefined ? program : groupOf(program, first)
    addCommand(parent, second ?? first, spec, perform)
  }
  return program
}

const groupOf = (program: Command, name: string): Command =>
  program.commands.find((command) => command.name() === name) ??
  program
    .command(name)
    .description(groups[name] ?? '')
    .addHelpText('after', afterHelp)

function addCommand(parent: Command, name: string, spec: CommandSpec, perform: Perform): void {
  const command = parent.command(name).description(spec.summary)
  for (const { word, description } of spec.words) command.argument(word, description)
  for (const { flags, description, conflicts = [] } of spec.options) {
    command.addOption(new Option(flags, description).conflicts([...conflicts]))
  }
  command.addHelpText('after', `\nExamples:\n${spec.examples.map(exampleText).join('')}${afterHelp}`)
  command.action(async () => {
    await perform(spec, command.args, command.opts())
  })
}

const exampleText = ({ line, does }: CommandSpec['examples'][number]): string => `  # ${does}\n  npx tollgate ${line}\n`
