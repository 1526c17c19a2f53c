import fc from 'fast-check'
import type { Json } from '../../src/scim/json.ts'
import type { Meaning, TwoWaySpec } from './rule-set.ts'

/** The places of a rule that is about to be made, slot by slot. */
export interface Sides {
  readonly client: readonly string[]
  readonly upstream: readonly string[]
}

/** A kind of two-way rule: how many slots it has a side, of which kinds, and what it means. */
export interface Shape {
  readonly client: readonly Wanted[]
  readonly upstream: readonly Wanted[]
  make(sides: Sides, isCaseExact: boolean): fc.Arbitrary<Omit<TwoWaySpec, 'kind' | 'client' | 'upstream'>>
}

export type Wanted = 'text' | 'boolean' | 'integer' | 'list' | 'every' | 'complex' | 'element' | 'unknown'

const texts: readonly Json[] = [
  'a',
  'B',
  'a b',
  'é',
  'x;y',
  'X',
  '',
  '\u0000',
  '\ud800',
  'a@one.example',
  'constructor',
]
const slots = (
  { client, upstream }: Sides,
  clientPatterns: readonly string[],
  upstreamPatterns: readonly string[],
) => ({
  client: Object.fromEntries(client.map((place, slot) => [place, clientPatterns[slot] ?? ''])),
  upstream: Object.fromEntries(upstream.map((place, slot) => [place, upstreamPatterns[slot] ?? ''])),
})

/** A meaning over one value a side. */
const single = (
  outward: (value: Json) => Json | undefined,
  inward: (value: Json) => Json | undefined,
  otherwise?: Json,
): Meaning => ({
  outward: ([value = null]) => listed(outward(value)),
  inward: ([value = null]) => listed(inward(value)),
  ...(otherwise === undefined ? {} : { otherwise }),
})

const listed = (value: Json | undefined): readonly Json[] | undefined => (value === undefined ? undefined : [value])
const same = single(
  (value) => value,
  (value) => value,
)

const renameOf = (wanted: Wanted, values: readonly Json[], across: Wanted = wanted): Shape => ({
  client: [wanted],
  upstream: [across],
  make: ({ client: [client = ''], upstream: [upstream = ''] }) =>
    fc.constant({ clause: { client, upstream }, meaning: same, clientValues: [values], upstreamValues: [values] }),
})

const lists: readonly Json[] = [['a'], ['b', 'a'], ['x;y', 'a'], ['a', 'a']]
const objects: readonly Json[] = [{ a: 'x' }, { value: 'v', DISPLAY: 'd' }, [{ value: 'v', type: 't' }, { value: 'w' }]]
const elements: readonly Json[] = [{ value: 'v' }, { value: 'w', display: 'd' }, { value: 'v', type: 'x' }, 'bare']

type Pairs = readonly (readonly [string | number | boolean, string | number | boolean])[]

/** Values by JSON text on the client's side, as they are upstream; text without case unless the attribute has one. */
function table(pairs: Pairs, isCaseExact: boolean, otherwise?: Json): Meaning {
  const spell = (value: Json): string =>
    typeof value === 'string' && !isCaseExact ? value.toLowerCase() : JSON.stringify(value)
  return single(
    (value) => pairs.find(([key]) => typeof value !== 'object' && String(key) === String(value))?.[1],
    (value) => pairs.find(([, one]) => typeof one === typeof value && spell(one) === spell(value))?.[0],
    otherwise,
  )
}

function tableOf(wanted: Wanted, pairs: Pairs, isLossy = false): Shape {
  const values = Object.fromEntries(pairs.map(([key, value]) => [String(key), value]))
  const end = isLossy ? { else: 'OTHER' } : {}
  const mixed = [...pairs.flat(), ...pairs.map(([key]) => String(key)), 'enabled', 'zzz', 4]
  return {
    client: [wanted],
    upstream: ['text'],
    make: ({ client: [client = ''], upstream: [upstream = ''] }, isCaseExact) =>
      fc.constant({
        clause: { client, upstream, values, ...end },
        meaning: table(pairs, isCaseExact, isLossy ? 'OTHER' : undefined),
        clientValues: [mixed],
        upstreamValues: [[...mixed, 'OTHER']],
      }),
  }
}

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

/** Every shape, the plain ones more often. */
export const shapes: readonly Shape[] = [
  renameOf('text', texts),
  renameOf('text', texts),
  renameOf('unknown', [...texts, ...objects, ...lists, 5, false]),
  renameOf('boolean', [true, false]),
  renameOf('integer', [0, 5, -1]),
  renameOf('list', lists),
  renameOf('every', lists),
  renameOf('every', lists, 'list'),
  renameOf('complex', objects),
  renameOf('element', elements),
  renameOf('element', elements, 'unknown'),
  tableOf('boolean', [
    [true, 'ENABLED'],
    [false, 'DISABLED'],
  ]),
  tableOf('unknown', [
    [true, 'ENABLED'],
    [false, 0],
  ]),
  tableOf('integer', [
    [1, 'one'],
    [2, 'Two'],
  ]),
  tableOf('text', [
    ['Employee', 'Member'],
    ['Guest', 'GUEST'],
    ['a', true],
  ]),
  tableOf(
    'text',
    [
      ['Employee', 'Member'],
      ['Guest', 'GUEST'],
    ],
    true,
  ),
  affixes,
  affixes,
  split,
  join,
  dates,
  joinedLists,
]
