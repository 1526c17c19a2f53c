import { ScimError } from '../scim/error.ts'
import { tenantOfToken } from './token.ts'

/** A credential as the client presented it, not yet checked, and the tenant that it claims to belong to. */
export interface Presented {
  readonly tenant: string
  readonly secret: string
}

/**
 * Reads an `Authorization` header: a minted token as Bearer (RFC 6750 §2.1), or as the password of HTTP Basic with the
 * tenant id as user (RFC 7617). Undefined for everything else.
 */
export function presentedIn(authorization: string | undefined): Presented | undefined {
  const [, scheme, value] = /^(bearer|basic) +(\S+) *$/i.exec(authorization ?? '') ?? []
  if (scheme === undefined || value === undefined) return undefined
  return scheme.toLowerCase() === 'bearer' ? presentedToken(value) : presentedPassword(value)
}

function presentedToken(secret: string): Presented | undefined {
  const tenant = tenantOfToken(secret)
  return tenant === undefined ? undefined : { tenant, secret }
}

function presentedPassword(encoded: string): Presented | undefined {
  const decoded = decodeBase64(encoded)
  const colon = decoded?.indexOf(':') ?? -1
  if (decoded === undefined || colon < 0) return undefined
  const presented = presentedToken(decoded.slice(colon + 1))
  return presented?.tenant === decoded.slice(0, colon) ? presented : undefined
}

function decodeBase64(encoded: string): string | undefined {
  try {
    return atob(encoded)
  } catch {
    return undefined
  }
}

/** The one refusal for whatever is wrong with a credential or its place: nobody learns which tenants there are (contract §2). */
export const notRecognised = (): ScimError => new ScimError(401, 'the credential is missing or not valid')
