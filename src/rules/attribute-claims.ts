import { fold } from '../scim/fold.ts'
import { isObject, type Json } from '../scim/json.ts'
import type { BoundPlace, Claim } from './bound.ts'
import { hiddenParts } from './hidden-parts.ts'
import { elementsOf, elementTest, without } from './place-part.ts'

/** All that the rules claim of one attribute, by either side: a name used on one side only does not exist on the other. */
export interface AttributeClaims {
  readonly path: BoundPlace['path']
  readonly claims: readonly Claim[]
  /** What of its value nobody claims: it crosses. Undefined when nothing is left. */
  rest(value: Json): Json | undefined
  /** What crosses, joined with what does not cross of what was there before. */
  join(rest: Json | undefined, before: Json | undefined): Json | undefined
}

/** What tells attributes apart, whatever the case of their names. */
export const attributeKey = (urn = '', name = ''): string => `${fold(urn)}\n${fold(name)}`

/**
 * Joins the claims on one attribute; there is at least one.
 * @param isDropping whether what no rule names stays behind, too: then nothing is left to cross
 */
export function claimAttribute(
  path: BoundPlace['path'],
  claims: readonly Claim[],
  isDropping: boolean,
): AttributeClaims {
  const places = claims.map(({ at }) => at)
  if (isDropping || places.some(({ kind }) => kind === 'whole' || kind === 'every'))
    return { path, claims, rest: () => undefined, join: joinedValue }
  const each = places.filter(({ kind }) => kind === 'each')
  const hidden = each.length === 0 ? undefined : hiddenParts(each)
  const subs = new Set(places.flatMap(({ kind, path }) => (kind === 'part' ? [fold(path.sub ?? '')] : [])))
  const tests = places.flatMap(({ kind, filter }) =>
    kind !== 'element' || filter === undefined ? [] : [elementTest(filter)],
  )
  const isClaimed = (element: Json): boolean => tests.some((test) => test(element))
  /** Of an object its members, of a list its elements. What has neither cannot be divided, and is claimed as it is. */
  const divide = (value: Json, wantsClaimed: boolean): Json | undefined => {
    if (tests.length + subs.size === 0) return wantsClaimed ? undefined : value
    if (tests.length === 0 && !isObject(value)) return wantsClaimed ? value : undefined
    if (subs.size > 0 && isObject(value)) return without(value, (name) => subs.has(name) !== wantsClaimed)
    const elements = elementsOf(value).filter((element) => isClaimed(element) === wantsClaimed)
    return elements.length === 0 ? undefined : elements
  }
  return {
    path,
    claims,
    rest(value) {
      const left = divide(value, false)
      return left === undefined || hidden === undefined ? left : hidden.strip(left)
    },
    join(rest, before) {
      if (before === undefined) return rest
      const restored = hidden === undefined ? rest : hidden.restore(rest, divide(before, false))
      return joinedValue(restored, divide(before, true))
    },
  }
}

function joinedValue(a: Json | undefined, b: Json | undefined): Json | undefined {
  if (a === undefined || b === undefined) return a ?? b
  if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b]
  // What is neither list nor object cannot be seen, and gives way.
  return isObject(a) && isObject(b) ? { ...a, ...b } : a
}

/** An attribute that nobody claims, and that crosses whole. */
export const watchAttribute = (path: BoundPlace['path']): AttributeClaims => ({
  path,
  claims: [],
  rest: (value) => value,
  join: (rest) => rest,
})
