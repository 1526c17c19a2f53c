/** What scripts may rely on; said in the help. */
export const exitCodes = {
  /** What was asked for was done. */
  ok: 0,
  /** The thing asked about is wrong: not found, refused, a check that failed. */
  wrong: 1,
  /** The command line or a setting is wrong. */
  usage: 2,
  /** The gateway cannot be reached, failed, or refused the credential. */
  gateway: 3,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Ends the command: `message` is the one line that the operator reads, and says how to mend it. */
export class Exit extends Error {
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'Exit'
    this.exitCode = exitCode
  }
}
