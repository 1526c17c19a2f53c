import { subAttributeNamed } from './definition.ts'
import { foldedKey } from './equality.ts'
import type { Filter } from './filter.ts'
import { fold } from './fold.ts'
import { isObject, type Json } from './json.ts'
import { compileElementFilter } from './match.ts'
import { attributeIn } from './resource.ts'
import type { Attribute } from './schema.ts'

/**
 * The elements of a multi-valued attribute while a PATCH is applied to them, with an index over their `value`, so that
 * many operations on a large group stay cheap. A removed element leaves a hole, so that slots keep their numbers.
 */
export interface Elements {
  /** How many elements there are. */
  size(): number
  at(slot: number): Json | undefined
  push(element: Json): number
  set(slot: number, element: Json): void
  remove(slot: number): void
  clear(): void
  /** The slots of elements whose `value` (or, without one, whole) folds to the same as this element's. */
  like(element: Json): readonly number[]
  /** The slots of elements that the filter chooses; of all elements without one. */
  chosen(filter: Filter | undefined): readonly number[]
  /** The slots of elements that are primary. */
  primaries(): readonly number[]
  /** The elements as a list: the very one they came from while nothing changed. */
  list(): readonly Json[]
}

/** @param spend is told how many elements are about to be looked at one by one; it throws when that gets too much. */
export function createElements(
  original: readonly Json[],
  attribute: Attribute | undefined,
  spend: (count: number) => void,
): Elements {
  const slots: (Json | undefined)[] = [...original]
  const index = new Map<string, Set<number>>()
  const primaries = new Set<number>()
  let size = slots.length
  let isChanged = false
  const identity = (element: Json) => identityOf(element, attribute)

  function enter(slot: number, element: Json): void {
    const key = identity(element)
    const held = index.get(key)
    if (held === undefined) index.set(key, new Set([slot]))
    else held.add(slot)
    if (isPrimary(element)) primaries.add(slot)
  }

  function leave(slot: number): void {
    const element = slots[slot]
    if (element === undefined) return
    index.get(identity(element))?.delete(slot)
    primaries.delete(slot)
  }

  function put(slot: number, element: Json | undefined): void {
    leave(slot)
    slots[slot] = element
    if (element !== undefined) enter(slot, element)
    isChanged = true
  }

  function all(): number[] {
    const found: number[] = []
    for (const slot of slots.keys()) if (slots[slot] !== undefined) found.push(slot)
    return found
  }

  for (const [slot, element] of original.entries()) enter(slot, element)
  return {
    size: () => size,
    at: (slot) => slots[slot],
    push(element) {
      put(slots.length, element)
      size += 1
      return slots.length - 1
    },
    set: put,
    remove(slot) {
      if (slots[slot] === undefined) return
      put(slot, undefined)
      size -= 1
    },
    clear() {
      if (size === 0) return
      slots.length = 0
      index.clear()
      primaries.clear()
      size = 0
      isChanged = true
    },
    like(element) {
      const found = index.get(identity(element))
      // Telling two alike apart costs more than asking one a filter.
      spend(10 * (found?.size ?? 0))
      return [...(found ?? [])]
    },
    chosen(filter) {
      const value = filter === undefined ? undefined : valueAskedIn(filter)
      const candidates = value === undefined ? undefined : index.get(identity({ value }))
      spend(value === undefined ? slots.length : (candidates?.size ?? 0))
      const found = value === undefined ? all() : [...(candidates ?? [])]
      if (filter === undefined) return found
      const matches = compileElementFilter(filter, attribute)
      return found.filter((slot) => {
        const element = slots[slot]
        return element !== undefined && matches(element)
      })
    },
    primaries: () => [...primaries],
    list: () => (isChanged ? slots.filter((element) => element !== undefined) : original),
  }
}

/** What tells an element from others: its `value` without case, else all of it. */
function identityOf(element: Json, attribute: Attribute | undefined): string {
  const value = isObject(element) ? attributeIn(element, 'value') : element
  if (typeof value === 'string') return fold(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return `\0${foldedKey(element, attribute)}`
}

/** The `value` that every element must have to match the filter, if it asks for one. */
function valueAskedIn(filter: Filter): string | undefined {
  let node = filter
  for (;;) {
    const last: Filter = node.kind === 'and' ? node.right : node
    const isValue =
      last.kind === 'compare' &&
      last.operator === 'eq' &&
      last.path.sub === undefined &&
      fold(last.path.name ?? '') === 'value'
    if (isValue && typeof last.value === 'string') return last.value
    if (node.kind !== 'and') return undefined
    node = node.left
  }
}

export const isPrimary = (element: Json): boolean => isObject(element) && attributeIn(element, 'primary') === true

/** The element without what a client may not set or has left empty; the same one when there is no such thing in it. */
export function writable(element: Json, attribute: Attribute | undefined): Json {
  if (!isObject(element)) return element
  const dropped = Object.keys(element).filter((name) => {
    const sub = attribute && subAttributeNamed(attribute, name)
    return name === '__proto__' || element[name] === null || sub?.mutability === 'readOnly'
  })
  if (dropped.length === 0) return element
  return Object.fromEntries(Object.entries(element).filter(([name]) => !dropped.includes(name)))
}

/** Whether `held` has everything that `given` asks for already. */
export function covers(held: Json, given: Json, attribute: Attribute | undefined): boolean {
  if (!isObject(held) || !isObject(given)) return foldedKey(held, attribute) === foldedKey(given, attribute)
  return Object.keys(given).every((name) => {
    const sub = attribute && subAttributeNamed(attribute, name)
    return foldedKey(attributeIn(held, name), sub) === foldedKey(given[name], sub)
  })
}
