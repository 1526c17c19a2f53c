import type { CompareOperator, Filter } from '../scim/filter.ts'
import type { Json } from '../scim/json.ts'
import { compileFilter } from '../scim/match.ts'
import type { PatchOperation } from '../scim/patch.ts'
import type { PatchPath } from '../scim/path.ts'
import { isBlank } from './blank.ts'
import type { BoundPlace } from './bound.ts'
import { unlessRefused } from './counterexample.ts'
import type { Translator } from './translator.ts'

/**
 * Where a filter is decided: by the upstream alone, by reading its pages and looking again here, or not at all (400).
 * `invalid`: no rule's doing, for such a comparison of such an attribute is 400 everywhere (`active gt true`).
 */
export type FilterVerdict = 'native' | 'pages' | 'refused' | 'invalid'
/** Whether a PATCH goes as it comes, after a look at what is there, or is refused whatever it is. */
export type PatchVerdict = 'direct' | 'read' | 'refused'

const operators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const
export type FilterOperator = CompareOperator | 'pr'
export type FilterVerdicts = Readonly<Record<FilterOperator, FilterVerdict>>
export type PatchVerdicts = Readonly<Record<PatchOperation['op'], PatchVerdict>>

/** Texts that fit no rule's pattern, or only by chance: an operator counts as native if it is with these, too. */
const strange = ['zzz', 'A-b c'] as const

/** What filters are asked of. */
export interface FilterAsked {
  readonly translator: Translator
  /** Where the upstream's own share is decided. */
  decides(filter: Filter): FilterVerdict
}

/** What becomes of filters over a client's place, by operator; asked with a value that fits, and with others. */
export function askFilters(at: BoundPlace, fitting: Json | undefined, asked: FilterAsked): FilterVerdicts {
  const literal = scalarOf(fitting)
  const literals = typeof literal === 'string' ? [literal, ...strange] : [literal]
  const compared = operators.map((operator) => {
    const verdicts = literals.map((value) =>
      verdictOf(asked, filterOver(at, { kind: 'compare', operator, path: pathOver(at), value })),
    )
    return [operator, worst(verdicts)] as const
  })
  const present = verdictOf(asked, filterOver(at, { kind: 'present', path: pathOver(at) }))
  return { ...emptyFilters, ...Object.fromEntries(compared), pr: present }
}

const emptyFilters: FilterVerdicts = {
  pr: 'native',
  eq: 'native',
  ne: 'native',
  co: 'native',
  sw: 'native',
  ew: 'native',
  gt: 'native',
  ge: 'native',
  lt: 'native',
  le: 'native',
}

function verdictOf({ translator, decides }: FilterAsked, filter: Filter): FilterVerdict {
  if (unlessRefused(() => compileFilter(filter, translator.client)) === undefined) return 'invalid'
  const translation = unlessRefused(() => translator.filter(filter))
  if (translation === undefined) return 'refused'
  const own =
    translation.kind === 'nothing' || translation.filter === undefined ? 'native' : decides(translation.filter)
  return translation.kind === 'superset' && own === 'native' ? 'pages' : own
}

const worst = (verdicts: readonly FilterVerdict[]): FilterVerdict =>
  (['invalid', 'refused', 'pages'] as const).find((verdict) => verdicts.includes(verdict)) ?? 'native'

/** A place's path where it stands in a filter: inside its element, when it has one. */
const pathOver = ({ path, filter }: BoundPlace) => (filter === undefined ? path : { name: path.sub ?? 'value' })

function filterOver({ path, filter }: BoundPlace, of: Filter): Filter {
  if (filter === undefined) return of
  const own: Filter = { kind: 'compare', operator: 'eq', path: { name: filter.sub }, value: filter.value }
  const { sub: _, ...attribute } = path
  return { kind: 'elements', path: attribute, of: { kind: 'and', left: own, right: of } }
}

/** What a filter compares: the value itself, or that of a list or an element. */
function scalarOf(value: Json | undefined): string | number | boolean {
  if (Array.isArray(value)) return scalarOf(value[0])
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return 'Ann'
}

/** What becomes of PATCH operations on a client's place. */
export function askPatches(at: BoundPlace, fitting: Json | undefined, translator: Translator): PatchVerdicts {
  const path = patchPathOf(at)
  const value = isBlank(fitting) ? 'Ann' : fitting
  const ask = (operation: PatchOperation): PatchVerdict =>
    unlessRefused(() => translator.patch([operation]))?.kind ?? 'refused'
  return {
    add: ask({ op: 'add', path, value }),
    replace: ask({ op: 'replace', path, value }),
    remove: ask({ op: 'remove', path }),
  }
}

/** A place as the path of a PATCH operation. */
export function patchPathOf({ path, filter }: BoundPlace): PatchPath {
  if (filter === undefined) return path
  return { ...path, filter: { kind: 'compare', operator: 'eq', path: { name: filter.sub }, value: filter.value } }
}
