import { isSame } from '../scim/equality.ts'
import { isObject, type Json } from '../scim/json.ts'
import { compileFilter } from '../scim/match.ts'
import type { AttributePath } from '../scim/path.ts'
import type { Resource } from '../scim/resource.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { targetOf } from '../scim/target.ts'
import { assigned, isBlank } from './blank.ts'
import type { BoundPlace, BoundRules, ComputedRule } from './bound.ts'
import { assign, type Erase, erasing, type Placed } from './draft.ts'
import { elementsOf, subOf } from './place-part.ts'
import type { Draft, Held, Splitter } from './split.ts'

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
  assert(draft: Draft, held: Held): void
  readonly isComputing: boolean
  /** Computed values; those whose reads did not change stay, unless all are asserted. */
  compute(draft: Draft, views: Views, asserting: boolean): void
}

type Computing = (draft: Draft, views: Views, asserting: boolean) => void

export function createOneWay({ oneWay, client, claims }: BoundRules, { indexOf }: Pick<Splitter, 'indexOf'>): OneWay {
  const erase = erasing(claims)
  const placed = oneWay.map((one) => ({ ...one, index: indexOf(one.at.path) }))
  const computing = placed.flatMap((one) => (one.kind === 'computed' ? [computingOf(one, client, erase)] : []))
  const asserted = placed.flatMap((one) => (one.kind === 'computed' ? [] : [one]))
  return {
    assert(draft, held) {
      for (const one of asserted)
        if (one.kind === 'constant' || isAbsent(one.at, held[one.index])) assign(draft, one, one.value)
    },
    isComputing: computing.length > 0,
    compute(draft, views, asserting) {
      for (const compute of computing) compute(draft, views, asserting)
    },
  }
}

/** Whether nothing is there. Where it cannot be told, or elements are there that lack it, something is. */
const isAbsent = ({ kind, part }: BoundPlace, value: Json | undefined): boolean =>
  part.read(value) === undefined && part.isClear(value) && (kind !== 'every' || isBlank(value))

function computingOf(
  one: Placed & { readonly rule: ComputedRule },
  client: ResourceDefinition,
  erase: Erase,
): Computing {
  const { rule } = one
  const applies = rule.when === undefined ? () => true : compileFilter(rule.when, client)
  const isChanged = changing(rule, client)
  return (draft, { before, after }, asserting) => {
    if (!asserting && before !== undefined && !isChanged(before, after)) return
    // Its last value stays (contract §12).
    if (!applies(after)) return
    const value = assigned(rule.compute(after))
    if (value === undefined) erase(draft, one)
    else assign(draft, one, value)
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
