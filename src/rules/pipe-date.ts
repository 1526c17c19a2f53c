import type { Json } from '../scim/json.ts'
import { quoted, RuleFault } from './fault.ts'
import { exact, type PipeKind } from './pipe-kind.ts'

/** The parts of a time, in the order of RFC 3339, by their tokens. */
const tokens: readonly string[] = ['yyyy', 'MM', 'dd', 'HH', 'mm', 'ss']
/** Where each stands in `2024-12-31T23:59:59Z`, the shared text, and what it may be. */
const shared = [
  { at: 0, width: 4, least: 0, most: 9999, before: '' },
  { at: 5, width: 2, least: 1, most: 12, before: '-' },
  { at: 8, width: 2, least: 1, most: 31, before: '-' },
  { at: 11, width: 2, least: 0, most: 23, before: 'T' },
  { at: 14, width: 2, least: 0, most: 59, before: ':' },
  { at: 17, width: 2, least: 0, most: 59, before: ':' },
] as const
const sharedLength = 20

/** Letters that are tokens elsewhere, or half of one here: `YYYY`, `M`, `hh` are mistakes and no text. */
const mistaken = /[yMdHmsYDhSaE]+/

/**
 * Text in a format here, an RFC 3339 time in UTC in the hole. Every token has a fixed width, so that they may touch. What
 * the format does not show (a time of day) is not printed away: such a value cannot be printed.
 */
export const datePipe: PipeKind = {
  usage: 'date "dd.MM.yyyy"',
  exact: true,
  gives: 'text',
  arguments: ['text'],
  make: (format = '') => {
    const parts = partsOf(format)
    const starts = parts.map((_, index) => parts.slice(0, index).join('').length)
    const literals = parts.flatMap((text, index) => (tokenOf(text) < 0 ? [{ text, at: starts[index] ?? 0 }] : []))
    const shown = tokens.map((token) => starts[parts.indexOf(token)])
    const sources = parts.map((text) => shared[tokenOf(text)] ?? text)
    return exact(
      (value) => (isInstant(value) ? print(sources, shown, value) : undefined),
      (value) => {
        const fits = typeof value === 'string' && value.length === format.length
        return fits && literals.every(({ text, at }) => value.startsWith(text, at)) ? read(shown, value) : undefined
      },
    )
  },
}

const tokenOf = (part: string): number => tokens.indexOf(part)

/** @throws RuleFault for a format that cannot be read back */
function partsOf(format: string): readonly string[] {
  const parts = format.split(/(yyyy|MM|dd|HH|mm|ss)/).filter((part) => part !== '')
  const refuse = (message: string) => new RuleFault([], `the date format ${quoted(format)} ${message}`)
  for (const part of parts) {
    const wrong = tokenOf(part) < 0 ? mistaken.exec(part) : null
    if (wrong !== null) throw refuse(`has \`${wrong[0]}\`, which is no token: there are ${tokens.join(' ')}`)
  }
  const repeated = tokens.find((token) => parts.indexOf(token) !== parts.lastIndexOf(token))
  if (repeated !== undefined) throw refuse(`has \`${repeated}\` twice: leave one out`)
  const last = tokens.findLastIndex((token) => parts.includes(token))
  const missing = tokens.find((token, index) => index < Math.max(3, last) && !parts.includes(token))
  if (missing !== undefined) throw refuse(`cannot be read back without \`${missing}\`: add it`)
  return parts
}

/** Where a token stands in the format; undefined where it does not. */
type Shown = readonly (number | undefined)[]

/** The time that a text in the format names; undefined when it is none, or there is no such day. */
function read(shown: Shown, text: string): string | undefined {
  let instant = ''
  for (const [token, { width, before }] of shared.entries()) {
    const at = shown[token]
    instant += before + (at === undefined ? '00' : text.slice(at, at + width))
  }
  instant += 'Z'
  return isInstant(instant) ? instant : undefined
}

function print(
  sources: readonly (string | (typeof shared)[number])[],
  shown: Shown,
  instant: string,
): string | undefined {
  for (const [token, { at, width }] of shared.entries())
    if (shown[token] === undefined && numberAt(instant, at, width) !== 0) return undefined
  let text = ''
  for (const source of sources)
    text += typeof source === 'string' ? source : instant.slice(source.at, source.at + source.width)
  return text
}

/** The number that these characters are the digits of; -1 when they are no digits. */
function numberAt(text: string, from: number, width: number): number {
  let number = 0
  for (let at = from; at < from + width; at += 1) {
    const digit = text.charCodeAt(at) - 0x30
    if (!(digit >= 0 && digit <= 9)) return -1
    number = number * 10 + digit
  }
  return number
}

/** Counted by hand, since `Date` takes the 31st of February for the 2nd of March, and the year 50 for 1950. */
function isInstant(value: Json): value is string {
  if (typeof value !== 'string' || value.length !== sharedLength || !value.endsWith('Z')) return false
  for (const { at, width, least, most, before } of shared) {
    const number = numberAt(value, at, width)
    if (number < least || number > most || !value.startsWith(before, at - before.length)) return false
  }
  const year = numberAt(value, 0, 4)
  const month = numberAt(value, 5, 2)
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
  return numberAt(value, 8, 2) <= days
}
