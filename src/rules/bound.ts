import type { Json } from '../scim/json.ts'
import type { AttributePath, PatchPath } from '../scim/path.ts'
import type { Resource } from '../scim/resource.ts'
import type { Attribute, ResourceDefinition } from '../scim/schema.ts'
import type { ElementFilter, Place } from './place.ts'
import type { Part } from './place-part.ts'
import type { Rule, RulePath, Slot, TypeRules, ValueTable } from './rule.ts'

/**
 * How a place lies in its attribute. `whole`: all of it, a list with all its elements. `part`: a sub-attribute of a single
 * complex attribute. `element`: the one element that a filter chooses, or a sub-attribute of it. `every`: a sub-attribute
 * of all elements of a multi-valued attribute (`roles.value`): a list of values; it claims the attribute with all elements.
 * `each`: a sub-attribute that `hide` takes out of elements, all of them or one that a filter chooses; the rest crosses.
 */
export type PlaceKind = 'whole' | 'part' | 'element' | 'every' | 'each'

/** A place on one side, resolved once against that side's definition. Its closures never change what they are given. */
export interface BoundPlace {
  readonly place: Place
  readonly kind: PlaceKind
  /** Settled: known names as the schemas spell them, the core's URN left out, a bare extension name with its URN. */
  readonly path: AttributePath & { readonly name: string }
  readonly filter?: ElementFilter
  /** What `path.name` is; undefined when the definition does not know it. */
  readonly attribute: Attribute | undefined
  /** What is read and written: the sub-attribute, else the attribute; undefined when the definition does not know it. */
  readonly leaf: Attribute | undefined
  /** For messages: `emails[type eq "work"].value`. */
  readonly text: string
  /** How it lies in the value of its attribute. */
  readonly part: Part
  /**
   * The value, undefined when it is absent (null, empty, an element without it), cannot be told (two elements match), or
   * cannot be there (the attribute is no object). A whole element is given without its filter's sub-attribute.
   */
  read(resource: Resource): Json | undefined
  /** The resource with this value there: containers and elements are made, what else is on an element stays. */
  write(resource: Resource, value: Json): Resource
  /** The resource without it: an element goes with its last data, and so does a container that becomes empty. */
  remove(resource: Resource): Resource
}

/** One attribute of a two-way rule, bound. */
export interface BoundSlot extends Slot {
  readonly at: BoundPlace
}

/** What a rule makes of values, slot by slot: undefined is absent. */
export type SlotValues = readonly (Json | undefined)[]

/** The client's values, and whether the upstream's fitted; those that did not are as it is (one slot) or absent (several). */
export interface Shown {
  readonly values: SlotValues
  readonly fits: boolean
}

/**
 * One two-way rule, bound to both definitions. A rule with a `table` has patterns that do its mapping already: they
 * `match` and `print` typed values, the shared hole is the key as text.
 */
export interface BoundLens {
  readonly path: RulePath
  readonly client: readonly BoundSlot[]
  readonly upstream: readonly BoundSlot[]
  readonly table?: ValueTable
  /** Whether every value that it takes outward comes back, so that law 1 holds for it. */
  readonly exact: boolean
  /** Why it is not: `first 20 is lossy`. */
  readonly lossyBecause?: string
  /** One slot a side, each a lone hole without pipes, no table: values cross as they are. */
  readonly isRename: boolean
  /** The upstream's values of these client's. @throws ScimError 400 `invalidValue` naming the client's attribute */
  outward(client: SlotValues): SlotValues
  /** The client's values of these upstream's. Never throws. */
  inward(upstream: SlotValues): Shown
}

/** What claims a place: a slot of a two-way rule on one side, or a one-way rule (both sides of `hide`). */
export interface Claim {
  readonly side: 'client' | 'upstream'
  readonly at: BoundPlace
  /** The two-way rule and the number of its slot; absent for constants, computed and hidden names. */
  readonly lens?: BoundLens
  readonly slot?: number
}

/**
 * What a path of the client view is to the rules.
 * `free`: nothing claims it, or any part of it: the same path upstream, the same value.
 * `absent`: it belongs to the rules (or is dropped): it does not exist for the client.
 * `slot`: it is the client's place of a rule (a value filter counts when it is the rule's own: one `eq`, in any case).
 * `inside`: it is a part of a client's whole place (`name.givenName` where a rule renames `name`).
 * `divided`: some of it is claimed and some may be free: `name` where a rule claims `name.givenName`, `emails` or
 * `emails.value` or another filter than the rule's where a rule claims an element, a whole extension, the whole resource.
 */
export type Reach =
  | { readonly kind: 'free' | 'absent' }
  | { readonly kind: 'slot' | 'inside'; readonly lens: BoundLens; readonly slot: number }
  | { readonly kind: 'divided'; readonly claims: readonly Claim[] }

export type ComputedRule = Extract<Rule, { kind: 'computed' }>

/** A one-way rule with its place bound upstream. */
export type BoundOneWay =
  | { readonly kind: 'constant' | 'default'; readonly at: BoundPlace; readonly value: Json }
  | { readonly kind: 'computed'; readonly at: BoundPlace; readonly rule: ComputedRule }

/** The rules of one resource type, bound: what the translations of bodies, filters and patches are made of. */
export interface BoundRules {
  readonly rules: TypeRules
  readonly upstream: ResourceDefinition
  readonly client: ResourceDefinition
  readonly lenses: readonly BoundLens[]
  /** Constants, defaults and computed values. */
  readonly oneWay: readonly BoundOneWay[]
  /** Every claim of both sides; a default claims nothing, for its name crosses both ways. */
  readonly claims: readonly Claim[]
  /** What a path of the client view, in any spelling, is to the rules. */
  reach(path: PatchPath): Reach
  /** The claims that an attribute's name has: with `sub` and filter left out of account. Empty where it is free. */
  claimsOn(path: AttributePath): readonly Claim[]
}
