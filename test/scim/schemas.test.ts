import { describe, expect, test } from 'vitest'
import { schemaBody } from '../../src/scim/definition.ts'
import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import {
  enterpriseUserSchema,
  enterpriseUserUrn,
  groupSchema,
  groupUrn,
  userSchema,
  userUrn,
} from '../../src/scim/schemas.ts'
import { rfcExample } from './fixture.ts'

/**
 * The schemas' attributes by path, without their sub-attributes. An empty `canonicalValues` says nothing, and white space in
 * the RFC's descriptions is its typesetting.
 */
function flat(schema: JsonObject): Map<string, JsonObject> {
  const found = new Map<string, JsonObject>()
  const add = (attributes: Json | undefined, parent: string): void => {
    if (!Array.isArray(attributes)) return
    for (const attribute of attributes.filter(isObject)) {
      const { subAttributes, canonicalValues = [], ...rest } = attribute
      const own: JsonObject = { ...rest, description: String(rest['description']).replace(/\s+/g, ' ') }
      const isEmpty = Array.isArray(canonicalValues) && canonicalValues.length === 0
      found.set(`${parent}${own['name']}`, isEmpty ? own : { ...own, canonicalValues })
      add(subAttributes, `${own['name']}.`)
    }
  }
  add(schema['attributes'], '')
  return found
}

const printed = rfcExample('schemas.json')
const bodies = [userSchema, groupSchema, enterpriseUserSchema].map(schemaBody)

/** Where we know better than the printed schemas; each with its reason. */
const corrections: Readonly<Record<string, JsonObject>> = {
  // §4.2 says REQUIRED, and so does the printed description.
  [`${groupUrn} displayName`]: { required: true },
}
const additions = [
  // §2.4 gives it to every multi-valued attribute, and §8.4's example shows it.
  `${groupUrn} members.display`,
  // §8.2's example has a primary address.
  `${userUrn} addresses.primary`,
]

describe.each([userUrn, groupUrn, enterpriseUserUrn])('%s', (urn) => {
  const rfc = Array.isArray(printed) ? printed.filter(isObject).find(({ id }) => id === urn) : undefined
  const ours = bodies.find(({ id }) => id === urn)
  if (rfc === undefined || ours === undefined) throw new TypeError(`no example for ${urn}`)

  test('is called as RFC 7643 §8.7.1 calls it', () => {
    expect(ours).toMatchObject({ id: rfc['id'], name: rfc['name'], description: rfc['description'] })
    expect(ours['meta']).toEqual({ resourceType: 'Schema', location: `/Schemas/${urn}` })
  })

  test('has the attributes of RFC 7643 §8.7.1, and what is added for a reason', () => {
    const added = additions.filter((one) => one.startsWith(`${urn} `)).map((one) => one.slice(urn.length + 1))
    expect([...flat(ours).keys()].sort()).toEqual([...flat(rfc).keys(), ...added].sort())
  })

  test.each([...flat(rfc)])('%s', (name, attribute) => {
    expect(flat(ours).get(name)).toMatchObject({ ...attribute, ...corrections[`${urn} ${name}`] })
  })
})

test('every attribute states all of its characteristics', () => {
  for (const body of bodies) {
    for (const attribute of flat(body).values()) {
      expect(Object.keys(attribute)).toEqual(
        expect.arrayContaining([
          'name',
          'type',
          'description',
          'multiValued',
          'required',
          'caseExact',
          'mutability',
          'returned',
          'uniqueness',
        ]),
      )
    }
  }
})
