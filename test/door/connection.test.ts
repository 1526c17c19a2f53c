import { describe, expect, it } from 'vitest'
import { callerOf } from '../../src/door/connection.ts'
import { parseRanges } from '../../src/ranges.ts'

const trusted = parseRanges(['10.0.0.0/8', '::1'])
const caller = (address: string, headers: Record<string, string>) =>
  callerOf({ address, secure: false }, (name) => headers[name], trusted)

describe('callerOf', () => {
  const forwarded = {
    host: 'inner:8080',
    'x-forwarded-for': '1.1.1.1, 203.0.113.7, 10.0.0.9',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'SCIM.msp.example',
  }

  it('believes a trusted proxy, up to the last address that is not a proxy', () => {
    expect(caller('10.1.1.1', forwarded)).toEqual({
      address: '203.0.113.7',
      host: 'scim.msp.example',
      origin: 'https://scim.msp.example',
    })
  })

  it('believes nobody else', () => {
    expect(caller('192.0.2.1', forwarded)).toEqual({ address: '192.0.2.1', host: 'inner', origin: 'http://inner:8080' })
  })

  it('takes a v4-mapped proxy for the proxy it is', () => {
    expect(caller('::ffff:10.1.1.1', forwarded).address).toBe('203.0.113.7')
  })

  it.each(['a b', 'x"y', 'host/path', 'user@host', ''])('does not repeat the host %j', (host) => {
    expect(caller('192.0.2.1', { host }).origin).toBe('http://localhost')
  })
})

describe('parseRanges', () => {
  it('holds nobody when empty', () => expect(parseRanges([])('127.0.0.1')).toBe(false))
  it('holds no address that is none', () => expect(parseRanges(['0.0.0.0/0'])('x')).toBe(false))
  it.each(['010.0.0.0/8', '10/8', '10', '0x0a.0.0.0/8', '10.1'])('does not guess what %s means', (text) => {
    expect(() => parseRanges([text])).toThrow(text)
    expect(parseRanges(['0.0.0.0/0'])(text.replace(/\/.*/, ''))).toBe(false)
  })
  it.each([
    ['::ffff:10.0.0.0/104', '10.1.2.3'],
    ['::ffff:10.0.0.0/104', '::ffff:10.1.2.3'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
  ])('reads %s as the v4 range that it is, with %s', (range, address) => {
    expect(parseRanges([range])(address)).toBe(true)
    expect(parseRanges([range])('198.51.100.1')).toBe(false)
  })
  it('names the entry that is wrong', () => expect(() => parseRanges(['1.2.3.4/33'])).toThrow('1.2.3.4/33'))
  it.each([
    ['203.0.113.0/24', '203.0.113.9', true],
    ['203.0.113.0/24', '203.0.114.9', false],
    ['203.0.113.0/24', '::ffff:203.0.113.9', true],
    ['2001:db8::/32', '2001:db8::1', true],
    ['2001:db8::/32', '203.0.113.9', false],
    ['203.0.113.9', '203.0.113.9', true],
  ])('%s and %s', (range, address, holds) => expect(parseRanges([range])(address)).toBe(holds))
})
