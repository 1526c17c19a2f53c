import { defineResource } from '../../src/scim/definition.ts'
import type { ResourceDefinition } from '../../src/scim/schema.ts'
import { attribute } from '../../src/scim/schema-build.ts'
import { enterpriseUserUrn as enterprise, groupDefinition } from '../../src/scim/schemas.ts'
import { badgeUrn as badge, badgedDefinition } from '../scim/fixture.ts'

/**
 * A resource type, and the places in it that rules are made over. `text` and the rest are places of that type; names that
 * the definition does not know hold what they are given.
 */
export interface World {
  readonly definition: ResourceDefinition
  readonly text: readonly string[]
  /** Of these, text that is compared with its case. */
  readonly caseExact: readonly string[]
  readonly boolean: readonly string[]
  readonly integer: readonly string[]
  /** Lists of texts. */
  readonly list: readonly string[]
  /** Sub-attributes of all elements. */
  readonly every: readonly string[]
  /** Whole complex attributes that have nothing in common with the places above. */
  readonly complex: readonly string[]
  /** Whole elements. */
  readonly element: readonly string[]
}

const user: World = {
  definition: badgedDefinition,
  text: [
    'userName',
    'displayName',
    'nickName',
    'title',
    'externalId',
    'employeeNumber',
    `${enterprise}:costCenter`,
    `${badge}:code`,
    'favouriteColour',
    'urn:acme:hr:1.0:tag',
    'name.givenName',
    'name.familyName',
    `${enterprise}:manager.value`,
    'desk.room',
    'emails[type eq "work"].value',
    'emails[type eq "home"].value',
    'addresses[type eq "work"].locality',
    'addresses[type eq "work"].country',
    'lockers[number eq 7].code',
  ],
  caseExact: ['externalId', `${badge}:code`],
  boolean: ['active', `${badge}:lost`],
  integer: [`${badge}:number`],
  list: [`${badge}:doors`, 'hobbies'],
  every: ['roles.value', 'entitlements.value'],
  complex: ['photos', 'ims', 'preferences'],
  element: ['phoneNumbers[type eq "work"]', 'x509Certificates[primary eq true]'],
}

const group: World = {
  definition: groupDefinition,
  text: [
    'displayName',
    'externalId',
    'description',
    'urn:acme:hr:1.0:owner',
    'contact.mail',
    'mails[type eq "list"].value',
  ],
  caseExact: ['externalId'],
  boolean: [],
  integer: [],
  list: ['tags'],
  every: [],
  complex: ['members', 'settings'],
  element: [],
}

const extra = 'urn:example:params:device:1.0:Extra'
const sub = { subAttributes: [attribute('value', 'string', ''), attribute('type', 'string', '', { caseExact: true })] }
/** A type of our own with attributes of every kind, in the core and in an extension that is required. */
const device: World = {
  definition: defineResource(
    {
      name: 'Device',
      endpoint: '/Devices',
      description: 'Device',
      schema: 'urn:example:params:device:1.0:Device',
      schemaExtensions: [{ schema: extra, required: true }],
    },
    [
      {
        id: 'urn:example:params:device:1.0:Device',
        name: 'Device',
        description: 'Device',
        attributes: [
          attribute('serial', 'string', '', { required: true, caseExact: true }),
          attribute('label', 'string', ''),
          attribute('on', 'boolean', ''),
          attribute('ports', 'integer', ''),
          attribute('weight', 'decimal', ''),
          attribute('bought', 'dateTime', ''),
          attribute('key', 'binary', ''),
          attribute('manual', 'reference', '', { referenceTypes: ['external'] }),
          attribute('aliases', 'string', '', { multiValued: true }),
          attribute('size', 'complex', '', {
            subAttributes: [attribute('unit', 'string', ''), attribute('x', 'string', '')],
          }),
          attribute('places', 'complex', '', { multiValued: true, ...sub }),
          attribute('notes', 'complex', '', { multiValued: true, ...sub }),
        ],
      },
      {
        id: extra,
        name: 'Extra',
        description: 'Extra',
        attributes: [attribute('colour', 'string', ''), attribute('new', 'boolean', '')],
      },
    ],
  ),
  text: [
    'serial',
    'label',
    'bought',
    'manual',
    `${extra}:colour`,
    'size.unit',
    'size.x',
    'places[type eq "desk"].value',
    'place',
  ],
  caseExact: ['serial', 'manual', 'bought'],
  boolean: ['on', 'new'],
  integer: ['ports'],
  list: ['aliases'],
  every: ['notes.value'],
  complex: ['box'],
  element: ['places[type eq "shelf"]'],
}

export const worlds: readonly World[] = [user, group, device]
