import { describe, expect, it } from 'vitest'
import { directoryClause } from '../../../../src/upstream/directory/clause.ts'
import { emulateOptions } from '../../../../src/upstream/directory/emulate/clause.ts'

const parse = (emulate: unknown, more: object = {}) =>
  directoryClause.safeParse({ kind: 'directory', emulate, ...more })

describe('emulate', () => {
  it('is a word, or that word with what else to rehearse', () => {
    expect(emulateOptions('entra')).toEqual({})
    const whole = {
      as: 'entra',
      throttle: { requests: 20, per: '10s', retryAfter: 2 },
      gatewayTimeoutEvery: 50,
      featureOff: true,
      domains: ['contoso.com'],
      unknownId: 400,
      customSecurityAttributes: { Project: { ProjectName: 'string', Codes: 'integer[]' } },
    }
    expect(parse(whole).data?.emulate).toEqual(whole)
  })

  it('may be left out', () => {
    expect(parse(undefined).success).toBe(true)
  })

  it.each([
    ['another name', 'okta'],
    ['no name', {}],
    ['a typing error', { as: 'entra', thottle: {} }],
    ['no requests', { as: 'entra', throttle: { requests: 0, per: '10s' } }],
    ['no duration', { as: 'entra', throttle: { requests: 1, per: '10' } }],
    ['an empty one', { as: 'entra', throttle: { requests: 1, per: '0s' } }],
    ['every none', { as: 'entra', gatewayTimeoutEvery: 0 }],
    ['no domains', { as: 'entra', domains: [] }],
    ['another status', { as: 'entra', unknownId: 410 }],
    ['a set with a dot', { as: 'entra', customSecurityAttributes: { 'Pro.ject': { a: 'string' } } }],
    ['an unknown type', { as: 'entra', customSecurityAttributes: { Project: { a: 'date' } } }],
  ])('is refused with %s', (_, emulate) => {
    expect(parse(emulate).success).toBe(false)
  })

  it('stands beside no schemas of one’s own', () => {
    const schemas = [{ id: 'urn:example:hr:2.0:User', name: 'HR', extends: 'User', attributes: [{ name: 'badge' }] }]
    expect(parse('entra', { schemas }).success).toBe(false)
    expect(parse(undefined, { schemas }).success).toBe(true)
  })
})
