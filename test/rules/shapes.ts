import fc from 'fast-check'
import type { Json } from '../../src/scim/json.ts'
import type { Meaning } from './rule-set.ts'
import { lists, type Shape, single, texts, type Wanted } from './shape.ts'
import { textShapes } from './shapes-of-text.ts'

const { affixes, split, join, dates, joinedLists } = textShapes

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
