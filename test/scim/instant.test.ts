import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { instantOf } from '../../src/scim/instant.ts'

// What has no offset must not depend on where the gateway runs.
beforeAll(() => {
  vi.stubEnv('TZ', 'Asia/Tokyo')
  expect(new Date(0).getHours()).toBe(9)
})
afterAll(() => {
  vi.unstubAllEnvs()
})

test.each([
  ['1970-01-01T00:00:00Z', 0],
  ['1970-01-01T00:00:00z', 0],
  ['1970-01-01', 0],
  ['1970-01-01T00:00', 0],
  ['1970-01-01T00:00:01', 1000],
  ['1970-01-01T01:00:00+01:00', 0],
  ['1970-01-01T01:00:00+0100', 0],
  ['1970-01-01T00:00:00.1239999Z', 123],
  ['1969-12-31T23:59:59.5-00:00', -500],
  ['1970-13-01T00:00:00Z', undefined],
  ['1970-01-01T25:00:00Z', undefined],
  ['1970-01-01 00:00:00', undefined],
  ['January 1, 1970', undefined],
  ['0', undefined],
  ['', undefined],
])('%s is %s', (text, expected) => {
  expect(instantOf(text)).toBe(expected)
})
