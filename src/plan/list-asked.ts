import type { Capabilities } from '../capabilities.ts'
import { printFilter } from '../scim/filter.ts'
import { fold } from '../scim/fold.ts'
import { type AttributePath, printAttributePath } from '../scim/path.ts'
import type { ListQuery, Projection, ScimRequest } from '../scim/request.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import type { Listing } from './listing.ts'

type ListRequest = Extract<ScimRequest, { operation: 'list' }>

/** Whether the upstream serves a list as it stands, whatever it asks: then it is passed on untouched. */
export function isServedWhole({ definition, query }: ListRequest, capabilities: Capabilities): boolean {
  const { paging, filter, members, sort, projection, search } = capabilities
  const isPaged = paging.index && paging.cursor && paging.totals && (query.count !== 0 || paging.countZero)
  const isNamed = (names: ReadonlyMap<string, unknown>): boolean =>
    definition === undefined ? names.size > 0 : names.has(fold(definition.type.name))
  const areMembersShown = [...members.values()].every(({ onRead }) => onRead)
  return (
    isPaged &&
    !isNamed(filter) &&
    (areMembersShown || !isNamed(members)) &&
    (sort || query.sortBy === undefined) &&
    (projection || (query.attributes ?? query.excludedAttributes) === undefined) &&
    (search || definition !== undefined)
  )
}

/** A client's own list. */
export function listingOf(definitions: readonly ResourceDefinition[], query: ListQuery, credential: string): Listing {
  const { filter, sortBy, startIndex, count, cursor, sortOrder } = query
  return {
    sources: definitions.map((definition) => ({
      definition,
      projection: projectionIn(query),
      ...(filter === undefined ? {} : { filter }),
      ...(sortBy === undefined ? {} : { sortBy }),
    })),
    question: questionOf(definitions, query),
    credential,
    ...(startIndex === undefined ? {} : { startIndex }),
    ...(count === undefined ? {} : { count }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(sortOrder === undefined ? {} : { sortOrder }),
  }
}

export const projectionIn = ({ attributes, excludedAttributes }: ListQuery): Projection => ({
  ...(attributes === undefined ? {} : { attributes }),
  ...(excludedAttributes === undefined ? {} : { excludedAttributes }),
})

/** All that is asked but the page, as text (RFC 9865 §2: it must stay while a client pages). */
export function questionOf(definitions: readonly ResourceDefinition[], query: ListQuery): string {
  const { filter, sortBy, sortOrder = 'ascending', attributes = [], excludedAttributes = [] } = query
  const names = (paths: readonly AttributePath[]) => paths.map((path) => fold(printAttributePath(path)))
  return JSON.stringify([
    definitions.map(({ type }) => type.name),
    filter === undefined ? null : printFilter(filter),
    sortBy === undefined ? null : [names([sortBy]), sortOrder],
    names(attributes),
    names(excludedAttributes),
  ])
}
