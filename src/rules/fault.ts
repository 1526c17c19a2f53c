import { ScimError } from '../scim/error.ts'

/** What is wrong with a tenant's rules; `path` leads there, from wherever the thrower began. The message says the mend. */
export class RuleFault extends Error {
  readonly path: readonly (string | number)[]

  constructor(path: readonly (string | number)[], message: string) {
    super(message)
    this.name = 'RuleFault'
    this.path = path
  }
}

/** Something wrong with a text, at a character counted from 1. */
export const textFault = (column: number, message: string): RuleFault =>
  new RuleFault([], `at character ${column}: ${message}`)

/** Does what may find a fault, and says where the faulty text stands. The protocol's own errors become faults, too. */
export function faultsAt<T>(path: readonly (string | number)[], work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof RuleFault) throw new RuleFault([...path, ...error.path], error.message)
    if (error instanceof ScimError) throw new RuleFault(path, error.message)
    throw error
  }
}

/** A text for a message, on one line and not longer than a line. */
export const quoted = (text: string): string => {
  const line = text.replace(/\p{Cc}/gu, ' ')
  return `\`${line.length > 60 ? `${line.slice(0, 57)}...` : line}\``
}

/** `a`, `b` or `c`. */
export const oneOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
