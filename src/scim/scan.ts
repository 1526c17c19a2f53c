import { badRequest, type ScimError, type ScimType } from './error.ts'

/** Characters that a filter or a path may have: 8 KiB. */
export const maxTextLength = 8192

/** Reads the words of a filter or a path from left to right, each character once. */
export interface Scanner {
  /** The word that comes next, without taking it: up to white space, a quote or a bracket. Empty when there is none. */
  peekWord(): string
  takeWord(): string
  /** Takes the next word if it is `keyword`, in any case. */
  takeKeyword(keyword: string): boolean
  /** Takes `symbol` if it comes next, white space before it allowed. */
  takeSymbol(symbol: string): boolean
  /** Takes `not` if it comes next and a bracket opens after it. */
  takeNot(): boolean
  /** Takes a JSON string; undefined when no quote comes next. */
  takeString(): string | undefined
  /** Whether the next character follows the last one taken directly and is `symbol`. */
  touches(symbol: string): boolean
  atEnd(): boolean
  /** The error of having found something else than `expected` where the scanner stands. */
  error(scimType: ScimType, expected: string): ScimError
}

const space = /\s*/y
const word = /[^\s"()[\]]*/y
const quoted = /"[^"\\]*(?:\\.[^"\\]*)*"/sy
const longestQuote = 24

/** @throws ScimError 400 with `scimType` when the text is longer than 8 KiB. */
export function scan(text: string, subject: 'filter' | 'path', scimType: ScimType): Scanner {
  if (text.length > maxTextLength) {
    throw badRequest(scimType, `the ${subject} is longer than ${maxTextLength} characters`)
  }
  let at = 0
  const matchAt = (pattern: RegExp, from: number): string | undefined => {
    pattern.lastIndex = from
    return pattern.exec(text)?.[0]
  }
  const next = (): number => at + (matchAt(space, at)?.length ?? 0)
  const peekWord = (): string => matchAt(word, next()) ?? ''

  const takeWord = (): string => {
    const found = peekWord()
    at = next() + found.length
    return found
  }
  const error = (type: ScimType, expected: string): ScimError => {
    const from = next()
    const found = matchAt(word, from) || text.slice(from, from + 1)
    const shown = found.length > longestQuote ? `${found.slice(0, longestQuote)}…` : found
    const what = shown === '' ? 'the end' : JSON.stringify(shown)
    return badRequest(type, `the ${subject} is not valid at character ${from + 1}: expected ${expected}, found ${what}`)
  }
  return {
    peekWord,
    takeWord,
    error,
    takeKeyword: (keyword) => peekWord().toLowerCase() === keyword && takeWord() !== '',
    takeSymbol: (symbol) => {
      const from = next()
      if (text[from] !== symbol) return false
      at = from + 1
      return true
    },
    takeNot: () => {
      if (peekWord().toLowerCase() !== 'not') return false
      const after = next() + 3
      if (text[after + (matchAt(space, after)?.length ?? 0)] !== '(') return false
      at = after
      return true
    },
    takeString: () => {
      const from = next()
      if (text[from] !== '"') return undefined
      const literal = matchAt(quoted, from)
      if (literal === undefined) throw error(scimType, 'a closing quote for the string that starts here')
      const value = parseString(literal)
      if (value === undefined) throw error(scimType, 'a valid JSON string')
      at = from + literal.length
      return value
    },
    touches: (symbol) => text[at] === symbol,
    atEnd: () => next() === text.length,
  }
}

/** The text that a JSON string literal stands for; undefined when it is none, or holds half a surrogate pair. */
function parseString(literal: string): string | undefined {
  try {
    const value: unknown = JSON.parse(literal)
    return typeof value === 'string' && value.isWellFormed() ? value : undefined
  } catch {
    return undefined
  }
}
