import fc from 'fast-check'
import type { JsonObject } from '../../src/scim/json.ts'
import { enterpriseUserUrn, userUrn } from '../../src/scim/schemas.ts'

export const patchUrn = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

export const patchBody = (operations: readonly JsonObject[]): JsonObject => ({
  schemas: [patchUrn],
  Operations: [...operations],
})

/** A user with something under every kind of attribute. */
export const user: JsonObject = {
  schemas: [userUrn, enterpriseUserUrn],
  id: '2819c223',
  userName: 'bjensen@example.com',
  active: true,
  title: 'Guide',
  name: { givenName: 'Barbara', familyName: 'Jensen' },
  emails: [
    { type: 'work', value: 'bjensen@example.com', primary: true },
    { type: 'home', value: 'babs@jensen.example' },
  ],
  addresses: [{ type: 'work', streetAddress: '100 Universal City Plaza', country: 'US' }],
  [enterpriseUserUrn]: { department: 'Tours', manager: { value: '26118915' } },
}

const text = fc.constantFrom('a', 'b', 'A', 'Zoë')
const type = fc.constantFrom('work', 'home', 'other')
const email = fc.record({ type, value: text }, { requiredKeys: ['value'] })

const values: readonly [string, fc.Arbitrary<JsonObject['value']>][] = [
  ['title', text],
  ['active', fc.boolean()],
  ['name.givenName', text],
  ['name', fc.record({ familyName: text, middleName: text }, { requiredKeys: ['familyName'] })],
  ['emails', fc.array(email, { minLength: 1, maxLength: 3 })],
  ['emails[type eq "work"].value', text],
  ['emails[type eq "other"]', fc.record({ value: text, display: text })],
  ['addresses', fc.array(fc.record({ type, locality: text }), { minLength: 1, maxLength: 2 })],
  ['addresses[type eq "home"].country', text],
  [`${enterpriseUserUrn}:department`, text],
  [`${enterpriseUserUrn}:manager`, fc.record({ value: text })],
  [enterpriseUserUrn, fc.record({ division: text, costCenter: text })],
  ['favouriteColour', text],
]

const operation: fc.Arbitrary<JsonObject> = fc.oneof(
  ...values.flatMap(([path, value]) => [
    value.map((given): JsonObject => ({ op: 'add', path, value: given ?? null })),
    value.map((given): JsonObject => ({ op: 'replace', path, value: given ?? null })),
    fc.constant<JsonObject>({ op: 'remove', path }),
  ]),
)

/** PATCH operations that suit `user`, as a client writes them. */
export const randomOperations = fc.array(operation, { minLength: 1, maxLength: 6 })
