import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../src/scim/json.ts'

const nested = (open: string, close: string, levels: number) => open.repeat(levels) + close.repeat(levels)

describe('parseJson', () => {
  it('gives what JSON.parse gives', () =>
    fc.assert(
      fc.property(fc.json({ maxDepth: 20 }), (text) => {
        fc.pre(!text.includes('__proto__'))
        expect(parseJson(text)).toEqual(JSON.parse(text))
      }),
    ))

  it('takes 64 levels and no more', () => {
    expect(() => parseJson(nested('[', ']', 64))).not.toThrow()
    expect(() => parseJson(`${nested('{"a":[', ']}', 32).replace('[]', '[1]')}`)).not.toThrow()
    for (const text of [nested('[', ']', 65), `[${nested('{"a":', '}', 64).replace('":}', '":1}')}]`])
      expect(() => parseJson(text)).toThrow('nested deeper than 64 levels')
  })

  it('counts no bracket inside a string, wherever that ends', () => {
    const brackets = '['.repeat(100)
    for (const text of [brackets, `a"${brackets}`, `a\\${brackets}`, `\\"${brackets}\\`, `${brackets}\\\\"`])
      expect(parseJson(JSON.stringify({ text, list: [text] }))).toEqual({ text, list: [text] })
    expect(() => parseJson(`["\\\\"${nested(',[1', ']', 64)}]`)).toThrow('nested deeper')
  })

  it('refuses what is none, a string without an end too', () => {
    for (const text of ['', '"', '"\\', '["\\"]', '[', ']', '{]'])
      expect(() => parseJson(text)).toThrow('not valid JSON')
  })

  it('refuses a number that would turn into null', () => {
    for (const text of ['1e400', '[-1e400]', '{"a":[{"b":1e309}]}'])
      expect(() => parseJson(text)).toThrow('larger than any that can be kept')
    expect(parseJson('[1e308,-0,1e-400]')).toEqual([1e308, -0, 0])
  })

  it('drops __proto__ on every level', () => {
    expect(JSON.stringify(parseJson('{"__proto__":1,"a":[{"__proto__":{"b":1},"c":2}]}'))).toBe('{"a":[{"c":2}]}')
  })
})
