import type { Filter } from '../scim/filter.ts'
import type { AttributePath } from '../scim/path.ts'
import type { Projection } from '../scim/request.ts'
import type { BoundRules } from './bound.ts'
import type { FilterTranslation } from './translator.ts'

/** Until filters are translated: everything is let through, and decided over the client view. Right, but dear. */
export const translateFilter =
  (_bound: BoundRules) =>
  (_filter: Filter): FilterTranslation => ({ kind: 'superset', reason: 'filters are decided over the client view' })

/** Until sorting is translated: no order of the upstream is the client's. */
export const translateSortBy =
  (_bound: BoundRules) =>
  (_path: AttributePath): AttributePath | undefined =>
    undefined

/** Until projections are translated: everything is asked for. */
export const translateProjection =
  (_bound: BoundRules) =>
  (_projection: Projection): Projection => ({})
