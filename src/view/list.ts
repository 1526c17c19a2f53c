import type { FilterTranslation } from '../rules/translator.ts'
import { ScimError } from '../scim/error.ts'
import type { Filter } from '../scim/filter.ts'
import { compileFilter } from '../scim/match.ts'
import type { ListQuery, ListResult, Projection, ScimReply } from '../scim/request.ts'
import { sortKeyOf } from '../scim/sort.ts'
import type { Errand } from '../upstream/upstream.ts'
import { type Asked, ask, type Carrier, shownClient } from './carrier.ts'
import { typesOf } from './discovery-types.ts'
import type { Source } from './pages.ts'
import { pathsIn, type TypeView } from './type-view.ts'
import { type Walk, walk } from './walk.ts'

/** Lists resources (RFC 7644 §3.4.2): the upstream's page where it decides all that was asked, else what is decided here. */
export async function carryList(carrier: Carrier, request: Asked<'list'>, errand: Errand): Promise<ScimReply> {
  const { definition, query } = request
  if (definition === undefined) return { kind: 'list', list: await searchAll(carrier, query, errand) }
  const type = carrier.viewOf(definition)
  type.requireAllowed('read')
  const asked = questionOf(type, query)
  if (asked.filter.kind === 'exact' && asked.isOrdered) {
    const reply = await native({ carrier, type, query, errand }, asked)
    if (reply !== undefined) return reply
  }
  const walking: Walk = {
    carrier,
    // No call is needed where nothing can match.
    sources: asked.filter.kind === 'nothing' ? [] : [sourceOf(type, query, asked)],
    place: type.name,
    query,
    isSortedHere: !asked.isOrdered,
    errand,
  }
  return { kind: 'list', list: await walk(walking) }
}

/** What a list comes to upstream. */
interface Question {
  readonly filter: FilterTranslation | { readonly kind: 'exact'; readonly filter?: undefined }
  readonly sortBy: ListQuery['sortBy']
  /** Whether the upstream's order is the one that was asked for. */
  readonly isOrdered: boolean
}

function questionOf(type: TypeView, query: ListQuery): Question {
  const { translator, hasRules, scope } = type
  if (hasRules && query.filter !== undefined) compileFilter(query.filter, translator.client)
  if (hasRules && query.sortBy !== undefined) sortKeyOf(query.sortBy, translator.client)
  const filter = both(query.filter, scope?.filter)
  const sortBy = query.sortBy && translator.sortBy(query.sortBy)
  return {
    filter: filter === undefined ? { kind: 'exact' } : translator.filter(filter),
    sortBy,
    isOrdered: query.sortBy === undefined || sortBy !== undefined,
  }
}

const both = (left: Filter | undefined, right: Filter | undefined): Filter | undefined =>
  left === undefined || right === undefined ? (left ?? right) : { kind: 'and', left, right }

interface Asking {
  readonly carrier: Carrier
  readonly type: TypeView
  readonly query: ListQuery
  readonly errand: Errand
}

/** The upstream's own page; undefined where it holds what it was told to leave out: then the scope is decided here. */
async function native(
  { carrier, type, query, errand }: Asking,
  { filter, sortBy }: Question,
): Promise<ScimReply | undefined> {
  const { filter: _, sortBy: __, attributes: ___, excludedAttributes: ____, ...paging } = query
  const projection = type.translator.projection(projectionOf(query), type.scope?.needs)
  const asked = { ...paging, ...projection, ...nativeOf(filter, sortBy) }
  const request = { operation: 'list', definition: type.translator.upstream, query: asked } as const
  const reply = await ask(request, errand, { carrier, type })
  if (reply.kind !== 'list') return reply
  const clients = reply.list.resources.map(type.translator.toClient)
  if (clients.some((client) => type.scope?.holds(client) === false)) return undefined
  const isWhole = !type.hasRules && type.scope === undefined
  const resources = isWhole ? clients : clients.map((client) => shownClient(type, client, query))
  return { kind: 'list', list: { ...reply.list, resources } }
}

const projectionOf = ({ attributes, excludedAttributes }: ListQuery): Projection => ({
  ...(attributes === undefined ? {} : { attributes }),
  ...(excludedAttributes === undefined ? {} : { excludedAttributes }),
})

function nativeOf(filter: Question['filter'], sortBy: ListQuery['sortBy']): Pick<ListQuery, 'filter' | 'sortBy'> {
  const own = filter.kind === 'nothing' ? undefined : filter.filter
  return { ...(own === undefined ? {} : { filter: own }), ...(sortBy === undefined ? {} : { sortBy }) }
}

function sourceOf(type: TypeView, query: ListQuery, { filter, sortBy, isOrdered }: Question): Source {
  const { sortOrder } = query
  const own = nativeOf(filter, isOrdered ? sortBy : undefined)
  const wanted = both(query.filter, type.scope?.filter)
  // A scope is not left to the upstream alone: some servers pass over what they cannot compare.
  const isDecidedHere = filter.kind === 'superset' || type.scope !== undefined
  const decided = isDecidedHere ? wanted : undefined
  const needed = [...(decided === undefined ? [] : pathsIn(decided)), ...(isOrdered ? [] : sortPaths(query))]
  return {
    type,
    native: {
      ...own,
      ...(own.sortBy === undefined || sortOrder === undefined ? {} : { sortOrder }),
      ...type.translator.projection(projectionOf(query), needed),
    },
    reason: filter.kind === 'superset' ? filter.reason : 'it is not all decided by the upstream directory',
    ...(decided === undefined ? {} : { matches: compileFilter(decided, type.translator.client) }),
  }
}

const sortPaths = ({ sortBy }: ListQuery) => (sortBy === undefined ? [] : [sortBy])

/** A search from the root (RFC 7644 §3.4.2.1): the types that may be read, one after the other. */
async function searchAll(carrier: Carrier, query: ListQuery, errand: Errand): Promise<ListResult> {
  const types = (await typesOf(carrier, errand)).views.filter((type) => type.isAllowed('read'))
  if (types.length === 0) throw new ScimError(403, 'read is not allowed here for any type of resource')
  const sources = types.flatMap((type): Source[] => {
    const asked = questionOf(type, query)
    if (asked.filter.kind === 'nothing') return []
    return [sourceOf(type, query, { ...asked, isOrdered: false })]
  })
  return walk({ carrier, sources, place: '', query, isSortedHere: query.sortBy !== undefined, errand })
}
