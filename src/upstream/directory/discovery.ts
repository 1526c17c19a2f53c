import { resourceTypeBody, schemaBody } from '../../scim/definition.ts'
import { discovered, serviceProviderConfig, undiscovered } from '../../scim/discovered.ts'
import type { JsonObject } from '../../scim/json.ts'
import type { DiscoveryKind } from '../../scim/request.ts'
import type { DirectoryModel } from './model.ts'
import { defaultPageSize, maxPageSize } from './parts.ts'

const configuration = serviceProviderConfig({
  etag: true,
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'OAuth Bearer Token',
      description: 'A token in the Authorization header, minted by the gateway.',
      specUri: 'https://www.rfc-editor.org/info/rfc6750',
      primary: true,
    },
    {
      type: 'httpbasic',
      name: 'HTTP Basic',
      description: 'The tenant and a minted token as user and password.',
      specUri: 'https://www.rfc-editor.org/info/rfc7617',
    },
  ],
  defaultPageSize,
  maxPageSize,
})

/** What the directory says of itself (RFC 7644 §4); every location is relative. @throws ScimError 404 for an unknown name. */
export function discover(model: DirectoryModel, kind: DiscoveryKind, name: string | undefined): JsonObject {
  switch (kind) {
    case 'ServiceProviderConfig':
      if (name !== undefined) throw undiscovered(kind, name)
      return configuration
    case 'ResourceTypes':
      return discovered(
        model.types.map(({ definition }) => resourceTypeBody(definition.type)),
        kind,
        name,
      )
    case 'Schemas':
      return discovered(model.schemas.map(schemaBody), kind, name)
  }
}
