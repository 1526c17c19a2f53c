import { fold } from '../scim/fold.ts'
import { isObject, type Json, type JsonObject, put } from '../scim/json.ts'
import { own } from './blank.ts'
import type { BoundPlace, Claim } from './bound.ts'
import { elementsOf, elementTest } from './place-part.ts'

/**
 * Sets a place of a resource that is being built: its containers that rules reach into are its own, and what they claim
 * stands under the names that they have.
 */
export function assign(built: JsonObject, { path, part }: BoundPlace, value: Json): void {
  const holder = path.urn === undefined ? built : containerIn(built, path.urn)
  put(holder, path.name, part.write(own(holder, path.name), value))
}

/** Takes a place out of a resource that is being built. */
export type Erase = (built: JsonObject, at: BoundPlace) => void

/** Erasing upstream: an element goes when no rule has anything on it any more. */
export function erasing(claims: readonly Claim[]): Erase {
  const places = claims.flatMap(({ side, at }) => (side === 'upstream' && at.filter !== undefined ? [at] : []))
  const subs = new Map(
    [...Map.groupBy(places, filterKey)].map(([key, group]) => [key, group.map(({ path }) => path.sub ?? '')]),
  )
  return (built, at) => erase(built, at, subs.get(filterKey(at)))
}

const filterKey = ({ path, filter }: BoundPlace): string =>
  [path.urn ?? '', path.name, filter?.sub ?? '', String(filter?.value)].map(fold).join('\n')

/** Takes out the attribute's elements that the place may mean. */
export function clear(built: JsonObject, { path, filter }: BoundPlace): void {
  const holder = path.urn === undefined ? built : own(built, path.urn)
  if (!isObject(holder) || filter === undefined) return
  const matches = elementTest(filter)
  put(
    holder,
    path.name,
    elementsOf(own(holder, path.name)).filter((element) => !matches(element)),
  )
}

function erase(built: JsonObject, { path, part }: BoundPlace, kept: readonly string[] = []): void {
  const holder = path.urn === undefined ? built : own(built, path.urn)
  if (!isObject(holder)) return
  const left = part.remove(own(holder, path.name), kept)
  if (left !== undefined) put(holder, path.name, left)
  else delete holder[path.name]
  if (path.urn !== undefined && Object.keys(holder).length === 0) delete built[path.urn]
}

function containerIn(built: JsonObject, urn: string): JsonObject {
  const held = own(built, urn)
  if (isObject(held)) return held
  const container: JsonObject = {}
  put(built, urn, container)
  return container
}
