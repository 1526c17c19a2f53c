import { isObject, type Json, type JsonObject } from '../../scim/json.ts'
import type { ListResult, ScimRequest } from '../../scim/request.ts'
import { attributeIn } from '../../scim/resource.ts'
import { notScim } from './body.ts'
import type { Locations } from './location.ts'
import { readResource } from './read-resource.ts'

type ListRequest = Extract<ScimRequest, { operation: 'list' }>

/**
 * A ListResponse (RFC 7644 §3.4.2), tolerant of what servers make of it: `resources` in lower case (facts A2), numbers as
 * text, a missing `totalResults` where the page is plainly the whole list.
 * @throws ScimError 502 where it is no list.
 */
export function readList(body: JsonObject, { query, definition }: ListRequest, locations: Locations): ListResult {
  const listed = attributeIn(body, 'Resources') ?? undefined
  const told = countIn(attributeIn(body, 'totalResults'))
  if (listed === undefined ? told === undefined : !Array.isArray(listed)) throw notScim('a list without resources')
  const wantsMeta = query.attributes === undefined && query.excludedAttributes === undefined
  const resources = (Array.isArray(listed) ? listed : []).map((item) => {
    if (!isObject(item)) throw notScim('a list of something else than resources')
    return readResource(item, definition, locations, wantsMeta).resource
  })
  const nextCursor = attributeIn(body, 'nextCursor')
  const isLast = typeof nextCursor !== 'string' || nextCursor === ''
  const totalResults = told ?? (isLast && isWholeList(query, resources.length) ? resources.length : undefined)
  const startIndex = countIn(attributeIn(body, 'startIndex'))
  return {
    resources,
    ...(totalResults === undefined ? {} : { totalResults }),
    ...(startIndex === undefined ? {} : { startIndex }),
    itemsPerPage: countIn(attributeIn(body, 'itemsPerPage')) ?? resources.length,
    ...(isLast ? {} : { nextCursor }),
  }
}

/** A first page that is shorter than what was asked for holds everything. */
const isWholeList = ({ startIndex, count, cursor }: ListRequest['query'], length: number): boolean =>
  (startIndex ?? 1) === 1 && (cursor ?? '') === '' && (count === undefined || length < count)

function countIn(value: Json | undefined): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 ? number : undefined
}
