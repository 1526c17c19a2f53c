import { expect, it } from 'vitest'
import { workerFetch } from '../../src/worker/fetch.ts'

const { neverSent } = workerFetch([])

it('what the runtime refuses to send was never sent, whatever was sent before it', () => {
  expect(neverSent(new Error('Too many subrequests by single Worker invocation.'))).toBe(true)
})

it('what was lost may have been sent', () => {
  expect(neverSent(new Error('Network connection lost.'))).toBe(false)
})
