import { CommanderError } from 'commander'
import type { AdminClient } from './client.ts'
import type { CommandSpec, Invocation } from './command.ts'
import { Exit, type ExitCode, exitCodes } from './exit.ts'
import { explain } from './explain.ts'
import { openClient } from './open-client.ts'
import { createProgram } from './program.ts'
import { terminalOf } from './terminal.ts'

const helpCodes = new Set(['commander.helpDisplayed', 'commander.version'])

/** For output that is still on its way, and for what a command that failed half-way left open. */
const lingerMs = 1000

/** Runs one command and sets the process's exit code. */
export async function main(words: readonly string[]): Promise<void> {
  // `tollgate calls | head`: whoever reads no more is no error.
  process.stdout.on('error', () => process.exit(exitCodes.ok))
  const exitCode = await run(words)
  process.exitCode = exitCode
  // A gateway that could not start may watch folders already: they must not keep the process.
  if (exitCode !== exitCodes.ok) setTimeout(() => process.exit(), lingerMs).unref()
}

async function run(words: readonly string[]): Promise<ExitCode> {
  let opened: AdminClient | undefined
  const client = async (to?: string): Promise<AdminClient> => {
    opened ??= await openClient(process.env, to)
    return opened
  }
  try {
    const program = createProgram((spec, given, options) => spec.run(invocationOf(spec, given, options, client)))
    await program.parseAsync(words, { from: 'user' })
    return exitCodes.ok
  } catch (error) {
    return report(error)
  } finally {
    opened?.close()
  }
}

function invocationOf(
  spec: CommandSpec,
  words: readonly string[],
  options: Readonly<Record<string, unknown>>,
  client: Invocation['client'],
): Invocation {
  return {
    words,
    environment: process.env,
    text: (option) => {
      const value = options[option]
      if (value !== undefined && typeof value !== 'string') throw new Error(`${spec.name}: --${option} has no value`)
      return value
    },
    flag: (option) => options[option] === true,
    print: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    terminal: terminalOf(process),
    client,
  }
}

function report(error: unknown): ExitCode {
  // commander has printed its own line already.
  if (error instanceof CommanderError) return helpCodes.has(error.code) ? exitCodes.ok : exitCodes.usage
  const exit = error instanceof Exit ? error : explain(error)
  if (exit.message !== '') process.stderr.write(`error: ${exit.message}\n`)
  if (['debug', 'trace'].includes(process.env['TOLLGATE_LOG'] ?? '')) {
    process.stderr.write(`${exit.cause instanceof Error ? exit.cause.stack : exit.stack}\n`)
  }
  return exit.exitCode
}
