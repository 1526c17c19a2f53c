import { DrizzleQueryError } from 'drizzle-orm/errors'
import { describe, expect, it } from 'vitest'
import { reasonOf } from '../src/log.ts'
import { ScimError } from '../src/scim/error.ts'

const thrownBy = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

describe('the reason of an error', () => {
  it('is its kind and message, and those of its causes', () => {
    const cause = new TypeError('outer', { cause: new RangeError('inner') })
    expect(reasonOf(new ScimError(500, 'detail', { cause }))).toBe(
      'ScimError: detail: TypeError: outer: RangeError: inner',
    )
  })

  it('ends where causes go in a circle', () => {
    const error = new Error('again')
    error.cause = error
    expect(reasonOf(error)).toMatch(/^(Error: again(: )?){1,9}$/)
  })

  it('holds no parameter of a statement, but says why it failed', () => {
    const failed = new DrizzleQueryError('insert into x values (?)', ['secret-hash'], new Error('disk I/O error'))
    const reason = reasonOf(new ScimError(500, 'detail', { cause: failed }))
    expect(reason).not.toContain('secret-hash')
    expect(reason).toContain('disk I/O error')
  })

  it('holds nothing of a text that is no JSON', () => {
    const error = thrownBy(() => JSON.parse('{"password":hunter2}'))
    expect(String(error)).toContain('hunter2')
    expect(reasonOf(error)).toBe('SyntaxError')
  })

  it('of what is no error is its type alone', () => {
    expect(reasonOf('secret')).toBe('string')
  })
})
