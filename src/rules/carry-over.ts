import { isSame } from '../scim/equality.ts'
import { isObject, type Json, type JsonObject, put } from '../scim/json.ts'
import { attributeIn } from '../scim/resource.ts'
import { erasing } from './assign.ts'
import { type Bodies, readSlots, showSlots, writeSlots } from './bodies.ts'
import type { BoundPlace, SlotValues } from './bound.ts'
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
    const erased: BoundPlace[] = []
    for (const placed of bodies.lenses) {
      const wanted = readSlots(placed.client, now.held) ?? []
      if (isSameValues(showSlots(placed, was.held)?.values ?? [], wanted)) continue
      const values = placed.lens.outward(wanted)
      writeSlots(built, placed.upstream, values)
      erased.push(...placed.upstream.flatMap(({ at }, slot) => (values[slot] === undefined ? [at] : [])))
    }
    // Last, so that an element to which a rule writes keeps what else is on it.
    for (const at of erased) erase(built, at)
    const made = asserting ? oneWay.assert(built) : built
    if (oneWay.isComputing) {
      const views = { before: show(before), after: bodies.viewOf(client, now.held) }
      oneWay.compute(made, views, asserting)
    }
    return withSchemas(bodies, made, client, before)
  }
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
