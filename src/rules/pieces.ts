import { quoted, RuleFault, textFault } from './fault.ts'

/** A part of a text, and the character it begins at, counted from 1. */
export interface Span {
  readonly text: string
  readonly column: number
}

/** A literal text, or a hole with the texts of its pipes. */
export type Piece =
  | (Span & { readonly kind: 'text' })
  | (Span & { readonly kind: 'hole'; readonly pipes: readonly Span[] })

/** Far more than anybody writes. */
const maxLength = 1000
const maxPipes = 10

/**
 * Splits a pattern or a template (contract §5): `{hole | pipe "argument"}` among texts, in which a brace is doubled.
 * Inside quotes braces and bars are themselves.
 * @throws RuleFault saying at which character what is wrong
 */
export function readPieces(text: string): readonly Piece[] {
  if (text === '') throw new RuleFault([], 'is empty: write at least one hole, as in `{x}`')
  if (text.length > maxLength) throw new RuleFault([], `is longer than ${maxLength} characters`)
  const pieces: Piece[] = []
  let literal = ''
  let from = 1
  const endText = () => {
    if (literal !== '') pieces.push({ kind: 'text', text: literal, column: from })
    literal = ''
  }
  for (let at = 0; at < text.length; ) {
    const letter = text.charAt(at)
    if (literal === '') from = at + 1
    const isBrace = letter === '{' || letter === '}'
    if (isBrace && text.charAt(at + 1) !== letter) {
      if (letter === '}')
        throw textFault(at + 1, 'a brace closes that none has opened: double it if it is meant as text')
      endText()
      const end = endOfHole(text, at)
      pieces.push(holeOf(text.slice(at + 1, end), at + 2))
      at = end + 1
    } else {
      literal += letter
      at += isBrace ? 2 : 1
    }
  }
  endText()
  return pieces
}

/** Where the hole that opens here closes. */
function endOfHole(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at += 1) {
    const letter = text.charAt(at)
    if (letter === '"') at = endOfQuotes(text, at)
    else if (letter === '}') return at
    else if (letter === '{') throw textFault(at + 1, 'a hole cannot stand in a hole: close the first one before')
  }
  throw textFault(
    open + 1,
    'the hole that opens here is not closed: add `}`, or double the brace if it is meant as text',
  )
}

function endOfQuotes(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at += 1) {
    if (text.charAt(at) === '\\') at += 1
    else if (text.charAt(at) === '"') return at
  }
  throw textFault(open + 1, 'the quotation mark that opens here is not closed: add another')
}

function holeOf(inner: string, column: number): Piece {
  const [name, ...pipes] = split(inner, column)
  if (name === undefined || name.text.trim() === '')
    throw textFault(
      column - 1,
      'the hole has no name: write one, as in `{x}`, or double the braces if they are meant as text',
    )
  if (pipes.length > maxPipes)
    throw textFault(column - 1, `the hole ${quoted(name.text.trim())} has more than ${maxPipes} pipes`)
  const blanks = name.text.length - name.text.trimStart().length
  return { kind: 'hole', text: name.text.trim(), column: name.column + blanks, pipes }
}

/** What stands between the bars, those in quotes left alone. */
function split(inner: string, column: number): Span[] {
  const spans: Span[] = []
  let from = 0
  for (let at = 0; at <= inner.length; at += 1) {
    if (inner.charAt(at) === '"') at = endOfQuotes(inner, at)
    else if (at === inner.length || inner.charAt(at) === '|') {
      spans.push({ text: inner.slice(from, at), column: column + from })
      from = at + 1
    }
  }
  return spans
}
