import type { CompareOperator } from './scim/filter.ts'
import type { AttributePath } from './scim/path.ts'
import type { ResourceDefinition } from './scim/schema.ts'

/**
 * What an upstream can do, as data (contract §6): the plan compiles requests for it, the `scim` upstream writes and reads by
 * its wire rules, the meter prices by its billing. Keys of maps by resource type are the type's name, folded (`user`).
 */
export interface Capabilities {
  /** The preset that these began with. */
  readonly preset: string
  readonly put: boolean
  /** False: no PATCH at all. */
  readonly patch: PatchForms | false
  readonly bulk: BulkLimits | false
  /** Whether `POST /.search` from the root is served. */
  readonly search: boolean
  readonly sort: boolean
  readonly etag: boolean
  /** Whether `attributes` and `excludedAttributes` are obeyed. */
  readonly projection: boolean
  /** By type; a type that is not named compares everything. */
  readonly filter: ReadonlyMap<string, FilterForms>
  readonly paging: Paging
  /** By type (`group`); a type that is not named has no members of its own kind. */
  readonly members: ReadonlyMap<string, MemberForms>
  /** By type: what its resources can hold. A type that is not named holds what its standard schema says, and more. */
  readonly types: ReadonlyMap<string, TypeForms>
  readonly wire: Wire
  /** Absent where calls cost nothing. */
  readonly billing?: Billing
}

export interface PatchForms {
  /** Whether an operation may do without a path. */
  readonly pathless: boolean
  /** Which value filters a path may have: any, one plain `[type eq "work"]`, or none. */
  readonly filters: 'any' | 'type' | 'none'
  /** Whether `add` to and filtered `remove` from a multi-valued attribute work on its elements; else it is replaced whole. */
  readonly elements: boolean
}

export interface BulkLimits {
  readonly maxOperations: number
  readonly maxPayloadSize: number
}

/** `any`: every filter of RFC 7644. Otherwise only what is listed. */
export type FilterForms = 'any' | FilterList

export interface FilterList {
  readonly comparisons: readonly Comparison[]
  /** Whether clauses may be joined. */
  readonly and: boolean
  readonly or: boolean
}

export interface Comparison {
  readonly path: AttributePath
  readonly operators: readonly (CompareOperator | 'pr')[]
  /** Operators that may stand inside `not (...)`. */
  readonly negated: readonly (CompareOperator | 'pr')[]
  /** It must be the whole filter. */
  readonly alone: boolean
}

export interface Paging {
  readonly index: boolean
  readonly cursor: boolean
  /** Whether `count=0` is answered with the number alone. */
  readonly countZero: boolean
  /** Whether `totalResults` stands on every page. */
  readonly totals: boolean
  /** By type; `*` for the others. */
  readonly sizes: ReadonlyMap<string, PageSizes>
}

export interface PageSizes {
  /** What a page holds when no `count` is given. */
  readonly default: number
  readonly max: number
  /** A larger page, where `attributes` is given and names none of `without`. */
  readonly wide?: { readonly max: number; readonly without: readonly AttributePath[] }
}

/** How the members of a group are written and read. */
export interface MemberForms {
  /** Adds in one PATCH at most; undefined: any number. */
  readonly addsPerPatch?: number
  readonly removalsPerPatch?: number
  /** Whether adds, removals and other changes may share a PATCH. */
  readonly mixed: boolean
  /** Whether `replace members` sets the whole list. */
  readonly replace: boolean
  readonly atCreate: boolean
  /** Whether a read of a group shows its members. */
  readonly onRead: boolean
  /** Where reads do not show them: users are filtered by this path, `groups.value`. */
  readonly lookup?: AttributePath
  /** Whether removing somebody who is no member is answered 404. */
  readonly removalOfNobodyIs404: boolean
}

export interface TypeForms {
  /** The type as the upstream holds it: what it does not list cannot be written. */
  readonly definition?: ResourceDefinition
  /** What a create must have. */
  readonly required: readonly AttributePath[]
  /** What a filter may name and no answer shows (`groups`): it cannot be decided here. */
  readonly unseen: readonly AttributePath[]
  /** Schemas of the upstream's own, that a PUT leaves alone unless it speaks of them. */
  readonly own: readonly string[]
  /** What can be changed and never emptied: a PUT that leaves it out leaves it. */
  readonly lasting?: readonly AttributePath[]
  /** Multi-valued attributes that hold only elements of these types, folded, and at most so many of each. */
  readonly elements: readonly ElementForms[]
}

export interface ElementForms {
  readonly path: AttributePath
  readonly types: readonly ElementType[]
}

export interface ElementType {
  readonly type: string
  readonly most?: number
  /** Whether elements of this type are always (or never) the primary one, whatever is sent; absent where the client says. */
  readonly primary?: boolean
}

/** What is particular about an upstream's HTTP. */
export interface Wire {
  /** The `Accept` of every request but DELETE, which has none. */
  readonly accept: string
  /** Whether endpoints are written in lower case: `/users`. */
  readonly lowerCase: boolean
  /** Whether a 400 to a read of one resource means that there is none. */
  readonly unknownIdIs400: boolean
}

export interface Billing {
  /** Millionths of the currency's unit. */
  readonly perCallMicros: number
  /** ISO 4217. */
  readonly currency: string
  /** What is billed: a class (`2xx`) or a status (`404`). */
  readonly billed: readonly string[]
}

/** What the operator decides about plans (contract §6, §12). */
export interface PlanChoices {
  /** Upstream pages that one client request may read. */
  readonly pageBudget: number
  readonly membersOnRead: 'get' | 'always' | 'request'
  /** What a PUT that omits an attribute does to it. */
  readonly absentInPut: 'clear' | 'keep'
  /** What becomes of attributes that the upstream cannot hold. */
  readonly unsupported: 'drop' | 'reject'
}

/** Whether an answer of this status is billed. */
export const isBilled = (billing: Billing | undefined, status: number | null): boolean =>
  billing !== undefined &&
  status !== null &&
  billing.billed.some((one) => one === String(status) || one === `${Math.floor(status / 100)}xx`)
