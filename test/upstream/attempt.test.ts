import { describe, expect, it } from 'vitest'
import { decideRetry, type RetryQuestion, retryAfterMsOf } from '../../src/upstream/attempt.ts'

const base: RetryQuestion = {
  method: 'GET',
  kind: 'lost',
  tries: 1,
  now: 0,
  deadlineAt: 20_000,
  random: 0.5,
}
const answered = (status: number, retryAfterMs?: number): Partial<RetryQuestion> => ({
  kind: 'answered',
  status,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
})

const methods = ['GET', 'PUT', 'DELETE', 'POST', 'PATCH']
const safe = new Set(['GET', 'PUT', 'DELETE'])

describe('decideRetry', () => {
  it.each(methods)('repeats %s that was certainly never sent', (method) => {
    expect(decideRetry({ ...base, method, kind: 'unsent' })).toBe(50)
  })

  it.each(methods)('never repeats %s past the deadline', (method) => {
    expect(decideRetry({ ...base, method, kind: 'late' })).toBeUndefined()
    expect(decideRetry({ ...base, method, kind: 'unsent', now: 20_000 })).toBeUndefined()
  })

  it.each(methods)('repeats %s after a lost connection only where repeating is safe', (method) => {
    expect(decideRetry({ ...base, method }) !== undefined).toBe(safe.has(method))
  })

  it.each(methods.flatMap((method) => [502, 503, 504].map((status) => [method, status] as const)))(
    '%s answered %i is repeated only where repeating is safe',
    (method, status) => {
      expect(decideRetry({ ...base, method, ...answered(status) }) !== undefined).toBe(safe.has(method))
    },
  )

  it.each(methods.flatMap((method) => [429, 503].map((status) => [method, status] as const)))(
    '%s answered %i waits for a Retry-After that fits',
    (method, status) => {
      expect(decideRetry({ ...base, method, ...answered(status, 3_000) })).toBe(3_000)
      expect(decideRetry({ ...base, method, ...answered(status, 10_000) })).toBe(10_000)
      expect(decideRetry({ ...base, method, ...answered(status, 10_001) })).toBeUndefined()
      expect(decideRetry({ ...base, method, ...answered(status, 3_000), deadlineAt: 3_000 })).toBeUndefined()
    },
  )

  it.each([200, 204, 304, 400, 401, 404, 409, 412, 500, 501])('takes %i as it is', (status) => {
    expect(decideRetry({ ...base, ...answered(status) })).toBeUndefined()
  })

  it('does not repeat a 429 that says nothing of when', () => {
    expect(decideRetry({ ...base, ...answered(429) })).toBeUndefined()
  })

  it('stops after three tries', () => {
    expect(decideRetry({ ...base, tries: 2 })).toBeDefined()
    expect(decideRetry({ ...base, tries: 3 })).toBeUndefined()
  })

  it('repeats a token request although it is a POST', () => {
    expect(decideRetry({ ...base, method: 'POST', repeatable: true })).toBe(50)
  })

  it('waits from nothing to a bound that doubles', () => {
    expect(decideRetry({ ...base, random: 0 })).toBe(0)
    expect(decideRetry({ ...base, random: 0.999 })).toBe(99)
    expect(decideRetry({ ...base, random: 0.999, tries: 2 })).toBe(199)
  })
})

describe('retryAfterMsOf', () => {
  it.each([
    ['5', 5_000],
    [' 0 ', 0],
    ['Thu, 01 Jan 1970 00:00:07 GMT', 6_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['soon', undefined],
    ['-5 minutes', undefined],
    [undefined, undefined],
  ])('%s', (header, ms) => {
    expect(retryAfterMsOf(header, 1_000)).toBe(ms)
  })
})
