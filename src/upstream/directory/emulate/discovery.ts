import { resourceTypeBody, schemaBody } from '../../../scim/definition.ts'
import { ScimError } from '../../../scim/error.ts'
import { fold } from '../../../scim/fold.ts'
import type { JsonObject } from '../../../scim/json.ts'
import {
  entraGroupDefinition,
  entraGroupExtensionUrn,
  entraSchemas,
  entraUserDefinition,
} from '../../../scim/schemas-entra.ts'

/** As documented (facts A1), which leaves sort, etag, changePassword and authenticationSchemes unsaid. */
const configuration: JsonObject = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
  documentationUri: '/graph/overview',
  pagination: {
    cursor: true,
    index: false,
    defaultPaginationMethod: 'cursor',
    defaultPageSize: 100,
    maxPageSize: 1000,
  },
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: 200 },
}

const resourceTypes = [entraUserDefinition, entraGroupDefinition].map(({ type }): JsonObject => {
  const extensions = type.schemaExtensions.map(({ schema }) => ({
    schema,
    // Announced, though groups are made without it.
    required: schema === entraGroupExtensionUrn,
  }))
  return {
    ...resourceTypeBody(type),
    endpoint: fold(type.endpoint),
    schemaExtensions: extensions,
    meta: { location: `/resourcetypes/${fold(type.name)}`, resourceType: 'resourceType' },
  }
})

const schemas = entraSchemas.map(
  (schema): JsonObject => ({
    ...schemaBody(schema),
    meta: { location: `/schemas/${schema.id}`, resourceType: 'schema' },
  }),
)

/** What Entra says of itself; undefined for a place that is no discovery endpoint. @throws ScimError 404 */
export function discover([kind, name, ...more]: readonly string[]): JsonObject | undefined {
  if (more.length > 0) return undefined
  if (kind === 'serviceproviderconfig') return name === undefined ? configuration : undefined
  if (kind !== 'resourcetypes' && kind !== 'schemas') return undefined
  const all = kind === 'schemas' ? schemas : resourceTypes
  // Seen live in lower case here too (facts A2), whatever the documents show.
  if (name === undefined)
    return {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: all.length,
      itemsPerPage: all.length,
      resources: all,
    }
  const found = all.find(({ id }) => typeof id === 'string' && fold(id) === fold(name))
  if (found === undefined) throw new ScimError(404, `Resource '${name.slice(0, 200)}' does not exist.`)
  return found
}
