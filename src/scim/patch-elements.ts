import { subAttributeNamed } from './definition.ts'
import { covers, type Elements, isPrimary, writable } from './elements.ts'
import { isEqualText, isSame } from './equality.ts'
import { badRequest } from './error.ts'
import type { Filter } from './filter.ts'
import { isObject, type Json, type JsonObject, put } from './json.ts'
import { isReference } from './patch-target.ts'
import { attributeIn, isAssigned, spellingOf } from './resource.ts'
import type { Attribute } from './schema.ts'

/** A multi-valued attribute under a PATCH. `label` is its path, for the error's detail. */
export interface Several {
  readonly elements: Elements
  readonly attribute: Attribute | undefined
  readonly label: string
}

/** RFC 7644 §3.5.2.1: adds the values that are not there yet. */
export function addValues(several: Several, values: readonly Json[]): void {
  const claimed = values.flatMap((value) => addValue(several, writable(value, several.attribute)))
  settlePrimary(several, claimed)
}

/** The slot that now is primary because of this value, if any. */
function addValue({ elements, attribute }: Several, value: Json): readonly number[] {
  if (!isAssigned(value)) return []
  const twin = elements.like(value).find((slot) => isTwin(elements.at(slot), value, attribute))
  const held = twin === undefined ? undefined : elements.at(twin)
  if (twin === undefined || held === undefined) return claims(elements.push(value), value)
  // A member is a member, whatever display it was added with.
  if (isReference(attribute) || covers(held, value, attribute)) return []
  const merged = isObject(held) && isObject(value) ? merge(held, value) : value
  elements.set(twin, merged)
  return claims(twin, merged)
}

/** Whether an element is the one that a value means: the same `value`, and the same `type` (RFC 7643 §2.4). */
function isTwin(held: Json | undefined, value: Json, attribute: Attribute | undefined): boolean {
  if (held === undefined) return false
  if (!isObject(held) || !isObject(value)) return covers(held, value, attribute)
  if (!isAssigned(attributeIn(value, 'value'))) return covers(held, value, attribute) && covers(value, held, attribute)
  // Ids are compared exactly, whatever the schema says of `value` (RFC 7643 §3.1).
  if (isReference(attribute)) return attributeIn(held, 'value') === attributeIn(value, 'value')
  return ['value', 'type'].every((name) =>
    isEqualText(attributeIn(held, name), attributeIn(value, name), attribute && subAttributeNamed(attribute, name)),
  )
}

/** RFC 7644 §3.5.2.3: these values and no others. Of references, those that stay keep what the server knows of them. */
export function replaceValues(several: Several, values: readonly Json[]): void {
  const { elements, attribute } = several
  const wanted = values.map((value) => writable(value, attribute)).filter((value) => isAssigned(value))
  const next = isReference(attribute) ? wanted.map((value) => heldFor(several, value) ?? value) : wanted
  requireOnePrimary(next.filter(isPrimary).length, several)
  if (isSame([...elements.list()], next)) return
  elements.clear()
  for (const value of next) elements.push(value)
}

function heldFor({ elements, attribute }: Several, value: Json): Json | undefined {
  const held = elements.like(value).map((slot) => elements.at(slot))
  return held.find((one) => one !== undefined && isTwin(one, value, attribute) && covers(one, value, attribute))
}

/** An add or replace of whole elements that a filter chooses, or of all where there is none. */
export function assignElements(several: Several, filter: Filter, op: 'add' | 'replace', value: Json): void {
  const { elements, attribute } = several
  const given = writable(oneOf(value, several), attribute)
  const made = madeBy(filter, attribute)
  const chosen = elements.chosen(filter)
  if (chosen.length === 0) createElement(several, made, undefined, given)
  const claimed = chosen.flatMap((slot) => {
    const held = elements.at(slot)
    if (held === undefined) return []
    const next = op === 'add' ? mergedWith(held, given) : mergedWith(made ?? {}, given)
    if (isSame(held, next)) return []
    elements.set(slot, next)
    return claims(slot, next)
  })
  settlePrimary(several, claimed)
}

/** Some clients put the one value of an element into a list. An element is no list itself. */
function oneOf(value: Json, { label }: Several): Json {
  if (!Array.isArray(value)) return value
  const [only, ...more] = value
  if (only === undefined || more.length > 0)
    throw badRequest('invalidValue', `${label} is chosen by a filter: its value must be one, and no list`)
  return only
}

const mergedWith = (held: Json, given: Json): Json => (isObject(held) && isObject(given) ? merge(held, given) : given)

/** An add or replace of one sub-attribute of the chosen elements (`emails[type eq "work"].value`). */
export function assignSub(several: Several, filter: Filter | undefined, sub: string, value: Json): void {
  const { elements, attribute } = several
  const chosen = elements.chosen(filter)
  if (chosen.length === 0) createElement(several, filter === undefined ? {} : madeBy(filter, attribute), sub, value)
  const claimed = chosen.flatMap((slot) => {
    const held = elements.at(slot)
    if (!isObject(held) || isSame(attributeIn(held, sub), value)) return []
    requireMutable(several, held, sub)
    const next = merge(held, { [sub]: value })
    elements.set(slot, next)
    return claims(slot, next)
  })
  settlePrimary(several, claimed)
}

/**
 * Makes the element that a filter describes, for Entra sets the e-mail of a user who has none by
 * `emails[type eq "work"].value` (contract §12). RFC 7644 §3.5.2.3's `noTarget` stays for what describes none, and for
 * references: who is no member does not become one by being changed.
 */
function createElement(several: Several, made: JsonObject | undefined, sub: string | undefined, value: Json): void {
  const { elements, attribute, label } = several
  if (made === undefined || isReference(attribute) || (sub !== undefined && Object.hasOwn(made, sub))) {
    throw badRequest('noTarget', `${label} has no value that the filter chooses`)
  }
  const next = sub === undefined ? mergedWith(made, value) : merge(made, { [sub]: value })
  settlePrimary(several, claims(elements.push(next), next))
}

/** RFC 7644 §3.5.2.2, with a filter: to remove what is not there is a success. */
export function removeElements({ elements }: Several, filter: Filter | undefined): void {
  if (filter === undefined) {
    elements.clear()
    return
  }
  for (const slot of elements.chosen(filter)) elements.remove(slot)
}

/** Removes one sub-attribute of the chosen elements, and an element of which only the filter's own words are left. */
export function removeSub(several: Several, filter: Filter | undefined, sub: string): void {
  const { elements, attribute } = several
  const made = (filter && madeBy(filter, attribute)) ?? {}
  for (const slot of elements.chosen(filter)) {
    const held = elements.at(slot)
    if (!isObject(held) || !isAssigned(attributeIn(held, sub))) continue
    requireMutable(several, held, sub)
    const spelling = spellingOf(held, sub)
    const left = Object.entries(held).filter(([name, value]) => name !== spelling && isAssigned(value))
    if (left.every(([name]) => name !== 'value' && (name === 'primary' || Object.hasOwn(made, name))))
      elements.remove(slot)
    else elements.set(slot, Object.fromEntries(left))
  }
}

/** The sub-attributes that a filter fixes, if it is a conjunction of `eq` and so describes one element. */
function madeBy(filter: Filter, attribute: Attribute | undefined): JsonObject | undefined {
  const made: JsonObject = {}
  let node: Filter | undefined = filter
  while (node !== undefined) {
    const part: Filter = node.kind === 'and' ? node.right : node
    if (part.kind !== 'compare' || part.operator !== 'eq' || part.value === null) return undefined
    if (part.path.name === undefined || part.path.sub !== undefined) return undefined
    const name = (attribute && subAttributeNamed(attribute, part.path.name)?.name) ?? part.path.name
    if (Object.hasOwn(made, name)) return undefined
    put(made, name, part.value)
    node = node.kind === 'and' ? node.left : undefined
  }
  return made
}

/** `held` with the members of `given` over it, under the spelling that `held` has. */
export function merge(held: JsonObject, given: JsonObject): JsonObject {
  const next = { ...held }
  for (const name in given) {
    const value = given[name]
    const spelling = spellingOf(next, name) ?? name
    if (value !== undefined && isAssigned(value)) put(next, spelling, value)
    else delete next[spelling]
  }
  return next
}

const claims = (slot: number, element: Json): readonly number[] => (isPrimary(element) ? [slot] : [])

/** RFC 7644 §3.5.2: who becomes primary takes it from whoever was. */
function settlePrimary(several: Several, claimed: readonly number[]): void {
  const winners = new Set(claimed)
  if (winners.size === 0) return
  requireOnePrimary(winners.size, several)
  const { elements } = several
  for (const slot of elements.primaries()) {
    const held = elements.at(slot)
    if (!winners.has(slot) && isObject(held)) elements.set(slot, merge(held, { primary: false }))
  }
}

function requireOnePrimary(count: number, { label }: Several): void {
  if (count > 1) throw badRequest('invalidValue', `${label} can have only one value that is primary`)
}

/** RFC 7643 §7: what is immutable may be given once, and required things stay. */
function requireMutable({ attribute, label }: Several, held: JsonObject, sub: string): void {
  const known = attribute && subAttributeNamed(attribute, sub)
  if (known?.mutability !== 'immutable' || !isAssigned(attributeIn(held, sub))) return
  throw badRequest('mutability', `${label}.${known.name} is immutable`)
}
