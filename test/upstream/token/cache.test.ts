import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ScimError } from '../../../src/scim/error.ts'
import { createTokenCache, failureAfter, timesOf } from '../../../src/upstream/token.ts'
import type { TokenResult } from '../../../src/upstream/token-request.ts'
import { type Bench, createBench } from '../scim/support.ts'

describe('timesOf', () => {
  it.each([
    [3_600_000, 0, 3_585_000, 2_700_000],
    [3_600_000, 1, 3_570_000, 3_060_000],
    [60_000, 0, 57_000, 45_000],
    [1_000, 1, 900, 850],
    [0, 1, 0, 0],
  ])('a life of %i ms at jitter %d ends at %i and is refreshed at %i', (lifeMs, random, expiresAt, refreshAt) => {
    expect(timesOf(0, lifeMs, random)).toEqual({ expiresAt, refreshAt })
  })
})

it('failureAfter doubles refusals to five minutes, and leaves failures at their rest', () => {
  const error = new ScimError(502, 'x')
  const refused: TokenResult = { kind: 'refused', error }
  const rests: number[] = []
  let failure = failureAfter(undefined, refused, 0)
  for (let time = 0; time < 7; time++) {
    rests.push(failure.until)
    failure = failureAfter(failure, refused, 0)
  }
  expect(rests).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000])
  expect(failureAfter(undefined, { kind: 'failed', error, restMs: 1_000 }, 0).until).toBe(1_000)
})

describe('createTokenCache', () => {
  let bench: Bench
  beforeEach(() => {
    bench = createBench()
  })
  afterEach(() => bench.close())

  it('keeps the newer token when a slow old answer comes after it', async () => {
    const answers: ((result: TokenResult) => void)[] = []
    const request = () => new Promise<TokenResult>((resolve) => answers.push(resolve))
    const tools = {
      tenant: 'contoso',
      ports: bench.ports,
      openCall: bench.openCall,
      timeoutMs: 20_000,
      secret: async () => '',
    }
    const cache = createTokenCache(request, tools)
    const issue = (index: number, value: string) => answers[index]?.({ kind: 'issued', value, lifeMs: 100_000 })

    const first = cache.get(bench.errand())
    issue(0, 'one')
    const one = await first
    // Refreshed ahead, slowly; meanwhile the upstream refuses the token, and a new one is asked for at once.
    bench.advance(90_000)
    await cache.get(bench.errand())
    expect(answers).toHaveLength(2)
    expect(cache.refused(one)).toBe(true)
    const renewed = cache.get(bench.errand())
    expect(answers).toHaveLength(3)
    issue(2, 'three')
    expect((await renewed).value).toBe('three')
    issue(1, 'two')
    await new Promise((resolve) => setImmediate(resolve))
    expect((await cache.get(bench.errand())).value).toBe('three')
    // The old one's refusal, told late, throws nothing away.
    expect(cache.refused(one)).toBe(true)
    expect((await cache.get(bench.errand())).value).toBe('three')
    expect(answers).toHaveLength(3)
  })

  it('does not keep the answer to a request begun before a refusal, even if it comes first', async () => {
    const answers: ((result: TokenResult) => void)[] = []
    const request = () => new Promise<TokenResult>((resolve) => answers.push(resolve))
    const tools = {
      tenant: 'contoso',
      ports: bench.ports,
      openCall: bench.openCall,
      timeoutMs: 20_000,
      secret: async () => '',
    }
    const cache = createTokenCache(request, tools)
    const first = cache.get(bench.errand())
    answers[0]?.({ kind: 'issued', value: 'one', lifeMs: 100_000 })
    const one = await first
    bench.advance(90_000)
    await cache.get(bench.errand())
    cache.refused(one)
    // The token that was revoked is what a token endpoint with a cache of its own hands out again.
    answers[1]?.({ kind: 'issued', value: 'one', lifeMs: 100_000 })
    await new Promise((resolve) => setImmediate(resolve))
    const renewed = cache.get(bench.errand())
    answers[2]?.({ kind: 'issued', value: 'three', lifeMs: 100_000 })
    expect((await renewed).value).toBe('three')
  })
})
