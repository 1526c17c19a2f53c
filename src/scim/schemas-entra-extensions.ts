import type { Schema } from './schema.ts'
import { attribute } from './schema-build.ts'

export const entraUserExtensionUrn = 'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User'
export const entraGroupExtensionUrn = 'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group'

const readOnly = { mutability: 'readOnly' } as const
const filterOnly = { multiValued: true, mutability: 'readOnly', returned: 'never' } as const

/** Microsoft Graph's onPremisesExtensionAttributes: always these fifteen. */
const extensionAttributes = Array.from({ length: 15 }, (_, index) =>
  attribute(`extensionAttribute${index + 1}`, 'string', "One of the fifteen attributes of the customer's own."),
)

/** Entra's own extension of a User (facts A6). */
export const entraUserExtension: Schema = {
  id: entraUserExtensionUrn,
  name: 'EntraUser',
  description: 'Microsoft Entra User',
  attributes: [
    attribute('mailNickname', 'string', 'The mail alias: the userName before its @ unless given; cannot be removed.'),
    attribute('userType', 'string', 'Member or Guest.', { canonicalValues: ['Member', 'Guest'] }),
    attribute('officeLocation', 'string', 'The office.'),
    attribute('usageLocation', 'string', 'The country whose law decides on licences, in two letters.'),
    attribute('preferredDataLocation', 'string', "Where the user's content is kept."),
    attribute('employeeHireDate', 'dateTime', 'When the user begins or began to work.'),
    attribute('employeeLeaveDateTime', 'dateTime', 'When the user leaves or left.'),
    attribute(
      'passwordForceChangeOnNextSignIn',
      'boolean',
      'Whether the password must be changed at the next sign-in.',
    ),
    attribute(
      'passwordForceChangeOnNextSignInWithMFA',
      'boolean',
      'Whether the password must be changed at the next sign-in, after a second factor.',
    ),
    attribute('onPremisesImmutableId', 'string', "What joins the user to an on-premises directory's."),
    attribute('onPremisesExtensionAttributes', 'complex', "The customer's own attributes.", {
      subAttributes: extensionAttributes,
    }),
    attribute('onPremisesDistinguishedName', 'string', 'The name in the on-premises directory.', readOnly),
    attribute('onPremisesDomainName', 'string', 'The domain of the on-premises directory.', readOnly),
    attribute('onPremisesLastSyncDateTime', 'dateTime', 'When the user was last synchronised.', readOnly),
    attribute('onPremisesSamAccountName', 'string', 'The account name in the on-premises directory.', readOnly),
    attribute('onPremisesSecurityIdentifier', 'string', 'The security identifier there.', readOnly),
    attribute('onPremisesSyncEnabled', 'boolean', 'Whether the user comes from there.', readOnly),
    attribute('onPremisesUserPrincipalName', 'string', 'The userPrincipalName there.', readOnly),
    attribute('creationType', 'string', 'How the account came to be.', readOnly),
    attribute('lastPasswordChangeDateTime', 'dateTime', 'When the password was last changed.', readOnly),
    attribute('proxyAddresses', 'string', 'The addresses that reach the user.', { ...readOnly, multiValued: true }),
    attribute('ownedGroups', 'complex', 'The groups that the user owns: to filter by, never shown.', {
      ...filterOnly,
      subAttributes: [attribute('value', 'string', "The group's id.", readOnly)],
    }),
  ],
}

/** Entra's own extension of a Group (facts A5). */
export const entraGroupExtension: Schema = {
  id: entraGroupExtensionUrn,
  name: 'EntraGroup',
  description: 'Microsoft Entra Group',
  attributes: [
    attribute('description', 'string', 'What the group is for.'),
    attribute('groupTypes', 'string', 'Unified for a Microsoft 365 group, else nothing.', { multiValued: true }),
    attribute('mailEnabled', 'boolean', 'True for Microsoft 365 groups.'),
    attribute('mailNickname', 'string', 'The mail alias; cannot be removed.'),
    attribute('securityEnabled', 'boolean', 'True for security groups.'),
    attribute('securityIdentifier', 'string', 'The security identifier.', readOnly),
    attribute('owners', 'complex', 'The owners: to filter by, never shown.', {
      ...filterOnly,
      subAttributes: [attribute('value', 'string', "The owner's id.", readOnly)],
    }),
  ],
}
