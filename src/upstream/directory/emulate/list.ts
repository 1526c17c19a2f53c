import type { Filter } from '../../../scim/filter.ts'
import type { Json, JsonObject } from '../../../scim/json.ts'
import { compileFilter } from '../../../scim/match.ts'
import type { ResourceQueries, ResourceRow } from '../../../store/resources.ts'
import { type CursorScope, printCursor, readCursor } from '../cursor.ts'
import { cursorKey } from '../cursor-key.ts'
import type { DirectoryType } from '../model.ts'
import { narrow } from '../narrow.ts'
import { nothingComputed, showRows } from '../show.ts'
import { sweep } from '../sweep.ts'
import type { Wanted } from './filter.ts'
import type { StandInParts } from './parts.ts'
import type { Query } from './query.ts'
import { showAll } from './show.ts'

/** A search of a very large directory that takes longer is answered 504. */
const longestSearchMs = 30_000
/** Rows at a time, where each has to be looked at. */
const chunkLength = 500

/**
 * One page (facts A2): by cursor only, `resources` in lower case, `totalResults` only where a filtered list has one page,
 * no `startIndex`. A page costs what it holds, except where the filter looks at resources that it then leaves out.
 * @throws ScimError 400 for a cursor of another query.
 */
export async function listPage(parts: StandInParts, type: DirectoryType, query: Query): Promise<JsonObject> {
  const { model, storage } = parts.directory
  const scope = scopeOf(parts, query)
  const isFirst = query.cursor === undefined || query.cursor === ''
  const after = isFirst ? 0 : readCursor(query.cursor ?? '', scope).seq
  const rows: ResourceRow[] = []
  for await (const chunk of matching(parts, type, { filter: query.filter, after, pageSize: query.pageSize })) {
    rows.push(...chunk)
    if (rows.length > query.pageSize) break
  }
  const page = rows.slice(0, query.pageSize)
  const last = page.at(-1)
  const isMore = rows.length > query.pageSize && last !== undefined
  const resources: Json[] = storage.use((queries) => showAll(page, model, queries, query.projection))
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    ...(query.filter !== undefined && isFirst && !isMore ? { totalResults: page.length } : {}),
    itemsPerPage: page.length,
    ...(isMore ? { nextCursor: printCursor({ seq: last.seq, count: query.pageSize }, scope) } : {}),
    resources,
  }
}

const scopeOf = ({ directory }: StandInParts, { binding }: Query): CursorScope => ({
  key: directory.storage.use((queries) => cursorKey(queries, directory.ports)),
  tenant: directory.tenant,
  query: binding,
  now: directory.ports.now(),
})

interface Search {
  readonly filter: Wanted | undefined
  readonly after: number
  readonly pageSize: number
}

/** The rows behind `after` that the filter wants, in the order of their making, some at a time. */
async function* matching(
  parts: StandInParts,
  type: DirectoryType,
  { filter, after, pageSize }: Search,
): AsyncGenerator<readonly ResourceRow[]> {
  const { directory } = parts
  if (filter === undefined) {
    yield directory.storage.use((queries) => queries.after([type.name], after, pageSize + 1))
    return
  }
  if (filter.owned) return
  const holders = directory.storage.use((queries) => holdersOf(filter, queries))
  if (holders === undefined) return
  const { rest } = filter
  if (holders.length === 0 || (rest !== undefined && narrow(rest, type) !== undefined)) {
    const deadlineAt = directory.ports.now() + longestSearchMs
    const asked = { types: [type], filter: rest, computed: nothingComputed, after, deadlineAt }
    for await (const chunk of sweep(directory, asked)) {
      const rows = chunk.map(({ row }) => row)
      yield directory.storage.use((queries) => rows.filter(({ seq }) => isHeld(seq, holders, queries)))
    }
    return
  }
  yield* heldRows(parts, type, { rest, holders, after, length: rest === undefined ? pageSize + 1 : chunkLength })
}

/** Whose other side of a membership a resource must be. */
interface Holder {
  readonly seq: number
  readonly side: 'membersBehind' | 'groupsBehind'
}

/** Undefined where somebody is named who does not exist: then nothing matches. */
function holdersOf({ groups, members }: Wanted, queries: ResourceQueries): readonly Holder[] | undefined {
  const find = (type: string, ids: readonly string[], side: Holder['side']) =>
    ids.map((id) => ({ seq: queries.byId(type, id)?.seq, side }))
  const holders: Holder[] = []
  for (const { seq, side } of [...find('Group', groups, 'membersBehind'), ...find('User', members, 'groupsBehind')]) {
    if (seq === undefined) return undefined
    holders.push({ seq, side })
  }
  return holders
}

const isHeld = (seq: number, holders: readonly Holder[], { memberships }: ResourceQueries): boolean =>
  holders.every((holder) => memberships[holder.side](holder.seq, seq - 1, 1)[0] === seq)

interface HeldSearch {
  readonly rest: Filter | undefined
  readonly holders: readonly Holder[]
  readonly after: number
  readonly length: number
}

/** Walks the memberships of the first holder, from an index, and asks the rest of each. */
async function* heldRows(
  { directory }: StandInParts,
  type: DirectoryType,
  { rest, holders: [first, ...others], after, length }: HeldSearch,
): AsyncGenerator<readonly ResourceRow[]> {
  if (first === undefined) return
  const { storage, model, ports } = directory
  const matches = rest === undefined ? undefined : compileFilter(rest, type.definition)
  let seq = after
  for (;;) {
    const chunk = storage.use((queries) => {
      const seqs = queries.memberships[first.side](first.seq, seq, length)
      const rows = queries.bySeqs(seqs).filter((row) => row.type === type.name && isHeld(row.seq, others, queries))
      const kept =
        matches === undefined
          ? rows
          : showRows(rows, nothingComputed, model, queries)
              .filter(({ resource }) => matches(resource))
              .map(({ row }) => row)
      seq = seqs.at(-1) ?? seq
      return { kept, isLast: seqs.length < length }
    })
    yield chunk.kept
    if (chunk.isLast) return
    await ports.wait(0)
  }
}
