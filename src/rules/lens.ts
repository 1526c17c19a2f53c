import { isSame } from '../scim/equality.ts'
import { badRequest, type ScimError } from '../scim/error.ts'
import type { Json } from '../scim/json.ts'
import { isBlank } from './blank.ts'
import type { BoundLens, BoundPlace, BoundSlot, Shown, SlotValues } from './bound.ts'
import type { Bindings, Pattern } from './pattern.ts'
import type { Place } from './place.ts'
import type { Rule, Slot, ValueTable } from './rule.ts'
import { tablePatterns } from './table.ts'

type TwoWayRule = Extract<Rule, { kind: 'two-way' }>
/** Resolves a side's places. */
export type Bind = (place: Place) => BoundPlace

/** Binds a two-way rule to both sides. */
export function bindLens(rule: TwoWayRule, bindClient: Bind, bindUpstream: Bind): BoundLens {
  const { path, table } = rule
  const given = { client: bindSlots(rule.client, bindClient), upstream: bindSlots(rule.upstream, bindUpstream) }
  const { client, upstream } = table === undefined ? given : withTable(given, table)
  const isRename =
    table === undefined && client.length === 1 && upstream.length === 1 && isWhole([...client, ...upstream])
  const reason = lossyReason(rule)
  return {
    path,
    client,
    upstream,
    ...(table === undefined ? {} : { table }),
    exact: reason === undefined,
    ...(reason === undefined ? {} : { lossyBecause: reason }),
    isRename,
    ...(isRename ? renaming(client, upstream) : matching(client, upstream, table)),
  }
}

type Sides = Pick<BoundLens, 'client' | 'upstream'>
type Ways = Pick<BoundLens, 'outward' | 'inward'>

const bindSlots = (slots: readonly Slot[], bind: Bind): readonly BoundSlot[] =>
  slots.map((slot) => ({ ...slot, at: bind(slot.place) }))

const isWhole = (slots: readonly BoundSlot[]): boolean => slots.every(({ pattern }) => pattern.whole)

/** A table stands between two lone names (contract §5): its patterns take the place of theirs. */
function withTable({ client, upstream }: Sides, table: NonNullable<TwoWayRule['table']>): Sides {
  const patterns = tablePatterns(table, client[0]?.at.leaf, upstream[0]?.at.leaf)
  const placed = (slots: readonly BoundSlot[], pattern: Pattern) => slots.map((slot) => ({ ...slot, pattern }))
  return { client: placed(client, patterns.client), upstream: placed(upstream, patterns.upstream) }
}

function lossyReason({ client, upstream, table }: TwoWayRule): string | undefined {
  if (table?.otherwise !== undefined) return 'else stands for more than one value'
  for (const { pattern } of [...client, ...upstream]) {
    for (const part of pattern.parts) {
      const lossy = 'pipes' in part ? part.pipes.find(({ exact }) => !exact) : undefined
      if (lossy !== undefined) return `${lossy.text} cannot be undone`
    }
  }
  return undefined
}

const nothing: Shown = { values: [], fits: true }
const unknown: Shown = { values: [], fits: false }

function renaming([client]: readonly BoundSlot[], [upstream]: readonly BoundSlot[]): Ways {
  return {
    outward([value]) {
      if (isBlank(value) || upstream === undefined || client === undefined) return nothing.values
      if (!upstream.at.part.takes(value)) throw refused(client.at.text, 'is of a kind that cannot be carried')
      return [value]
    },
    inward([value]) {
      if (isBlank(value)) return nothing
      return client?.at.part.takes(value) === true ? { values: [value], fits: true } : unknown
    },
  }
}

function matching(client: readonly BoundSlot[], upstream: readonly BoundSlot[], table: ValueTable | undefined): Ways {
  const isTable = table !== undefined
  const otherwise = table?.otherwise
  const isSingle = client.length === 1 && upstream.length === 1
  const isSameHoles = comparing(client, upstream)
  const ofClient = sideOf(client, isTable)
  const ofUpstream = sideOf(upstream, isTable)
  const exactSlots = client.map((slot) => slot.pattern.holes.every((hole) => isExactHole(hole, client, upstream)))
  const isSameClient = (values: SlotValues, printed: SlotValues): boolean =>
    exactSlots.every((isExact, slot) => !isExact || isSame(values[slot], printed[slot]))

  /** Whether what was printed upstream leads back to the client's own values. */
  function comesBack(values: SlotValues, bindings: Bindings, printed: SlotValues): boolean {
    if (ofUpstream.isAmbiguous) {
      const back = matchAll(upstream, printed)
      if (back === undefined || !isSameHoles(bindings, back)) return false
    }
    if (!ofClient.isSpelling) return true
    const again = printAll(client, bindings)
    return again !== undefined && isSameClient(values, again)
  }

  /** A value that does not fit its own side (contract §12, "As it is"). */
  function outwardAsItIs(values: SlotValues): SlotValues {
    if (otherwise !== undefined) return [otherwise]
    const [value] = values
    if (isSingle && value !== undefined) {
      if (matchAll(upstream, values) === undefined && takesAll(upstream, values)) return values
      throw refused(namesOf(client), 'holds what stands for another value, and would not come back')
    }
    const slot = client.find(({ pattern }, at) => pattern.match(values[at] ?? null) === undefined) ?? client[0]
    throw refused(slot?.at.text ?? '', `does not fit ${JSON.stringify(slot?.pattern.text)}`)
  }

  /** An upstream value that does not fit: one slot shows it as it is, several show nothing. */
  const inwardAsItIs = (values: SlotValues): Shown =>
    isSingle && takesAll(client, values) ? { values, fits: false } : unknown

  return {
    outward(values) {
      const missing = missingIn(client, values)
      if (missing === 'all') return nothing.values
      if (missing !== undefined) throw refused(missing.at.text, `is missing: ${namesOf(client)} go together`)
      const bindings = matchAll(client, values)
      if (bindings === undefined) return outwardAsItIs(values)
      const printed = printAll(upstream, bindings)
      if (printed === undefined || !comesBack(values, bindings, printed))
        throw refused(namesOf(client), 'has a value that would not come back as it is')
      return printed
    },
    inward(values) {
      const missing = missingIn(upstream, values)
      if (missing === 'all') return nothing
      if (missing !== undefined) return unknown
      const bindings = matchAll(upstream, values)
      const printed = bindings && printAll(client, bindings)
      if (bindings === undefined || printed === undefined) return inwardAsItIs(values)
      if (!ofClient.isAmbiguous) return { values: printed, fits: true }
      const back = matchAll(client, printed)
      return back !== undefined && isSameHoles(bindings, back) ? { values: printed, fits: true } : inwardAsItIs(values)
    },
  }
}

/** What has to be tried of a side, since its patterns alone do not promise it. */
interface Side {
  /** What was printed may match as something else: several holes, a lossy pipe, two keys on one value. */
  readonly isAmbiguous: boolean
  /** What was matched may print as another value: keys are told by their text. */
  readonly isSpelling: boolean
}

function sideOf(slots: readonly BoundSlot[], isTable: boolean): Side {
  return {
    isAmbiguous: slots.some(({ pattern }) => !pattern.exact || pattern.holes.length > 1),
    isSpelling: isTable || slots.some(({ pattern }) => !pattern.exact),
  }
}

/** `all` when every slot is absent; else the first that is, where one is. */
function missingIn(slots: readonly BoundSlot[], values: SlotValues): BoundSlot | 'all' | undefined {
  let first: BoundSlot | undefined
  let isAny = false
  for (let slot = 0; slot < slots.length; slot++) {
    if (!isBlank(values[slot])) isAny = true
    else first ??= slots[slot]
  }
  return isAny ? first : 'all'
}

/** All slots' holes; undefined when a value does not fit. A hole stands once a side, so nothing can disagree. */
function matchAll(slots: readonly BoundSlot[], values: SlotValues): Bindings | undefined {
  const [first] = slots
  if (slots.length === 1 && first !== undefined) return first.pattern.match(values[0] ?? null)
  const all = new Map<string, Json>()
  for (const [slot, { pattern }] of slots.entries()) {
    const bindings = pattern.match(values[slot] ?? null)
    if (bindings === undefined) return undefined
    for (const [hole, value] of bindings) all.set(hole, value)
  }
  return all
}

/** All slots' values; undefined when one cannot be printed, or would count as absent, or cannot stand in its place. */
function printAll(slots: readonly BoundSlot[], bindings: Bindings): Json[] | undefined {
  const values: Json[] = []
  for (const { pattern, at } of slots) {
    const value = pattern.print(bindings)
    if (isBlank(value) || !at.part.takes(value)) return undefined
    values.push(value)
  }
  return values
}

const takesAll = (slots: readonly BoundSlot[], values: SlotValues): boolean =>
  slots.every(({ at }, slot) => at.part.takes(values[slot] ?? null))

/** Whether holes that no lossy pipe touches hold the same: what a lossy pipe touches need not come back. */
function comparing(
  client: readonly BoundSlot[],
  upstream: readonly BoundSlot[],
): (a: Bindings, b: Bindings) => boolean {
  const holes = client.flatMap(({ pattern }) => pattern.holes).filter((hole) => isExactHole(hole, client, upstream))
  return (a, b) => holes.every((hole) => isSame(a.get(hole), b.get(hole)))
}

const isExactHole = (hole: string, ...sides: readonly (readonly BoundSlot[])[]): boolean =>
  sides
    .flat()
    .every(({ pattern }) =>
      pattern.parts.every((part) => !('hole' in part) || part.hole !== hole || part.pipes.every(({ exact }) => exact)),
    )

const namesOf = (slots: readonly BoundSlot[]): string => slots.map(({ at }) => at.text).join(' and ')

const refused = (name: string, why: string): ScimError => badRequest('invalidValue', `${name} ${why}`)
