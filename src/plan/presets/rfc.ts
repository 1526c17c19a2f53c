import type { Capabilities } from '../../capabilities.ts'

/** A server that does all of RFC 7643 and 7644: every request is one call, passed on as it is. Cursors it may not have. */
export const rfc: Capabilities = {
  preset: 'rfc',
  put: true,
  patch: { pathless: true, filters: 'any', elements: true },
  bulk: { maxOperations: 1000, maxPayloadSize: 8 * 1024 * 1024 },
  search: true,
  sort: true,
  etag: true,
  projection: true,
  filter: new Map(),
  paging: {
    index: true,
    cursor: true,
    countZero: true,
    totals: true,
    sizes: new Map([['*', { default: 100, max: 1000 }]]),
  },
  members: new Map([
    ['group', { mixed: true, replace: true, atCreate: true, onRead: true, removalOfNobodyIs404: false }],
  ]),
  types: new Map(),
  wire: { accept: 'application/scim+json, application/json', lowerCase: false, unknownIdIs400: false },
}
