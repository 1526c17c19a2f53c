import { projectionIn, questionOf } from '../plan/list-asked.ts'
import type { Listed, Listing, Source } from '../plan/listing.ts'
import { projected } from '../plan/shown.ts'
import type { FilterTranslation } from '../rules/translator.ts'
import { ScimError } from '../scim/error.ts'
import { type Filter, pathsIn } from '../scim/filter.ts'
import { compileFilter } from '../scim/match.ts'
import type { AttributePath } from '../scim/path.ts'
import type { ListQuery, ListResult, ScimReply } from '../scim/request.ts'
import type { Resource } from '../scim/resource.ts'
import { type SortKey, sortKeyOf } from '../scim/sort.ts'
import type { Errand } from '../upstream/upstream.ts'
import { type Asked, type Carrier, seen } from './carrier.ts'
import { typesOf } from './discovery-types.ts'
import type { TypeView } from './type-view.ts'

/**
 * Lists resources (RFC 7644 §3.4.2): the upstream is asked what it can decide of the client's question, and the rest is
 * decided over the client view while its pages are walked (contract §5, law 3).
 * @throws ScimError in the client's words
 */
export async function carryList(carrier: Carrier, request: Asked<'list'>, errand: Errand): Promise<ScimReply> {
  const { definition, query } = request
  const types = definition === undefined ? await readableTypes(carrier, errand) : [carrier.viewOf(definition)]
  for (const type of types) type.requireAllowed('read')
  const [first] = types
  try {
    if (definition !== undefined && first !== undefined && !first.hasRules && first.scope === undefined)
      return await carrier.upstream.carry(request, errand)
    const views = types.flatMap((type) => viewIn(type, query))
    const listed = await carrier.upstream.list(listingOf(views, types, query, errand), errand)
    return { kind: 'list', list: resultOf(listed, views, query) }
  } catch (error) {
    throw types.length === 1 && first !== undefined ? first.inClientWords(error) : error
  }
}

/** A search from the root (RFC 7644 §3.4.2.1) is over the types that may be read. */
async function readableTypes(carrier: Carrier, errand: Errand): Promise<readonly TypeView[]> {
  const types = (await typesOf(carrier, errand)).views.filter((type) => type.isAllowed('read'))
  if (types.length === 0) throw new ScimError(403, 'read is not allowed here for any type of resource')
  return types
}

/** One type of a list, and what its resources look like from here. */
interface ListView {
  readonly source: Source
  clientOf(resource: Resource): Resource
  keyOf(resource: Resource): SortKey
  readonly type: TypeView
  /** Whether the upstream's order is the one that was asked for. */
  readonly isOrdered: boolean
}

/** Nothing where no resource of the type can match: then no call is needed. @throws ScimError 400 `invalidFilter` */
function viewIn(type: TypeView, query: ListQuery): readonly ListView[] {
  const { translator, hasRules, scope } = type
  const { client } = translator
  if (hasRules && query.filter !== undefined) compileFilter(query.filter, client)
  const key = query.sortBy && sortKeyOf(query.sortBy, client)
  const wanted = both(query.filter, scope?.filter)
  const filter: FilterTranslation = wanted === undefined ? { kind: 'exact' } : translator.filter(wanted)
  if (filter.kind === 'nothing') return []
  const sortBy = query.sortBy && translator.sortBy(query.sortBy)
  const isOrdered = query.sortBy === undefined || sortBy !== undefined
  const clientOf = remembered((resource) => seen(type, resource))
  const source = sourceOf({ type, query, filter, wanted, clientOf, ...(isOrdered ? { sortBy } : {}) })
  return [{ type, source, clientOf, isOrdered, keyOf: (resource) => key?.(clientOf(resource)) }]
}

const both = (left: Filter | undefined, right: Filter | undefined): Filter | undefined =>
  left === undefined || right === undefined ? (left ?? right) : { kind: 'and', left, right }

interface Asking extends Pick<ListView, 'type' | 'clientOf'> {
  readonly query: ListQuery
  readonly filter: Exclude<FilterTranslation, { kind: 'nothing' }>
  /** What must hold in the client view. */
  readonly wanted: Filter | undefined
  /** The order that is asked of the upstream. */
  readonly sortBy?: AttributePath | undefined
}

function sourceOf({ type, query, filter, wanted, clientOf, sortBy }: Asking): Source {
  const { translator, scope } = type
  // A scope is not left to the upstream alone: some servers pass over what they cannot compare.
  const decided = filter.kind === 'superset' || scope !== undefined ? wanted : undefined
  const deciding = decided === undefined ? [] : pathsIn(decided)
  const ordering = query.sortBy !== undefined && sortBy === undefined ? [query.sortBy] : []
  // The id is shown anyway.
  const needs = translator.projection({ attributes: [id] }, deciding).attributes?.filter((path) => path.name !== 'id')
  return {
    definition: translator.upstream,
    projection: translator.projection(projectionIn(query), [...deciding, ...ordering]),
    reason: filter.kind === 'superset' ? filter.reason : 'it is not all decided by the upstream directory',
    ...(filter.filter === undefined ? {} : { filter: filter.filter }),
    ...(sortBy === undefined ? {} : { sortBy }),
    ...(decided === undefined ? {} : { ...keeping(decided, type, clientOf), isGuard: filter.kind === 'exact' }),
    ...(needs === undefined ? {} : { needs }),
  }
}

const id: AttributePath = { name: 'id' }

function keeping(decided: Filter, { translator }: TypeView, clientOf: ListView['clientOf']): Pick<Source, 'keep'> {
  const matches = compileFilter(decided, translator.client)
  return { keep: (resource) => matches(clientOf(resource)) }
}

/** Each resource is looked at from here once, however often it is asked for. */
function remembered(translate: (resource: Resource) => Resource): (resource: Resource) => Resource {
  const clients = new WeakMap<Resource, Resource>()
  return (resource) => {
    const known = clients.get(resource)
    if (known !== undefined) return known
    const client = translate(resource)
    clients.set(resource, client)
    return client
  }
}

function listingOf(
  views: readonly ListView[],
  types: readonly TypeView[],
  query: ListQuery,
  { credential }: Errand,
): Listing {
  const { startIndex, count, cursor, sortOrder } = query
  const bySource = new Map(views.map((view) => [view.source, view]))
  const isSortedHere = views.some(({ isOrdered }) => !isOrdered) || (query.sortBy !== undefined && views.length > 1)
  const definitions = types.map(({ translator }) => translator.client)
  return {
    sources: views.map(({ source }) => source),
    // What a question comes to upstream changes with the rules and the scope: a cursor holds places in that.
    question: JSON.stringify([questionOf(definitions, query), types.map(({ version }) => version)]),
    credential,
    ...(isSortedHere ? { keyOf: (source, resource) => bySource.get(source)?.keyOf(resource) } : {}),
    ...(startIndex === undefined ? {} : { startIndex }),
    ...(count === undefined ? {} : { count }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(sortOrder === undefined ? {} : { sortOrder }),
  }
}

function resultOf({ entries, ...told }: Listed, views: readonly ListView[], query: ListQuery): ListResult {
  const bySource = new Map(views.map((view) => [view.source, view]))
  const resources = entries.map(({ source, resource }) => {
    const view = bySource.get(source)
    return view === undefined ? resource : projected(view.clientOf(resource), query, view.type.translator.client)
  })
  return { ...told, resources, itemsPerPage: resources.length }
}
