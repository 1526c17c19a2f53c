import { booleanOf, numberOf } from '../scim/compare.ts'
import { exactKey } from '../scim/equality.ts'
import { fold } from '../scim/fold.ts'
import { isObject, type Json, type JsonObject, put } from '../scim/json.ts'
import { attributeIn, spellingOf } from '../scim/resource.ts'
import { assigned, isBlank } from './blank.ts'
import type { ElementFilter } from './place.ts'

/** Of a claimed element real clients send these all the time; nobody misses them (contract §5). */
export const letGo: ReadonlySet<string> = new Set(['primary', 'display', '$ref'])

/** What a place means of its attribute's value. Nothing is changed in place. */
export interface Part {
  /** What stands there; undefined when absent, or when `isClear` says that it cannot be told. */
  read(value: Json | undefined): Json | undefined
  /** Whether it can be told what stands there: one element at most matches, a part's attribute is an object. */
  isClear(value: Json | undefined): boolean
  /** Whether such a value can stand there and be read again. */
  takes(given: Json): boolean
  write(value: Json | undefined, given: Json): Json
  /**
   * Undefined when nothing is left. An element goes with its last data: what clients let go does not keep it, unless it
   * is among the sub-attributes that are to be `kept`.
   */
  remove(value: Json | undefined, kept?: readonly string[]): Json | undefined
}

/** The elements of a value; a lone one counts as a list of one, as in filters. */
export const elementsOf = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]

/** A sub-attribute of an element; a bare element stands for its `value`. */
export const subOf = (element: Json, sub: string): Json | undefined =>
  isObject(element) ? attributeIn(element, sub) : fold(sub) === 'value' ? element : undefined

/** Text without case: clients write `Work` for `work` (contract §5). */
export function elementTest({ sub, value }: ElementFilter): (element: Json) => boolean {
  if (typeof value === 'boolean') return (element) => booleanOf(subOf(element, sub) ?? null) === value
  if (typeof value === 'number') return (element) => numberOf(subOf(element, sub) ?? null) === value
  const folded = fold(value)
  return (element) => {
    const held = subOf(element, sub)
    return typeof held === 'string' && fold(held) === folded
  }
}

/** A copy without these names, in any case; undefined when nothing is left. */
export function without(object: JsonObject, isDropped: (folded: string) => boolean): JsonObject | undefined {
  const rest: JsonObject = {}
  let isEmpty = true
  for (const name in object) {
    const value = object[name]
    if (value === undefined || name === '__proto__' || isDropped(fold(name))) continue
    put(rest, name, value)
    isEmpty = false
  }
  return isEmpty ? undefined : rest
}

/** A copy with a member set, under the spelling that it has there. */
const withMember = (object: JsonObject, name: string, value: Json): JsonObject => ({
  ...object,
  [spellingOf(object, name) ?? name]: value,
})

export const wholePart: Part = {
  read: assigned,
  isClear: () => true,
  takes: () => true,
  write: (_value, given) => given,
  remove: () => undefined,
}

/** A sub-attribute of a single complex attribute. */
export function singlePart(sub: string): Part {
  const folded = fold(sub)
  return {
    read: (value) => (isObject(value) ? assigned(attributeIn(value, sub)) : undefined),
    isClear: (value) => isObject(value) || isBlank(value),
    takes: () => true,
    write: (value, given) => (isObject(value) ? withMember(value, sub, given) : { [sub]: given }),
    remove: (value) => (isObject(value) ? without(value, (name) => name === folded) : value),
  }
}

/** A sub-attribute of all elements: the list of its values. */
export function everyPart(sub: string): Part {
  return {
    read: (value) => assigned(elementsOf(value).flatMap((element) => assigned(subOf(element, sub)) ?? [])),
    isClear: () => true,
    takes: (given) => Array.isArray(given) && given.every((one) => !isBlank(one) && !Array.isArray(one)),
    write(value, given) {
      const before = Map.groupBy(elementsOf(value).filter(isObject), (element) => exactKey(subOf(element, sub)))
      for (const alike of before.values()) alike.reverse()
      // An element that is there already keeps what else is known of it.
      return elementsOf(given).map((one) => before.get(exactKey(one))?.pop() ?? { [sub]: one })
    },
    remove: () => undefined,
  }
}

/** A sub-attribute that is hidden from elements, or from an object that no schema knows: it is told, and never written. */
export function eachPart(sub: string, filter: ElementFilter | undefined): Part {
  const matches = filter === undefined ? () => true : elementTest(filter)
  return {
    read: (value) =>
      assigned(elementsOf(value).flatMap((one) => (matches(one) ? (assigned(subOf(one, sub)) ?? []) : []))),
    isClear: () => true,
    takes: () => false,
    write: (value) => value ?? null,
    remove: (value) => value,
  }
}

/** The element that the filter chooses, or a sub-attribute of it. */
export function elementPart(filter: ElementFilter, sub: string | undefined): Part {
  const matches = elementTest(filter)
  const isLiteral = (name: string): boolean => fold(name) === fold(filter.sub)
  const isLetGo = (name: string): boolean => isLiteral(name) || letGo.has(fold(name))
  const dataOf = (element: Json): Json | undefined =>
    sub !== undefined ? subOf(element, sub) : isObject(element) ? without(element, isLiteral) : undefined
  const made = (element: Json | undefined, given: Json): JsonObject => {
    const base: JsonObject = isObject(element) ? element : {}
    const literal: JsonObject = { [filter.sub]: attributeIn(base, filter.sub) ?? filter.value }
    if (sub === undefined) return { ...literal, ...(isObject(given) ? given : {}) }
    return withMember(isObject(element) ? element : literal, sub, given)
  }
  return {
    read(value) {
      let found: Json | undefined
      for (const element of elementsOf(value)) {
        if (!matches(element)) continue
        if (found !== undefined) return undefined
        found = element
      }
      return found === undefined ? undefined : assigned(dataOf(found))
    },
    isClear: (value) => elementsOf(value).filter(matches).length < 2,
    takes: (given) => sub !== undefined || (isObject(given) && isBlank(attributeIn(given, filter.sub))),
    write(value, given) {
      const elements = elementsOf(value)
      const first = elements.findIndex(matches)
      if (first < 0) return [...elements, made(undefined, given)]
      return elements.flatMap((element, at) =>
        at === first ? [made(element, given)] : matches(element) ? [] : [element],
      )
    },
    remove(value, kept = []) {
      const isLeft = (name: string, element: JsonObject): boolean =>
        !isBlank(element[name]) && (kept.some((one) => fold(one) === fold(name)) || !isLetGo(name))
      const left = elementsOf(value).flatMap((element) => {
        if (!matches(element)) return [element]
        if (sub === undefined || !isObject(element)) return []
        const rest = without(element, (name) => name === fold(sub)) ?? {}
        return Object.keys(rest).some((name) => isLeft(name, rest)) ? [rest] : []
      })
      return left.length === 0 ? undefined : left
    },
  }
}
