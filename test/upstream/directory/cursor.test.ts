import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CursorScope, cursorTimeout, printCursor, readCursor } from '../../../src/upstream/directory/cursor.ts'
import { scimErrorOf } from '../../scim/fixture.ts'

const scope: CursorScope = { key: new Uint8Array(32).fill(7), tenant: 'contoso', query: 'q', now: 1000 }

const position = fc.record(
  { seq: fc.nat(), count: fc.nat(), total: fc.nat(), key: fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer()) },
  { requiredKeys: ['seq', 'count'] },
)

test('a cursor gives its position back, in unreserved characters', () => {
  fc.assert(
    fc.property(position, (given) => {
      const cursor = printCursor(given, scope)
      expect(cursor).toMatch(/^[A-Za-z0-9._~-]+$/)
      expect(readCursor(cursor, scope)).toEqual(given)
    }),
  )
})

test('a cursor with any character changed is refused', () => {
  const cursor = printCursor({ seq: 1, count: 2, key: 'ann' }, scope)
  for (const [index, character] of [...cursor].entries()) {
    const forged = `${cursor.slice(0, index)}${character === 'A' ? 'B' : 'A'}${cursor.slice(index + 1)}`
    expect(scimErrorOf(() => readCursor(forged, scope))).toMatchObject({ status: 400, scimType: 'invalidCursor' })
  }
})

test.each(['x', '!', 'AAAA', `${'A'.repeat(30)}`, '\0', 'ä', 'A='])('%j is no cursor', (text) => {
  expect(scimErrorOf(() => readCursor(text, scope))).toMatchObject({ scimType: 'invalidCursor' })
})

test.each([
  ['tenant', { tenant: 'fabrikam' }],
  ['query', { query: 'p' }],
  ['key', { key: new Uint8Array(32) }],
])('a cursor of another %s is refused', (_, other) => {
  const cursor = printCursor({ seq: 1, count: 2 }, scope)
  expect(scimErrorOf(() => readCursor(cursor, { ...scope, ...other }))).toMatchObject({ scimType: 'invalidCursor' })
})

test('a cursor expires after an hour', () => {
  const cursor = printCursor({ seq: 1, count: 2 }, scope)
  const later = (seconds: number) => ({ ...scope, now: scope.now + seconds * 1000 })
  expect(readCursor(cursor, later(cursorTimeout)).seq).toBe(1)
  expect(scimErrorOf(() => readCursor(cursor, later(cursorTimeout + 1)))).toMatchObject({ scimType: 'expiredCursor' })
})
