import { ScimError } from '../scim/error.ts'
import type { Conditions } from '../scim/request.ts'
import type { Planning } from './planning.ts'

const tags = /(?:W\/)?"([^"]*)"/g

const tagsIn = (header: string): readonly string[] =>
  [...header.matchAll(tags)].map(([, tag = '']) => tag).concat(header.trim())

const names = (header: string, etag: string | undefined): boolean => {
  const held = etag?.replace(/^W\//, '').replace(/^"(.*)"$/s, '$1')
  return header.trim() === '*' || (held !== undefined && tagsIn(header).includes(held))
}

/**
 * Checks a client's conditions against the version that there is (RFC 9110 §13.1); of an upstream without versions there
 * is none, so that no tag but `*` can be of the present one.
 * @throws ScimError 412
 */
export function requireConditions({ ifMatch, ifNoneMatch }: Conditions, etag: string | undefined): void {
  if (ifMatch !== undefined && !names(ifMatch, etag))
    throw new ScimError(412, 'the resource is not, or not known to be, of the version that If-Match names')
  if (ifNoneMatch !== undefined && names(ifNoneMatch, etag))
    throw new ScimError(412, 'the resource is there: If-None-Match excludes it')
}

/**
 * What of a write's conditions goes upstream: nothing where there are no versions, for then they were judged here.
 * @throws ScimError 412 before anything is sent
 */
export function writeConditions({ ifMatch, ifNoneMatch }: Conditions, { capabilities }: Planning): Conditions {
  if (!capabilities.etag) {
    requireConditions({ ...(ifMatch === undefined ? {} : { ifMatch }), ...some(ifNoneMatch) }, undefined)
    return {}
  }
  return { ...(ifMatch === undefined ? {} : { ifMatch }), ...some(ifNoneMatch) }
}

/** The request under these conditions and no others. */
export function conditioned<Request extends Conditions>(request: Request, conditions: Conditions) {
  const { ifMatch: _, ifNoneMatch: __, ...rest } = request
  return { ...rest, ...conditions }
}

const some = (ifNoneMatch: string | undefined): Conditions => (ifNoneMatch === undefined ? {} : { ifNoneMatch })

/** Whether the client itself speaks of a version: then nothing may be tried again under another one. */
export const namesVersion = ({ ifMatch = '*', ifNoneMatch }: Conditions): boolean =>
  ifMatch.trim() !== '*' || ifNoneMatch !== undefined

/** The conditions of a write that must meet what was read. */
export function versioned(conditions: Conditions, etag: string | undefined): Conditions {
  return etag === undefined || namesVersion(conditions) ? conditions : { ...conditions, ifMatch: etag }
}
