import { defineResource } from './definition.ts'
import type { Attribute, ResourceType, Schema } from './schema.ts'
import { attribute } from './schema-build.ts'
import { enterpriseUserUrn, groupUrn, userUrn } from './schemas.ts'
import { entraGroupExtension, entraUserExtension } from './schemas-entra-extensions.ts'

export { entraGroupExtensionUrn, entraUserExtensionUrn } from './schemas-entra-extensions.ts'

/** Custom security attributes: one complex attribute a set (`...:Project.ProjectName`), shown only when asked for by set. */
export const customSecurityUrn = 'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:CustomSecurityAttributes'

const filterOnly = { multiValued: true, mutability: 'readOnly', returned: 'never' } as const

const typeOf = (...canonicalValues: readonly string[]): Attribute =>
  attribute('type', 'string', 'What the value is for.', { canonicalValues })

const list = (name: string, description: string, subAttributes: readonly Attribute[]): Attribute =>
  attribute(name, 'complex', description, { multiValued: true, subAttributes })

/**
 * What Microsoft Entra ID holds of a core User (facts A6). A password is required too where the domain of `userName` is
 * managed, and cannot be changed later; it is not marked so, for a characteristic speaks of every write.
 */
const entraUserSchema: Schema = {
  id: userUrn,
  name: 'User',
  description: 'User Account',
  attributes: [
    attribute('userName', 'string', 'The userPrincipalName: its domain is one that the tenant has verified.', {
      required: true,
      uniqueness: 'server',
    }),
    attribute('name', 'complex', "The user's name.", {
      required: true,
      subAttributes: [
        attribute('familyName', 'string', 'The surname.', { required: true }),
        attribute('givenName', 'string', 'The given name.', { required: true }),
      ],
    }),
    attribute('displayName', 'string', 'The name to show.', { required: true }),
    attribute('active', 'boolean', 'accountEnabled: whether the user can sign in.', { required: true }),
    attribute('password', 'string', 'The first password.', { mutability: 'writeOnly', returned: 'never' }),
    attribute('title', 'string', 'The jobTitle.'),
    attribute('userType', 'string', 'The employeeType.'),
    attribute('preferredLanguage', 'string', 'One preferred language.'),
    list('emails', 'The mail (work, primary), otherMails (other) and, readOnly, proxyAddresses (work, not primary).', [
      attribute('value', 'string', 'The address.'),
      typeOf('work', 'other'),
      attribute('primary', 'boolean', 'True of the mail alone.'),
    ]),
    list('phoneNumbers', 'One number of each type.', [
      attribute('value', 'string', 'The number.'),
      typeOf('work', 'mobile', 'fax'),
    ]),
    list('ims', 'One address, of type work.', [attribute('value', 'string', 'The address.'), typeOf('work')]),
    list('addresses', 'One address, of type work.', [
      attribute('streetAddress', 'string', 'Street and number.'),
      attribute('locality', 'string', 'The city.'),
      attribute('region', 'string', 'The state.'),
      attribute('postalCode', 'string', 'The postal code.'),
      attribute('country', 'string', 'The country.'),
      typeOf('work'),
    ]),
    attribute('groups', 'complex', 'The groups that hold the user directly: to filter by, never shown.', {
      ...filterOnly,
      subAttributes: [attribute('value', 'string', "The group's id.", { mutability: 'readOnly' })],
    }),
  ],
}

const entraEnterpriseSchema: Schema = {
  id: enterpriseUserUrn,
  name: 'EnterpriseUser',
  description: 'Enterprise User',
  attributes: [
    attribute('employeeNumber', 'string', 'The employeeId.'),
    attribute('costCenter', 'string', 'The cost center of employeeOrgData.'),
    attribute('organization', 'string', 'The companyName.'),
    attribute('division', 'string', 'The division of employeeOrgData.'),
    attribute('department', 'string', 'The department.'),
    attribute('manager', 'complex', "The user's manager.", {
      subAttributes: [attribute('value', 'string', "The manager's id.")],
    }),
  ],
}

const entraGroupSchema: Schema = {
  id: groupUrn,
  name: 'Group',
  description: 'Group',
  attributes: [
    attribute('displayName', 'string', 'The name to show: two groups may have the same.', { required: true }),
    attribute('members', 'complex', 'The users in the group: to write and to filter by, never shown.', {
      multiValued: true,
      returned: 'never',
      subAttributes: [attribute('value', 'string', "The user's id.", { mutability: 'immutable' })],
    }),
  ],
}

const userType: ResourceType = {
  name: 'User',
  endpoint: '/Users',
  description: 'User Account',
  schema: userUrn,
  schemaExtensions: [
    { schema: enterpriseUserUrn, required: false },
    { schema: entraUserExtension.id, required: false },
  ],
}

/** Entra announces the extension as required, and makes groups without it (facts A1, A5). */
const groupType: ResourceType = {
  name: 'Group',
  endpoint: '/Groups',
  description: 'Group',
  schema: groupUrn,
  schemaExtensions: [{ schema: entraGroupExtension.id, required: false }],
}

/** The schemas that Entra announces, in its order. */
export const entraSchemas: readonly Schema[] = [
  entraUserSchema,
  entraGroupSchema,
  entraEnterpriseSchema,
  entraUserExtension,
  entraGroupExtension,
]

/** A user as Entra's SCIM API holds one (facts A4, A6), without custom security attributes: those are each tenant's own. */
export const entraUserDefinition = defineResource(userType, entraSchemas)
/** A group as Entra's SCIM API holds one (facts A5, A6). */
export const entraGroupDefinition = defineResource(groupType, entraSchemas)

/** `entraUserDefinition` with a tenant's sets of custom security attributes: each complex, `returned: request`. */
export const entraUserWith = (sets: readonly Attribute[]) =>
  sets.length === 0
    ? entraUserDefinition
    : defineResource(
        {
          ...userType,
          schemaExtensions: [...userType.schemaExtensions, { schema: customSecurityUrn, required: false }],
        },
        [
          ...entraSchemas,
          {
            id: customSecurityUrn,
            name: 'CustomSecurityAttributes',
            description: 'Custom security attributes',
            attributes: sets,
          },
        ],
      )
