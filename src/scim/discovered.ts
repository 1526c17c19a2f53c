import { bulkLimits } from './bulk.ts'
import { cursorTimeout } from './cursor.ts'
import { ScimError } from './error.ts'
import { fold } from './fold.ts'
import type { Json, JsonObject } from './json.ts'
import { listBody } from './list.ts'
import type { DiscoveryKind } from './request.ts'

export interface ConfigurationParts {
  readonly etag: boolean
  readonly authenticationSchemes: readonly Json[]
  readonly defaultPageSize: number
  readonly maxPageSize: number
}

/**
 * A ServiceProviderConfig (RFC 7643 §5, RFC 9865 §4) of all that the gateway itself can do. Not a name more: strict clients
 * refuse what they do not know.
 */
export const serviceProviderConfig = (parts: ConfigurationParts): JsonObject => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
  patch: { supported: true },
  bulk: { supported: true, ...bulkLimits },
  filter: { supported: true, maxResults: parts.maxPageSize },
  // Passwords are accepted and kept nowhere, so that there is none to change (contract §12).
  changePassword: { supported: false },
  sort: { supported: true },
  etag: { supported: parts.etag },
  authenticationSchemes: [...parts.authenticationSchemes],
  pagination: {
    cursor: true,
    index: true,
    // RFC 9865 §4: where both are served, clients that know nothing of cursors must find the list that they know.
    defaultPaginationMethod: 'index',
    defaultPageSize: parts.defaultPageSize,
    maxPageSize: parts.maxPageSize,
    cursorTimeout,
  },
  meta: { resourceType: 'ServiceProviderConfig', location: '/ServiceProviderConfig' },
})

/** All resource types or schemas, or the one of this name (RFC 7644 §4). @throws ScimError 404 where there is none */
export function discovered(all: readonly JsonObject[], kind: DiscoveryKind, name: string | undefined): JsonObject {
  if (name === undefined)
    return listBody({ resources: all, totalResults: all.length, startIndex: 1, itemsPerPage: all.length })
  const found = all.find(({ id }) => typeof id === 'string' && fold(id) === fold(name))
  if (found === undefined) throw undiscovered(kind, name)
  return found
}

export const undiscovered = (kind: DiscoveryKind, name: string): ScimError =>
  new ScimError(404, `there is nothing at /${kind}/${name.slice(0, 200)}`)
