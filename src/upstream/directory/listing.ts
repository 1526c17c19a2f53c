import { project } from '../../scim/project.ts'
import type { ListQuery } from '../../scim/request.ts'
import type { Resource } from '../../scim/resource.ts'
import type { ResourceRow } from '../../store/resources.ts'
import type { DirectoryType } from './model.ts'
import type { Entry } from './order.ts'
import type { DirectoryParts } from './parts.ts'
import { showRows } from './show.ts'
import type { Sweep } from './sweep.ts'
import { computedFor, computedIn } from './wanted.ts'

/** A list that a client asks for. */
export interface Listing {
  /** The types that are searched; the whole directory's for a search from the root (RFC 7644 §3.4.2.1). */
  readonly types: readonly DirectoryType[]
  readonly query: ListQuery
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number
}

/** The resources that match, behind the one with the number `after`. */
export function sweepOf({ types, query, deadlineAt }: Listing, after: number): Sweep {
  return { types, filter: query.filter, computed: computedFor(query.filter, query.sortBy, types), after, deadlineAt }
}

/** The rows in the entries' order; one that was deleted meanwhile is passed over. */
export function rowsOf({ storage }: DirectoryParts, entries: readonly Entry[]): ResourceRow[] {
  const rows = storage.use((queries) => queries.bySeqs(entries.map(({ seq }) => seq)))
  const bySeq = new Map(rows.map((row) => [row.seq, row]))
  return entries.flatMap(({ seq }) => bySeq.get(seq) ?? [])
}

/** The rows in the client's projection. */
export function shown(
  { storage, model }: DirectoryParts,
  { query, types }: Listing,
  rows: readonly ResourceRow[],
): Resource[] {
  const computed = computedIn(query, types)
  const resources = storage.use((queries) => showRows(rows, computed, model, queries))
  return resources.map(({ type, resource }) => project(resource, query, type.definition))
}
