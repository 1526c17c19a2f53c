import { fold } from '../scim/fold.ts'
import { isObject, type Json } from '../scim/json.ts'
import type { Resource } from '../scim/resource.ts'
import { type AttributeClaims, attributeKey, claimAttribute, watchAttribute } from './attribute-claims.ts'
import { isBlank } from './blank.ts'
import type { BoundPlace, BoundRules, Claim } from './bound.ts'
import { withoutSub } from './place-bind.ts'
import { remembering } from './remember.ts'
import { type Entry, finding } from './split-names.ts'

/** The whole values of the attributes that rules reach into, by their number. */
export type Held = readonly (Json | undefined)[]

/** Members by their names, in order. */
export interface Members {
  readonly names: string[]
  readonly values: Json[]
}

/** Part of a resource, to which rules still write. Values are shared with what they came from, and never changed. */
export interface Draft {
  /** What rules do not reach into; `schemas` comes first, and is told anew. */
  readonly free: Members
  /** The URNs among the free names. */
  readonly urns: Json[]
  /** The same of the containers that rules reach into, by their number. */
  readonly containers: readonly Members[]
  /** The attributes that rules reach into, by their number. */
  readonly attributes: (Json | undefined)[]
}

/** What of a resource crosses, and what rules read of it. */
export interface Split {
  readonly draft: Draft
  readonly held: Held
}

/** Takes resources apart by the names that rules claim, in one pass over their members. */
export interface Splitter {
  readonly attributes: readonly AttributeClaims[]
  /** The URNs of the containers that rules reach into, by their number. */
  readonly containers: readonly string[]
  /** The number of an attribute among `attributes`; -1 where no rule reaches into it. */
  indexOf(path: BoundPlace['path']): number
  split(resource: Resource): Split
  /**
   * What does not cross: what rules reach into, whole, to be joined with what does, and, where what no rule names is
   * dropped, all the rest.
   */
  hidden(resource: Resource): Draft
}

/** Always cross, whatever the rules say (contract §12). */
const spared: ReadonlySet<string> = new Set(['id', 'meta'])

/** Binds the claims of rules; what may get a default is held, too. */
export function createSplitter(bound: BoundRules): Splitter {
  const { claims, rules, oneWay } = bound
  const isDropping = rules.unmapped === 'drop'
  const watched = oneWay.flatMap(({ kind, at }) => (kind === 'default' ? [at] : []))
  const attributes = joined(claims, isDropping, watched)
  const containers = containersOf(attributes)
  const numbers = new Map(attributes.map(({ path }, index) => [attributeKey(path.urn, path.name), index]))
  const find = remembering(finding(bound, { attributes, containers, numbers }))
  const names: Names = { attributes, containers, find, isDropping }
  return {
    attributes,
    containers,
    indexOf: (path) => numbers.get(attributeKey(path.urn, path.name)) ?? -1,
    split(resource) {
      const held = new Array<Json | undefined>(attributes.length)
      return { draft: take(resource, names, { isHidden: false, held }), held }
    },
    hidden: (resource) => take(resource, names, { isHidden: true, held: [] }),
  }
}

/** A URN that no schema knows may be spelt one way in one rule, and another in another: the first counts. */
function containersOf(attributes: readonly AttributeClaims[]): readonly string[] {
  const spelt = new Map<string, string>()
  for (const { path } of attributes)
    if (path.urn !== undefined && !spelt.has(fold(path.urn))) spelt.set(fold(path.urn), path.urn)
  return [...spelt.values()]
}

/** What names are to the rules. */
interface Names {
  readonly attributes: readonly AttributeClaims[]
  readonly containers: readonly string[]
  readonly isDropping: boolean
  find(name: string): Entry | undefined
}

/** Which parts are taken, and what is held of the attributes that rules reach into. */
interface Taking {
  readonly isHidden: boolean
  readonly held: (Json | undefined)[]
}

/** The parts of a resource that cross or, `isHidden`, those that do not. */
function take(resource: Resource, names: Names, taking: Taking): Draft {
  const { isDropping } = names
  const { isHidden } = taking
  const free: Members = isHidden ? noMembers() : { names: ['schemas'], values: [null] }
  const urns: Json[] = []
  const attributes = new Array<Json | undefined>(names.attributes.length)
  const draft = { free, urns, containers: names.containers.map(noMembers), attributes }
  for (const name in resource) {
    const value = resource[name]
    if (value === undefined || name === '__proto__') continue
    const entry = names.find(name)
    if (entry === undefined) {
      const crosses = !isDropping || spared.has(fold(name))
      if (crosses !== isHidden) push(free, name, value)
    } else if (entry.kind === 'alias') {
      if (isHidden) push(free, name, value)
    } else if (entry.kind === 'urn') {
      if (isDropping !== isHidden) continue
      push(free, name, value)
      if (!isBlank(value)) urns.push(entry.urn)
    } else if (entry.kind === 'attribute') takeAttribute(draft, entry.index, value, { names, taking })
    else if (entry.kind === 'container') takeContainer(draft, entry, value, { names, taking })
  }
  return draft
}

interface Under {
  readonly names: Names
  readonly taking: Taking
}

function takeContainer(
  draft: Draft,
  { number, members }: Extract<Entry, { kind: 'container' }>,
  container: Json,
  under: Under,
): void {
  const free = draft.containers[number]
  if (!isObject(container) || free === undefined) return
  for (const name in container) {
    const value = container[name]
    if (value === undefined || name === '__proto__') continue
    const index = members.get(fold(name))
    if (index !== undefined) takeAttribute(draft, index, value, under)
    else if (under.names.isDropping === under.taking.isHidden) push(free, name, value)
  }
}

/** The first spelling of a name counts. */
function takeAttribute(draft: Draft, index: number, value: Json, { names, taking: { isHidden, held } }: Under): void {
  const attribute = names.attributes[index]
  if (attribute === undefined || held[index] !== undefined) return
  held[index] = value
  draft.attributes[index] = isHidden ? value : attribute.rest(value)
}

const noMembers = (): Members => ({ names: [], values: [] })

function push({ names, values }: Members, name: string, value: Json): void {
  names.push(name)
  values.push(value)
}

function joined(
  claims: readonly Claim[],
  isDropping: boolean,
  watched: readonly BoundPlace[],
): readonly AttributeClaims[] {
  const byAttribute = Map.groupBy(claims, ({ at }) => attributeKey(at.path.urn, at.path.name))
  const free = watched.filter(({ path }) => !byAttribute.has(attributeKey(path.urn, path.name)))
  return [
    ...[...byAttribute.values()].flatMap((ofOne) => {
      const path = ofOne[0]?.at.path
      return path === undefined ? [] : [claimAttribute(withoutSub(path), ofOne, isDropping)]
    }),
    ...free.map(({ path }) => watchAttribute(withoutSub(path))),
  ]
}
