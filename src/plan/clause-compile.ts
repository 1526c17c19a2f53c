import type { Capabilities, FilterForms, FilterList, MemberForms, PageSizes, TypeForms } from '../capabilities.ts'
import { fold } from '../scim/fold.ts'
import type { CapabilitiesClause } from './clause-capabilities.ts'
import { comparisonOf, pathOf } from './clause-words.ts'
import { rfc } from './presets/rfc.ts'

type Clause<Name extends keyof CapabilitiesClause> = NonNullable<CapabilitiesClause[Name]>
type OfType<Name extends 'filter' | 'members' | 'types'> = Clause<Name>[string]

/** A preset's capabilities with what a tenant file says otherwise. */
export function overridden(preset: Capabilities, clause: CapabilitiesClause): Capabilities {
  const { patch, bulk, filter, paging, members, types, wire, billing, ...flags } = clause
  const { billing: billed, ...base } = preset
  const priced = billing === undefined ? billed : billingOf(billed, billing)
  return {
    ...base,
    ...flags,
    patch: switched(patch, preset.patch, rfc.patch),
    bulk: switched(bulk, preset.bulk, rfc.bulk),
    filter: merged(preset.filter, filter, filterOf),
    paging: paging === undefined ? preset.paging : pagingOf(preset, paging),
    members: merged(preset.members, members, membersOf),
    types: merged(preset.types, types, typeOf),
    wire: { ...preset.wire, ...wire },
    ...(priced === undefined ? {} : { billing: priced }),
  }
}

/** `true` stands for what the preset says of it, or the standard where the preset has none. */
function switched<Forms extends object>(
  clause: boolean | Partial<Forms> | undefined,
  preset: Forms | false,
  standard: Forms | false,
): Forms | false {
  if (clause === undefined) return preset
  const whole = preset === false ? standard : preset
  if (clause === false || whole === false) return false
  return clause === true ? whole : { ...whole, ...clause }
}

/** Names of types fold case. */
function merged<Forms, Given>(
  preset: ReadonlyMap<string, Forms>,
  clause: Readonly<Record<string, Given>> | undefined,
  compile: (given: Given, preset: Forms | undefined) => Forms,
): ReadonlyMap<string, Forms> {
  if (clause === undefined) return preset
  const all = new Map(preset)
  for (const [name, given] of Object.entries(clause)) all.set(fold(name), compile(given, preset.get(fold(name))))
  return all
}

const noComparisons: FilterList = { comparisons: [], and: true, or: false }

/** A list replaces the preset's whole: what it does not name can no longer be asked. */
function filterOf(clause: OfType<'filter'>, preset: FilterForms | undefined): FilterForms {
  if (clause === 'any') return 'any'
  const { comparisons, ...rest } = Array.isArray(clause) ? { comparisons: clause } : clause
  const base = preset === undefined || preset === 'any' ? noComparisons : preset
  return { ...base, ...rest, ...(comparisons === undefined ? {} : { comparisons: comparisons.map(comparisonOf) }) }
}

function pagingOf({ paging }: Capabilities, { sizes, ...flags }: Clause<'paging'>): Capabilities['paging'] {
  const others = paging.sizes.get('*') ?? { default: 100, max: 100 }
  return { ...paging, ...flags, sizes: merged(paging.sizes, sizes, (given, own) => sizesOf(given, own ?? others)) }
}

function sizesOf(clause: NonNullable<Clause<'paging'>['sizes']>[string], preset: PageSizes): PageSizes {
  const { wide, ...plain } = clause
  const { wide: before, ...base } = preset
  const larger = wide === undefined ? before : wideOf(wide)
  return { ...base, ...plain, ...(larger === undefined ? {} : { wide: larger }) }
}

const wideOf = (wide: NonNullable<NonNullable<Clause<'paging'>['sizes']>[string]['wide']>): PageSizes['wide'] =>
  wide === false ? undefined : { max: wide.max, without: (wide.without ?? []).map(pathOf) }

const freeMembers: MemberForms = {
  mixed: true,
  replace: true,
  atCreate: true,
  onRead: true,
  removalOfNobodyIs404: false,
}

function membersOf(clause: OfType<'members'>, preset: MemberForms = freeMembers): MemberForms {
  const { addsPerPatch, removalsPerPatch, lookup, ...flags } = clause
  const { addsPerPatch: adds, removalsPerPatch: removals, ...base } = preset
  const most = { adds: limitOf(addsPerPatch, adds), removals: limitOf(removalsPerPatch, removals) }
  return {
    ...base,
    ...flags,
    ...(most.adds === undefined ? {} : { addsPerPatch: most.adds }),
    ...(most.removals === undefined ? {} : { removalsPerPatch: most.removals }),
    ...(lookup === undefined ? {} : { lookup: pathOf(lookup) }),
  }
}

const limitOf = (given: number | 'any' | undefined, preset: number | undefined): number | undefined =>
  given === undefined ? preset : given === 'any' ? undefined : given

const freeType: TypeForms = { required: [], unseen: [], own: [], elements: [] }

function typeOf(clause: OfType<'types'>, preset: TypeForms = freeType): TypeForms {
  const { definition, ...rest } = preset
  const { required, unseen, own, elements } = clause
  return {
    ...rest,
    ...(clause.definition === 'any' || definition === undefined ? {} : { definition }),
    ...(required === undefined ? {} : { required: required.map(pathOf) }),
    ...(unseen === undefined ? {} : { unseen: unseen.map(pathOf) }),
    ...(own === undefined ? {} : { own }),
    ...(elements === undefined ? {} : { elements: elementsOf(elements) }),
  }
}

const elementsOf = (clause: NonNullable<OfType<'types'>['elements']>): TypeForms['elements'] =>
  Object.entries(clause).map(([path, types]) => ({
    path: pathOf(path),
    types: types.map(({ type, ...limits }) => ({ ...limits, type: fold(type) })),
  }))

const unpriced = { perCallMicros: 0, currency: 'USD', billed: ['2xx'] }

function billingOf(preset: Capabilities['billing'], clause: Clause<'billing'>): Capabilities['billing'] {
  if (clause === false) return undefined
  const { perCall, ...rest } = clause
  const price = perCall === undefined ? {} : { perCallMicros: Math.round(perCall * 1_000_000) }
  return { ...(preset ?? unpriced), ...rest, ...price }
}
