import type { Capabilities, Comparison, FilterList } from '../../src/capabilities.ts'
import { rfc } from '../../src/plan/presets/rfc.ts'
import { runPlan } from '../../src/plan/run.ts'
import type { Plan, Step } from '../../src/plan/step.ts'
import { printFilter } from '../../src/scim/filter.ts'
import { compileFilter } from '../../src/scim/match.ts'
import { type AttributePath, printAttributePath } from '../../src/scim/path.ts'
import { project } from '../../src/scim/project.ts'
import type { ListQuery, ListResult, ScimReply } from '../../src/scim/request.ts'
import { idOf, type Resource } from '../../src/scim/resource.ts'
import type { ResourceDefinition } from '../../src/scim/schema.ts'
import { enterpriseUserUrn } from '../../src/scim/schemas.ts'

export interface PlayedUpstream {
  readonly capabilities: Capabilities
  readonly resources: ReadonlyMap<ResourceDefinition, readonly Resource[]>
  /** The users of a group, which their own reads do not show: what `groups.value` compares. */
  readonly groupsOf?: (user: Resource) => readonly string[]
  /** Changes the answer to a list, or what there is, before it is given. */
  readonly onList?: (list: ListResult, query: ListQuery, call: number) => ListResult
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
    const list = listOf(definition, query)
    return { kind: 'list', list: played.onList?.(list, query, asked.length) ?? list }
  }

  function listOf(definition: ResourceDefinition, query: ListQuery): ListResult {
    const { paging } = played.capabilities
    const { filter, cursor, startIndex, count = 100 } = query
    const matches = filter === undefined ? () => true : compileFilter(filter, definition)
    const all = (played.resources.get(definition) ?? []).filter((one) =>
      matches({ ...one, groups: (played.groupsOf?.(one) ?? []).map((value) => ({ value })) }),
    )
    const { cursor: _, count: __, ...question } = query
    const words = JSON.stringify(question)
    if (cursor !== undefined && cursor !== '' && cursors.get(cursor) !== words) throw new Error('another cursor')
    const start = cursor !== undefined && cursor !== '' ? Number(cursor.slice(1)) : (startIndex ?? 1) - 1
    const size = Math.min(count, played.pageSize ?? 1000)
    const resources = all.slice(start, start + size).map((one) => project(one, query, definition))
    const end = start + resources.length
    if (paging.index)
      return { resources, totalResults: all.length, startIndex: start + 1, itemsPerPage: resources.length }
    const nextCursor = `c${end}`
    cursors.set(nextCursor, words)
    return { resources, itemsPerPage: resources.length, ...(end < all.length ? { nextCursor } : {}) }
  }

  return { asked, purposes, run: <T>(plan: Plan<T>): Promise<T> => runPlan(plan, carry) }
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
