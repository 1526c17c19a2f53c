import fc from 'fast-check'
import { expect, it } from 'vitest'
import { money } from '../../src/cli/commands-usage.ts'
import { facts, table } from '../../src/cli/table.ts'

it('aligns columns, numbers to the right, and shows null as a dash', () => {
  const text = table<{ name: string; count: number | null }>(
    [
      { heading: 'NAME', show: ({ name }) => name },
      { heading: 'COUNT', show: ({ count }) => count, right: true },
      { heading: 'END', show: () => null },
    ],
    [
      { name: 'contoso', count: 7 },
      { name: 'a', count: null },
    ],
  )
  expect(text.split('\n')).toEqual(['NAME     COUNT  END', 'contoso      7  -', 'a            -  -'])
})

it('lets no value write over the terminal', () => {
  expect(facts([['name', 'a\u001b[2J\nb']])).toBe('name  a [2J b')
})

it.each([
  [0, '0.00'],
  [2000, '0.002'],
  [2500, '0.0025'],
  [1, '0.000001'],
  [12_000_000, '12.00'],
  [12_340_000, '12.34'],
])('shows %d micro-units as %s', (micros, text) => {
  expect(money(micros)).toBe(text)
})

it('shows money exactly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (micros) => {
      const [whole = '', fraction = ''] = money(micros).split('.')
      expect(BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'))).toBe(BigInt(micros))
    }),
  )
})
