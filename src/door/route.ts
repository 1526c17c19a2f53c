import { ScimError } from '../scim/error.ts'

/** Where a front-door request goes, read from its URL alone. */
export interface Route {
  /** The tenant that the path names (`/t/{tenant}/scim/v2`). */
  readonly pathTenant: string | undefined
  /** The SCIM root as the client spelt it, without a trailing slash: `/scim/v2` or `/t/contoso/scim/v2`. */
  readonly root: string
  /** What follows the root, still percent-encoded, without empty segments at the end. */
  readonly rawSegments: readonly string[]
  readonly query: URLSearchParams
}

const rootShape = /^(?:\/t\/([^/]+))?\/scim\/v2(?=\/|$)/

/**
 * Entra's provisioning service appends its feature flag to the tenant URL and the resource path to that, so that both
 * end up in the query string: `/scim/v2/?aadOptscim062020/Users?startIndex=1` (contract §12).
 */
const stuckFlag = /^\?aadOptscim\d+(?:(?:\/|%2F)([^?&]*))?(?:[?&](.*))?$/i

/**
 * A URL's or a request target's path and search (with its `?`) as they were written. A URL object would fold `..` and
 * `%2e%2e` into a step up, so that a resource with such an id would turn into another path (contract §12).
 */
export function splitTarget(target: string): { readonly pathname: string; readonly search: string } {
  const [, pathname = '', search = ''] = /^(?:[a-z][a-z\d+.-]*:\/\/[^/?#]*)?([^?#]*)(\?[^#]*)?/i.exec(target) ?? []
  return { pathname, search }
}

/** Reads a URL's path and search; undefined when it is not under a SCIM root. */
export function routeOf(pathname: string, search: string): Route | undefined {
  const [root, pathTenant] = rootShape.exec(pathname) ?? []
  if (root === undefined) return undefined
  const [stuck, stuckPath, stuckQuery] = stuckFlag.exec(search) ?? []
  const path = pathname.slice(root.length) + (stuckPath === undefined ? '' : `/${stuckPath}`)
  const query = new URLSearchParams(stuck === undefined ? search : (stuckQuery ?? ''))
  return { pathTenant, root, rawSegments: path.split('/').filter((segment) => segment !== ''), query }
}

/**
 * Decodes each path segment once.
 * @throws ScimError 400 for a percent-encoding that is none.
 */
export function decodeSegments(rawSegments: readonly string[]): readonly string[] {
  try {
    return rawSegments.map(decodeURIComponent)
  } catch (cause) {
    throw new ScimError(400, 'the path holds a percent-encoding that is not valid UTF-8', { cause })
  }
}

// Maps, not objects: a client's word is looked up in them, and an object knows `constructor`.
const verbs: ReadonlyMap<string, string> = new Map([
  ['GET', 'read'],
  ['HEAD', 'read'],
  ['POST', 'create'],
  ['PUT', 'replace'],
  ['PATCH', 'patch'],
  ['DELETE', 'delete'],
])

const typeNames: ReadonlyMap<string, string> = new Map([
  ['users', 'User'],
  ['groups', 'Group'],
])
const discoverySegments: ReadonlySet<string> = new Set(['serviceproviderconfig', 'resourcetypes', 'schemas'])

/** How the ledger names a request before it was parsed (contract §7): `User.create`, `Bulk`, `discovery`, `unknown`. */
export interface NamedOperation {
  readonly operation: string
  readonly resourceType: string | null
  readonly resourceId: string | null
}

/** What can be an endpoint's name. Whatever else stands there is the client's own text, and names no operation. */
const endpointShape = /^[A-Za-z0-9._~-]{1,64}$/

/**
 * Names what a method on a path asks for, by their looks alone; the parser may still refuse it.
 * @param segments still percent-encoded; the id is decoded, as answers and the ledger show it.
 */
export function nameOperation(method: string, segments: readonly string[]): NamedOperation {
  const [first = '', second] = segments
  const nothing = { resourceType: null, resourceId: null }
  const word = first.toLowerCase()
  if (word === 'bulk') return { operation: 'Bulk', ...nothing }
  if (word === 'me') return { operation: 'Me', ...nothing }
  if (discoverySegments.has(word)) return { operation: 'discovery', ...nothing }
  if (word === '.search' || (word === '' && verbs.get(method) === 'read')) return { operation: 'search', ...nothing }
  const verb = verbs.get(method)
  if (!endpointShape.test(word) || verb === undefined || segments.length > 2)
    return { operation: 'unknown', ...nothing }
  const resourceType = typeNames.get(word) ?? first
  if (second === '.search' || (second === undefined && verb === 'read')) {
    return { operation: `${resourceType}.list`, resourceType, resourceId: null }
  }
  return {
    operation: `${resourceType}.${verb}`,
    resourceType,
    resourceId: second === undefined ? null : decoded(second),
  }
}

/**
 * The same name for a counter that all tenants share: of resource types only those that every tenant has, since one
 * tenant's client or upstream could make up any number of others. Those are `other`; the ledger knows them apart.
 */
export function countedOperation(method: string, segments: readonly string[]): string {
  const { operation, resourceType } = nameOperation(method, segments)
  return resourceType === null || typeNames.has(segments[0]?.toLowerCase() ?? '') ? operation : 'other'
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
