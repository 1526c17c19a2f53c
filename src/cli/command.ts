import type { AdminClient } from './client.ts'

/** Who reads what a command prints. */
export interface Terminal {
  /** Whether standard output shows colours. */
  readonly colour: boolean
  /** Asks a question that is answered by yes or no; undefined where nobody can answer. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined
}

/** One use of a command, as its author sees it. */
export interface Invocation {
  /** The arguments, in the order of the command's `words`. */
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** An option's value, by its name without dashes. */
  text(option: string): string | undefined
  /** Whether an option without value was given. */
  flag(option: string): boolean
  /** Writes to standard output: what was asked for. */
  print(text: string): void
  /** Writes to standard error: what a person should know beside it. */
  note(text: string): void
  readonly terminal: Terminal
  /**
   * The admin API: of the gateway at the URL `to`, else at `TOLLGATE_URL`, else over the data folder. Opened when first
   * asked for; a command works on one gateway.
   */
  client(to?: string): Promise<AdminClient>
}

export interface OptionSpec {
  /** As commander writes them: `--label <text>`. */
  readonly flags: string
  readonly description: string
  /** Names of options that must not stand beside this one. */
  readonly conflicts?: readonly string[]
}

export interface CommandSpec {
  /** `tenant new`. */
  readonly name: string
  /** The arguments, as commander writes them: `<ID>`, `[ID]`, `[ID...]`. */
  readonly words: readonly { readonly word: string; readonly description: string }[]
  readonly summary: string
  readonly options: readonly OptionSpec[]
  /** What to type after `npx tollgate`, and what that does. */
  readonly examples: readonly { readonly line: string; readonly does: string }[]
  /** @throws Exit when the command ends otherwise than well. */
  run(invocation: Invocation): Promise<void>
}

export const jsonOption: OptionSpec = { flags: '--json', description: 'print JSON, for scripts' }
