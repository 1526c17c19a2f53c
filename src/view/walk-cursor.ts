import { badRequest } from '../scim/error.ts'
import { printFilter } from '../scim/filter.ts'
import { printAttributePath } from '../scim/path.ts'
import type { ListQuery } from '../scim/request.ts'

/** What was asked, and of whom: the tenant and its resource types. */
export interface WalkQuestion {
  readonly place: string
  readonly query: ListQuery
}

/**
 * The cursor of a list that is decided here: how many matches came before, and a mark of what was asked, so that the
 * cursor of another question is not taken for this one's (RFC 9865 §2). It opens nothing: who sends one is shown what is
 * behind so many of its own matches.
 */
export const printWalkCursor = (offset: number, question: WalkQuestion): string =>
  `${offset.toString(36)}.${markOf(question)}`

/** @throws ScimError 400 `invalidCursor` */
export function readWalkCursor(cursor: string, question: WalkQuestion): number {
  if (cursor === '') return 0
  const [, offset = '', mark] = /^([0-9a-z]{1,9})\.([0-9a-z]+)$/.exec(cursor) ?? []
  if (mark !== markOf(question)) throw badRequest('invalidCursor', 'the cursor is not one of this list')
  return Number.parseInt(offset, 36)
}

/** FNV-1a, 32 bits: against mistakes, not against anybody. */
function markOf({ place, query: { filter, sortBy, sortOrder } }: WalkQuestion): string {
  const text = [place, filter && printFilter(filter), sortBy && printAttributePath(sortBy), sortOrder].join('\n')
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return (hash >>> 0).toString(36)
}
