import { ScimError } from '../../scim/error.ts'
import type { Conditions } from '../../scim/request.ts'

/** A resource's entity tag: weak, for the body that is sent depends on the projection (RFC 7644 §3.14). */
export const etagOf = (version: number): string => `W/"${version}"`

const tagPattern = /(?:W\/)?"([^"]*)"/g

/** Whether a list of entity tags, or `*`, names this version (RFC 9110 §13.1: weak comparison, for all ours are weak). */
export function namesVersion(header: string, version: number): boolean {
  if (header.trim() === '*') return true
  for (const [, tag] of header.matchAll(tagPattern)) if (tag === String(version)) return true
  // A tag without its quotation marks is what several clients send back.
  return header.trim() === String(version)
}

/** True when the client has this version already: a read is then answered 304. */
export const isUnchanged = ({ ifNoneMatch }: Conditions, version: number): boolean =>
  ifNoneMatch !== undefined && namesVersion(ifNoneMatch, version)

/** @throws ScimError 412 when the client speaks of another version than there is (RFC 7644 §3.14, RFC 9110 §13.1). */
export function requireVersion(conditions: Conditions, version: number): void {
  const { ifMatch, ifNoneMatch } = conditions
  if (ifMatch !== undefined && !namesVersion(ifMatch, version))
    throw new ScimError(412, `the resource has changed: its version is ${etagOf(version)}`)
  if (ifNoneMatch !== undefined && namesVersion(ifNoneMatch, version))
    throw new ScimError(412, `the resource's version is ${etagOf(version)}, which If-None-Match excludes`)
}
