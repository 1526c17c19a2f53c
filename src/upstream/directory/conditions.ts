import { ScimError } from '../../scim/error.ts'
import type { Json } from '../../scim/json.ts'
import type { Conditions } from '../../scim/request.ts'

/**
 * A resource's entity tag: weak, for the body that is sent depends on the projection (RFC 7644 §3.14). A user's groups
 * come and go without a write to the user, so that they count beside the version: `W/"3"`, or with groups `W/"3.1x2y3z"`.
 */
export const etagOf = (version: number, groups: readonly Json[] = []): string =>
  groups.length === 0 ? `W/"${version}"` : `W/"${version}.${digestOf(JSON.stringify(groups))}"`

/** FNV-1a, 32 bits: a validator among one user's few states, not a defence. */
function digestOf(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return (hash >>> 0).toString(36)
}

const tagPattern = /(?:W\/)?"([^"]*)"/g

/** The tags of a list. A tag without its quotation marks is what several clients send back. */
const tagsIn = (header: string): string[] =>
  [...header.matchAll(tagPattern)].map(([, tag = '']) => tag).concat(header.trim())

/**
 * Whether a list of entity tags, or `*`, names this version (RFC 9110 §13.1: weak comparison, for all ours are weak). The
 * groups do not matter here: no write to a user can undo a change of them.
 */
export const namesVersion = (header: string, version: number): boolean =>
  header.trim() === '*' || tagsIn(header).some((tag) => tag.split('.', 1)[0] === String(version))

/** True when the client has what this entity tag stands for already: a read is then answered 304. */
export const isUnchanged = ({ ifNoneMatch }: Conditions, etag: string): boolean =>
  ifNoneMatch !== undefined && (ifNoneMatch.trim() === '*' || tagsIn(ifNoneMatch).some((tag) => etag === `W/"${tag}"`))

/** @throws ScimError 412 when the client speaks of another version than there is (RFC 7644 §3.14, RFC 9110 §13.1). */
export function requireVersion(conditions: Conditions, version: number): void {
  const { ifMatch, ifNoneMatch } = conditions
  if (ifMatch !== undefined && !namesVersion(ifMatch, version))
    throw new ScimError(412, `the resource has changed: its version is ${etagOf(version)}`)
  if (ifNoneMatch !== undefined && namesVersion(ifNoneMatch, version))
    throw new ScimError(412, `the resource's version is ${etagOf(version)}, which If-None-Match excludes`)
}
