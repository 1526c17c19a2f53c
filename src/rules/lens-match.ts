import { isSame } from '../scim/equality.ts'
import { badRequest, type ScimError } from '../scim/error.ts'
import type { Json } from '../scim/json.ts'
import { isBlank } from './blank.ts'
import type { BoundLens, BoundSlot, Shown, SlotValues } from './bound.ts'
import type { Bindings } from './pattern.ts'
import type { ValueTable } from './rule.ts'

export type Ways = Pick<BoundLens, 'outward' | 'inward'>

export const nothing: Shown = { values: [], fits: true }
export const unknown: Shown = { values: [], fits: false }

/** A rule's sides, with what has to be tried of them. */
interface Matching {
  readonly client: Side
  readonly upstream: Side
  /** One slot a side: a value that fits neither crosses as it is (contract §12). */
  readonly isSingle: boolean
  readonly otherwise: Json | undefined
  /** Whether holes hold the same, but for those that a lossy pipe touches: they need not come back. */
  isSameHoles(a: Bindings, b: Bindings): boolean
  /** The same of the client's values. */
  isSameClient(values: SlotValues, printed: SlotValues): boolean
}

/** Both ways of a rule by its patterns: what stands on one side is matched, what stands on the other is printed. */
export function matching(
  client: readonly BoundSlot[],
  upstream: readonly BoundSlot[],
  table: ValueTable | undefined,
): Ways {
  const isTable = table !== undefined
  const isExact = (hole: string) => isExactHole(hole, [...client, ...upstream])
  const holes = client.flatMap(({ pattern }) => pattern.holes).filter(isExact)
  const exactSlots = client.map(({ pattern }) => pattern.holes.every(isExact))
  const rule: Matching = {
    client: sideOf(client, isTable),
    upstream: sideOf(upstream, isTable),
    isSingle: client.length === 1 && upstream.length === 1,
    otherwise: table?.otherwise,
    isSameHoles: (a, b) => holes.every((hole) => isSame(a.get(hole), b.get(hole))),
    isSameClient: (values, printed) => exactSlots.every((isOf, slot) => !isOf || isSame(values[slot], printed[slot])),
  }
  return { outward: outwardOf(rule), inward: inwardOf(rule) }
}

function outwardOf(rule: Matching): Ways['outward'] {
  const { client, upstream } = rule
  return (values) => {
    const missing = missingIn(client.slots, values)
    if (missing === 'all') return nothing.values
    if (missing !== undefined) throw refused(missing.at.text, `is missing: ${namesOf(client)} go together`)
    const bindings = matchAll(client, values)
    if (bindings === undefined) return outwardAsItIs(rule, values)
    const printed = printAll(upstream, bindings)
    if (printed === undefined || !comesBack(rule, { values, bindings, printed }))
      throw refused(namesOf(client), 'has a value that would not come back as it is')
    return printed
  }
}

interface Printed {
  readonly values: SlotValues
  readonly bindings: Bindings
  readonly printed: SlotValues
}

/** Whether what was printed upstream leads back to the client's own values. */
function comesBack({ client, upstream, isSameHoles, isSameClient }: Matching, { values, bindings, printed }: Printed) {
  if (upstream.isAmbiguous) {
    const back = matchAll(upstream, printed)
    if (back === undefined || !isSameHoles(bindings, back)) return false
  }
  if (!client.isSpelling) return true
  const again = printAll(client, bindings)
  return again !== undefined && isSameClient(values, again)
}

/** A client's value that does not fit its own side (contract §12, "As it is"). */
function outwardAsItIs({ client, upstream, isSingle, otherwise }: Matching, values: SlotValues): SlotValues {
  if (otherwise !== undefined) return [otherwise]
  if (isSingle) {
    if (matchAll(upstream, values) === undefined && takesAll(upstream, values)) return values
    throw refused(namesOf(client), 'holds what stands for another value, and would not come back')
  }
  const slot = client.slots.find(({ pattern }, at) => pattern.match(values[at] ?? null) === undefined)
  throw refused(slot?.at.text ?? namesOf(client), `does not fit ${JSON.stringify(slot?.pattern.text)}`)
}

function inwardOf({ client, upstream, isSingle, isSameHoles }: Matching): Ways['inward'] {
  /** What does not fit is shown as it is, where one slot stands for one; of several nothing is shown. */
  const asItIs = (values: SlotValues): Shown =>
    isSingle && takesAll(client, values) ? { values, fits: false } : unknown
  return (values) => {
    const missing = missingIn(upstream.slots, values)
    if (missing === 'all') return nothing
    if (missing !== undefined) return unknown
    const bindings = matchAll(upstream, values)
    const printed = bindings && printAll(client, bindings)
    if (bindings === undefined || printed === undefined) return asItIs(values)
    if (!client.isAmbiguous) return { values: printed, fits: true }
    const back = matchAll(client, printed)
    return back !== undefined && isSameHoles(bindings, back) ? { values: printed, fits: true } : asItIs(values)
  }
}

/** What has to be tried of a side, since its patterns alone do not promise it. */
interface Side {
  readonly slots: readonly BoundSlot[]
  /** What was printed may match as something else: several holes, a lossy pipe, two keys on one value. */
  readonly isAmbiguous: boolean
  /** What was matched may print as another value: keys are told by their text. */
  readonly isSpelling: boolean
}

function sideOf(slots: readonly BoundSlot[], isTable: boolean): Side {
  return {
    slots,
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
function matchAll({ slots }: Side, values: SlotValues): Bindings | undefined {
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
function printAll({ slots }: Side, bindings: Bindings): Json[] | undefined {
  const values: Json[] = []
  for (const { pattern, at } of slots) {
    const value = pattern.print(bindings)
    if (isBlank(value) || !at.part.takes(value)) return undefined
    values.push(value)
  }
  return values
}

const takesAll = ({ slots }: Side, values: SlotValues): boolean =>
  slots.every(({ at }, slot) => at.part.takes(values[slot] ?? null))

const isExactHole = (hole: string, slots: readonly BoundSlot[]): boolean =>
  slots.every(({ pattern }) =>
    pattern.parts.every((part) => !('hole' in part) || part.hole !== hole || part.pipes.every(({ exact }) => exact)),
  )

const namesOf = ({ slots }: Side): string => slots.map(({ at }) => at.text).join(' and ')

export const refused = (name: string, why: string): ScimError => badRequest('invalidValue', `${name} ${why}`)
