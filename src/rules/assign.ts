import { fold } from '../scim/fold.ts'
import { isObject, type Json, type JsonObject, put } from '../scim/json.ts'
import { spellingOf } from '../scim/resource.ts'
import { own } from './blank.ts'
import type { BoundPlace, Claim } from './bound.ts'
import { elementsOf, elementTest } from './place-part.ts'

/** Sets a place of a resource that is being built: its containers that rules reach into are its own. */
export function assign(built: JsonObject, at: BoundPlace, value: Json): void {
  const holder = at.path.urn === undefined ? built : containerIn(built, at.path.urn)
  const name = spelling(holder, at.path.name)
  put(holder, name, at.part.write(own(holder, name), value))
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
  const holder = path.urn === undefined ? built : own(built, spelling(built, path.urn))
  if (!isObject(holder) || filter === undefined) return
  const name = spelling(holder, path.name)
  const matches = elementTest(filter)
  put(
    holder,
    name,
    elementsOf(own(holder, name)).filter((element) => !matches(element)),
  )
}

function erase(built: JsonObject, at: BoundPlace, kept: readonly string[] = []): void {
  const urn = at.path.urn === undefined ? undefined : spelling(built, at.path.urn)
  const holder = urn === undefined ? built : own(built, urn)
  if (!isObject(holder)) return
  const name = spelling(holder, at.path.name)
  const left = at.part.remove(own(holder, name), kept)
  if (left !== undefined) put(holder, name, left)
  else delete holder[name]
  if (urn !== undefined && Object.keys(holder).length === 0) delete built[urn]
}

function containerIn(built: JsonObject, urn: string): JsonObject {
  const name = spelling(built, urn)
  const held = own(built, name)
  if (isObject(held)) return held
  const container: JsonObject = {}
  put(built, name, container)
  return container
}

const spelling = (holder: JsonObject, name: string): string =>
  Object.hasOwn(holder, name) ? name : (spellingOf(holder, name) ?? name)
