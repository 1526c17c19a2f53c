import { readFileSync } from 'node:fs'
import { defineResource } from '../../src/scim/definition.ts'
import { ScimError, type ScimType } from '../../src/scim/error.ts'
import { isObject, type Json, type JsonObject, parseJson } from '../../src/scim/json.ts'
import { attribute } from '../../src/scim/schema-build.ts'
import { enterpriseUserSchema, userSchema, userType } from '../../src/scim/schemas.ts'

/** An example of an RFC, copied into `rfc/`. */
export const rfcExample = (name: string): Json =>
  parseJson(readFileSync(new URL(`rfc/${name}`, import.meta.url), 'utf8'))

/** RFC 7643 §8.3's full enterprise user. */
export function rfcUser(): JsonObject {
  const user = rfcExample('user.json')
  if (!isObject(user)) throw new TypeError('user.json holds no object')
  return user
}

/** The error that `run` throws, as status and scimType; undefined when it throws none. */
export function scimErrorOf(
  run: () => unknown,
): { status: number; scimType: ScimType | undefined; detail: string } | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (!(error instanceof ScimError)) throw error
    return { status: error.status, scimType: error.scimType, detail: error.message }
  }
}

export const badgeUrn = 'urn:example:params:hr.ext:1.0:Badge'

/** An extension of every type, whose URN holds a dot in a segment that is no version. */
export const badgeSchema = {
  id: badgeUrn,
  name: 'Badge',
  description: 'Badge',
  attributes: [
    attribute('number', 'integer', 'Number'),
    attribute('weight', 'decimal', 'Weight'),
    attribute('code', 'string', 'Code', { caseExact: true }),
    attribute('issuedAt', 'dateTime', 'Issued'),
    attribute('lost', 'boolean', 'Lost'),
    attribute('scan', 'binary', 'Scan'),
    attribute('link', 'reference', 'Link', { referenceTypes: ['external'] }),
    attribute('doors', 'string', 'Doors', { multiValued: true }),
    attribute('secret', 'string', 'Secret', { returned: 'never', mutability: 'writeOnly' }),
    attribute('history', 'string', 'History', { returned: 'request' }),
    attribute('serial', 'string', 'Serial', { returned: 'always' }),
    attribute('rooms', 'complex', 'Rooms', {
      multiValued: true,
      subAttributes: [
        attribute('value', 'string', 'Value', { returned: 'always' }),
        attribute('floor', 'integer', 'Floor'),
        attribute('notes', 'string', 'Notes', { returned: 'request' }),
        attribute('pin', 'string', 'Pin', { returned: 'never' }),
      ],
    }),
  ],
} as const

/** Users with the enterprise extension and one of our own that has every type. */
export const badgedDefinition = defineResource(
  { ...userType, schemaExtensions: [...userType.schemaExtensions, { schema: badgeUrn, required: false }] },
  [userSchema, enterpriseUserSchema, badgeSchema],
)
