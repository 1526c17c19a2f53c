import { badRequest, type ScimError } from '../scim/error.ts'
import { fold } from '../scim/fold.ts'
import { isObject, type Json } from '../scim/json.ts'
import type { AttributeClaims } from './attribute-claims.ts'
import { isBlank } from './blank.ts'
import type { BoundPlace } from './bound.ts'
import { quoted } from './fault.ts'
import { elementsOf, elementTest, letGo } from './place-part.ts'

/** @throws ScimError 400 `invalidValue` with the client's name of what a rule claims and cannot carry */
export type Check = (value: Json) => void

/** What makes a client's value of this attribute not carriable; undefined where nothing can. */
export function carriableCheck({ claims }: AttributeClaims): Check | undefined {
  const places = claims.flatMap(({ side, at }) => (side === 'client' ? [at] : []))
  // What is hidden is let go, too, wherever it stands.
  const hidden = claims.flatMap(({ at }) => (at.kind === 'each' ? [at] : []))
  const checks = [...partChecks(places), ...everyChecks(places, hidden), ...elementChecks(places, hidden)]
  if (checks.length === 0) return undefined
  return (value) => {
    for (const check of checks) check(value)
  }
}

const partChecks = (places: readonly BoundPlace[]): readonly Check[] =>
  places.flatMap((at) => {
    if (at.kind !== 'part') return []
    return (value: Json) => {
      if (!at.part.isClear(value)) throw refused(at.text, `is claimed by a rule, and ${at.path.name} is no object`)
    }
  })

/** Values that are taken out of their elements must be all that the elements hold. */
function everyChecks(places: readonly BoundPlace[], hidden: readonly BoundPlace[]): readonly Check[] {
  const named = places.flatMap(({ kind, path }) => (kind === 'every' ? [path.sub ?? ''] : []))
  const [first] = places.filter(({ kind }) => kind === 'every')
  if (first === undefined) return []
  const allowed = foldedSet([...named, ...letGo, ...subsOf(hidden)])
  return [
    (value) => {
      for (const element of elementsOf(value)) {
        refuseOthers(first, element, allowed)
        if (named.length > 1 && isObject(element) && named.filter((sub) => holds(element, sub)).length > 1)
          throw refused(first.text, 'would be torn from what stands beside it')
      }
    },
  ]
}

/** By its filter, the elements that rules claim: one at most, with nothing on it that they do not name. */
function elementChecks(places: readonly BoundPlace[], hidden: readonly BoundPlace[]): readonly Check[] {
  const groups = [...Map.groupBy(places, filterKey)].flatMap(([key, group]) => {
    const unheld = hidden.filter((at) => filterKey(at) === key)
    return key === '' ? [] : [groupCheck(group, unheld)]
  })
  if (groups.length === 0) return []
  return [
    (value) => {
      const elements = elementsOf(value)
      for (const { text, matches, accept } of groups) {
        const at = elements.findIndex(matches)
        const found = elements[at]
        if (found === undefined) continue
        if (elements.findLastIndex(matches) > at) throw refused(text, 'stands for one value, and there are several')
        accept(found)
      }
    },
  ]
}

const filterKey = ({ filter }: BoundPlace): string =>
  filter === undefined ? '' : `${fold(filter.sub)}\n${fold(JSON.stringify(filter.value))}`

function groupCheck(group: readonly BoundPlace[], hidden: readonly BoundPlace[]) {
  const [first] = group
  const matches = first?.filter === undefined ? () => false : elementTest(first.filter)
  const isWhole = group.some(({ path }) => path.sub === undefined)
  const allowed = foldedSet([...letGo, first?.filter?.sub ?? '', ...subsOf(group), ...subsOf(hidden)])
  return {
    text: first?.text ?? '',
    matches,
    accept(element: Json): void {
      if (!isWhole && first !== undefined) refuseOthers(first, element, allowed)
    },
  }
}

function refuseOthers(at: BoundPlace, element: Json, allowed: ReadonlySet<string>): void {
  if (!isObject(element)) return
  for (const name in element) {
    if (!allowed.has(fold(name)) && !isBlank(element[name]))
      throw refused(at.text, `comes with ${quoted(name)}, which no rule carries`)
  }
}

const subsOf = (places: readonly BoundPlace[]): readonly string[] => places.map(({ path }) => path.sub ?? '')

const foldedSet = (names: readonly string[]): ReadonlySet<string> => new Set(names.map(fold))

const holds = (element: Readonly<Record<string, Json>>, sub: string): boolean =>
  Object.keys(element).some((name) => fold(name) === fold(sub) && !isBlank(element[name]))

const refused = (name: string, why: string): ScimError => badRequest('invalidValue', `${name} ${why}`)
