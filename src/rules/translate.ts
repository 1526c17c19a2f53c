import { type Resource, spellingOf } from '../scim/resource.ts'
import { type Bodies, readSlots, showSlots, writeSlots } from './bodies.ts'
import type { BoundSlot } from './bound.ts'
import type { Translator, Unfit } from './translator.ts'

/** The upstream view of whole client resources (`Translator.toUpstream`). */
export const outwardOf =
  (bodies: Bodies): Translator['toUpstream'] =>
  (client) => {
    const { rest, held } = bodies.splitter.split(client)
    bodies.requireCarriable(held)
    for (const { lens, client: from, upstream: to } of bodies.lenses) {
      const values = readSlots(from, held)
      if (values !== undefined) writeSlots(rest, to, lens.outward(values))
    }
    bodies.oneWay.assert(rest, held)
    if (bodies.oneWay.isComputing) bodies.oneWay.compute(rest, { after: bodies.viewOf(client, held) }, true)
    return withSchemas(bodies, rest, client)
  }

/** The client view of what the upstream holds (`Translator.toClient`). */
export function inwardOf(bodies: Bodies, unfit: Unfit): Translator['toClient'] {
  const named = bodies.lenses.map((placed) => ({ placed, text: textOf(placed.lens.upstream) }))
  return (upstream) => {
    const { rest, held } = bodies.splitter.split(upstream)
    for (const { placed, text } of named) {
      const shown = showSlots(placed, held)
      if (shown === undefined) continue
      if (!shown.fits) unfit(placed.lens.path, text)
      writeSlots(rest, placed.client, shown.values)
    }
    return withSchemas(bodies, rest, upstream)
  }
}

const textOf = (slots: readonly BoundSlot[]): string => slots.map(({ at }) => at.text).join(' and ')

/** Sets the `schemas` of a resource that is being built. */
export function withSchemas(bodies: Bodies, built: Resource, from: Resource, also?: Resource): Resource {
  const schemas = bodies.listSchemas(built, from)
  if (also !== undefined)
    for (const urn of bodies.listSchemas(built, also)) if (!schemas.includes(urn)) schemas.push(urn)
  const spelling = spellingOf(built, 'schemas')
  if (spelling !== undefined && spelling !== 'schemas') delete built[spelling]
  built['schemas'] = schemas
  return built
}
