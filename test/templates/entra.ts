import { defineResource } from '../../src/scim/definition.ts'
import type { Attribute, ResourceDefinition } from '../../src/scim/schema.ts'
import { attribute } from '../../src/scim/schema-build.ts'
import { enterpriseUserSchema, groupSchema, groupType, userSchema, userType } from '../../src/scim/schemas.ts'

/*
 * Entra's schemas as its documentation has them, as far as templates need them:
 * https://learn.microsoft.com/en-us/entra/identity/app-provisioning/entra-id-scim-api-schema-documentation
 */

const userUrn = 'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User'
const groupUrn = 'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group'

const coreUser = [
  ...['active', 'addresses', 'displayName', 'emails', 'groups', 'ims', 'name', 'password', 'phoneNumbers'],
  ...['preferredLanguage', 'title', 'userName', 'userType'],
]

const text = (name: string): Attribute => attribute(name, 'string', name)
const flag = (name: string): Attribute => attribute(name, 'boolean', name)
const extended = <T extends { schemaExtensions: unknown }>(type: T, ...urns: readonly string[]) => ({
  ...type,
  schemaExtensions: urns.map((schema) => ({ schema, required: false })),
})

/** Of the name Entra has its two parts. */
const narrowed = (one: Attribute): Attribute =>
  one.name === 'name'
    ? { ...one, subAttributes: one.subAttributes?.filter(({ name }) => /^(family|given)Name$/.test(name)) ?? [] }
    : one

export const entraUser: ResourceDefinition = defineResource(extended(userType, enterpriseUserSchema.id, userUrn), [
  {
    ...userSchema,
    attributes: userSchema.attributes.filter(({ name }) => coreUser.includes(name)).map(narrowed),
  },
  enterpriseUserSchema,
  {
    id: userUrn,
    name: 'EntraUser',
    description: 'Microsoft Entra user',
    attributes: ['mailNickname', 'officeLocation', 'usageLocation', 'userType', 'employeeHireDate'].map(text),
  },
])

export const entraGroup: ResourceDefinition = defineResource(extended(groupType, groupUrn), [
  groupSchema,
  {
    id: groupUrn,
    name: 'EntraGroup',
    description: 'Microsoft Entra group',
    attributes: [text('description'), text('mailNickname'), flag('mailEnabled'), flag('securityEnabled')],
  },
])
