import { expect, test } from 'vitest'
import { sideBySide } from '../../src/plan/side-by-side.ts'
import { attempt, type Plan } from '../../src/plan/step.ts'
import { createWalks } from '../../src/plan/walks.ts'
import { userDefinition } from '../../src/scim/schemas.ts'

const mark = (offset: number) => ({
  offset,
  position: { call: 0, place: { cursor: `c${offset}` }, skip: 0, size: 100 },
})

test('walks are kept for an hour', () => {
  let now = 0
  const walks = createWalks(() => now)
  walks.set('a', { at: now, marks: [mark(100)], total: 7 })
  now = 3_600_000
  expect(walks.get('a')).toMatchObject({ total: 7 })
  now += 1
  expect(walks.get('a')).toBeUndefined()
})

test('only so many of them are kept, the oldest go first, and of one only its last places', () => {
  const walks = createWalks(() => 0)
  for (let number = 0; number < 300; number++) walks.set(`w${number}`, { at: 0, marks: [] })
  expect([walks.get('w0'), walks.get('w99')]).toEqual([undefined, undefined])
  expect(walks.get('w100')).toBeDefined()
  walks.set('long', { at: 0, marks: Array.from({ length: 100 }, (_, number) => mark(number)) })
  expect(walks.get('long')?.marks).toHaveLength(32)
})

test('what is found is bounded over all of them', () => {
  const walks = createWalks(() => 0)
  const found = { read: 1, ids: Array.from({ length: 20_000 }, (_, number) => ({ call: 0, id: `u${number}` })) }
  for (const key of ['a', 'b', 'c']) walks.set(key, { at: 0, marks: [], found })
  expect([walks.get('a'), walks.get('c')?.found?.ids.length]).toEqual([undefined, 20_000])
})

test('the longer the ids, the fewer are kept', () => {
  const walks = createWalks(() => 0)
  const ids = Array.from({ length: 600 }, (_, number) => ({ call: 0, id: `${number}`.padEnd(10_000, 'x') }))
  walks.set('a', { at: 0, marks: [], found: { read: 1, ids: ids.slice(0, 400) } })
  expect(walks.get('a')).toBeDefined()
  walks.set('b', { at: 0, marks: [], found: { read: 1, ids } })
  expect(walks.get('b')).toBeUndefined()
})

test('plans run side by side, no more at once than may, their results in order', () => {
  const one = (id: string, steps: number) =>
    function* (): Plan<string> {
      for (let step = 0; step < steps; step++)
        yield* attempt({
          request: { operation: 'read', definition: userDefinition, id, projection: {} },
          purpose: 'read',
        })
      return id
    }
  const plan = sideBySide([one('a', 1), one('b', 3), one('none', 0), one('c', 2), one('d', 1)], 2)
  const stages: string[][] = []
  let turn = plan.next([])
  while (turn.done !== true) {
    stages.push(turn.value.map(({ request }) => ('id' in request ? request.id : '')))
    turn = plan.next(turn.value.map(() => ({ kind: 'done', reply: { kind: 'empty', status: 204 } })))
  }
  expect(stages).toEqual([['a', 'b'], ['b', 'c'], ['b', 'c'], ['d']])
  expect(turn.value).toEqual(['a', 'b', 'none', 'c', 'd'])
})
