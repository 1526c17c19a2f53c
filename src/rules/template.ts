import { badRequest, type ScimError } from '../scim/error.ts'
import type { Json } from '../scim/json.ts'
import { type AttributePath, parsePatchPath } from '../scim/path.ts'
import type { Resource } from '../scim/resource.ts'
import { compileRead, type Found } from './attribute-read.ts'
import { faultsAt, quoted, RuleFault, textFault } from './fault.ts'
import { throughPipes } from './pattern-parse.ts'
import { type Piece, readPieces } from './pieces.ts'
import { textOf } from './pipe-kind.ts'
import { type ParsedPipe, parsePipe } from './pipes.ts'

/** A text computed from the client view: `{name.givenName | ascii | lower}.{name.familyName}`. One way only. */
export interface Template {
  readonly text: string
  /** What of the client view it reads. */
  readonly reads: readonly AttributePath[]
  /**
   * The value; undefined when something that it reads is absent, or nothing but the empty text comes of it. A template
   * that is one hole alone gives the value's own type.
   * @throws ScimError 400 `invalidValue` naming the attribute that is there but cannot be printed
   */
  print(client: Resource): Json | undefined
}

interface Hole {
  readonly path: string
  readonly reads: AttributePath
  readonly pipes: readonly ParsedPipe[]
  read(client: Resource): Found
}

/** @throws RuleFault saying at which character what is wrong */
export function parseTemplate(text: string): Template {
  const pieces = readPieces(text)
  const isLone = pieces.length === 1
  const parts = pieces.map((piece) => (piece.kind === 'text' ? piece.text : holeOf(piece, isLone)))
  const holes = parts.filter((part) => typeof part !== 'string')
  if (holes.length === 0)
    throw new RuleFault([], 'reads nothing: name an attribute, as in `{userName}`, or write it as a `constant`')
  return {
    text,
    reads: holes.map((hole) => hole.reads),
    print: (client) => {
      let printed = ''
      for (const part of parts) {
        const value = typeof part === 'string' ? part : printHole(part, client)
        if (value === undefined) return undefined
        if (isLone) return value === '' ? undefined : value
        printed += typeof value === 'string' ? value : String(value)
      }
      return printed === '' ? undefined : printed
    },
  }
}

function holeOf({ text, column, pipes: spans }: Extract<Piece, { kind: 'hole' }>, isLone: boolean): Hole {
  const pipes = spans.map((span) => parsePipe(span))
  const { name, ...path } = atColumn(column, () => parsePatchPath(text))
  if (name === undefined)
    throw textFault(
      column,
      `${quoted(text)} is a whole schema: name one attribute of it, as \`${text}:employeeNumber\``,
    )
  const last = pipes.findLast((pipe) => pipe.gives !== 'same')
  if (!isLone && last?.gives === 'json')
    throw textFault(column, `\`${last.text}\` gives a JSON value, which cannot stand in a text: leave it out`)
  const { urn, sub, filter } = path
  return {
    path: text,
    pipes,
    read: atColumn(column, () => compileRead({ name, ...path })),
    // A filter looks at sub-attributes that the path does not name: then all of the attribute is read.
    reads: {
      ...(urn === undefined ? {} : { urn }),
      name,
      ...(sub === undefined || filter !== undefined ? {} : { sub }),
    },
  }
}

const atColumn = <T>(column: number, work: () => T): T => {
  try {
    return faultsAt([], work)
  } catch (error) {
    throw error instanceof RuleFault ? textFault(column, error.message) : error
  }
}

function printHole({ path, pipes, read }: Hole, client: Resource): string | number | boolean | undefined {
  const found = read(client)
  if (found === undefined) return undefined
  const value = 'several' in found ? [...found.several] : found.value
  const printed =
    pipes.length === 0 ? value : (throughPipes(pipes, value) ?? throughPipes(pipes, textOf(value) ?? null))
  if (typeof printed === 'string' || typeof printed === 'number' || typeof printed === 'boolean') return printed
  throw unprintable(path, value, pipes)
}

function unprintable(path: string, value: Json, pipes: readonly ParsedPipe[]): ScimError {
  const pipe = pipes.length === 0 ? '' : ` by ${pipes.map((one) => one.text).join(' | ')}`
  const what = Array.isArray(value)
    ? 'holds several values'
    : typeof value === 'object'
      ? 'is complex'
      : 'holds a value that cannot be printed'
  return badRequest('invalidValue', `${path} ${what}, of which the upstream's attribute cannot be made${pipe}`)
}
