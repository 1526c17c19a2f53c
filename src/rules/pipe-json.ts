import type { Json } from '../scim/json.ts'
import { exact, type PipeKind, textOf } from './pipe-kind.ts'

/** The number that a text is the one JSON spelling of: `007`, `5.0` and what a number cannot hold are none. */
function numberIn(value: Json): number | undefined {
  if (typeof value !== 'string' || value.length > 30) return undefined
  const number = Number(value)
  return Number.isFinite(number) && String(number) === value ? number : undefined
}

const booleanIn = (value: Json): boolean | undefined =>
  value === 'true' ? true : value === 'false' ? false : undefined

/** A JSON number here, its text in the hole. */
export const numberPipe: PipeKind = {
  usage: 'number',
  exact: true,
  gives: 'json',
  arguments: [],
  make: () => exact(numberIn, (value) => (typeof value === 'number' ? String(value) : undefined)),
}

/** true or false here, its text in the hole. */
export const booleanPipe: PipeKind = {
  usage: 'boolean',
  exact: true,
  gives: 'json',
  arguments: [],
  make: () => exact(booleanIn, (value) => (typeof value === 'boolean' ? String(value) : undefined)),
}

/** Text here, and text in the hole. */
export const stringPipe: PipeKind = {
  usage: 'string',
  exact: true,
  gives: 'text',
  arguments: [],
  make: () => {
    const text = (value: Json) => (typeof value === 'string' ? value : undefined)
    return exact(text, text)
  },
}

const scalarIn = (text: string): Json => booleanIn(text) ?? numberIn(text) ?? text

/**
 * `string` where the other side takes the JSON value whole: its text here, the value itself in the hole. A text that
 * looks like a number or a boolean would come back as one, so it is not printed.
 */
export const scalarTextPipe: PipeKind = {
  ...stringPipe,
  make: () =>
    exact(
      (value) => {
        const text = textOf(value)
        return text !== undefined && scalarIn(text) === value ? text : undefined
      },
      (value) => (typeof value === 'string' ? scalarIn(value) : undefined),
    ),
}

/** true for false and false for true, as JSON or as text, whichever comes. */
export const notPipe: PipeKind = {
  usage: 'not',
  exact: true,
  gives: 'same',
  arguments: [],
  make: () => exact(opposite, opposite),
}

function opposite(value: Json): Json | undefined {
  if (typeof value === 'boolean') return !value
  const truth = booleanIn(value)
  return truth === undefined ? undefined : String(!truth)
}
