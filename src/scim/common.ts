import type { Attribute } from './schema.ts'
import { attribute } from './schema-build.ts'

const readOnly = { mutability: 'readOnly' } as const
const exactly = { caseExact: true } as const

/**
 * What every resource has beside its schemas' own attributes (RFC 7643 §3 and §3.1). `schemas` folds case, for URNs do
 * (RFC 8141 §3.1). They belong to no schema's list, so `/Schemas` does not show them.
 */
export const commonAttributes: readonly Attribute[] = [
  attribute('schemas', 'string', 'The URIs of the schemas that the attributes of this resource belong to.', {
    multiValued: true,
    required: true,
    returned: 'always',
  }),
  attribute('id', 'string', 'A unique identifier for the resource, issued by the service provider.', {
    ...readOnly,
    ...exactly,
    returned: 'always',
    uniqueness: 'server',
  }),
  attribute('externalId', 'string', 'An identifier for the resource, issued by the provisioning client.', exactly),
  attribute('meta', 'complex', 'Metadata of the resource, assigned by the service provider.', {
    ...readOnly,
    subAttributes: [
      attribute('resourceType', 'string', 'The name of the resource type.', { ...readOnly, ...exactly }),
      attribute('created', 'dateTime', 'When the resource was added to the service provider.', readOnly),
      attribute('lastModified', 'dateTime', 'When the resource was last changed at the service provider.', readOnly),
      attribute('location', 'reference', 'The URI of the resource.', { ...readOnly, referenceTypes: ['uri'] }),
      attribute('version', 'string', 'The version of the resource: its entity tag.', { ...readOnly, ...exactly }),
    ],
  }),
]
