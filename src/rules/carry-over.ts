import { isSame } from '../scim/equality.ts'
import { isObject, type Json, type JsonObject, put } from '../scim/json.ts'
import { attributeIn } from '../scim/resource.ts'
import { clear, erasing } from './assign.ts'
import { type Bodies, type PlacedSlot, readSlots, showSlots, writeSlots } from './bodies.ts'
import type { SlotValues } from './bound.ts'
import type { Held } from './split.ts'
import { inwardOf, withSchemas } from './translate.ts'
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
    const built = joined(now.rest, splitter.hidden(before))
    for (const name of kept) {
      const value = attributeIn(before, name)
      if (value !== undefined && attributeIn(built, name) === undefined) put(built, name, value)
    }
    const changed = bodies.lenses.flatMap((placed) => {
      const wanted = readSlots(placed.client, now.held) ?? []
      const isKept = isSameValues(showSlots(placed, was.held)?.values ?? [], wanted)
      return isKept ? [] : [{ slots: placed.upstream, values: placed.lens.outward(wanted) }]
    })
    for (const { slots } of changed) clearUntold(built, slots, was.held)
    for (const { slots, values } of changed) writeSlots(built, slots, values)
    // Last, so that an element to which a rule writes keeps what else is on it.
    for (const { slots, values } of changed)
      for (const [slot, { at }] of slots.entries()) if (values[slot] === undefined) erase(built, at)
    if (asserting) oneWay.assert(built, now.held)
    if (oneWay.isComputing) {
      const views = { before: show(before), after: bodies.viewOf(client, now.held) }
      oneWay.compute(built, views, asserting)
    }
    return withSchemas(bodies, built, client, before)
  }
}

/** Of several elements where a rule has one, none is seen. Before one is written they go, so that no other shows up. */
function clearUntold(built: JsonObject, slots: readonly PlacedSlot[], held: Held): void {
  for (const { at, index } of slots) if (!at.part.isClear(held[index])) clear(built, at)
}

const isSameValues = (a: SlotValues, b: SlotValues): boolean => {
  for (let slot = 0; slot < Math.max(a.length, b.length); slot++) if (!isSame(a[slot], b[slot])) return false
  return true
}

/** Two parts of one resource, which share no attribute but lists and objects that were divided. */
function joined(a: JsonObject, b: JsonObject): JsonObject {
  const all: JsonObject = { ...a }
  for (const name in b) {
    const value = b[name]
    if (value !== undefined) put(all, name, Object.hasOwn(a, name) ? joinedValue(a[name], value) : value)
  }
  return all
}

function joinedValue(a: Json | undefined, b: Json): Json {
  if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b]
  return isObject(a) && isObject(b) ? joined(a, b) : b
}
