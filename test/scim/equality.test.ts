import { describe, expect, it } from 'vitest'
import { foldedKey, isSame } from '../../src/scim/equality.ts'
import { type Json, type JsonObject, put } from '../../src/scim/json.ts'
import { userDefinition } from '../../src/scim/schemas.ts'

const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`n${index}`, index]))

describe('isSame', () => {
  it.each<[boolean, Json | undefined, Json | undefined]>([
    [true, null, []],
    [true, undefined, {}],
    [true, { a: null }, {}],
    [true, { a: null }, { b: null }],
    [false, { a: null }, { b: 1 }],
    [false, { a: 1 }, { a: 1, b: 1 }],
    [true, { userName: 'u' }, { USERNAME: 'u' }],
    [false, { userName: 'u' }, { userName: 'U' }],
    [true, ['a', 'b'], ['b', 'a']],
    [false, ['a', 'a', 'b'], ['a', 'b', 'b']],
    [true, ['a', null], ['a']],
    [true, [{ value: 'a', type: 't' }], [{ type: 't', value: 'a' }]],
    [false, '1', 1],
    [false, 'null', null],
    [true, many, { ...many }],
    [false, many, { ...many, n7: 8 }],
  ])('is %s of %j and %j', (expected, a, b) => {
    expect(isSame(a, b)).toBe(expected)
    expect(isSame(b, a)).toBe(expected)
  })
})

describe('foldedKey', () => {
  it('folds text where the schema says that case does not matter', () => {
    const emails = userDefinition.core.attributes.find(({ name }) => name === 'emails')
    expect(foldedKey({ value: 'A@b' }, emails)).toBe(foldedKey({ value: 'a@B' }, emails))
    expect(foldedKey({ value: 'A@b' }, undefined)).not.toBe(foldedKey({ value: 'a@b' }, undefined))
  })
})

describe('put', () => {
  it('sets a member, and never a prototype', () => {
    const object: JsonObject = {}
    put(object, 'a', 1)
    put(object, '__proto__', { polluted: true })
    expect(object).toEqual({ a: 1 })
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype)
  })
})
