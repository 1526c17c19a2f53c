import { isObject, type Json, type JsonObject, put } from './json.ts'
import type { BulkOperation } from './request.ts'

/** RFC 7644 §3.7.2: `bulkId:qwerty` stands for the id that the operation `qwerty` will have made. */
const prefix = 'bulkId:'

/** Gives the id for a bulkId, or undefined to leave the reference as it stands. */
export type Resolve = (bulkId: string) => string | undefined

/**
 * The text with its references resolved. One is the whole text, the last part of a location (`/Users/bulkId:x`), or a
 * quoted word in a PATCH path (`members[value eq "bulkId:x"]`).
 */
function inText(text: string, resolve: Resolve): string {
  let result = ''
  let from = 0
  for (let at = text.indexOf(prefix); at >= 0; at = text.indexOf(prefix, from)) {
    const before = at === 0 ? '' : text[at - 1]
    const end = before === '"' ? text.indexOf('"', at) : text.length
    const isReference = (at === 0 || before === '/' || before === '"') && end > at
    const id = isReference ? resolve(text.slice(at + prefix.length, end)) : undefined
    const next = isReference ? end : at + prefix.length
    result += text.slice(from, at) + (id ?? text.slice(at, next))
    from = next
  }
  return result + text.slice(from)
}

/** The value with every reference in it resolved; what holds none is shared, not copied. */
function inValue(value: Json, resolve: Resolve): Json {
  if (typeof value === 'string') return value.includes(prefix) ? inText(value, resolve) : value
  if (Array.isArray(value)) {
    const items = value.map((item) => inValue(item, resolve))
    return items.every((item, index) => item === value[index]) ? value : items
  }
  return isObject(value) ? inObject(value, resolve) : value
}

function inObject(object: JsonObject, resolve: Resolve): JsonObject {
  let copy: JsonObject | undefined
  for (const name in object) {
    const value = object[name]
    if (value === undefined) continue
    const resolved = inValue(value, resolve)
    if (resolved === value) continue
    copy ??= { ...object }
    put(copy, name, resolved)
  }
  return copy ?? object
}

/** The operation with its references resolved, in the path (`/Users/bulkId:x`) and everywhere in the data. */
export function resolved(operation: BulkOperation, resolve: Resolve): BulkOperation {
  const inPath: Resolve = (bulkId) => {
    const id = resolve(bulkId)
    return id === undefined ? undefined : encodeURIComponent(id)
  }
  const { path, data } = operation
  return {
    ...operation,
    path: path
      .split('/')
      .map((segment) => inText(segment, inPath))
      .join('/'),
    ...(data === undefined ? {} : { data: inObject(data, resolve) }),
  }
}

/** The bulkIds that an operation speaks of, each once. */
export function referencesOf(operation: BulkOperation): ReadonlySet<string> {
  const found = new Set<string>()
  resolved(operation, (bulkId) => {
    found.add(bulkId)
    return undefined
  })
  return found
}

/** A create without some of its references, and what is to be added when these have ids. */
export interface Postponed {
  readonly data: JsonObject
  /** PatchOp operations, their references still unresolved. */
  readonly additions: readonly JsonObject[]
}

/**
 * Takes what refers to `bulkIds` out of a create's data: single members of lists, else whole attributes; in extensions
 * likewise. `schemas` and plain data stay.
 */
export function postpone(data: JsonObject, bulkIds: ReadonlySet<string>): Postponed {
  return postponeIn(data, '', bulkIds)
}

function postponeIn(object: JsonObject, at: string, bulkIds: ReadonlySet<string>): Postponed {
  const kept: JsonObject = {}
  const additions: JsonObject[] = []
  for (const name in object) {
    const value = object[name]
    if (value === undefined) continue
    if (!refersTo(value, bulkIds)) put(kept, name, value)
    else if (isObject(value) && at === '' && name.includes(':')) {
      const extension = postponeIn(value, `${name}:`, bulkIds)
      additions.push(...extension.additions)
      if (Object.keys(extension.data).length > 0) put(kept, name, extension.data)
    } else if (Array.isArray(value)) {
      additions.push({ op: 'add', path: at + name, value: value.filter((item) => refersTo(item, bulkIds)) })
      const rest = value.filter((item) => !refersTo(item, bulkIds))
      if (rest.length > 0) put(kept, name, rest)
    } else additions.push({ op: 'add', path: at + name, value })
  }
  return { data: kept, additions }
}

function refersTo(value: Json, bulkIds: ReadonlySet<string>): boolean {
  let isFound = false
  inValue(value, (bulkId) => {
    isFound ||= bulkIds.has(bulkId)
    return undefined
  })
  return isFound
}
