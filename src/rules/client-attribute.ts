import { subAttributeNamed } from '../scim/definition.ts'
import { fold } from '../scim/fold.ts'
import type { Attribute, AttributeType } from '../scim/schema.ts'
import { attribute } from '../scim/schema-build.ts'
import type { BoundPlace } from './bound.ts'
import type { Rule } from './rule.ts'

export type TwoWayRule = Extract<Rule, { kind: 'two-way' }>

/** A client's place of a rule, with what is known of it. */
export interface ClientPlace {
  readonly rule: TwoWayRule
  readonly at: BoundPlace
  /** Its attribute as the upstream's definition has it, else the standard's. */
  readonly known: Attribute | undefined
  /** The upstream's attribute across from it, where the rule has one slot a side and the upstream's definition knows it. */
  readonly across: Attribute | undefined
}

const description = 'Given by the rules of this gateway.'

/**
 * The attribute with a place of the client in it. What is known of it stays as it is, what nobody knows is derived from
 * what stands across.
 * @param current the attribute as far as the client has it yet, from other places or because it crosses
 */
export function withPlace(current: Attribute | undefined, place: ClientPlace): Attribute {
  const { at, known } = place
  const { name, sub } = at.path
  if (at.kind === 'whole' || (known !== undefined && known.type !== 'complex'))
    return shown(known ?? derived(name, place), place)
  if (at.kind === 'part') {
    const holder = current ?? (known && { ...known, subAttributes: [] }) ?? complexAttribute(name, false)
    const knownSub = known && subAttributeNamed(known, sub ?? '')
    return withSub(holder, shown(knownSub ?? derived(sub ?? '', place), place))
  }
  // Other elements have the sub-attributes of an element, too: they stay what they are.
  const holder = current ?? known ?? complexAttribute(name, true)
  const literal = at.filter && literalAttribute(at.filter.sub, at.filter.value)
  const subs = [literal, sub === undefined ? undefined : derived(sub, place)]
  return subs.reduce<Attribute>(
    (made, one) => (one === undefined || subAttributeNamed(made, one.name) !== undefined ? made : withSub(made, one)),
    holder,
  )
}

function withSub(holder: Attribute, sub: Attribute): Attribute {
  const subs = holder.subAttributes ?? []
  if (subs.includes(sub)) return holder
  const isNew = subs.every(({ name }) => fold(name) !== fold(sub.name))
  const next = isNew ? [...subs, sub] : subs.map((one) => (fold(one.name) === fold(sub.name) ? sub : one))
  return { ...holder, subAttributes: next }
}

/** What may be done with a value is what may be done with it upstream. */
function shown(own: Attribute, { across }: ClientPlace): Attribute {
  if (across === undefined) return own
  const { mutability, returned, required } = across
  const isSame = own.mutability === mutability && own.returned === returned && own.required === required
  return isSame ? own : { ...own, mutability, returned, required }
}

/** A name that no schema knows: across a rename it is what the upstream has, otherwise text. */
function derived(name: string, { rule, across }: ClientPlace): Attribute {
  const isRename = rule.table === undefined && [...rule.client, ...rule.upstream].every(({ pattern }) => pattern.whole)
  if (isRename && across !== undefined) return { ...across, name, description, uniqueness: 'none' }
  return attribute(name, tableType(rule), description)
}

/** Keys that are all `true` or `false` stand for booleans: nobody writes them for anything else. */
function tableType({ table }: TwoWayRule): AttributeType {
  return table?.pairs.every(([key]) => key === 'true' || key === 'false') === true ? 'boolean' : 'string'
}

function literalAttribute(name: string, value: string | number | boolean): Attribute {
  const type = typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'boolean' : 'decimal'
  return attribute(name, type, description)
}

const complexAttribute = (name: string, multiValued: boolean): Attribute =>
  attribute(name, 'complex', description, { multiValued, subAttributes: [] })
