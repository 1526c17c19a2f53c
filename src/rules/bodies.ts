import { fold } from '../scim/fold.ts'
import type { Json } from '../scim/json.ts'
import { attributeIn, type Resource } from '../scim/resource.ts'
import type { AttributeClaims } from './attribute-claims.ts'
import type { BoundLens, BoundRules, BoundSlot, Shown, SlotValues } from './bound.ts'
import { type Check, carriableCheck } from './carriable.ts'
import { assign, type Finish, finishing, type Placed } from './draft.ts'
import { createOneWay, type OneWay } from './one-way.ts'
import { createSplitter, type Draft, type Held, type Splitter } from './split.ts'

export interface PlacedLens {
  readonly lens: BoundLens
  readonly client: readonly Placed[]
  readonly upstream: readonly Placed[]
}

/** What the translation of whole resources is made of, once for a resource type. */
export interface Bodies {
  readonly bound: BoundRules
  readonly splitter: Splitter
  readonly lenses: readonly PlacedLens[]
  readonly oneWay: OneWay
  readonly finish: Finish
  /** @throws ScimError 400 `invalidValue` where a claimed attribute of the client cannot be carried */
  requireCarriable(held: Held): void
  /** The client's resource as it will see it: what templates read. */
  viewOf(client: Resource, held: Held): Resource
}

export function createBodies(bound: BoundRules): Bodies {
  const splitter = createSplitter(bound)
  const finish = finishing(bound, splitter)
  const place = (slots: readonly BoundSlot[]): readonly Placed[] =>
    slots.map(({ at }) => ({ at, index: splitter.indexOf(at.path) }))
  const lenses = bound.lenses.map((lens) => ({ lens, client: place(lens.client), upstream: place(lens.upstream) }))
  const checks = splitter.attributes.flatMap((attribute, index): readonly (readonly [number, Check])[] => {
    const check = carriableCheck(attribute)
    return check === undefined ? [] : [[index, check]]
  })
  const isRead = readerOf(bound)
  const isDropping = bound.rules.unmapped === 'drop'
  const differing = splitter.attributes.flatMap((attribute, index) =>
    isRead(attribute) && mayDiffer(attribute) ? [index] : [],
  )
  // Names that are taken for a claimed attribute are not seen, either.
  const aliases = splitter.attributes.flatMap((attribute): readonly string[] => {
    const { urn, name } = attribute.path
    return urn === undefined || attribute.claims.length === 0 || !isRead(attribute) ? [] : [name, `${urn}:${name}`]
  })
  return {
    bound,
    splitter,
    lenses,
    oneWay: createOneWay(bound, splitter),
    finish,
    requireCarriable(held) {
      for (const [index, check] of checks) {
        const value = held[index]
        if (value !== undefined) check(value)
      }
    },
    viewOf(client, held) {
      const isSeen =
        differing.every((index) => held[index] === undefined) &&
        aliases.every((name) => attributeIn(client, name) === undefined)
      if (isSeen && !isDropping) return client
      const { draft } = splitter.split(client)
      for (const { client: slots } of lenses) writeSlots(draft, slots, readSlots(slots, held) ?? [])
      return finish(draft, client)
    },
  }
}

/** Whether something computed reads an attribute. Where only running it could tell, it may. */
function readerOf({ oneWay }: BoundRules): (attribute: AttributeClaims) => boolean {
  const reads = oneWay.flatMap((one) => (one.kind === 'computed' ? [one.rule.reads] : []))
  if (reads.includes('all')) return () => true
  const keys = new Set(reads.flatMap((paths) => (paths === 'all' ? [] : paths.map((path) => fold(path.name ?? '')))))
  // By its bare name: which schema a template means depends on what is there.
  return ({ path }) => keys.has(fold(path.name)) || keys.has('')
}

/** Whether a client's value of the attribute may hold what the client does not see afterwards. */
function mayDiffer({ claims }: AttributeClaims): boolean {
  const ofClient = claims.flatMap(({ side, at }) => (side === 'client' ? [at] : []))
  if (ofClient.some(({ kind }) => kind === 'whole')) return false
  if (ofClient.some(({ kind }) => kind !== 'part')) return true
  return claims.some(({ side, at }) => side === 'upstream' && ofClient.every(({ text }) => text !== at.text))
}

/** The values of a rule's slots; undefined when all are absent, which is what most are. */
export function readSlots(slots: readonly Placed[], held: Held): SlotValues | undefined {
  let values: (Json | undefined)[] | undefined
  for (let slot = 0; slot < slots.length; slot++) {
    const placed = slots[slot]
    const whole = placed && held[placed.index]
    const value = whole === undefined ? undefined : placed?.at.part.read(whole)
    if (value === undefined) continue
    values ??= new Array<Json | undefined>(slots.length)
    values[slot] = value
  }
  return values
}

export function writeSlots(draft: Draft, slots: readonly Placed[], values: SlotValues): void {
  for (let slot = 0; slot < slots.length; slot++) {
    const value = values[slot]
    const placed = slots[slot]
    if (value !== undefined && placed !== undefined) assign(draft, placed, value)
  }
}

const untold: Shown = { values: [], fits: false }

/** What the client sees of the upstream's values of a rule; undefined when there is nothing. */
export function showSlots({ lens, upstream }: PlacedLens, held: Held): Shown | undefined {
  const values = readSlots(upstream, held)
  for (let slot = 0; slot < upstream.length; slot++) {
    const placed = upstream[slot]
    if (placed === undefined || values?.[slot] !== undefined || held[placed.index] === undefined) continue
    if (!placed.at.part.isClear(held[placed.index])) return untold
  }
  return values && lens.inward(values)
}
