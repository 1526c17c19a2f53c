import type { Dialect } from './dialect.ts'
import { badRequest } from './error.ts'
import { parseFilter } from './filter.ts'
import type { Json, JsonObject } from './json.ts'
import { type AttributePath, parseAttributePath } from './path.ts'
import type { ListQuery, Projection } from './request.ts'
import { attributeIn, isAssigned } from './resource.ts'

/** What a query asks, still as text: the parameters of a URL and a SearchRequest read alike. */
interface QueryText {
  readonly attributes: readonly string[]
  readonly excludedAttributes: readonly string[]
  readonly filter?: string | undefined
  readonly sortBy?: string | undefined
  readonly sortOrder?: string | undefined
  readonly startIndex?: string | undefined
  readonly count?: string | undefined
  readonly cursor?: string | undefined
}

/**
 * RFC 7644 §3.9 from a URL's parameters. Unknown parameters are ignored (RFC 7644 §3.4.2).
 * @throws ScimError 400
 */
export const projectionFrom = (parameters: URLSearchParams): Projection => projection(textOf(parameters))

/**
 * RFC 7644 §3.4.2 and RFC 9865 §2 from a URL's parameters.
 * @throws ScimError 400
 */
export const listQueryFrom = (parameters: URLSearchParams): ListQuery => listQuery(textOf(parameters))

/**
 * The same from a SearchRequest (RFC 7644 §3.4.3).
 * @throws ScimError 400
 */
export function listQueryIn(search: JsonObject, dialect: Dialect): ListQuery {
  const text = (name: string) => textMember(search, name, dialect)
  return listQuery({
    attributes: listMember(search, 'attributes', dialect),
    excludedAttributes: listMember(search, 'excludedAttributes', dialect),
    filter: text('filter'),
    sortBy: text('sortBy'),
    sortOrder: text('sortOrder'),
    startIndex: integerMember(search, 'startIndex', dialect),
    count: integerMember(search, 'count', dialect),
    cursor: text('cursor'),
  })
}

function textOf(parameters: URLSearchParams): QueryText {
  const text = (name: string) => parameters.get(name) ?? undefined
  return {
    attributes: commaList(text('attributes')),
    excludedAttributes: commaList(text('excludedAttributes')),
    filter: text('filter'),
    sortBy: text('sortBy'),
    sortOrder: text('sortOrder'),
    startIndex: text('startIndex'),
    count: text('count'),
    cursor: text('cursor'),
  }
}

const commaList = (text: string | undefined): readonly string[] =>
  text === undefined
    ? []
    : text
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '')

function listQuery(text: QueryText): ListQuery {
  const byCursor = text.cursor !== undefined
  const { sortBy, filter } = text
  const sortOrder = sortOrderOf(text.sortOrder)
  const startIndex = integer(text.startIndex, 'startIndex', 'invalidValue')
  const count = integer(text.count, 'count', byCursor ? 'invalidCount' : 'invalidValue')
  return {
    ...projection(text),
    ...(isBlank(filter) ? {} : { filter: parseFilter(filter) }),
    ...(isBlank(sortBy) ? {} : { sortBy: parseAttributePath(sortBy) }),
    ...(sortOrder === undefined ? {} : { sortOrder }),
    // RFC 7644 §3.4.2.4: a value below the least one counts as the least one.
    ...(startIndex === undefined ? {} : { startIndex: Math.max(1, startIndex) }),
    ...(count === undefined ? {} : { count: Math.max(0, count) }),
    ...(text.cursor === undefined ? {} : { cursor: text.cursor }),
  }
}

function projection(text: QueryText): Projection {
  if (text.attributes.length > 0 && text.excludedAttributes.length > 0) {
    throw badRequest('invalidValue', 'attributes and excludedAttributes cannot be asked together')
  }
  if (text.attributes.length > 0) return { attributes: paths(text.attributes) }
  if (text.excludedAttributes.length > 0) return { excludedAttributes: paths(text.excludedAttributes) }
  return {}
}

/** Names that one query may ask for: each is looked for in each resource. No schema has a tenth as many. */
const maxNames = 1000

function paths(names: readonly string[]): AttributePath[] {
  if (names.length > maxNames)
    throw badRequest('invalidValue', `more than ${maxNames} attributes are named; leave the list out to get them all`)
  return names.map((name) => parseAttributePath(name))
}

const isBlank = (text: string | undefined): text is undefined => text === undefined || text.trim() === ''

function sortOrderOf(text: string | undefined): ListQuery['sortOrder'] {
  const order = text?.trim().toLowerCase()
  if (order === undefined || order === '') return undefined
  if (order === 'ascending' || order === 'descending') return order
  throw badRequest('invalidValue', 'sortOrder must be "ascending" or "descending"')
}

function integer(
  text: string | undefined,
  name: string,
  scimType: 'invalidValue' | 'invalidCount',
): number | undefined {
  if (text === undefined || text.trim() === '') return undefined
  const value = Number(text)
  if (/^\s*[+-]?\d{1,15}\s*$/.test(text) && Number.isSafeInteger(value)) return value
  throw badRequest(scimType, `${name} must be an integer`)
}

/** A member of a SearchRequest, null and the empty list counting as absent (RFC 7643 §2.5). */
function member(search: JsonObject, name: string, dialect: Dialect): Exclude<Json, null> | undefined {
  const value = dialect === 'auto' ? attributeIn(search, name) : Object.hasOwn(search, name) ? search[name] : undefined
  return isAssigned(value) ? value : undefined
}

function textMember(search: JsonObject, name: string, dialect: Dialect): string | undefined {
  const value = member(search, name, dialect)
  if (value === undefined || typeof value === 'string') return value
  throw badRequest('invalidValue', `${name} must be a string`)
}

function integerMember(search: JsonObject, name: string, dialect: Dialect): string | undefined {
  const value = member(search, name, dialect)
  if (typeof value === 'number') return String(value)
  if (value === undefined || (typeof value === 'string' && dialect === 'auto')) return value
  throw badRequest('invalidValue', `${name} must be an integer`)
}

function listMember(search: JsonObject, name: string, dialect: Dialect): readonly string[] {
  const value = member(search, name, dialect)
  if (value === undefined) return []
  if (typeof value === 'string' && dialect === 'auto') return commaList(value)
  if (!Array.isArray(value)) throw badRequest('invalidValue', `${name} must be a list of names`)
  return value.map((item) => {
    if (typeof item === 'string') return item
    throw badRequest('invalidValue', `${name} must be a list of names`)
  })
}
