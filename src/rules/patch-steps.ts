import { attributeAt, subAttributeNamed } from '../scim/definition.ts'
import { fold } from '../scim/fold.ts'
import { isObject, type Json, type JsonObject } from '../scim/json.ts'
import { isReference } from '../scim/patch-target.ts'
import { type PatchPath, printPatchPath } from '../scim/path.ts'
import { isAssigned } from '../scim/resource.ts'
import type { Attribute, ResourceDefinition } from '../scim/schema.ts'
import type { BoundRules, Claim } from './bound.ts'
import type { PathedOperation } from './patch-apart.ts'
import { readByComputed } from './patch-computed.ts'
import { insideStep, slotStep } from './patch-slot.ts'
import { type Change, direct, ignored, read, type Step } from './patch-step.ts'
import type { ElementFilter } from './place.ts'
import { isOwnFilter } from './reach.ts'

type Steps = (operation: PathedOperation) => readonly Step[]

/** What operations on single attributes of the client view come to upstream. */
export function stepping(bound: BoundRules): Steps {
  const { client, upstream, reach, claimsOn } = bound
  const isRead = readByComputed(bound)
  const stepsOf: Steps = (operation) => {
    const { path } = operation
    const reached = reach(path)
    if (reached.kind === 'absent') return [ignored]
    if (reached.kind === 'divided') return dividedSteps(operation, reached.claims)
    if (isRead(path)) return [read(`a value is computed from ${printPatchPath(path)}`)]
    if (reached.kind === 'slot') return [slotStep(reached.lens, operation)]
    if (reached.kind === 'inside') return [insideStep(reached.lens, path, operation)]
    if (!isSettledBeside(operation, claimsOn(path))) return [read(`parts of ${path.name ?? ''} are hidden`)]
    return operation.op === 'remove' && isKept(path)
      ? [read(`${printPatchPath(path)} is required`)]
      : [direct([operation])]
  }

  /** Whether the upstream may refuse a removal that the client's view allows, or the other way round. */
  function isKept(path: PatchPath): boolean {
    // With a hidden part beside it, what the client takes for the last one is not the last.
    if (path.sub !== undefined && claimsOn(path).length > 0) return attributeOf(path, client)?.required === true
    return attributeOf(path, upstream)?.required === true && attributeOf(path, client)?.required !== true
  }

  /** Some of it is the rules', or a rule's: by its parts, where there is no more to it than these. */
  function dividedSteps(operation: PathedOperation, claims: readonly Claim[]): readonly Step[] {
    const { path } = operation
    const attribute = attributeOf(path, client)
    if (path.name === undefined || path.sub !== undefined || isReference(attribute)) return [dividedBy(path)]
    if (path.filter !== undefined) return elementSteps(operation, path, claims)
    if (operation.op === 'remove' || !isObject(operation.value) || attribute?.type !== 'complex')
      return [dividedBy(path)]
    // A complex value is merged into what there is (RFC 7644 §3.5.2.3): that is what its parts do one by one.
    return membersOf(operation.value, attribute).flatMap(([sub, value]) =>
      stepsOf({ ...changed(operation.op, value), path: { ...path, sub } }),
    )
  }

  /** A whole element that rules know by its filter, changed through the sub-attributes that they claim. */
  function elementSteps(change: Change, path: PatchPath, claims: readonly Claim[]): readonly Step[] {
    const own = claims.filter(
      ({ side, at }) => side === 'client' && at.filter !== undefined && isOwnFilter(path.filter, at.filter),
    )
    const [filter] = own.flatMap(({ at }) => at.filter ?? [])
    const subs = own.flatMap(({ at }) => at.path.sub ?? [])
    if (filter === undefined || subs.length < own.length) return [dividedBy(path)]
    const stepAt = (sub: string, one: Change): readonly Step[] => stepsOf({ ...one, path: { ...path, sub } })
    if (change.op === 'remove') return subs.flatMap((sub) => stepAt(sub, change))
    const given = isObject(change.value) ? claimedMembers(change.value, subs, filter) : undefined
    if (given === undefined || given.size === 0) return [dividedBy(path)]
    return subs.flatMap((sub) => {
      const value = given.get(fold(sub))
      if (value !== undefined) return stepAt(sub, { op: change.op, value })
      return change.op === 'replace' ? stepAt(sub, { op: 'remove' }) : []
    })
  }

  return stepsOf
}

/**
 * Whether an operation does the same to elements of which parts are hidden: it writes a part of those that a comparison
 * chooses. Without one it may choose elements that the client does not see, and what is removed may be their last.
 */
function isSettledBeside({ op, path }: PathedOperation, claims: readonly Claim[]): boolean {
  const each = claims.flatMap(({ at }) => (at.kind === 'each' ? [at] : []))
  if (each.length === 0) return true
  const { filter, sub = '' } = path
  if (op === 'remove' || filter?.kind !== 'compare' || filter.operator === 'ne' || filter.value === null) return false
  const told = fold(filter.path.name ?? '')
  // Which elements have something hidden may depend on what is written.
  return each.every((at) => fold(at.path.sub ?? '') !== told && fold(at.filter?.sub ?? '') !== fold(sub))
}

const attributeOf = ({ urn, name }: PatchPath, definition: ResourceDefinition): Attribute | undefined =>
  attributeAt(definition, { ...(urn === undefined ? {} : { urn }), ...(name === undefined ? {} : { name }) })?.attribute

const dividedBy = (path: PatchPath): Step => read(`rules divide ${printPatchPath(path)}`)

/** An empty member of a complex value takes away what there is. */
const changed = (op: 'add' | 'replace', value: Json): Change => (isAssigned(value) ? { op, value } : { op: 'remove' })

/** What a client may write of a complex value. */
const membersOf = (value: JsonObject, attribute: Attribute): readonly (readonly [string, Json])[] =>
  Object.entries(value).filter(([name]) => subAttributeNamed(attribute, name)?.mutability !== 'readOnly')

/** Nobody misses them on a claimed element (contract §5). */
const letGo: ReadonlySet<string> = new Set(['primary', 'display', '$ref'])

/** The values for the claimed sub-attributes, by their folded names; undefined where more is said than these. */
function claimedMembers(
  given: JsonObject,
  subs: readonly string[],
  filter: ElementFilter,
): ReadonlyMap<string, Json> | undefined {
  const claimed = new Set(subs.map(fold))
  const found = new Map<string, Json>()
  for (const name in given) {
    const value = given[name]
    if (value === undefined || !isAssigned(value)) continue
    const folded = fold(name)
    if (claimed.has(folded)) found.set(folded, value)
    else if (folded === fold(filter.sub)) {
      if (!isLiteral(value, filter)) return undefined
    } else if (!letGo.has(folded) || value === true) return undefined // Who becomes primary takes it from the others.
  }
  return found
}

const isLiteral = (value: Json, { value: literal }: ElementFilter): boolean =>
  typeof value === 'string' && typeof literal === 'string' ? fold(value) === fold(literal) : value === literal
