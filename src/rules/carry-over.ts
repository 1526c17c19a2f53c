import { isSame } from '../scim/equality.ts'
import { fold } from '../scim/fold.ts'
import { attributeIn, type Resource } from '../scim/resource.ts'
import { type Bodies, readSlots, showSlots, writeSlots } from './bodies.ts'
import type { SlotValues } from './bound.ts'
import { clear, erasing, joined } from './draft.ts'
import type { Draft } from './split.ts'
import { inwardOf } from './translate.ts'
import type { Translator } from './translator.ts'

/** The protocol's own names, which no client writes. */
const kept = ['id', 'meta'] as const

/**
 * The upstream view after a change of the client view (`Translator.carryOver`). What the client does not see stays. So
 * does what it sees and did not change, as the upstream has it: a value that fits no pattern, or that a lossy rule would
 * print otherwise, is not touched by a change of something else.
 */
export function carryingOver(bodies: Bodies): Translator['carryOver'] {
  const { splitter, oneWay } = bodies
  const show = inwardOf(bodies, () => {})
  const erase = erasing(bodies.bound.claims)
  return (before, client, asserting) => {
    const was = splitter.split(before)
    const now = splitter.split(client)
    bodies.requireCarriable(now.held)
    const draft = joined(now.draft, splitter.hidden(before), splitter.attributes)
    keepProtocol(draft, before)
    const changed = bodies.lenses.flatMap((placed) => {
      const wanted = readSlots(placed.client, now.held) ?? []
      const isKept = isSameValues(showSlots(placed, was.held)?.values ?? [], wanted)
      return isKept ? [] : [{ slots: placed.upstream, values: placed.lens.outward(wanted) }]
    })
    // Of several elements where a rule has one, none is seen: they go, lest another be seen instead.
    for (const { slots } of changed)
      for (const slot of slots) if (!slot.at.part.isClear(was.held[slot.index])) clear(draft, slot)
    for (const { slots, values } of changed) writeSlots(draft, slots, values)
    // Last, so that an element to which a rule writes keeps what else is on it.
    for (const { slots, values } of changed)
      for (const [number, slot] of slots.entries()) if (values[number] === undefined) erase(draft, slot)
    if (asserting) oneWay.assert(draft, now.held)
    if (oneWay.isComputing) {
      const views = { before: show(before), after: bodies.viewOf(client, now.held) }
      oneWay.compute(draft, views, asserting)
    }
    return bodies.finish(draft, client, before)
  }
}

function keepProtocol({ free }: Draft, before: Resource): void {
  for (const name of kept) {
    const value = attributeIn(before, name)
    if (value === undefined || free.names.some((one) => fold(one) === name)) continue
    free.names.push(name)
    free.values.push(value)
  }
}

const isSameValues = (a: SlotValues, b: SlotValues): boolean => {
  for (let slot = 0; slot < Math.max(a.length, b.length); slot++) if (!isSame(a[slot], b[slot])) return false
  return true
}
