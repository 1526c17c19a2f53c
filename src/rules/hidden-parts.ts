import { exactKey } from '../scim/equality.ts'
import { fold } from '../scim/fold.ts'
import { isObject, type Json, type JsonObject } from '../scim/json.ts'
import { isBlank } from './blank.ts'
import type { BoundPlace } from './bound.ts'
import { elementsOf, elementTest, subOf, without } from './place-part.ts'

/** What `hide` takes out of the elements of one attribute, or out of an object that no schema knows. */
export interface HiddenParts {
  /** What the other side may have of a value; undefined when nothing is left. */
  strip(value: Json): Json | undefined
  /** The value as it is given, with what was hidden of the elements that are still there. */
  restore(given: Json | undefined, before: Json | undefined): Json | undefined
}

/** @param places of kind `each`, all in one attribute */
export function hiddenParts(places: readonly BoundPlace[]): HiddenParts {
  const parts = places.map(({ path, filter }) => ({
    sub: fold(path.sub ?? ''),
    matches: filter === undefined ? () => true : elementTest(filter),
  }))
  const isList = places.some(({ attribute, filter }) => filter !== undefined || attribute !== undefined)
  const hiddenOf = (element: Json): ReadonlySet<string> =>
    new Set(parts.flatMap(({ sub, matches }) => (matches(element) ? [sub] : [])))

  function stripElement(element: Json): Json | undefined {
    const hidden = hiddenOf(element)
    // A bare element stands for its `value`.
    if (!isObject(element)) return hidden.has('value') ? undefined : element
    if (!Object.keys(element).some((name) => hidden.has(fold(name)))) return element
    const rest = without(element, (name) => hidden.has(name))
    return isBlank(rest) ? undefined : rest
  }

  function strip(value: Json): Json | undefined {
    if (!Array.isArray(value)) return stripElement(value)
    const left = value.flatMap((element) => stripElement(element) ?? [])
    return left.length === 0 && value.length > 0 ? undefined : left
  }

  /** The element that is given, on what was hidden of the one that it was. */
  const joined = (given: Json, was: Json): Json => {
    if (!isObject(was) || !isObject(given)) return given
    const hidden = hiddenOf(was)
    return { ...given, ...without(was, (name) => !hidden.has(name)) }
  }

  function restoreList(given: readonly Json[], before: readonly Json[]): Json | undefined {
    const seen = before.map((was) => ({ was, shown: stripElement(was) }))
    const unseen = seen.flatMap(({ was, shown }) => (shown === undefined ? [was] : []))
    const found = matched(
      given,
      seen.flatMap(({ was, shown }) => (shown === undefined ? [] : [{ was, shown }])),
    )
    const list = given.map((element, at) => {
      const was = found[at]
      return was === undefined ? element : joined(element, was)
    })
    return list.length + unseen.length === 0 ? undefined : [...list, ...unseen]
  }

  return {
    strip,
    restore(given, before) {
      if (before === undefined) return given
      const isSingle = !isList && isObject(before) && !Array.isArray(given)
      return isSingle
        ? restoredObject(given, before, hiddenOf(before))
        : restoreList(elementsOf(given), elementsOf(before))
    },
  }
}

/** Of an object that no schema knows the hidden members stay, as those of a single complex attribute do. */
function restoredObject(given: Json | undefined, before: JsonObject, hidden: ReadonlySet<string>): Json | undefined {
  const kept = without(before, (name) => !hidden.has(name))
  if (kept === undefined) return given
  return given === undefined ? kept : isObject(given) ? { ...given, ...kept } : given
}

interface Seen {
  readonly was: Json
  readonly shown: Json
}

/** What tells elements apart, the surest first: all that is seen of them, their `value`, their `type`. */
const identities: readonly ((element: Json) => string | undefined)[] = [
  (element) => exactKey(element),
  (element) => keyOf(subOf(element, 'value')),
  (element) => keyOf(subOf(element, 'type')),
]

const keyOf = (value: Json | undefined): string | undefined => (isBlank(value) ? undefined : fold(exactKey(value)))

/** Which element each of the given ones was; of several with one `type`, the first is the first if there are as many. */
function matched(given: readonly Json[], before: readonly Seen[]): readonly (Json | undefined)[] {
  const found = new Array<Json | undefined>(given.length)
  let left = before
  for (const [number, identify] of identities.entries()) {
    const open = given.flatMap((element, at) => (found[at] === undefined ? [{ element, at }] : []))
    const wanting = Map.groupBy(open, ({ element }) => identify(element))
    const having = Map.groupBy(left, ({ shown }) => identify(shown))
    const taken = new Set<Seen>()
    for (const [key, places] of wanting) {
      const were = key === undefined ? [] : (having.get(key) ?? [])
      if (number > 0 && were.length !== places.length) continue
      for (const [order, { at }] of places.entries()) {
        const was = were[order]
        if (was === undefined) break
        found[at] = was.was
        taken.add(was)
      }
    }
    left = left.filter((one) => !taken.has(one))
  }
  return found
}
