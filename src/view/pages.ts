import { badRequest, ScimError } from '../scim/error.ts'
import type { ListQuery, ListResult } from '../scim/request.ts'
import { idOf, type Resource } from '../scim/resource.ts'
import type { Errand } from '../upstream/upstream.ts'
import { ask, type Carrier } from './carrier.ts'
import type { TypeView } from './type-view.ts'

/** Contract §12: upstream pages that one list may read. */
export const pageBudget = 20
export const upstreamPageSize = 1000

/** What is asked of one resource type, and what of it is decided here. */
export interface Source {
  readonly type: TypeView
  /** The upstream's part of the question, in its own names, with what must be asked for to decide the rest. */
  readonly native: Omit<ListQuery, 'startIndex' | 'count' | 'cursor'>
  /** The rest, over the client view; absent where the upstream decides all of it. */
  matches?(client: Resource): boolean
  /** Why it is not all asked of the upstream, for whoever asked too much. */
  readonly reason: string
}

export interface Budget {
  left: number
}

interface Paging {
  readonly carrier: Carrier
  readonly errand: Errand
  readonly budget: Budget
}

/** What was read does not fit together: resources came or went between two pages. */
export class Moved extends Error {}

/**
 * The upstream's pages: by cursor where it gives one, else by index.
 * @throws Moved, ScimError 400 `tooMany`, 502 where the upstream shows less than it says that there is
 */
export async function* pagesOf(
  source: Source,
  { carrier, errand, budget }: Paging,
): AsyncGenerator<readonly Resource[]> {
  const { type, native } = source
  const ids = new Set<string>()
  let behind: Pick<ListQuery, 'startIndex' | 'cursor'> = {}
  let first: ListResult | undefined
  for (let read = 0; ; ) {
    if (budget.left === 0) throw tooMany(source)
    budget.left -= 1
    const query = { ...native, count: upstreamPageSize, ...behind }
    const request = { operation: 'list', definition: type.translator.upstream, query } as const
    const reply = await ask(request, errand, { carrier, type, purpose: first === undefined ? 'forward' : 'page' })
    if (reply.kind !== 'list') throw new ScimError(502, 'the upstream directory answered without a list')
    const { resources, totalResults = Number.POSITIVE_INFINITY, nextCursor } = reply.list
    first ??= reply.list
    requireStill(resources, ids)
    // Behind a cursor nothing moves, whatever comes and goes; behind an index everything does.
    if (behind.startIndex !== undefined && first.totalResults !== reply.list.totalResults)
      throw new Moved('the number of resources changed between two pages')
    read += resources.length
    // A page shows how many it takes: what cannot be done within the budget is not begun.
    const isHopeless = Number.isFinite(totalResults) && totalResults - read > budget.left * resources.length
    if (isHopeless && resources.length > 0) throw tooMany(source)
    yield resources
    if (nextCursor !== undefined) behind = { cursor: nextCursor }
    else if (behind.cursor !== undefined || read >= totalResults) return
    else if (resources.length > 0) behind = { startIndex: read + 1 }
    else if (Number.isFinite(totalResults)) throw new ScimError(502, lessThanSaid)
    else return
  }
}

const lessThanSaid = 'the upstream directory shows fewer resources than it says that there are'

/** @throws Moved where a resource was on a page before */
function requireStill(resources: readonly Resource[], ids: Set<string>): void {
  for (const resource of resources) {
    const id = idOf(resource)
    if (id === undefined) continue
    if (ids.has(id)) throw new Moved('a resource is on two pages')
    ids.add(id)
  }
}

const tooMany = ({ reason }: Source) =>
  badRequest(
    'tooMany',
    `this cannot be decided within ${pageBudget} pages of the upstream directory (${reason}): ask for less, by an attribute that it compares alike`,
  )
