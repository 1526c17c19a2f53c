import type { Json, JsonObject } from '../scim/json.ts'
import type { Resource } from '../scim/resource.ts'
import { assign } from './assign.ts'
import type { AttributeClaims } from './attribute-claims.ts'
import type { BoundLens, BoundPlace, BoundRules, BoundSlot, Shown, SlotValues } from './bound.ts'
import { type Check, carriableCheck } from './carriable.ts'
import { createOneWay, type OneWay } from './one-way.ts'
import { schemasLister } from './schemas-of.ts'
import { createSplitter, type Split, type Splitter } from './split.ts'

/** The values of claimed attributes, by their number. */
export type Held = Split['held']

/** A slot that knows which of the claimed attributes it reads. */
export interface PlacedSlot {
  readonly at: BoundPlace
  readonly index: number
}

export interface PlacedLens {
  readonly lens: BoundLens
  readonly client: readonly PlacedSlot[]
  readonly upstream: readonly PlacedSlot[]
}

/** What the translation of whole resources is made of, once for a resource type. */
export interface Bodies {
  readonly bound: BoundRules
  readonly splitter: Splitter
  readonly lenses: readonly PlacedLens[]
  readonly oneWay: OneWay
  listSchemas(made: Resource, from: Resource): Json[]
  /** @throws ScimError 400 `invalidValue` where a claimed attribute of the client cannot be carried */
  requireCarriable(held: Held): void
  /** The client's resource as it will see it: what templates read. */
  viewOf(client: Resource, held: Held): Resource
}

export function createBodies(bound: BoundRules): Bodies {
  const isDropping = bound.rules.unmapped === 'drop'
  const splitter = createSplitter(bound.claims, isDropping)
  const place = (slots: readonly BoundSlot[]): readonly PlacedSlot[] =>
    slots.map(({ at }) => ({ at, index: splitter.indexOf(at.path) }))
  const lenses = bound.lenses.map((lens) => ({ lens, client: place(lens.client), upstream: place(lens.upstream) }))
  const checks = splitter.attributes.flatMap((attribute, index): readonly (readonly [number, Check])[] => {
    const check = carriableCheck(attribute)
    return check === undefined ? [] : [[index, check]]
  })
  const differing = splitter.attributes.map(mayDiffer)
  return {
    bound,
    splitter,
    lenses,
    oneWay: createOneWay(bound),
    listSchemas: schemasLister(bound),
    requireCarriable(held) {
      for (const [index, check] of checks) {
        const value = held[index]
        if (value !== undefined) check(value)
      }
    },
    viewOf(client, held) {
      if (!isDropping && differing.every((differs, index) => !differs || held[index] === undefined)) return client
      const { rest } = splitter.split(client)
      for (const { client: slots } of lenses) writeSlots(rest, slots, readSlots(slots, held) ?? [])
      return rest
    },
  }
}

/** Whether a client's value of the attribute may hold what the client does not see afterwards. */
function mayDiffer({ claims }: AttributeClaims): boolean {
  const ofClient = claims.flatMap(({ side, at }) => (side === 'client' ? [at] : []))
  if (ofClient.some(({ kind }) => kind === 'whole')) return false
  if (ofClient.some(({ kind }) => kind !== 'part')) return true
  return claims.some(({ side, at }) => side === 'upstream' && ofClient.every(({ text }) => text !== at.text))
}

/** The values of a rule's slots; undefined when all are absent, which is what most are. */
export function readSlots(slots: readonly PlacedSlot[], held: Held): SlotValues | undefined {
  const values: (Json | undefined)[] = []
  let isAny = false
  for (const { at, index } of slots) {
    const value = at.part.read(held[index])
    if (value !== undefined) isAny = true
    values.push(value)
  }
  return isAny ? values : undefined
}

export function writeSlots(built: JsonObject, slots: readonly PlacedSlot[], values: SlotValues): void {
  for (const [slot, { at }] of slots.entries()) {
    const value = values[slot]
    if (value !== undefined) assign(built, at, value)
  }
}

const untold: Shown = { values: [], fits: false }

/** What the client sees of the upstream's values of a rule; undefined when there is nothing. */
export function showSlots({ lens, upstream }: PlacedLens, held: Held): Shown | undefined {
  const values = readSlots(upstream, held)
  if (upstream.some(({ at, index }) => held[index] !== undefined && !at.part.isClear(held[index]))) return untold
  return values && lens.inward(values)
}
