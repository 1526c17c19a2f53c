import type { Capabilities, Comparison, ElementForms, FilterList, TypeForms } from '../../capabilities.ts'
import { entraElements, entraMembers, entraRequiredAtCreate, entraUnremovable } from '../../scim/entra-limits.ts'
import { type AttributePath, parseAttributePath } from '../../scim/path.ts'
import type { ResourceDefinition, Schema } from '../../scim/schema.ts'
import { enterpriseUserUrn } from '../../scim/schemas.ts'
import {
  customSecurityUrn,
  entraGroupDefinition,
  entraGroupExtensionUrn,
  entraUserDefinition,
  entraUserExtensionUrn,
} from '../../scim/schemas-entra.ts'

/*
 * Microsoft Entra ID's own SCIM API. Where no other source is named, a fact is from Microsoft's "Entra ID SCIM API
 * reference" of 4 September 2026 (entra-id-scim-api-reference.md in MicrosoftDocs/entra-docs). That page changed three
 * times in 2026: what a tenant finds otherwise, its file overrides (`upstream.capabilities`).
 */

/** By cloud. Global and US Government: the reference. China (21Vianet): docs.azure.cn. */
export const entraUrls = {
  global: 'https://graph.microsoft.com/rp/scim',
  usGovernment: 'https://graph.microsoft.us/rp/scim',
  china: 'https://microsoftgraph.chinacloudapi.cn/rp/scim',
} as const

const at = (text: string): AttributePath => parseAttributePath(text)

const equal = (...paths: readonly string[]): Comparison[] =>
  paths.map((path) => ({ path: at(path), operators: ['eq'], negated: [], alone: false }))

/** `eq`, `ew` and, of users alone, `not (... ew ...)`. */
const ending = (path: string, negated: Comparison['negated']): Comparison => ({
  path: at(path),
  operators: ['eq', 'ew'],
  negated,
  alone: false,
})

/** `displayName` stood in the page of February 2026, and no longer does. */
const userFilter: FilterList = {
  comparisons: [
    ...equal('active', 'id', 'groups.value', `${entraUserExtensionUrn}:ownedGroups.value`),
    { path: at('externalId'), operators: ['eq'], negated: [], alone: true },
    ending('userName', ['ew']),
    ending(`${entraUserExtensionUrn}:mailNickname`, ['ew']),
  ],
  and: true,
  or: false,
}

const groupFilter: FilterList = {
  comparisons: [
    ...equal(
      'id',
      'members.value',
      `${entraGroupExtensionUrn}:securityEnabled`,
      `${entraGroupExtensionUrn}:mailEnabled`,
      `${entraGroupExtensionUrn}:owners.value`,
    ),
    ending('displayName', []),
  ],
  and: true,
  or: false,
}

interface Known extends Pick<TypeForms, 'own'> {
  readonly required: readonly string[]
  readonly unseen: readonly string[]
  readonly elements?: readonly ElementForms[]
}

/**
 * The type as clients are served it: members are looked up for them, and what Entra filters by without ever showing it may
 * be named in their filters.
 */
const asServed = ({ core, extensions, ...definition }: ResourceDefinition): ResourceDefinition => ({
  ...definition,
  core: visible(core),
  extensions: extensions.map(visible),
})

const visible = (schema: Schema): Schema => ({
  ...schema,
  attributes: schema.attributes.map((one) =>
    one.returned !== 'never' || one.mutability === 'writeOnly'
      ? one
      : { ...one, returned: one.name === 'members' ? 'default' : 'request' },
  ),
})

const typeForms = (definition: ResourceDefinition, { required, unseen, own, elements = [] }: Known): TypeForms => ({
  definition: asServed(definition),
  required: required.map(at),
  unseen: unseen.map(at),
  // "mailNickname cannot be removed".
  lasting: entraUnremovable.map(at),
  own,
  elements,
})

export const entra: Capabilities = {
  preset: 'entra',
  // Not in the table of methods; answered 405 on 16 June 2026 (scim-sanity, profile "entra").
  put: false,
  // No example is without a path; "the path property only supports [type eq "work"] filter".
  patch: { pathless: false, filters: 'type', elements: false },
  // "bulk": { "supported": false }
  bulk: false,
  // `/.search`, sorting and entity tags are not mentioned, and no example shows `meta.version`.
  search: false,
  sort: false,
  etag: false,
  projection: true,
  filter: new Map([
    ['user', userFilter],
    ['group', groupFilter],
  ]),
  paging: {
    // "pagination": { "cursor": true, "index": false }
    index: false,
    cursor: true,
    // Answered 400 on 16 June 2026 (scim-sanity).
    countZero: false,
    // Pages show neither `totalResults` nor `startIndex`.
    totals: false,
    sizes: new Map([
      // 101 to 999 only where `attributes` is given without the manager; else a larger `count` is not obeyed.
      ['user', { default: 100, max: 100, wide: { max: 999, without: [at(`${enterpriseUserUrn}:manager`)] } }],
      ['group', { default: 100, max: 1000 }],
      ['*', { default: 100, max: 100 }],
    ]),
  },
  members: new Map([
    [
      'group',
      {
        // Adds in one operation of 20 members at most, one removal a request, and neither with anything else.
        addsPerPatch: entraMembers.addsPerRequest,
        removalsPerPatch: entraMembers.removalsPerRequest,
        mixed: false,
        replace: false,
        atCreate: false,
        onRead: false,
        lookup: at('groups.value'),
        // Tried live on 24 August 2026 (entra-scim-mcp): the 404 names the group.
        removalOfNobodyIs404: true,
      },
    ],
  ]),
  types: new Map([
    [
      'user',
      typeForms(entraUserDefinition, {
        // A password only where the domain of userName is managed: the upstream knows which is, and its 400 costs nothing.
        required: entraRequiredAtCreate.User.filter((path) => path !== 'password'),
        unseen: ['groups', `${entraUserExtensionUrn}:ownedGroups`],
        own: [entraUserExtensionUrn, customSecurityUrn],
        // "Schema documentation" page of 30 March 2026: which types an attribute has, and how many of each.
        elements: Object.entries(entraElements).map(([name, types]) => ({ path: { name }, types })),
      }),
    ],
    [
      'group',
      typeForms(entraGroupDefinition, {
        required: entraRequiredAtCreate.Group,
        unseen: ['members', `${entraGroupExtensionUrn}:owners`],
        own: [entraGroupExtensionUrn],
      }),
    ],
  ]),
  wire: {
    // Wanted on everything but DELETE, which is refused with any SCIM type (troubleshooting page of 31 March 2026; tried
    // live on 16 June and 24 August 2026).
    accept: 'application/json',
    lowerCase: true,
    // The documents say 404; 400 was seen live on 16 June 2026 (scim-sanity).
    unknownIdIs400: true,
  },
  // "Enable the SCIM API" page of 26 March 2026: a request answered 2xx or 404. Since September 2026 it links to the
  // prices in place of naming one.
  billing: { perCallMicros: 2_000, currency: 'USD', billed: ['2xx', '404'] },
}
