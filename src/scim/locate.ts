import { isObject, type Json, type JsonObject } from './json.ts'
import type { ScimReply } from './request.ts'
import type { Resource } from './resource.ts'

type Change = (location: string) => string

/** Levels below a resource, or a message about resources, on which a `$ref` can stand: Bulk > PatchOp > value > element. */
const maxDepth = 10

/**
 * The reply with every location absolute: `meta.location`, `$ref`, the locations of a Bulk. A location that is absolute
 * already stays. What holds no location is shared with `reply`, not copied.
 * @param base the SCIM root as the client wrote it, without a trailing slash.
 */
export function absolute(reply: ScimReply, base: string): ScimReply {
  const change: Change = (location) => (location.startsWith('/') ? base + location : location)
  switch (reply.kind) {
    case 'resource': {
      const resource = relocated(reply.resource, change)
      return { ...reply, resource, ...(reply.location === undefined ? {} : { location: change(reply.location) }) }
    }
    case 'list': {
      const resources = reply.list.resources.map((resource) => relocated(resource, change))
      return { ...reply, list: { ...reply.list, resources } }
    }
    case 'bulk': {
      const results = reply.results.map((result) => ({
        ...result,
        ...(result.location === undefined ? {} : { location: change(result.location) }),
        ...(result.response === undefined ? {} : { response: relocated(result.response, change) }),
      }))
      return { ...reply, results }
    }
    case 'discovery':
      return { ...reply, body: relocatedListing(reply.body, change) }
    case 'empty':
      return reply
  }
}

/** By which URLs the SCIM root can be named, beside the one that a request used. */
export interface OwnRoots {
  /** In lower case, without ports. */
  readonly hosts: readonly string[]
  /** Without a trailing slash: `/scim/v2`. */
  readonly paths: readonly string[]
}

const noRoots = (): OwnRoots => ({ hosts: [], paths: [] })

/**
 * The body with every location under `base`, or under one of our own roots, made relative to the SCIM root, so that
 * nobody inside meets the client's URL. Works on a resource, a PatchOp and a BulkRequest alike.
 * @param ownRoots asked once, when there is a location that is not under `base`: most bodies have none.
 */
export function relativeRefs(resource: Resource, base: string, ownRoots = noRoots): Resource {
  let own: OwnRoots | undefined
  return relocated(resource, (location) => {
    const relative = below(base, location)
    if (relative !== undefined) return relative
    own ??= ownRoots()
    return underOwn(location, own) ?? location
  })
}

/** What follows the root, when that is a location. */
function below(root: string, location: string): string | undefined {
  const rest = location.startsWith(root) ? location.slice(root.length) : ''
  return /^\/[^/]/.test(rest) ? rest : undefined
}

/** Scheme and port are not compared: what a client was told before it was moved, or behind a proxy, names us as well. */
function underOwn(location: string, { hosts, paths }: OwnRoots): string | undefined {
  const [, host, path = ''] = /^(?:(?:https?:)?\/\/([^/?#]*))?(\/.*)$/is.exec(location) ?? []
  if (host !== undefined && !hosts.includes(host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '')))
    return undefined
  for (const root of paths) {
    const rest = below(root, path)
    if (rest !== undefined) return rest
  }
  return undefined
}

function relocatedListing(body: JsonObject, change: Change): JsonObject {
  const located = relocated(body, change)
  const listed = located['Resources']
  if (!Array.isArray(listed)) return located
  return { ...located, Resources: listed.map((item) => (isObject(item) ? relocated(item, change) : item)) }
}

function relocated(resource: JsonObject, change: Change): JsonObject {
  const referred = inObject(resource, change, maxDepth)
  const meta = referred['meta']
  if (!isObject(meta) || typeof meta['location'] !== 'string') return referred
  const location = change(meta['location'])
  return location === meta['location'] ? referred : { ...referred, meta: { ...meta, location } }
}

function inObject(object: JsonObject, change: Change, depth: number): JsonObject {
  let copy: JsonObject | undefined
  for (const name in object) {
    const value = object[name]
    if (value === undefined) continue
    const refers = typeof value === 'string' && (isRef(name) || (name === 'value' && isRef(object['path'])))
    const changed = refers ? change(value) : inValue(value, change, depth)
    if (changed === value) continue
    copy ??= { ...object }
    copy[name] = changed
  }
  return copy ?? object
}

/** `$ref`, or a path to one (`manager.$ref`), whose value stands beside it in a PATCH; names fold case. */
const isRef = (name: Json | undefined): boolean =>
  typeof name === 'string' && name.at(-4) === '$' && name.slice(-3).toLowerCase() === 'ref'

function inValue(value: Json, change: Change, depth: number): Json {
  if (typeof value !== 'object' || value === null || depth === 0) return value
  if (!Array.isArray(value)) return inObject(value, change, depth - 1)
  let copy: Json[] | undefined
  for (let index = 0; index < value.length; index++) {
    const item = value[index]
    // Long lists of plain strings are common (photos, roles): they cannot hold a location.
    if (typeof item !== 'object' || item === null) continue
    const changed = inValue(item, change, depth - 1)
    if (changed === item) continue
    copy ??= [...value]
    copy[index] = changed
  }
  return copy ?? value
}
