import type { Invocation, OptionSpec } from './command.ts'
import { Exit, exitCodes } from './exit.ts'

export const yesOption: OptionSpec = { flags: '--yes', description: 'do not ask; needed where there is no terminal' }

/**
 * How this use of a command gets a yes. Called before anything is sent, so that a script without `--yes` always fails,
 * not only when there is something to ask about.
 * @throws Exit when nobody can be asked, or `--json` promises an output that a script reads.
 */
export function confirming({ flag, terminal }: Invocation): (question: string) => Promise<boolean> {
  if (flag('yes')) return async () => true
  if (flag('json')) throw new Exit(exitCodes.usage, '--json asks nothing: it needs --yes')
  if (terminal.confirm === undefined) throw new Exit(exitCodes.usage, 'there is no terminal to ask at: it needs --yes')
  return terminal.confirm
}
