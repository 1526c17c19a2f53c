import { defineResource } from './definition.ts'
import type { ResourceType } from './schema.ts'
import { enterpriseUserSchema } from './schemas-enterprise.ts'
import { groupSchema } from './schemas-group.ts'
import { userSchema } from './schemas-user.ts'

export { enterpriseUserSchema, groupSchema, userSchema }

export const userUrn = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const groupUrn = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const enterpriseUserUrn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

/** The extension is optional, unlike in RFC 7643 §8.6's example, which would refuse every user without it. */
export const userType: ResourceType = {
  name: 'User',
  endpoint: '/Users',
  description: 'User Account',
  schema: userUrn,
  schemaExtensions: [{ schema: enterpriseUserUrn, required: false }],
}

export const groupType: ResourceType = {
  name: 'Group',
  endpoint: '/Groups',
  description: 'Group',
  schema: groupUrn,
  schemaExtensions: [],
}

/** Users as RFC 7643 defines them, with the enterprise extension. */
export const userDefinition = defineResource(userType, [userSchema, enterpriseUserSchema])
/** Groups as RFC 7643 defines them. */
export const groupDefinition = defineResource(groupType, [groupSchema])
