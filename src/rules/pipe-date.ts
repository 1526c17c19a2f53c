import type { Json } from '../scim/json.ts'
import { quoted, RuleFault } from './fault.ts'
import { exact, type PipeKind } from './pipe-kind.ts'

/** The parts of a time, in the order of RFC 3339, by their tokens. */
const tokens = ['yyyy', 'MM', 'dd', 'HH', 'mm', 'ss'] as const
type Token = (typeof tokens)[number]
type Numbers = Record<Token, number>

const isToken = (part: string): part is Token => tokens.some((token) => token === part)
const least: Numbers = { yyyy: 0, MM: 1, dd: 1, HH: 0, mm: 0, ss: 0 }
const most: Numbers = { yyyy: 9999, MM: 12, dd: 31, HH: 23, mm: 59, ss: 59 }

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
    return exact(
      (value) => print(parts, value),
      (value) => (typeof value === 'string' ? read(parts, value) : undefined),
    )
  },
}

/** @throws RuleFault for a format that cannot be read back */
function partsOf(format: string): readonly string[] {
  const parts = format.split(/(yyyy|MM|dd|HH|mm|ss)/).filter((part) => part !== '')
  const refuse = (message: string) => new RuleFault([], `the date format ${quoted(format)} ${message}`)
  for (const part of parts) {
    const wrong = isToken(part) ? null : mistaken.exec(part)
    if (wrong !== null) throw refuse(`has \`${wrong[0]}\`, which is no token: there are ${tokens.join(' ')}`)
  }
  const repeated = tokens.find((token) => parts.indexOf(token) !== parts.lastIndexOf(token))
  if (repeated !== undefined) throw refuse(`has \`${repeated}\` twice: leave one out`)
  const last = tokens.findLastIndex((token) => parts.includes(token))
  const missing = tokens.find((token, index) => index < Math.max(3, last) && !parts.includes(token))
  if (missing !== undefined) throw refuse(`cannot be read back without \`${missing}\`: add it`)
  return parts
}

/** The time that a text in this format names; undefined when it is none, or there is no such day. */
function read(parts: readonly string[], text: string): string | undefined {
  const numbers = { ...least }
  let at = 0
  for (const part of parts) {
    const found = text.slice(at, at + part.length)
    at += part.length
    if (!isToken(part)) {
      if (found !== part) return undefined
    } else if (found.length === part.length && /^[0-9]+$/.test(found)) numbers[part] = Number(found)
    else return undefined
  }
  return at === text.length && isReal(numbers) ? instantText(numbers) : undefined
}

const instantPattern = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/

function print(parts: readonly string[], value: Json): string | undefined {
  const found = typeof value === 'string' ? instantPattern.exec(value) : null
  if (found === null) return undefined
  const numbers = { ...least }
  for (const [index, token] of tokens.entries()) numbers[token] = Number(found[index + 1])
  const isShown = tokens.every((token) => parts.includes(token) || numbers[token] === least[token])
  if (!isReal(numbers) || !isShown) return undefined
  return parts.map((part) => (isToken(part) ? digits(numbers, part) : part)).join('')
}

const digits = (numbers: Numbers, token: Token): string => String(numbers[token]).padStart(token.length, '0')

const instantText = (numbers: Numbers): string => {
  const [year, month, day, hours, minutes, seconds] = tokens.map((token) => digits(numbers, token))
  return `${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`
}

/** Counted by hand, since `Date` takes the 31st of February for the 2nd of March, and the year 50 for 1950. */
function isReal(numbers: Numbers): boolean {
  if (!tokens.every((token) => numbers[token] >= least[token] && numbers[token] <= most[token])) return false
  const { yyyy: year, MM: month, dd: day } = numbers
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= (month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31)
}
