import { expect, it } from 'vitest'
import { parseDuration } from '../src/duration.ts'

it.each([
  ['500ms', 500],
  ['20s', 20_000],
  ['1m', 60_000],
  ['24h', 86_400_000],
  ['30d', 2_592_000_000],
  ['0s', 0],
])('%s is %i ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

it.each(['', '20', 's', '1.5s', '-1s', '1 s', '1S', '1w', '9999999999s', '1s2m'])('`%s` is none', (text) => {
  expect(() => parseDuration(text)).toThrow(`\`${text}\``)
})
