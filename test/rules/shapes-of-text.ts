import fc from 'fast-check'
import type { Json } from '../../src/scim/json.ts'
import type { Meaning } from './rule-set.ts'
import { listed, lists, type Shape, single, slots, texts } from './shape.ts'

/** The text between two others: at least one character. */
const between = (value: Json, before: string, after: string): string | undefined =>
  typeof value === 'string' &&
  value.length > before.length + after.length &&
  value.startsWith(before) &&
  value.endsWith(after)
    ? value.slice(before.length, value.length - after.length)
    : undefined

const affixes: Shape = {
  client: ['text'],
  upstream: ['text'],
  make: (sides) =>
    fc
      .tuple(fc.constantFrom('', 'x-'), fc.constantFrom('', '@one.example'), fc.constantFrom('@two.example', '.{{z}}'))
      .map(([before, after, across]) => {
        const literal = across.replace('{{', '{').replace('}}', '}')
        const swap = (value: Json, from: readonly [string, string], to: readonly [string, string]) => {
          const held = between(value, ...from)
          return held === undefined ? undefined : to[0] + held + to[1]
        }
        const ends = { client: [before, after], upstream: ['', literal] } as const
        const values = [
          ...texts,
          'bob',
          `${before}bob${after}`,
          `bob${literal}`,
          `${before}${after}`,
          `${before}x-b${literal}${after}`,
        ]
        return {
          clause: slots(sides, [`${before}{h}${after}`], [`{h}${across}`]),
          meaning: single(
            (value) => (before + after === '' ? wholeSwap(value, literal) : swap(value, ends.client, ends.upstream)),
            (value) => swap(value, ends.upstream, ends.client),
          ),
          clientValues: [values],
          upstreamValues: [values],
        }
      }),
}

/** A lone hole takes every value, but only text with something in it can be printed among texts. */
const wholeSwap = (value: Json, after: string): Json | undefined =>
  typeof value === 'string' && value !== '' ? value + after : unprintable
/** Stands for a value that matched and cannot be printed: it never comes back. */
const unprintable: Json = { unprintable: true }

function joinedOf(separator: string): Meaning {
  const isText = (value: Json | undefined): value is string => typeof value === 'string' && value !== ''
  const split = ([text]: readonly Json[]): readonly Json[] | undefined => {
    const at = typeof text === 'string' ? text.indexOf(separator, 1) : -1
    if (typeof text !== 'string' || at < 1 || at + separator.length >= text.length) return undefined
    return [text.slice(0, at), text.slice(at + separator.length)]
  }
  return {
    outward: split,
    inward: ([a, b]) => {
      const text = isText(a) && isText(b) ? `${a}${separator}${b}` : undefined
      const again = text === undefined ? undefined : split([text])
      return again?.[0] === a ? listed(text) : undefined
    },
  }
}

const parts = ['Ann', 'Mary Ann', 'Lee', 'a', ' ', '-', 5, '']
const wholes = ['Ann Lee', 'Mary Ann Lee', 'Ann', ' a b', 'a-b', '--', 'a  b', 'Ann-']
/** One attribute of the client's is several upstream. */
const split: Shape = {
  client: ['text'],
  upstream: ['text', 'text'],
  make: (sides) =>
    fc.constantFrom(' ', '-').map((separator) => ({
      clause: slots(sides, [`{given}${separator}{family}`], ['{given}', '{family}']),
      meaning: joinedOf(separator),
      clientValues: [wholes],
      upstreamValues: [parts, parts],
    })),
}
/** Several attributes of the client's are one upstream. */
const join: Shape = {
  client: ['text', 'text'],
  upstream: ['text'],
  make: (sides) =>
    fc.constantFrom(' ', '-').map((separator) => {
      const { outward, inward } = joinedOf(separator)
      return {
        clause: slots(sides, ['{given}', '{family}'], [`{given}${separator}{family}`]),
        meaning: { outward: inward, inward: outward },
        clientValues: [parts, parts],
        upstreamValues: [wholes],
      }
    }),
}

function isDay(year: string, month: string, day: string): boolean {
  const time = Date.parse(`${year}-${month}-${day}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(`${year}-${month}-${day}`)
}

const days = ['01.02.2020', '2020-02-01', '31.02.2020', '2020-02-31', '29.02.2000', '1.2.2020', '2020-1-2', 'soon', '']
const dates: Shape = {
  client: ['text'],
  upstream: ['text'],
  make: (sides) =>
    fc.constant({
      clause: slots(sides, ['{day | date "dd.MM.yyyy"}'], ['{day | date "yyyy-MM-dd"}']),
      meaning: single(
        (value) => {
          const [, d = '', m = '', y = ''] = /^(\d\d)\.(\d\d)\.(\d{4})$/.exec(String(value)) ?? []
          return isDay(y, m, d) ? `${y}-${m}-${d}` : undefined
        },
        (value) => {
          const [, y = '', m = '', d = ''] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(String(value)) ?? []
          return isDay(y, m, d) ? `${d}.${m}.${y}` : undefined
        },
      ),
      clientValues: [days],
      upstreamValues: [days],
    }),
}

/** A list of the client's is one text upstream. What is no list of texts cannot be printed, so it cannot be carried. */
const joinedLists: Shape = {
  client: ['list'],
  upstream: ['text'],
  make: (sides) =>
    fc.constant({
      clause: slots(sides, ['{tags}'], ['{tags | list ";"}']),
      meaning: single(
        (value) => {
          const isTexts = Array.isArray(value) && value.every((one) => typeof one === 'string' && !one.includes(';'))
          return isTexts && value.length > 0 ? value.join(';') : unprintable
        },
        (value) => (typeof value === 'string' ? value.split(';') : undefined),
      ),
      clientValues: [lists],
      upstreamValues: [['a', 'a;b', ';', '', 5]],
    }),
}

/** The shapes that have patterns. */
export const textShapes = { affixes, split, join, dates, joinedLists }
