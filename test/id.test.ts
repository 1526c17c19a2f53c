import { webcrypto } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { uuidV7 } from '../src/id.ts'

const random = () => webcrypto.getRandomValues(new Uint8Array(10))

describe('uuidV7', () => {
  it('has the shape of RFC 9562 §5.7, its time in front', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 48 - 1 }),
        fc.uint8Array({ minLength: 10, maxLength: 10 }),
        (now, bytes) => {
          const id = uuidV7(now, bytes)
          expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
          expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(now)
        },
      ),
    )
  })

  it('differs from one to the next within a millisecond', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => uuidV7(1, random()))).size).toBe(10_000)
  })

  it('sorts by time', () => {
    expect(uuidV7(1000, random()) < uuidV7(1001, random())).toBe(true)
  })
})
