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

/** Client views before and after a change; `before` is absent on a create. */
export interface Views {
  readonly before?: Resource
  readonly after: Resource
}

/** The one-way rules of a resource type. */
export interface OneWay {
  /** Constants and defaults, as a create and a replace assert them. Gives the resource, which may be another. */
  assert(built: Resource): Resource
  readonly isComputing: boolean
  /** Computed values; those whose reads did not change stay, unless all are asserted. */
  compute(built: JsonObject, views: Views, asserting: boolean): void
}

type Computing = (built: JsonObject, views: Views, asserting: boolean) => void

export function createOneWay({ oneWay, client, claims }: BoundRules): OneWay {
  const erase = erasing(claims)
  const computing = oneWay.flatMap((one) => (one.kind === 'computed' ? [computingOf(one, client, erase)] : []))
  return {
    assert(built) {
      let made = built
      for (const one of oneWay) {
        if (one.kind === 'constant') assign(made, one.at, one.value)
        // A default is no claim: what it reaches into may be shared with what was given.
        if (one.kind === 'default' && one.at.read(made) === undefined) made = one.at.write(made, one.value)
      }
      return made
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
