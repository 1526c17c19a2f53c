import type { Json } from '../scim/json.ts'
import { quoted, textFault } from './fault.ts'
import type { Bindings, Pattern, PatternPart } from './pattern.ts'
import { type Piece, readPieces } from './pieces.ts'
import { type ParsedPipe, parsePipe } from './pipes.ts'

type Hole = Extract<Piece, { kind: 'hole' }>
type ParsedHole = { readonly hole: string; readonly pipes: readonly ParsedPipe[] }
type Part = { readonly text: string } | ParsedHole

const holeName = /^[A-Za-z_][\w-]{0,62}$/

/**
 * Reads one side of a rule: `{local}@contoso.com`, `{given} {family}`, `{day | date "dd.MM.yyyy"}`. A hole among texts
 * holds at least one character; of several texts in a value the leftmost splits, but the last one stands at the end. A
 * hole alone takes any JSON value, or what its pipes give.
 * @param whole names of holes that the other side of the rule takes whole
 * @throws RuleFault saying at which character what is wrong
 */
export function parsePattern(text: string, whole: ReadonlySet<string> = new Set()): Pattern {
  const pieces = readPieces(text)
  const holes = pieces.filter((piece): piece is Hole => piece.kind === 'hole')
  checkHoles(pieces, holes)
  const parts = pieces.map((piece): Part => {
    if (piece.kind === 'text') return { text: piece.text }
    const pipes = piece.pipes.map((pipe) => parsePipe(pipe, whole.has(piece.text)))
    if (pieces.length > 1) checkText(piece, pipes)
    return { hole: piece.text, pipes }
  })
  const [first] = parts
  const lone = parts.length === 1 && first !== undefined && 'hole' in first ? first : undefined
  return {
    text,
    parts,
    holes: holes.map((hole) => hole.text),
    exact: parts.every((part) => 'text' in part || part.pipes.every((pipe) => pipe.exact)),
    whole: lone?.pipes.length === 0,
    ...(lone === undefined ? joined(parts) : alone(lone)),
  }
}

function checkHoles(pieces: readonly Piece[], holes: readonly Hole[]): void {
  for (const [index, { text, column }] of holes.entries()) {
    if (!holeName.test(text))
      throw textFault(column, `${quoted(text)} cannot name a hole: use letters, digits, \`-\` and \`_\``)
    if (holes.findIndex((other) => other.text === text) < index)
      throw textFault(
        column,
        `the hole \`${text}\` stands here twice: it stands once on a side, call one of them otherwise`,
      )
  }
  for (const [index, piece] of pieces.entries()) {
    const before = pieces[index - 1]
    if (piece.kind === 'hole' && before?.kind === 'hole')
      throw textFault(
        piece.column - 1,
        `the holes \`${before.text}\` and \`${piece.text}\` touch, so that nothing says where one ends: put a text between them`,
      )
  }
}

/** Between texts only text can stand. */
function checkText(hole: Piece, pipes: readonly ParsedPipe[]): void {
  const last = pipes.findLast((pipe) => pipe.gives !== 'same')
  if (last?.gives === 'json')
    throw textFault(hole.column, `\`${last.text}\` gives a JSON value, which cannot stand in a text: leave it out`)
}

export const throughPipes = (pipes: readonly Pick<ParsedPipe, 'print'>[], value: Json): Json | undefined => {
  let printed: Json | undefined = value
  for (const pipe of pipes) {
    if (printed === undefined) return undefined
    printed = pipe.print(printed)
  }
  return printed
}

const backThroughPipes = (pipes: readonly ParsedPipe[], value: Json): Json | undefined => {
  let matched: Json | undefined = value
  for (let index = pipes.length - 1; index >= 0 && matched !== undefined; index -= 1)
    matched = pipes[index]?.match(matched)
  return matched
}

/** A hole alone: its value is the attribute's. */
const alone = ({ hole, pipes }: ParsedHole): Pick<Pattern, 'match' | 'print'> => ({
  match: (value) => {
    const matched = backThroughPipes(pipes, value)
    return matched === undefined ? undefined : new Map<string, Json>().set(hole, matched)
  },
  print: (bindings) => {
    const value = bindings.get(hole)
    return value === undefined ? undefined : throughPipes(pipes, value)
  },
})

/** Holes among texts: texts and nothing else, read once from left to right. */
const joined = (parts: readonly Part[]): Pick<Pattern, 'match' | 'print'> => ({
  match: (value) => (typeof value === 'string' ? matchJoined(parts, value) : undefined),
  print: (bindings) => printJoined(parts, bindings),
})

function matchJoined(parts: readonly Part[], text: string): Bindings | undefined {
  const bindings = new Map<string, Json>()
  let at = 0
  for (const [index, part] of parts.entries()) {
    if ('text' in part) {
      // After a hole the text was found there already.
      if (!text.startsWith(part.text, at)) return undefined
      at += part.text.length
      continue
    }
    const next = parts[index + 1]
    const end =
      next !== undefined && 'text' in next ? endBefore(text, at, next.text, index + 2 === parts.length) : text.length
    if (end <= at) return undefined
    const matched = backThroughPipes(part.pipes, text.slice(at, end))
    if (matched === undefined) return undefined
    bindings.set(part.hole, matched)
    at = end
  }
  return at === text.length ? bindings : undefined
}

/** Where a hole ends: before the next text, which is the leftmost after one character, or the text's end if it is the last. */
function endBefore(text: string, at: number, next: string, isLast: boolean): number {
  if (!isLast) return text.indexOf(next, at + 1)
  return text.endsWith(next) ? text.length - next.length : -1
}

function printJoined(parts: readonly PatternPart[], bindings: Bindings): string | undefined {
  let text = ''
  for (const part of parts) {
    if ('text' in part) {
      text += part.text
      continue
    }
    const value = bindings.get(part.hole)
    const printed = value === undefined ? undefined : throughPipes(part.pipes, value)
    if (typeof printed !== 'string' || printed === '') return undefined
    text += printed
  }
  return text
}
