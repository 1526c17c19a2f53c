import { ScimError } from '../scim/error.ts'
import type { Json } from '../scim/json.ts'
import type { PatchOperation } from '../scim/patch.ts'
import { isReference } from '../scim/patch-target.ts'
import type { PatchPath } from '../scim/path.ts'
import { isAssigned } from '../scim/resource.ts'
import type { Attribute } from '../scim/schema.ts'
import { isBlank } from './blank.ts'
import type { BoundLens, BoundPlace, BoundSlot } from './bound.ts'
import { isMoved, isSimple } from './patch-agree.ts'
import { type Change, direct, read, type Step } from './patch-step.ts'

/** A change of the client's place of a rule. Direct where the place afterwards holds the same whatever it held before. */
export function slotStep(lens: BoundLens, change: Change): Step {
  const [from, ...others] = lens.client
  const [to, ...more] = lens.upstream
  if (from === undefined || to === undefined) return read('the rule has no attribute')
  if (others.length > 0 || more.length > 0) return read(`a rule joins ${namesOf(lens.client)}`)
  if (lens.lossyBecause !== undefined) return read(`${from.at.text}: ${lens.lossyBecause}`)
  if (isMoved(lens)) return direct([at(to.at.path, change)])
  const isRequired = from.at.leaf?.required === true || to.at.leaf?.required === true
  if (change.op === 'remove' && isRequired) return read(`${from.at.text} is required`)
  if (!isSettledBy(change, from.at) || !isSettledBy(change, to.at) || to.at.kind === 'element')
    return read(`what ${from.at.text} comes to depends on what there is`)
  return change.op === 'remove' ? direct([at(to.at.path, change)], lens) : assigned(lens, from.at, to.at, change)
}

/** A change of a part of the client's whole place: `name.givenName`, where a rule gives `name` another name. */
export function insideStep(lens: BoundLens, { sub, filter }: PatchPath, change: Change): Step {
  const [from, to] = [lens.client[0]?.at, lens.upstream[0]?.at]
  if (from === undefined || to === undefined || !isMoved(lens))
    return read(`a rule carries ${from?.text ?? 'it'} as one value`)
  const path = {
    ...to.path,
    ...(sub === undefined ? {} : { sub }),
    ...(filter === undefined ? {} : { filter }),
  }
  return direct([at(path, change)])
}

const at = (path: PatchPath, change: Change): PatchOperation =>
  change.op === 'remove' ? { op: 'remove', path } : { op: change.op, path, value: change.value }

const namesOf = (slots: readonly BoundSlot[]): string => slots.map((slot) => slot.at.text).join(' and ')

/** Whether such a change makes the same of a place, and of nothing else, whatever there is. */
function isSettledBy(change: Change, { kind, path, attribute }: BoundPlace): boolean {
  if (kind === 'every') return false
  if (kind === 'whole') return true
  // A list or an object that must not be empty: the last part of it cannot be removed.
  if (change.op === 'remove' && attribute?.required === true) return false
  // Who is no member does not become one by being changed, and a manager's other parts go with the manager.
  if (kind === 'element') return !isReference(attribute) && path.sub !== undefined
  return true
}

type Assignment = Exclude<Change, { op: 'remove' }>

function assigned(lens: BoundLens, from: BoundPlace, to: BoundPlace, { op, value }: Assignment): Step {
  const dependent = read(`what ${from.text} comes to depends on what there is`)
  if (from.kind === 'part' && isReference(from.attribute)) return dependent
  const given = settledValue(from.leaf, op, value)
  if (given === undefined) return dependent
  const made = outward(lens, given)
  if ('error' in made) return { kind: 'refused', error: made.error, lens }
  const counted = lens.isRename ? undefined : lens
  if (isBlank(made.value))
    return isSettledBy({ op: 'remove' }, to) ? direct([at(to.path, { op: 'remove' })]) : dependent
  if (!canHold(to.leaf, made.value)) return dependent
  // Of what no schema knows, only a server can tell whether it would add to a list.
  return direct([at(to.path, { op: to.leaf === undefined ? 'replace' : op, value: made.value })], counted)
}

/** What the client's attribute holds after it was given the value; undefined where that depends on what it held. */
function settledValue(leaf: Attribute | undefined, op: Assignment['op'], value: Json): Json | undefined {
  if (leaf === undefined || leaf.type === 'complex') return undefined
  if (!leaf.multiValued) return typeof value === 'object' ? undefined : value
  const isList = Array.isArray(value) && value.every((one) => typeof one !== 'object' || one === null)
  return op === 'replace' && isList ? value.filter(isAssigned) : undefined
}

/** Whether the upstream's attribute holds the value as it is given. */
function canHold(leaf: Attribute | undefined, value: Json): boolean {
  if (leaf === undefined) return true
  return Array.isArray(value) ? leaf.multiValued && leaf.type !== 'complex' : isSimple(leaf)
}

function outward(lens: BoundLens, value: Json): { readonly value: Json | undefined } | { readonly error: unknown } {
  try {
    return { value: lens.outward([value])[0] }
  } catch (error) {
    if (error instanceof ScimError) return { error }
    throw error
  }
}
