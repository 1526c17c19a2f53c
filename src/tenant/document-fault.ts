import { RuleFault } from '../rules/fault.ts'
import type { Path } from './position.ts'

/** What a part throws when it cannot compile its clause; `path` says which, from the document's root. */
export class ClauseError extends Error {
  readonly path: Path

  constructor(path: Path, message: string) {
    super(message)
    this.name = 'ClauseError'
    this.path = path
  }
}

/** What compiling threw, as a path and a message. */
export const clauseFault = (error: unknown): { readonly path: Path; readonly message: string } => ({
  path: error instanceof ClauseError || error instanceof RuleFault ? error.path : [],
  message: error instanceof Error ? error.message : 'cannot be compiled',
})

/** The system's word for why a file cannot be read: `EACCES`. */
export const readFault = (error: unknown): string =>
  `cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'})`

/** Two tenants list one host. */
export const hostTaken = (host: string, holder: string, asking: string): string =>
  `\`${host}\` belongs to tenant \`${holder}\`; \`${asking}\` cannot have it, too`
