import { describe, expect, test } from 'vitest'
import { defineResource } from '../../src/scim/definition.ts'
import { parseFilter } from '../../src/scim/filter.ts'
import { compileFilter } from '../../src/scim/match.ts'
import { parseAttributePath } from '../../src/scim/path.ts'
import { attribute } from '../../src/scim/schema-build.ts'
import { userSchema, userType } from '../../src/scim/schemas.ts'
import { sortKeyOf } from '../../src/scim/sort.ts'
import { scimErrorOf } from './fixture.ts'

const urn = 'urn:example:params:door:1.0:Key'
const value = attribute('value', 'string', 'Value')
const schema = {
  id: urn,
  name: 'Key',
  description: 'Key',
  attributes: [
    attribute('pins', 'complex', 'Never returned', { multiValued: true, returned: 'never', subAttributes: [value] }),
    attribute('lock', 'complex', 'Its value is never returned', {
      subAttributes: [attribute('value', 'string', 'Value', { returned: 'never' })],
    }),
  ],
} as const
const definition = defineResource({ ...userType, schemaExtensions: [{ schema: urn, required: false }] }, [
  userSchema,
  schema,
])

describe('what is never returned is not found out', () => {
  test.each([
    'pins[value sw "1"]',
    'not (pins[value sw "1"])',
    'pins.value sw "1"',
    'lock sw "1"',
    'lock.value sw "1"',
  ])('by the filter %s', (filter) => {
    const asked = filter.replace(/pins|lock/, (name) => `${urn}:${name}`)
    expect(scimErrorOf(() => compileFilter(parseFilter(asked), definition))).toMatchObject({
      status: 400,
      scimType: 'invalidFilter',
      detail: expect.stringContaining('never returned'),
    })
  })

  test.each(['pins', 'pins.value', 'lock', 'lock.value'])('by sorting by %s', (name) => {
    const key = sortKeyOf(parseAttributePath(`${urn}:${name}`), definition)
    expect(key({ [urn]: { pins: [{ value: '1' }], lock: { value: '1' } } })).toBeUndefined()
  })
})
