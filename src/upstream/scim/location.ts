import { isObject, type Json, type JsonObject } from '../../scim/json.ts'

/** What a reference of the upstream's means to us. */
export type Mapped =
  /** Relative to the SCIM root: `/Users/2819c223`. */
  | { readonly kind: 'relative'; readonly location: string }
  /** Somebody else's: it stays as it is. */
  | { readonly kind: 'foreign' }
  /** The upstream's own, and no resource of its SCIM root: it must not leave. */
  | { readonly kind: 'unmapped' }

/** Translates between the upstream's URLs and the gateway's relative locations (contract §2: no upstream host leaks). */
export interface Locations {
  toRelative(reference: string): Mapped
  /** The upstream's absolute URL of a relative location; anything else as it is. */
  toAbsolute(location: string): string
  /** A text for a client: the upstream's URLs become relative, its host becomes "the upstream". */
  clean(text: string): string
}

const canonicalEndpoints: ReadonlyMap<string, string> = new Map(
  ['Users', 'Groups', 'ServiceProviderConfig', 'ResourceTypes', 'Schemas'].map((name) => [name.toLowerCase(), name]),
)
const foreign: Mapped = { kind: 'foreign' }
const unmapped: Mapped = { kind: 'unmapped' }

/** @param base the upstream's SCIM root, without a trailing slash. */
export function createLocations(base: string): Locations {
  const { host, pathname } = new URL(base)
  const root = segmentsOf(pathname)

  function toRelative(reference: string): Mapped {
    // `//host/path` is a URL without a scheme.
    const absolute = /^(?:https?:)?\/\//i.test(reference)
    if (absolute) return mapUrl(reference.replace(/^(https?:)?/i, 'https:'))
    if (/^[a-z][a-z0-9+.-]*:/i.test(reference)) return foreign
    return fromSegments(segmentsOf(reference.replace(/[?#].*$/s, '')), false)
  }

  function mapUrl(text: string): Mapped {
    if (!URL.canParse(text)) return unmapped
    const url = new URL(text)
    const segments = segmentsOf(url.pathname)
    // Behind a proxy a server names itself by an inner host: the same root tells that it is itself.
    const sameRoot = root.length > 0 && startsWith(segments, root)
    if (hostOf(url) !== hostOf(new URL(`https://${host}`)) && !sameRoot) return foreign
    return fromSegments(segments, true)
  }

  function fromSegments(segments: readonly string[], absolute: boolean): Mapped {
    const underRoot = startsWith(segments, root)
    const rest = underRoot ? segments.slice(root.length) : segments
    const [first = '', ...more] = rest
    const known = canonicalEndpoints.get(first.toLowerCase())
    if (rest.length === 2 && (known !== undefined || !absolute || underRoot))
      return { kind: 'relative', location: `/${known ?? first}/${more[0]}` }
    // Another spelling of the same root: /api/v2/Users/1 where the base says /scim/v2.
    const [endpoint = '', id] = segments.slice(-2)
    const canonical = canonicalEndpoints.get(endpoint.toLowerCase())
    return canonical !== undefined && id !== undefined
      ? { kind: 'relative', location: `/${canonical}/${id}` }
      : unmapped
  }

  return {
    toRelative,
    toAbsolute: (location) => (/^\/[^/]/.test(location) ? base + location : location),
    clean: (text) => cleaned(text, toRelative, host),
  }
}

/** Ports are compared as written: an upstream is one host name, whatever the scheme that it thinks it has. */
const hostOf = (url: URL): string => url.hostname.toLowerCase()

const segmentsOf = (path: string): string[] =>
  path.split('/').filter((segment) => segment !== '' && segment !== '.' && segment !== '..')

const startsWith = (segments: readonly string[], root: readonly string[]): boolean =>
  root.length <= segments.length &&
  root.every((segment, index) => segment.toLowerCase() === segments[index]?.toLowerCase())

const longestDetail = 1_000

function cleaned(text: string, toRelative: (reference: string) => Mapped, host: string): string {
  const withoutUrls = text.replace(/https?:\/\/[^\s"'<>)\]}]+/gi, (url) => {
    const mapped = toRelative(url)
    if (mapped.kind === 'relative') return mapped.location
    return mapped.kind === 'foreign' ? url : 'the upstream'
  })
  const name = new URL(`https://${host}`).hostname
  // A short host name (`db`) may well be a word of the message, or of a longer one.
  const bare = name.length < 4 ? withoutUrls : withoutUrls.replace(hostPattern(name), 'the upstream')
  // biome wants no control characters in a pattern, and a client wants none in a message.
  const printable = Array.from(bare, (char) => ((char.codePointAt(0) ?? 0) < 0x20 ? ' ' : char)).join('')
  return printable.length > longestDetail ? `${printable.slice(0, longestDetail)}…` : printable
}

const hostPattern = (name: string): RegExp =>
  new RegExp(`(?<![\\w.@-])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(:\\d{1,5})?(?![\\w-]|\\.\\w)`, 'gi')

/** Levels on which a `$ref` can stand: Bulk > PatchOp > value > element > sub-attribute. */
const maxDepth = 10

/**
 * Rewrites every `$ref` below a value that was just parsed and that nobody else holds, in place: a copy of each member of
 * a group of thousands would cost more than the rest of the request.
 * @param change the new reference, or undefined to drop it.
 */
export function rewriteRefs(
  value: Json | undefined,
  change: (reference: string) => string | undefined,
  depth = 0,
): void {
  if (typeof value !== 'object' || value === null || depth > maxDepth) return
  if (Array.isArray(value)) {
    for (const item of value) rewriteRefs(item, change, depth + 1)
    return
  }
  for (const name in value) {
    const member = value[name]
    if (name.length === 4 && name.toLowerCase() === '$ref' && typeof member === 'string') {
      const changed = change(member)
      if (changed === undefined) Reflect.deleteProperty(value, name)
      else value[name] = changed
    } else rewriteRefs(member, change, depth + 1)
  }
}

/** What names something rather than tells of it: a schema may well be called by a URL. */
const names: ReadonlySet<string> = new Set([
  'id',
  'name',
  'schema',
  'schemas',
  'endpoint',
  'location',
  'version',
  '$ref',
])

/** The value with the upstream's URLs cleaned out of the texts in it; of an object, out of those that are no names. */
export function cleanTexts(value: Json, locations: Locations, depth = 0): Json {
  if (typeof value === 'string') return value.includes('//') ? locations.clean(value) : value
  if (typeof value !== 'object' || value === null || depth > maxDepth) return value
  if (Array.isArray(value)) return value.map((item) => cleanTexts(item, locations, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      names.has(name) ? member : cleanTexts(member, locations, depth + 1),
    ]),
  )
}

/** A body for the upstream: its relative references absolute under the upstream's own root. Shares what it need not copy. */
export function outward(body: JsonObject, locations: Locations): JsonObject {
  const changed = copied(body, locations, 0)
  return isObject(changed) ? changed : body
}

function copied(value: Json, locations: Locations, depth: number): Json {
  if (typeof value !== 'object' || value === null || depth > maxDepth) return value
  if (Array.isArray(value)) {
    const items = value.map((item) => copied(item, locations, depth + 1))
    return items.every((item, index) => item === value[index]) ? value : items
  }
  let copy: JsonObject | undefined
  for (const [name, member] of Object.entries(value)) {
    const isReference = typeof member === 'string' && (name === '$ref' || name === 'location')
    const isLocation = name !== 'location' || 'resourceType' in value
    const changed = isReference && isLocation ? locations.toAbsolute(member) : copied(member, locations, depth + 1)
    if (changed === member) continue
    copy ??= { ...value }
    copy[name] = changed
  }
  return copy ?? value
}
