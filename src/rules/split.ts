import { fold } from '../scim/fold.ts'
import { isObject, type Json, type JsonObject, put } from '../scim/json.ts'
import type { Resource } from '../scim/resource.ts'
import { type AttributeClaims, attributeKey, claimAttribute, watchAttribute } from './attribute-claims.ts'
import type { BoundPlace, Claim } from './bound.ts'
import { withoutSub } from './place-bind.ts'
import { remembering } from './remember.ts'

/** The whole values of the attributes that rules reach into, by their number. */
export type Held = readonly (Json | undefined)[]

/** A resource taken apart. */
export interface Split {
  /** What crosses: a new object, and so are its containers that a rule reaches into. Values are shared, never changed. */
  readonly rest: Resource
  readonly held: Held
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

/** A claimed attribute by its number, or a container that holds some. */
type Entry = { readonly index: number; readonly members?: undefined } | Container
interface Container {
  readonly urn: string
  readonly members: Map<string, Entry>
}

interface Taking {
  readonly isHidden: boolean
  readonly held: (Json | undefined)[]
}

/** Always cross, whatever the rules say (contract §12). */
const spared: ReadonlySet<string> = new Set(['id', 'schemas', 'meta'])

/**
 * @param isDropping whether what no rule names stays behind, too
 * @param watched places that nobody claims, of which the whole values are held all the same
 */
export function createSplitter(
  claims: readonly Claim[],
  isDropping: boolean,
  watched: readonly BoundPlace[] = [],
): Splitter {
  const attributes = joined(claims, isDropping, watched)
  const numbers = new Map(attributes.map(({ path }, index) => [attributeKey(path.urn, path.name), index]))
  const entries = entriesOf(attributes)
  const find = remembering((name) => entries.get(fold(name)))
  const crosses = (name: string): boolean => !isDropping || spared.has(fold(name))

  /** The members that cross or, `isHidden`, those that do not. */
  function take(object: JsonObject, isHidden: boolean, held: (Json | undefined)[]): JsonObject {
    const taken: JsonObject = {}
    for (const name in object) {
      const value = object[name]
      if (value === undefined) continue
      const entry = find(name)
      if (entry === undefined) {
        if (crosses(name) !== isHidden) put(taken, name, value)
      } else if (entry.members === undefined) takeAttribute(taken, entry.index, value, { isHidden, held })
      else takeContainer(taken, entry, value, { isHidden, held })
    }
    return taken
  }

  function takeContainer(taken: JsonObject, { urn, members }: Container, container: Json, taking: Taking): void {
    if (!isObject(container)) return
    const inside: JsonObject = {}
    let isEmpty = true
    for (const name in container) {
      const value = container[name]
      const entry = members.get(fold(name))
      if (value === undefined) continue
      if (entry?.members === undefined && entry !== undefined) takeAttribute(inside, entry.index, value, taking)
      else if (isDropping === taking.isHidden) put(inside, name, value)
    }
    for (const _ in inside) isEmpty = false
    if (!isEmpty) put(taken, urn, inside)
  }

  /** A claimed attribute: what of it is wanted stands under the name that the rules have. The first spelling counts. */
  function takeAttribute(taken: JsonObject, index: number, value: Json, { isHidden, held }: Taking): void {
    const attribute = attributes[index]
    if (attribute === undefined || held[index] !== undefined) return
    held[index] = value
    const left = isHidden ? attribute.claimed(value) : attribute.rest(value)
    if (left !== undefined) put(taken, attribute.path.name, left)
  }

  return {
    attributes,
    indexOf: (path) => numbers.get(attributeKey(path.urn, path.name)) ?? -1,
    split(resource) {
      const held = new Array<Json | undefined>(attributes.length)
      return { rest: take(resource, false, held), held }
    },
    hidden: (resource) => take(resource, true, []),
  }
}

function joined(
  claims: readonly Claim[],
  isDropping: boolean,
  watched: readonly BoundPlace[],
): readonly AttributeClaims[] {
  const byAttribute = new Map<string, Claim[]>()
  for (const claim of claims) {
    const key = attributeKey(claim.at.path.urn, claim.at.path.name)
    const held = byAttribute.get(key)
    if (held === undefined) byAttribute.set(key, [claim])
    else held.push(claim)
  }
  const free = watched.filter(({ path }) => !byAttribute.has(attributeKey(path.urn, path.name)))
  return [
    ...[...byAttribute.values()].flatMap((ofOne) => {
      const path = ofOne[0]?.at.path
      return path === undefined ? [] : [claimAttribute(withoutSub(path), ofOne, isDropping)]
    }),
    ...free.map(({ path }) => watchAttribute(withoutSub(path))),
  ]
}

function entriesOf(attributes: readonly AttributeClaims[]): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const [index, { path }] of attributes.entries()) {
    if (path.urn === undefined) {
      entries.set(fold(path.name), { index })
      continue
    }
    const held = entries.get(fold(path.urn))
    const container = held?.members === undefined ? { urn: path.urn, members: new Map<string, Entry>() } : held
    container.members.set(fold(path.name), { index })
    entries.set(fold(path.urn), container)
  }
  return entries
}
