import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTurns } from '../../src/planned/turns.ts'
import { refused } from '../plan/through.ts'

/** A clock whose waits end when it is moved. */
function clock() {
  let now = 0
  const timers: { at: number; fire: () => void }[] = []
  return {
    now: () => now,
    wait: (waitMs: number) => new Promise<void>((fire) => timers.push({ at: now + waitMs, fire })),
    move(ms: number) {
      now += ms
      for (const { at, fire } of timers) if (at <= now) fire()
    },
  }
}

function gate() {
  let open: () => void = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('turns', () => {
  it('let no two works of one name run at once, and forget the name afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.boolean()), { maxLength: 12 }),
        async (works) => {
          const turns = createTurns(clock())
          const running = new Map<string, number>()
          const order = new Map<string, number[]>()
          const all = works.map(([name, fails], index) =>
            turns
              .take(name, 1000, async () => {
                running.set(name, (running.get(name) ?? 0) + 1)
                expect(running.get(name)).toBe(1)
                order.set(name, [...(order.get(name) ?? []), index])
                await settled()
                running.set(name, 0)
                if (fails) throw new Error('failed')
                return index
              })
              .catch((error: Error) => error.message),
          )
          const results = await Promise.all(all)
          expect(results).toEqual(works.map(([, fails], index) => (fails ? 'failed' : index)))
          for (const [name, seen] of order)
            expect(seen).toEqual(works.flatMap(([one], index) => (one === name ? [index] : [])))
          await settled()
          expect(turns.size()).toBe(0)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('let whoever waits give up at the deadline, and nobody run before those who still do', async () => {
    const time = clock()
    const turns = createTurns(time)
    const first = gate()
    const log: string[] = []
    const one = turns.take('a', 1000, async () => {
      await first.opened
      log.push('one')
    })
    const two = refused(turns.take('a', 10, async () => log.push('two')))
    const three = turns.take('a', 1000, async () => log.push('three'))
    time.move(20)
    expect(await two).toMatchObject({ status: 504, retryAfter: '1' })
    await settled()
    expect(log).toEqual([])
    first.open()
    await Promise.all([one, three])
    expect(log).toEqual(['one', 'three'])
  })

  it('refuse who would wait behind a hundred others', async () => {
    const turns = createTurns(clock())
    const first = gate()
    for (let done = 0; done < 200; done++) await turns.take('c', 1000, async () => {})
    const works = Array.from({ length: 101 }, () => turns.take('a', 1000, () => first.opened))
    expect(await refused(turns.take('a', 1000, () => first.opened))).toMatchObject({ status: 503 })
    await turns.take('b', 1000, async () => {})
    first.open()
    await Promise.all(works)
  })
})
