import type { Json } from '../scim/json.ts'
import type { Pipe } from './pattern.ts'

/** What a pipe does, once its arguments are read. */
export type PipeSteps = Pick<Pipe, 'print' | 'match'>

/** One row of the table of pipes: how it is written, and what it makes of its arguments. */
export interface PipeKind {
  /** As people write it, for messages: `date "dd.MM.yyyy"`. */
  readonly usage: string
  /** Whether `match` undoes `print` for every value that `print` takes. */
  readonly exact: boolean
  /** What stands on this side: text, or a JSON value, which cannot stand between texts. `same` gives what it is given. */
  readonly gives: 'text' | 'json' | 'same'
  /** What each argument is. All of them are needed. */
  readonly arguments: readonly ('text' | 'number')[]
  /** @throws RuleFault for arguments that mean nothing */
  make(...args: string[]): PipeSteps
}

/** A single simple value as text, as a template prints it; undefined for lists and complex values. */
export function textOf(value: Json): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** The steps of a pipe that changes text, and cannot be undone: what it reads it gives as it is. */
export const lossy = (change: (text: string) => string | undefined): PipeSteps => ({
  print: (value) => (typeof value === 'string' ? change(value) : undefined),
  match: (value) => (typeof value === 'string' ? value : undefined),
})

/** The steps of a pipe between text and text, or between text and another JSON value, by what undoes them. */
export const exact = (
  print: (value: Json) => Json | undefined,
  match: (value: Json) => Json | undefined,
): PipeSteps => ({ print, match })
