import { Composer, Lexer, type ParsedNode, Parser, Schema, type YAMLError } from 'yaml'
import type { Json } from '../scim/json.ts'
import { locateNode } from './document-locate.ts'
import { plainOf } from './document-plain.ts'
import { type Path, type Position, type Problem, positionAt, printPath } from './position.ts'
import type { SourceFile } from './source.ts'

/** How many steps of a path a file holds, and where the last of them stands. */
export type Locate = (path: Path, side?: 'key' | 'value') => { readonly depth: number } & Position

/** A file's plain value. Parsed, but not yet checked against a schema. */
export interface Parsed {
  readonly file: string
  readonly text: string
  readonly value: Json
  readonly problems: readonly Problem[]
  /** True when the syntax itself is broken, so that `value` means nothing. */
  readonly broken: boolean
  /** The templates that came with the file; undefined where it inherits from the source's. */
  readonly bundled: SourceFile['templates']
  /** Parses again: the tree is thirty times as large as the text, and only a file with a mistake needs it. */
  locator(): Locate
}

const beginning: Locate = () => ({ depth: 0, line: 1, column: 1 })

/** A file of which nothing can be said but why. */
export const brokenFile = (file: string, message: string): Parsed => ({
  file,
  text: message,
  value: null,
  problems: [{ file, line: 1, column: 1, path: '', message }],
  broken: true,
  bundled: undefined,
  locator: () => beginning,
})

/** Generous for a file that people write (a long one has 500 lines), and bounded for one that is meant to hurt. */
const maxLength = 1024 * 1024
const maxTokens = 200_000
const maxDepth = 64
const maxProblems = 100

// One schema for all files: making one costs as much as parsing a small file.
const schema = new Schema({ schema: 'core', resolveKnownTags: false })

// `logLevel` other than silent: only then does the composer say that a scalar stands where it may not.
const options = {
  version: '1.2',
  schema,
  stringKeys: true,
  // Keys are compared in document-plain.ts, by a look-up: the library's comparison is quadratic.
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'error',
  keepSourceTokens: false,
} as const

type Fault = readonly [offset: number, message: string]

const withoutMark = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text)

/** Parses a file's YAML (1.2, core schema, no tags, one document). Never throws: what is wrong is in `problems`. */
export function parseYaml({ text: whole, file, templates: bundled }: SourceFile): Parsed {
  const text = withoutMark(whole)
  const problem = ([offset, message]: Fault, path: Path): Problem => ({
    file,
    ...positionAt(text, offset),
    path: printPath(path),
    message,
  })
  const { root, faults } = compose(text)
  if (faults.length > 0 || root === undefined) {
    const problems = faults.slice(0, maxProblems).map((fault) => problem(fault, []))
    return { file, text, value: null, problems, broken: true, bundled, locator: () => beginning }
  }
  const problems: Problem[] = []
  const { value } = plainOf(root, (offset, path, message) => {
    if (problems.length < maxProblems) problems.push(problem([offset, message], path))
  })
  return { file, text, value, problems, broken: false, bundled, locator: () => locatorOf(text) }
}

function locatorOf(text: string): Locate {
  const { root } = compose(text)
  if (root === undefined) return beginning
  const { anchors } = plainOf(root, () => {})
  return (path, side = 'value') => {
    const { depth, offset } = locateNode(root, anchors, path, side)
    return { depth, ...(depth === 0 ? { line: 1, column: 1 } : positionAt(text, offset)) }
  }
}

/** The root node, or everything that is wrong with the syntax. */
function compose(text: string): { root?: ParsedNode; faults: Fault[] } {
  if (text.length > maxLength) return { faults: [[0, `is larger than ${maxLength} characters`]] }
  // Control characters, and what a decoder puts in the place of bytes that are no UTF-8.
  const odd = /[^\t\n\r -~\u00a0-\ufffc\ufffe\uffff]/.exec(text)
  if (odd) return { faults: [[odd.index, 'holds a control character, or is not UTF-8 text']] }
  const composer = new Composer(options)
  const parser = new Parser()
  const faults: Fault[] = []
  const roots: (ParsedNode | null)[] = []
  let tokens = 0
  const take = (documents: ReturnType<Composer['next']>): void => {
    for (const document of documents) {
      if (roots.length === 1) faults.push([document.range[0], 'holds more than one YAML document'])
      roots.push(document.contents)
      for (const error of [...document.errors, ...document.warnings]) faults.push([error.pos[0], describe(error)])
    }
  }
  for (const lexeme of new Lexer().lex(text)) {
    tokens += 1
    if (tokens > maxTokens) return { faults: [[parser.offset, 'holds too much YAML']] }
    for (const token of parser.next(lexeme)) take(composer.next(token))
    if (parser.stack.length > maxDepth) return { faults: [[parser.offset, 'is nested too deeply']] }
  }
  for (const token of parser.end()) take(composer.next(token))
  take(composer.end())
  const root = roots[0]
  if (root === undefined || root === null) faults.push([0, 'is empty'])
  return { ...(root ? { root } : {}), faults: faults.sort((a, b) => a[0] - b[0]) }
}

/** The library's words, without what they quote from the file: that may be a secret. */
function describe({ code, message }: YAMLError): string {
  const said: Partial<Record<YAMLError['code'], string>> = {
    TAG_RESOLVE_FAILED: 'tags (`!name`) are not supported',
    UNEXPECTED_TOKEN:
      'something stands here that YAML does not allow (a missing quote or comma, or wrong indentation?)',
    BLOCK_AS_IMPLICIT_KEY: 'a second `:` on this line; put the value in quotes',
    BAD_SCALAR_START: 'a value that starts with this character must be in quotes',
    TAB_AS_INDENT: 'a tab cannot indent; use spaces',
    NON_STRING_KEY: 'a key must be text',
    RESOURCE_EXHAUSTION: 'is nested too deeply',
    BAD_DIRECTIVE: 'directives (`%...`) are not supported',
  }
  return said[code] ?? message.replace(/:? ?["'`].*$/s, '')
}
