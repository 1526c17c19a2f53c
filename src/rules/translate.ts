import { type Bodies, readSlots, showSlots, writeSlots } from './bodies.ts'
import type { BoundSlot } from './bound.ts'
import type { Translator, Unfit } from './translator.ts'

/** The upstream view of whole client resources (`Translator.toUpstream`). */
export const outwardOf =
  (bodies: Bodies): Translator['toUpstream'] =>
  (client) => {
    const { draft, held } = bodies.splitter.split(client)
    bodies.requireCarriable(held)
    for (const { lens, client: from, upstream: to } of bodies.lenses) {
      const values = readSlots(from, held)
      if (values !== undefined) writeSlots(draft, to, lens.outward(values))
    }
    bodies.oneWay.assert(draft, held)
    if (bodies.oneWay.isComputing) bodies.oneWay.compute(draft, { after: bodies.viewOf(client, held) }, true)
    return bodies.finish(draft, client)
  }

/** The client view of what the upstream holds (`Translator.toClient`). */
export function inwardOf(bodies: Bodies, unfit: Unfit): Translator['toClient'] {
  const named = bodies.lenses.map((placed) => ({ placed, text: textOf(placed.lens.upstream) }))
  return (upstream) => {
    const { draft, held } = bodies.splitter.split(upstream)
    for (const { placed, text } of named) {
      const shown = showSlots(placed, held)
      if (shown === undefined) continue
      if (!shown.fits) unfit(placed.lens.path, text)
      writeSlots(draft, placed.client, shown.values)
    }
    return bodies.finish(draft, upstream)
  }
}

const textOf = (slots: readonly BoundSlot[]): string => slots.map(({ at }) => at.text).join(' and ')
