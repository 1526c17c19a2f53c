import type { Json } from '../scim/json.ts'
import { isBlank } from './blank.ts'
import type { BoundLens, BoundSlot, SlotValues } from './bound.ts'
import type { Pattern, PatternPart, Pipe } from './pattern.ts'

type HolePart = Extract<PatternPart, { hole: string }>

/** What holes may hold, plain ones first. Each lossy pipe changes one of the texts, and each exact one takes one of the values. */
const plain: readonly Json[] = [
  'Ann',
  'Lee',
  'x',
  true,
  false,
  5,
  'true',
  'false',
  '5',
  '2024-12-31T00:00:00Z',
  '2024-12-31T23:59:59Z',
  ['Ann', 'Lee'],
  { value: 'Ann' },
  'ann',
  'ANN',
  ' Ann ',
  'Jürgen Groß',
  'JÜRGEN',
  '\u00c5\u00df\u0142',
  'a-b_c.d/e+1 "2"',
  '0123456789',
]

/** Longer ones are not printed by anybody. */
const longestSample = 4000

/**
 * Values of a rule's client slots that are worth trying: made of its own patterns, so that some fit, and such that what is
 * lossy in it shows. Not all of them are carriable.
 */
export function* samplesOf(lens: BoundLens): Generator<SlotValues> {
  const { client, upstream, table } = lens
  if (table !== undefined) {
    const [slot] = client
    for (const [key] of table.pairs) yield [slot?.pattern.print(new Map([['value', key]]))]
    for (const value of plain) yield [value]
    return
  }
  const holes = client.flatMap(({ pattern }) => pattern.holes)
  const pools = new Map(holes.map((hole) => [hole, poolOf(hole, [...client, ...upstream])]))
  const first = new Map([...pools].flatMap(([hole, [value]]) => (value === undefined ? [] : [[hole, value] as const])))
  yield client.map(({ pattern }) => unspoilt(pattern, first))
  for (const [hole, pool] of pools)
    for (const value of pool) {
      const bindings = new Map(first).set(hole, value)
      yield client.map(({ pattern }) => unspoilt(pattern, bindings))
    }
}

/** What a hole may hold: what its pipes on both sides can print. */
function poolOf(hole: string, slots: readonly BoundSlot[]): readonly Json[] {
  const parts = slots.flatMap(({ pattern }) =>
    pattern.parts.flatMap((part) =>
      'hole' in part && part.hole === hole ? [{ part, isJoined: pattern.parts.length > 1 }] : [],
    ),
  )
  const pipes = parts.flatMap(({ part }) => part.pipes)
  return [...plain, ...pipes.flatMap(changedBy)].filter((value) =>
    parts.every(({ part, isJoined }) => {
      const printed = through(part.pipes, value)
      return !isBlank(printed) && (!isJoined || typeof printed === 'string')
    }),
  )
}

/** Texts that a lossy pipe with arguments changes. */
function changedBy({ text, exact }: Pipe): readonly Json[] {
  if (exact) return []
  const count = Number(/^first\s+(\d+)$/.exec(text)?.[1])
  if (count > 0) return count < longestSample ? ['x'.repeat(count + 1)] : []
  const source = /^replace\s+"((?:[^"\\]|\\.)*)"/.exec(text)?.[1]
  return source === undefined ? [] : matchedBy(source)
}

/** Texts that a regular expression may match: its letters, with one of each class of them. */
function matchedBy(source: string): readonly string[] {
  const text = source
    .replace(/\\\\/g, '\\')
    .replace(/\\d/gi, '7')
    .replace(/\\w/gi, 'w')
    .replace(/\\s/gi, ' ')
    .replace(/\\p\{\w+\}/gi, 'é')
    .replace(/\[\^?\\?(.)(?:[^\]\\]|\\.)*\]/g, '$1')
    .replace(/\(\?[a-z:<>P]*|[()^$*+?]|\{\d*,?\d*\}/g, '')
    .replace(/\./g, 'x')
    .replace(/\\(.)/g, '$1')
  return text.split('|').flatMap((one) => (one === '' ? [] : [one, `Ann${one}Lee`]))
}

/** A side's value of these holes, with its exact pipes only: what lossy ones would change stays as it is. */
function unspoilt({ parts }: Pattern, bindings: ReadonlyMap<string, Json>): Json | undefined {
  const printed = parts.map((part) => ('text' in part ? part.text : exactly(part, bindings.get(part.hole))))
  if (printed.length === 1) return printed[0]
  return printed.every((one) => typeof one === 'string') ? printed.join('') : undefined
}

const exactly = ({ pipes }: HolePart, value: Json | undefined): Json | undefined =>
  value === undefined
    ? undefined
    : through(
        pipes.filter(({ exact }) => exact),
        value,
      )

const through = (pipes: readonly Pipe[], value: Json): Json | undefined =>
  pipes.reduce<Json | undefined>((printed, pipe) => (printed === undefined ? undefined : pipe.print(printed)), value)
