import type { Billing, Capabilities, Comparison } from '../capabilities.ts'
import { coverOf } from '../plan/filter-cover.ts'
import type { Planning } from '../plan/planning.ts'
import { rfc } from '../plan/presets/rfc.ts'
import { requiredOf } from '../plan/required.ts'
import { unsupportedIn } from '../plan/unsupported.ts'
import { compileRules } from '../rules/compile.ts'
import { unlessRefused } from '../rules/counterexample.ts'
import type { Place } from '../rules/place.ts'
import type { Rule, RulePath } from '../rules/rule.ts'
import type { UpstreamDecides } from '../rules/verdict.ts'
import { fold } from '../scim/fold.ts'
import { printAttributePath } from '../scim/path.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { definitionsOf } from './definitions.ts'
import type { TenantDocument } from './schema.ts'
import { planningOf } from './upstream-bare.ts'

/** Something that an upstream cannot do, and what the plan does about it. */
export interface Lacking {
  readonly capability: string
  readonly follows: string
}

/** What of a type can be filtered by, in the upstream's names. */
export interface JudgedFilters {
  /** What it compares itself: `userName eq ew`. Whatever else is asked is searched for page by page. */
  readonly native: readonly string[]
  /** What no answer shows: 400 where it had to be decided here. */
  readonly refused: readonly string[]
}

/** What a tenant's upstream cannot do, and what follows (contract §6). */
export interface JudgedUpstream {
  readonly preset: string
  /** Absent where calls cost nothing. */
  readonly billing?: Billing
  readonly lacks: readonly Lacking[]
  /** By resource type; a type that is not named compares everything. */
  readonly filters: Readonly<Record<string, JudgedFilters>>
  /** By resource type: what a create must have after the rules. */
  readonly required: Readonly<Record<string, readonly string[]>>
  /** What rules write and the upstream cannot hold: left out, or refused by `unsupported: reject`. */
  readonly unsupported: readonly { readonly attribute: string; readonly rule: RulePath }[]
}

/** Judges a document's upstream by its preset and its own words; undefined where it can do all of the standard. */
export function judgeUpstream(document: TenantDocument): JudgedUpstream | undefined {
  const planning = planningOf(document)
  const { capabilities } = planning
  if (capabilities === rfc) return undefined
  const definitions = definitionsOf(document)
  const byType = <T>(judge: (definition: ResourceDefinition) => T | undefined): Readonly<Record<string, T>> =>
    Object.fromEntries(
      definitions.flatMap((definition): readonly (readonly [string, T])[] => {
        const judged = judge(definition)
        return judged === undefined ? [] : [[definition.type.name, judged]]
      }),
    )
  return {
    preset: capabilities.preset,
    ...(capabilities.billing === undefined ? {} : { billing: capabilities.billing }),
    lacks: lackingOf(planning),
    filters: byType(({ type }) => filtersOf(capabilities, fold(type.name))),
    required: byType((definition) => {
      const required = requiredOf(planning, definition).map(printAttributePath)
      return required.length === 0 ? undefined : required
    }),
    unsupported: unsupportedRules(document, planning, definitions),
  }
}

function lackingOf({ capabilities, choices }: Planning): readonly Lacking[] {
  const { put, patch, bulk, sort, etag, projection, paging, members } = capabilities
  const lacks: Lacking[] = []
  const lack = (isLacking: boolean, capability: string, follows: string): void => {
    if (isLacking) lacks.push({ capability, follows })
  }
  lack(!put, 'put', 'a PUT is a read, and a PATCH of what differs')
  lack(patch === false, 'patch', 'a PATCH is a read, and a PUT where anything differs')
  lack(patch !== false && !patch.pathless, 'patch.pathless', 'each operation is sent with its path')
  lack(patch !== false && !patch.elements, 'patch.elements', 'lists are written whole, after a read where it takes one')
  lack(bulk === false, 'bulk', 'a Bulk is its operations, four at a time')
  lack(!paging.index, 'paging.index', `an index is a walk by cursors, of ${choices.pageBudget} pages at most`)
  lack(!paging.cursor, 'paging.cursor', 'a cursor is a place in an index')
  lack(!paging.totals, 'paging.totals', 'totalResults is counted, once a walk')
  lack(!sort, 'sort', 'an order is made here, of all pages')
  lack(!etag, 'etag', 'there are no entity tags: nothing tells that others change what is written')
  lack(!projection, 'projection', 'whole resources are read')
  for (const [type, forms] of members) {
    const { addsPerPatch, removalsPerPatch } = forms
    lack(addsPerPatch !== undefined, `members.${type}.addsPerPatch`, `members are added ${addsPerPatch} a PATCH`)
    lack(
      removalsPerPatch !== undefined,
      `members.${type}.removalsPerPatch`,
      `members are removed ${removalsPerPatch} a PATCH`,
    )
    lack(!forms.replace, `members.${type}.replace`, 'replacing members reads them, and writes the difference')
    lack(!forms.atCreate, `members.${type}.atCreate`, 'members of a new group are added afterwards')
    lack(
      !forms.onRead,
      `members.${type}.onRead`,
      `members cost a read of their own (membersOnRead: ${choices.membersOnRead})`,
    )
  }
  return lacks
}

function filtersOf({ filter, types }: Capabilities, type: string): JudgedFilters | undefined {
  const forms = filter.get(type)
  if (forms === undefined || forms === 'any') return undefined
  return {
    native: forms.comparisons.map(printComparison),
    refused: (types.get(type)?.unseen ?? []).map(printAttributePath),
  }
}

const printComparison = ({ path, operators, alone }: Comparison): string =>
  [printAttributePath(path), ...operators, ...(alone ? ['(alone)'] : [])].join(' ')

/** Whether an upstream decides a filter of a type itself. */
export function decidedBy({ capabilities, choices }: Planning, definition: ResourceDefinition): UpstreamDecides {
  const type = fold(definition.type.name)
  const forms = capabilities.filter.get(type) ?? 'any'
  const unseen = capabilities.types.get(type)?.unseen ?? []
  return (filter) => {
    const cover = unlessRefused(() => coverOf(filter, { definition, forms, unseen, maxCalls: choices.pageBudget }))
    if (cover === undefined) return 'refused'
    return cover.kind === 'narrowed' || cover.kind === 'all' ? 'pages' : 'native'
  }
}

function unsupportedRules(
  document: TenantDocument,
  planning: Planning,
  definitions: readonly ResourceDefinition[],
): JudgedUpstream['unsupported'] {
  if (document.rules === undefined) return []
  return [...compileRules(document.rules)].flatMap(([name, { rules }]) => {
    const definition = definitions.find(({ type }) => type.name === name)
    if (definition === undefined) return []
    return rules.flatMap((rule) =>
      writtenBy(rule).flatMap((place) =>
        droppedAt(place, definition, planning).map((attribute) => ({ attribute, rule: rule.path })),
      ),
    )
  })
}

const writtenBy = (rule: Rule): readonly Place[] => {
  if (rule.kind === 'hide') return []
  return rule.kind === 'two-way' ? rule.upstream.map(({ place }) => place) : [rule.upstream]
}

/** What of a value at a place the plan would leave out. */
function droppedAt(place: Place, definition: ResourceDefinition, planning: Planning): readonly string[] {
  const { filter, ...path } = place
  const element =
    filter === undefined
      ? {}
      : {
          filter: {
            kind: 'compare',
            operator: 'eq',
            path: { name: filter.sub },
            value: filter.value,
          } as const,
        }
  const operation = { op: 'replace', path: { ...path, ...element }, value: 'a' } as const
  const request = { operation: 'patch', definition, id: 'a', operations: [operation], projection: {} } as const
  return unlessRefused(() => unsupportedIn(request, planning)) ?? []
}
