import type { Capabilities, Comparison, FilterList } from '../../src/capabilities.ts'
import { largestPage } from '../../src/plan/page.ts'
import { rfc } from '../../src/plan/presets/rfc.ts'
import { runPlan } from '../../src/plan/run.ts'
import type { Plan, Step } from '../../src/plan/step.ts'
import { badRequest } from '../../src/scim/error.ts'
import { type Filter, printFilter } from '../../src/scim/filter.ts'
import { compileFilter } from '../../src/scim/match.ts'
import { type AttributePath, printAttributePath } from '../../src/scim/path.ts'
import { project } from '../../src/scim/project.ts'
import type { ListQuery, ListResult, ScimReply } from '../../src/scim/request.ts'
import { idOf, type Resource } from '../../src/scim/resource.ts'
import type { ResourceDefinition } from '../../src/scim/schema.ts'
import { enterpriseUserUrn } from '../../src/scim/schemas.ts'
import { compileSort } from '../../src/scim/sort.ts'

export interface PlayedUpstream {
  readonly capabilities: Capabilities
  readonly resources: ReadonlyMap<ResourceDefinition, readonly Resource[]>
  /** The users of a group, which their own reads do not show: what `groups.value` compares. */
  readonly groupsOf?: (user: Resource) => readonly string[]
  /** Answers lists instead of what there is. */
  readonly answer?: (query: ListQuery, call: number) => ListResult
  /** Resources that a page holds at most. */
  readonly pageSize?: number
}

/** Serves steps as an upstream of these capabilities would, from memory, and writes down what it was asked. */
export function play(played: PlayedUpstream) {
  const asked: string[] = []
  const purposes: string[] = []
  const cursors = new Map<string, string>()
  const carry = async ({ request, purpose }: Step): Promise<ScimReply> => {
    purposes.push(purpose)
    if (request.operation === 'read') {
      asked.push(`${request.definition.type.endpoint}/${request.id}`)
      const resource = played.resources.get(request.definition)?.find((one) => idOf(one) === request.id)
      if (resource === undefined) throw new Error('no such resource')
      return { kind: 'resource', status: 200, resource: project(resource, request.projection, request.definition) }
    }
    if (request.operation !== 'list' || request.definition === undefined) throw new Error('only lists are played')
    const { definition, query } = request
    asked.push(written(definition, query))
    return { kind: 'list', list: played.answer?.(query, asked.length) ?? listOf(definition, query) }
  }

  function listOf(definition: ResourceDefinition, query: ListQuery): ListResult {
    const { paging } = played.capabilities
    const { filter, cursor = '', startIndex, count = 100, sortBy, sortOrder } = query
    requireServed(query, definition, played.capabilities)
    const matches = filter === undefined ? () => true : compileFilter(filter, definition)
    const all = (played.resources.get(definition) ?? []).filter((one) =>
      matches({ ...one, groups: (played.groupsOf?.(one) ?? []).map((value) => ({ value })) }),
    )
    const sorted = sortBy === undefined ? all : all.toSorted(compileSort(sortBy, sortOrder, definition))
    const { cursor: _, ...question } = query
    const words = JSON.stringify(question)
    if (cursor !== '' && cursors.get(cursor) !== words) throw badRequest('invalidCursor', 'another cursor')
    const start = cursor === '' ? (startIndex ?? 1) - 1 : Number(cursor.slice(1))
    const size = Math.min(count, played.pageSize ?? 1000, largestPage(played.capabilities, definition, query))
    const resources = sorted.slice(start, start + size).map((one) => project(hidden(one), query, definition))
    const end = start + resources.length
    if (paging.index)
      return { resources, totalResults: all.length, startIndex: start + 1, itemsPerPage: resources.length }
    const nextCursor = `c${end}`
    cursors.set(nextCursor, words)
    return { resources, itemsPerPage: resources.length, ...(end < all.length ? { nextCursor } : {}) }
  }

  return { asked, purposes, cursors, run: <T>(plan: Plan<T>): Promise<T> => runPlan(plan, carry) }
}

/** Groups show no members, as Entra's do. */
function hidden(resource: Resource): Resource {
  const { members: _, ...shown } = resource
  return shown
}

/** What a strict upstream refuses, a lenient one would pass over. */
function requireServed(
  query: ListQuery,
  definition: ResourceDefinition,
  { paging, sort, ...rest }: Capabilities,
): void {
  if (query.startIndex !== undefined && !paging.index) throw new Error('no index')
  if (query.cursor !== undefined && !paging.cursor) throw new Error('no cursor')
  if (query.sortBy !== undefined && !sort) throw new Error('no sort')
  if (query.count === 0 && !paging.countZero) throw new Error('no count of 0')
  if ((query.attributes ?? query.excludedAttributes) !== undefined && !rest.projection) throw new Error('no projection')
  const forms = rest.filter.get(definition.type.name.toLowerCase()) ?? 'any'
  if (query.filter !== undefined && forms !== 'any') requireListed(query.filter, forms)
}

/** Whether a filter has only what the list has: what a strict upstream would find out. */
export function requireListed(filter: Filter, list: FilterList, isWhole = true): void {
  const found = (path: string, operator: string, negated: boolean) => {
    const one = list.comparisons.find((comparison) => printAttributePath(comparison.path) === path)
    const operators: readonly string[] = (negated ? one?.negated : one?.operators) ?? []
    if (!operators.includes(operator)) throw new Error(`not listed: ${path} ${operator}`)
    if (one?.alone === true && !isWhole) throw new Error(`not alone: ${path}`)
  }
  switch (filter.kind) {
    case 'and':
    case 'or':
      if (!list[filter.kind]) throw new Error(`no ${filter.kind}`)
      requireListed(filter.left, list, false)
      requireListed(filter.right, list, false)
      return
    case 'not':
      if (filter.of.kind === 'compare') found(printAttributePath(filter.of.path), filter.of.operator, true)
      else if (filter.of.kind === 'present') found(printAttributePath(filter.of.path), 'pr', true)
      else throw new Error('a not of more than one')
      return
    case 'compare':
      found(printAttributePath(filter.path), filter.operator, false)
      return
    case 'present':
      found(printAttributePath(filter.path), 'pr', false)
      return
    case 'elements':
      throw new Error('elements are not listed')
  }
}

/** What a list was asked, as a URL would say it. */
export function written({ type }: ResourceDefinition, query: ListQuery): string {
  const { filter, attributes, excludedAttributes, sortBy, startIndex, count, cursor } = query
  const names = (paths: typeof attributes) => paths?.map(printAttributePath).join(',')
  const parts = {
    filter: filter && printFilter(filter),
    attributes: names(attributes),
    excludedAttributes: names(excludedAttributes),
    sortBy: sortBy && printAttributePath(sortBy),
    startIndex,
    count,
    cursor,
  }
  const text = Object.entries(parts).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
  return `${type.endpoint}?${text.join('&')}`
}

const path = (name: string, sub?: string, urn?: string): AttributePath => ({
  ...(urn === undefined ? {} : { urn }),
  name,
  ...(sub === undefined ? {} : { sub }),
})
const compares = (of: AttributePath, more: Partial<Comparison> = {}): Comparison => ({
  path: of,
  operators: ['eq'],
  negated: [],
  alone: false,
  ...more,
})

/** What Entra's SCIM API compares (facts A3), over the standard's own definitions. */
export const entraFilters: ReadonlyMap<string, FilterList> = new Map([
  [
    'user',
    {
      comparisons: [
        compares(path('active')),
        compares(path('userName'), { operators: ['eq', 'ew'], negated: ['ew'] }),
        compares(path('externalId'), { alone: true }),
        compares(path('id')),
        compares(path('groups', 'value')),
      ],
      and: true,
      or: false,
    },
  ],
  [
    'group',
    {
      comparisons: [
        compares(path('displayName'), { operators: ['eq', 'ew'] }),
        compares(path('id')),
        compares(path('members', 'value')),
      ],
      and: true,
      or: false,
    },
  ],
])

/** Lists as Entra has them (facts A2, A3, A5). */
export const entraLike: Capabilities = {
  ...rfc,
  preset: 'entra',
  search: false,
  sort: false,
  filter: entraFilters,
  paging: {
    index: false,
    cursor: true,
    countZero: false,
    totals: false,
    sizes: new Map([
      [
        'user',
        { default: 100, max: 100, wide: { max: 999, without: [path('manager', undefined, enterpriseUserUrn)] } },
      ],
      ['*', { default: 100, max: 1000 }],
    ]),
  },
  members: new Map([
    [
      'group',
      {
        addsPerPatch: 20,
        removalsPerPatch: 1,
        mixed: false,
        replace: false,
        atCreate: false,
        onRead: false,
        lookup: path('groups', 'value'),
        removalOfNobodyIs404: true,
      },
    ],
  ]),
  types: new Map([
    ['user', { required: [], unseen: [path('groups'), path('password')], own: [], elements: [] }],
    ['group', { required: [], unseen: [path('members')], own: [], elements: [] }],
  ]),
}
