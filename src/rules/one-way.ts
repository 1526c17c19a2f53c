import { isSame } from '../scim/equality.ts'
import type { Json, JsonObject } from '../scim/json.ts'
import { isObject } from '../scim/json.ts'
import { compileFilter } from '../scim/match.ts'
import type { AttributePath } from '../scim/path.ts'
import type { Resource } from '../scim/resource.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { targetOf } from '../scim/target.ts'
import { assign, type Erase, erasing } from './assign.ts'
import { assigned } from './blank.ts'
import type { BoundOneWay, BoundRules, ComputedRule } from './bound.ts'
import { elementsOf, subOf } from './place-part.ts'
import type { Held, Splitter } from './split.ts'

/** Client views before and after a change; `before` is absent on a create. */
export interface Views {
  readonly before?: Resource
  readonly after: Resource
}

/** The one-way rules of a resource type. */
export interface OneWay {
  /**
   * Constants and defaults, as a create and a replace assert them.
   * @param held the client's values of claimed attributes and of those that defaults may fill
   */
  assert(built: JsonObject, held: Held): void
  readonly isComputing: boolean
  /** Computed values; those whose reads did not change stay, unless all are asserted. */
  compute(built: JsonObject, views: Views, asserting: boolean): void
}

type Computing = (built: JsonObject, views: Views, asserting: boolean) => void

export function createOneWay({ oneWay, client, claims }: BoundRules, { indexOf }: Pick<Splitter, 'indexOf'>): OneWay {
  const erase = erasing(claims)
  const computing = oneWay.flatMap((one) => (one.kind === 'computed' ? [computingOf(one, client, erase)] : []))
  const asserted = oneWay.flatMap((one) => (one.kind === 'computed' ? [] : [{ ...one, index: indexOf(one.at.path) }]))
  return {
    assert(built, held) {
      for (const { kind, at, index, value } of asserted)
        if (kind === 'constant' || at.part.read(held[index]) === undefined) assign(built, at, value)
    },
    isComputing: computing.length > 0,
    compute(built, views, asserting) {
      for (const compute of computing) compute(built, views, asserting)
    },
  }
}

function computingOf(
  { at, rule }: Extract<BoundOneWay, { kind: 'computed' }>,
  client: ResourceDefinition,
  erase: Erase,
): Computing {
  const applies = rule.when === undefined ? () => true : compileFilter(rule.when, client)
  const isChanged = changing(rule, client)
  return (built, { before, after }, asserting) => {
    if (!asserting && before !== undefined && !isChanged(before, after)) return
    // Its last value stays (contract §12).
    if (!applies(after)) return
    const value = assigned(rule.compute(after))
    if (value === undefined) erase(built, at)
    else assign(built, at, value)
  }
}

/** Whether what a rule reads is another than it was. */
function changing({ reads }: ComputedRule, client: ResourceDefinition): (before: Resource, after: Resource) => boolean {
  if (reads === 'all') return (before, after) => !isSame(before, after)
  const readers = reads.map((path) => readerOf(path, client))
  return (before, after) => readers.some((read) => !isSame(read(before), read(after)))
}

function readerOf(path: AttributePath, client: ResourceDefinition): (resource: Resource) => Json | undefined {
  const { read, sub } = targetOf(client, path)
  if (sub === undefined) return read
  return (resource) => {
    const value = read(resource)
    return isObject(value) ? subOf(value, sub) : elementsOf(value).map((element) => subOf(element, sub) ?? null)
  }
}
