import { fold } from '../scim/fold.ts'
import { isObject, type Json, type JsonObject, put } from '../scim/json.ts'
import type { Resource } from '../scim/resource.ts'
import { type AttributeClaims, attributeKey, claimAttribute } from './attribute-claims.ts'
import type { BoundPlace, Claim } from './bound.ts'

/** A resource taken apart. */
export interface Split {
  /** What crosses: a new object, and so are its containers that a rule reaches into. Values are shared, never changed. */
  readonly rest: Resource
  /** The whole values of the attributes that rules reach into, by their number. */
  readonly held: readonly (Json | undefined)[]
}

/** Takes resources apart by the names that rules claim, in one pass over their members. */
export interface Splitter {
  readonly attributes: readonly AttributeClaims[]
  /** The number of a claimed attribute among `attributes`; -1 where nothing claims it. */
  indexOf(path: BoundPlace['path']): number
  split(resource: Resource): Split
  /** What does not cross: claimed parts and, where what no rule names is dropped, all the rest. */
  hidden(resource: Resource): Resource
}

type Entry = { readonly index: number } | { readonly urn: string; readonly members: Map<string, Entry> }
type Find = (name: string) => Entry | undefined

/** Always cross, whatever the rules say (contract §12). */
const spared: ReadonlySet<string> = new Set(['id', 'schemas', 'meta'])
const maxRemembered = 2000

/** @param isDropping whether what no rule names stays behind, too */
export function createSplitter(claims: readonly Claim[], isDropping: boolean): Splitter {
  const attributes = joined(claims, isDropping)
  const numbers = new Map(attributes.map(({ path }, index) => [attributeKey(path.urn, path.name), index]))
  const entries = entriesOf(attributes)
  const findEntry = remembering((name) => entries.get(fold(name)))
  const crosses = (name: string): boolean => !isDropping || spared.has(fold(name))
  const crossesInContainer = (): boolean => !isDropping

  /** The members that cross or, `isHidden`, those that do not. */
  function walk(object: JsonObject, isHidden: boolean, held: (Json | undefined)[]): JsonObject {
    return take(object, findEntry, crosses)

    function take(object: JsonObject, find: Find, isCrossing: (name: string) => boolean): JsonObject {
      const taken: JsonObject = {}
      for (const name in object) {
        const value = object[name]
        const entry = value === undefined ? undefined : find(name)
        if (value === undefined) continue
        if (entry === undefined) {
          if (isCrossing(name) !== isHidden) put(taken, name, value)
        } else if ('index' in entry) takeAttribute(entry.index, value, taken)
        else {
          const members = isObject(value) ? take(value, (one) => entry.members.get(fold(one)), crossesInContainer) : {}
          if (Object.keys(members).length > 0) put(taken, entry.urn, members)
        }
      }
      return taken
    }

    /** A claimed attribute: what of it is wanted stands under the name that the schema has. The first spelling counts. */
    function takeAttribute(index: number, value: Json, taken: JsonObject): void {
      const attribute = attributes[index]
      if (attribute === undefined || held[index] !== undefined) return
      held[index] = value
      const left = isHidden ? attribute.claimed(value) : attribute.rest(value)
      if (left !== undefined) put(taken, attribute.path.name, left)
    }
  }

  return {
    attributes,
    indexOf: (path) => numbers.get(attributeKey(path.urn, path.name)) ?? -1,
    split(resource) {
      const held = new Array<Json | undefined>(attributes.length)
      return { rest: walk(resource, false, held), held }
    },
    hidden: (resource) => walk(resource, true, []),
  }
}

function joined(claims: readonly Claim[], isDropping: boolean): readonly AttributeClaims[] {
  const byAttribute = new Map<string, Claim[]>()
  for (const claim of claims) {
    const key = attributeKey(claim.at.path.urn, claim.at.path.name)
    const held = byAttribute.get(key)
    if (held === undefined) byAttribute.set(key, [claim])
    else held.push(claim)
  }
  return [...byAttribute.values()].flatMap((ofOne) => {
    const { urn, name } = ofOne[0]?.at.path ?? { name: '' }
    return [claimAttribute(urn === undefined ? { name } : { urn, name }, ofOne, isDropping)]
  })
}

function entriesOf(attributes: readonly AttributeClaims[]): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const [index, { path }] of attributes.entries()) {
    if (path.urn === undefined) {
      entries.set(fold(path.name), { index })
      continue
    }
    const held = entries.get(fold(path.urn))
    const container = held !== undefined && 'urn' in held ? held : { urn: path.urn, members: new Map<string, Entry>() }
    container.members.set(fold(path.name), { index })
    entries.set(fold(path.urn), container)
  }
  return entries
}

/** Remembers what was found for a name as it is spelt: resources spell the same names over and over. */
function remembering(find: Find): Find {
  const found = new Map<string, Entry | 'none'>()
  return (name) => {
    const known = found.get(name)
    if (known !== undefined) return known === 'none' ? undefined : known
    const entry = find(name)
    if (found.size < maxRemembered) found.set(name, entry ?? 'none')
    return entry
  }
}
