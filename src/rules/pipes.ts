import { faultsAt, quoted, RuleFault, textFault } from './fault.ts'
import type { Pipe } from './pattern.ts'
import type { Span } from './pieces.ts'
import { asciiPipe } from './pipe-ascii.ts'
import { datePipe } from './pipe-date.ts'
import { booleanPipe, notPipe, numberPipe, scalarTextPipe, stringPipe } from './pipe-json.ts'
import type { PipeKind } from './pipe-kind.ts'
import { listPipe } from './pipe-list.ts'
import { firstPipe, lowerPipe, replacePipe, trimPipe, upperPipe } from './pipe-text.ts'

/** Every pipe there is (contract §5): the exact ones, which have an inverse, and the lossy ones. */
const kinds: ReadonlyMap<string, PipeKind> = new Map(
  Object.entries({
    date: datePipe,
    boolean: booleanPipe,
    number: numberPipe,
    string: stringPipe,
    not: notPipe,
    list: listPipe,
    lower: lowerPipe,
    upper: upperPipe,
    trim: trimPipe,
    ascii: asciiPipe,
    replace: replacePipe,
    first: firstPipe,
  }),
)

/** A pipe with what its place needs to know of it. */
export interface ParsedPipe extends Pipe {
  readonly gives: PipeKind['gives']
}

interface Argument extends Span {
  readonly kind: 'text' | 'number' | 'word'
}

/**
 * Reads one pipe: `replace "[^a-z]+" "-"`, `first 20`. In quotes `\"` is a quotation mark, `\\` a backslash, and any other
 * backslash itself, for regular expressions are full of them.
 * @param facesWhole whether the other side of the rule takes the hole's JSON value whole, which tells `string` what to give
 * @throws RuleFault naming the pipe, and saying what there is
 */
export function parsePipe({ text, column }: Span, facesWhole = false): ParsedPipe {
  const [name, ...given] = argumentsOf(text, column)
  if (name === undefined)
    throw textFault(column, `a pipe is missing after \`|\`: there are ${[...kinds.keys()].join(', ')}`)
  const kind = name.kind === 'word' ? kinds.get(name.text) : undefined
  if (kind === undefined)
    throw textFault(name.column, `there is no pipe ${quoted(name.text)}: there are ${[...kinds.keys()].join(', ')}`)
  checkArguments(name, given, kind)
  const row = kind === stringPipe && facesWhole ? scalarTextPipe : kind
  const steps = at(name, () => row.make(...given.map((argument) => argument.text)))
  return { text: text.trim(), exact: row.exact, gives: row.gives, ...steps }
}

function checkArguments(name: Argument, given: readonly Argument[], { usage, arguments: wanted }: PipeKind): void {
  const mend = `write it as \`${usage}\``
  for (const [index, kind] of wanted.entries()) {
    const argument = given[index]
    const what = kind === 'text' ? 'a text in double quotes' : 'a number'
    if (argument === undefined) throw textFault(name.column, `the pipe \`${name.text}\` lacks ${what}: ${mend}`)
    if (argument.kind !== kind)
      throw textFault(argument.column, `the pipe \`${name.text}\` takes ${what}, not ${quoted(argument.text)}: ${mend}`)
  }
  const surplus = given[wanted.length]
  if (surplus !== undefined)
    throw textFault(surplus.column, `the pipe \`${name.text}\` does not take ${quoted(surplus.text)}: ${mend}`)
}

/** What a pipe says of its arguments stands where its name does. */
const at = <T>(name: Argument, work: () => T): T => {
  try {
    return faultsAt([], work)
  } catch (error) {
    throw error instanceof RuleFault ? textFault(name.column, error.message) : error
  }
}

const argumentPattern = /\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/sy

function argumentsOf(text: string, column: number): Argument[] {
  const found: Argument[] = []
  argumentPattern.lastIndex = 0
  for (let from = 0; text.slice(from).trim() !== ''; from = argumentPattern.lastIndex) {
    const blanks = text.slice(from).length - text.slice(from).trimStart().length
    const word = argumentPattern.exec(text)
    if (word === null) throw textFault(column + from + blanks, 'a closing quotation mark is missing: add it')
    const [, inQuotes, plain = ''] = word
    const kind = inQuotes !== undefined ? 'text' : /^\d+$/.test(plain) ? 'number' : 'word'
    found.push({ kind, text: inQuotes?.replace(/\\(["\\])/g, '$1') ?? plain, column: column + from + blanks })
  }
  return found
}
