import { fold } from '../scim/fold.ts'
import type { Pattern, PatternPart } from './pattern.ts'

/**
 * Whether no other text folds to this one, so that it compares alike with its case and without: ASCII and no letters. No
 * letter's lower case has such a character in it.
 */
export function isCaseless(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit > 0x7e || (unit > 0x40 && unit < 0x5b) || (unit > 0x60 && unit < 0x7b)) return false
  }
  return true
}

/** Texts that fold to the same as this one, with every letter in either case; the text itself comes first. */
export function caseVariants(text: string): readonly string[] {
  const upper = Array.from(text, (letter) =>
    fold(letter.toUpperCase()) === fold(letter) ? letter.toUpperCase() : letter,
  )
  return [...new Set([text, fold(text), upper.join('')])].filter((variant) => fold(variant) === fold(text))
}

/** The text with the texts round a pattern's one hole spelt as the pattern has them; undefined where they are others. */
export function respelt(text: string, { parts }: Pattern): string | undefined {
  const hole = parts.findIndex((part) => 'hole' in part)
  const before = textOf(parts.slice(0, hole))
  const after = textOf(parts.slice(hole + 1))
  if (text.length <= before.length + after.length) return undefined
  const end = text.length - after.length
  const isAlike = fold(text.slice(0, before.length)) === fold(before) && fold(text.slice(end)) === fold(after)
  return isAlike ? before + text.slice(before.length, end) + after : undefined
}

/** Whether some hole of a pattern is a list joined to one text. */
export const hasList = ({ parts }: Pattern): boolean =>
  parts.some((part) => 'pipes' in part && part.pipes.some(({ text }) => /^list\b/.test(text)))

/**
 * A pattern that takes the texts round its one hole in any case: on an attribute that is not case exact, `Ann@ACME.com` is
 * the same value as `Ann@acme.com`, and must not pass for one that fits no pattern.
 */
export function inAnyCase(pattern: Pattern): Pattern {
  if (pattern.whole || !isSimple(pattern)) return pattern
  return {
    ...pattern,
    match(value) {
      const bindings = pattern.match(value)
      const again = bindings === undefined && typeof value === 'string' ? respelt(value, pattern) : undefined
      return again === undefined ? bindings : pattern.match(again)
    },
  }
}

const textOf = (parts: readonly PatternPart[]): string =>
  parts.map((part) => ('text' in part ? part.text : '')).join('')

/** Whether a pattern has one hole, through which text goes as it is when it is read. */
export const isSimple = ({ parts, holes }: Pattern): boolean =>
  holes.length === 1 && parts.every((part) => 'text' in part || part.pipes.every(({ exact }) => !exact))

/**
 * Whether a pattern does the same to a text in every case: it fits as well, and is split at the same places. Not so where
 * the pattern itself has letters, or where a pipe tells a word (`true`, `1e5`, the T of a date).
 */
export const isBlindToCase = ({ parts }: Pattern, text: string): boolean =>
  isCaseless(text) ||
  parts.every((part) =>
    'text' in part ? isCaseless(part.text) : part.pipes.every((pipe) => isBlindPipe(pipe.text, text)),
  )

const dateTokens = /yyyy|MM|dd|HH|mm|ss/g

function isBlindPipe(pipe: string, text: string): boolean {
  const argument = pipe.slice(pipe.indexOf('"'))
  if (/^list\b/.test(pipe)) return isCaseless(argument)
  if (/^date\b/.test(pipe)) return isCaseless(argument.replace(dateTokens, ''))
  return !/true|false|\de/i.test(text)
}
