import { createInterface } from 'node:readline'
import type { Terminal } from './command.ts'

/** The part of a process that talks with people. */
export interface Console {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly stdout: { readonly isTTY?: boolean }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Who reads what a process prints. Questions go to standard error: standard output is for what was asked for. */
export function terminalOf({ stdin, stdout, stderr, env }: Console): Terminal {
  const confirm = (question: string): Promise<boolean> =>
    new Promise((settle) => {
      const lines = createInterface({ input: stdin, output: stderr })
      // Ctrl-C and Ctrl-D say no, and leave the line unended.
      const refuse = (): void => {
        stderr.write('\n')
        settle(false)
      }
      lines.once('close', refuse)
      lines.question(`${question} [y/N] `, (answer) => {
        lines.off('close', refuse)
        settle(/^y(es)?$/i.test(answer.trim()))
        lines.close()
      })
    })
  return {
    // https://no-color.org
    colour: stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '',
    confirm: stdin.isTTY === true && stderr.isTTY === true ? confirm : undefined,
  }
}
