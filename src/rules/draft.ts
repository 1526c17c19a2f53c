import { fold } from '../scim/fold.ts'
import type { Json } from '../scim/json.ts'
import { attributeIn, type Resource } from '../scim/resource.ts'
import type { AttributeClaims } from './attribute-claims.ts'
import { isBlank } from './blank.ts'
import type { BoundPlace, BoundRules, Claim } from './bound.ts'
import { createObjectMaker } from './object-shapes.ts'
import { elementsOf, elementTest } from './place-part.ts'
import { remembering } from './remember.ts'
import type { Draft, Members, Splitter } from './split.ts'

/** A place that knows which of the claimed attributes it lies in. */
export interface Placed {
  readonly at: BoundPlace
  readonly index: number
}

export function assign({ attributes }: Draft, { at, index }: Placed, value: Json): void {
  attributes[index] = at.part.write(attributes[index], value)
}

/** Takes out the elements that a place may mean. */
export function clear({ attributes }: Draft, { at, index }: Placed): void {
  if (at.filter === undefined) return
  const matches = elementTest(at.filter)
  attributes[index] = elementsOf(attributes[index]).filter((element) => !matches(element))
}

/** Takes a place out. */
export type Erase = (draft: Draft, placed: Placed) => void

/** Erasing upstream: an element goes when no rule has anything on it any more. */
export function erasing(claims: readonly Claim[]): Erase {
  const places = claims.flatMap(({ side, at }) => (side === 'upstream' && at.filter !== undefined ? [at] : []))
  const subs = new Map(
    [...Map.groupBy(places, filterKey)].map(([key, group]) => [key, group.map(({ path }) => path.sub ?? '')]),
  )
  return ({ attributes }, { at, index }) => {
    attributes[index] = at.part.remove(attributes[index], subs.get(filterKey(at)))
  }
}

const filterKey = ({ path, filter }: BoundPlace): string =>
  [path.urn ?? '', path.name, filter?.sub ?? '', String(filter?.value)].map(fold).join('\n')

/** What crosses, joined with what the client does not see of what was there. */
export function joined(a: Draft, b: Draft, attributes: readonly AttributeClaims[]): Draft {
  const both = (one: Members, other: Members | undefined): Members => ({
    names: [...one.names, ...(other?.names ?? [])],
    values: [...one.values, ...(other?.values ?? [])],
  })
  return {
    free: both(a.free, b.free),
    urns: [...a.urns, ...b.urns],
    containers: a.containers.map((one, number) => both(one, b.containers[number])),
    attributes: attributes.map(({ join }, index) => join(a.attributes[index], b.attributes[index])),
  }
}

/** Makes a resource of a draft. */
export type Finish = (draft: Draft, ...from: readonly Resource[]) => Resource

/**
 * Makes resources of drafts, once of each. `schemas` lists the core schema, the extensions that are there, and the URNs of
 * the originals that nobody knows (a schema may have no attributes), unless rules reach into them.
 */
export function finishing({ client, upstream }: BoundRules, { attributes, containers }: Splitter): Finish {
  const make = createObjectMaker()
  const top = placesIn('')
  const inside = containers.map((urn) => ({ urn, places: placesIn(urn) }))
  const known = [client, upstream].flatMap(({ core, extensions }) => [core.id, ...extensions.map(({ id }) => id)])
  const settled = new Set([...known, ...containers].map(fold))
  const isSettled = remembering((urn) => settled.has(fold(urn)))

  function placesIn(urn: string): readonly AttributePlace[] {
    return attributes.flatMap(({ path }, index) =>
      fold(path.urn ?? '') === fold(urn) ? [{ name: path.name, index }] : [],
    )
  }

  return (draft, ...from) => {
    const schemas: Json[] = [upstream.core.id, ...draft.urns]
    const { names, values } = draft.free
    values[0] = schemas
    pushAttributes(top, draft, draft.free)
    for (let number = 0; number < inside.length; number++) {
      const members = draft.containers[number]
      const container = inside[number]
      if (members === undefined || container === undefined) continue
      pushAttributes(container.places, draft, members)
      if (members.names.length === 0) continue
      const made = make(members.names, members.values)
      names.push(container.urn)
      values.push(made)
      if (!isBlank(made)) schemas.push(container.urn)
    }
    for (const resource of from) listUnknown(schemas, resource, isSettled)
    return make(names, values)
  }
}

interface AttributePlace {
  readonly name: string
  readonly index: number
}

function pushAttributes(places: readonly AttributePlace[], { attributes }: Draft, { names, values }: Members): void {
  for (let at = 0; at < places.length; at++) {
    const place = places[at]
    const value = place && attributes[place.index]
    if (place === undefined || value === undefined) continue
    names.push(place.name)
    values.push(value)
  }
}

function listUnknown(schemas: Json[], resource: Resource, isSettled: (urn: string) => boolean): void {
  const listed = attributeIn(resource, 'schemas')
  if (!Array.isArray(listed)) return
  for (const urn of listed) if (typeof urn === 'string' && !isSettled(urn) && !schemas.includes(urn)) schemas.push(urn)
}
