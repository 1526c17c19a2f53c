import { isSame } from '../scim/equality.ts'
import { ScimError } from '../scim/error.ts'
import { isObject, type Json, type JsonObject } from '../scim/json.ts'
import type { Resource } from '../scim/resource.ts'
import { isBlank } from './blank.ts'
import type { BoundLens, BoundPlace, BoundSlot, SlotValues } from './bound.ts'
import { samplesOf } from './samples.ts'
import type { Translator } from './translator.ts'

/** A client's values that come back as others, by place. */
export interface Counterexample {
  readonly client: JsonObject
  readonly upstream: JsonObject
  readonly back: JsonObject
}

type Ways = Pick<Translator, 'toUpstream' | 'toClient'>

/** Looks for values that do not come back, by carrying samples there and back; undefined when all that cross come back. */
export function findCounterexample(lens: BoundLens, ways: Ways): Counterexample | undefined {
  for (const values of samplesOf(lens)) {
    const found = contradiction(lens, ways, values)
    if (found !== undefined) return found
  }
  return undefined
}

/** What these values of the client's contradict; undefined when they come back, or do not cross at all. */
export function contradiction(
  { client, upstream }: BoundLens,
  { toUpstream, toClient }: Ways,
  values: SlotValues,
): Counterexample | undefined {
  const given = written(client, values)
  const carried = unlessRefused(() => toUpstream(given))
  if (carried === undefined) return undefined
  const back = toClient(carried)
  if (client.every(({ at }) => isSame(at.read(given), at.read(back)))) return undefined
  return { client: read(client, given), upstream: read(upstream, carried), back: read(client, back) }
}

/** The first samples that are carriable, slot by slot; such that have the attributes' types go first. */
export function fittingValues(lens: BoundLens): SlotValues | undefined {
  let untyped: SlotValues | undefined
  for (const values of samplesOf(lens)) {
    if (values.some(isBlank) || !lens.client.every(({ at }, slot) => at.part.takes(values[slot] ?? null))) continue
    if (unlessRefused(() => lens.outward(values)) === undefined) continue
    if (lens.client.every(({ at }, slot) => isTyped(values[slot], at))) return values
    untyped ??= values
  }
  return untyped
}

function isTyped(value: Json | undefined, { kind, leaf }: BoundPlace): boolean {
  if (kind === 'every' || leaf?.multiValued === true) return Array.isArray(value)
  const type = leaf?.type ?? 'string'
  if (type === 'boolean') return typeof value === 'boolean'
  if (type === 'integer' || type === 'decimal') return typeof value === 'number'
  return type === 'complex' ? isObject(value) : typeof value === 'string'
}

/** What is refused as a client's mistake is undefined here; `onRefused` is told why. */
export function unlessRefused<T>(work: () => T, onRefused?: (error: ScimError) => void): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ScimError)) throw error
    onRefused?.(error)
    return undefined
  }
}

const written = (slots: readonly BoundSlot[], values: SlotValues): Resource =>
  slots.reduce<Resource>((resource, { at }, slot) => {
    const value = values[slot]
    return isBlank(value) || !at.part.takes(value) ? resource : at.write(resource, value)
  }, {})

const read = (slots: readonly BoundSlot[], resource: Resource): JsonObject =>
  Object.fromEntries(slots.map(({ at }): [string, Json] => [at.text, at.read(resource) ?? null]))
