import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGroupCommit } from '../../src/node/group-commit.ts'

/** A turn of the event loop, or several. */
const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve))
}

describe('group commit', () => {
  it('writes everything once, in order, whatever arrives when; and tells nobody before it is written', async () => {
    const arrivals = fc.array(fc.record({ turn: fc.nat(8), writeTurns: fc.nat(4) }), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(arrivals, async (plan) => {
        const written: number[] = []
        let sizes = 0
        let writing = false
        const commit = createGroupCommit<number>(async (items) => {
          expect(writing).toBe(false)
          writing = true
          await turns(plan[sizes]?.writeTurns ?? 0)
          sizes += 1
          written.push(...items)
          writing = false
        })
        const started: number[] = []
        await Promise.all(
          plan.map(async ({ turn }, item) => {
            await turns(turn)
            started.push(item)
            await commit.add(item)
            expect(written).toContain(item)
          }),
        )
        expect(written).toEqual(started)
      }),
    )
  })

  it('makes one write of what arrives in one turn of the event loop', async () => {
    const writes: (readonly string[])[] = []
    const commit = createGroupCommit<string>(async (items) => {
      writes.push(items)
    })
    await Promise.all(['a', 'b', 'c', 'd'].map((item) => commit.add(item)))
    expect(writes).toEqual([['a', 'b', 'c', 'd']])
  })

  it('makes one write of what arrives during a write', async () => {
    const writes: (readonly string[])[] = []
    let rest: Promise<unknown> | undefined
    const commit = createGroupCommit<string>(async (items) => {
      writes.push(items)
      rest ??= Promise.all(['b', 'c', 'd'].map((item) => commit.add(item)))
      await turns(3)
    })
    await commit.add('a')
    await rest
    expect(writes).toEqual([['a'], ['b', 'c', 'd']])
  })

  it('waits a bounded number of turns, however long each brings more', async () => {
    const writes: (readonly number[])[] = []
    const commit = createGroupCommit<number>(async (items) => {
      writes.push(items)
    })
    const added: Promise<void>[] = []
    for (let item = 0; item < 40; item += 1) {
      added.push(commit.add(item))
      await turns(1)
    }
    await Promise.all(added)
    expect(writes.length).toBeGreaterThan(2)
    expect(writes.flat()).toEqual(Array.from({ length: 40 }, (_, item) => item))
  })

  it('refuses what waits behind a failed write, and tries anew with the next', async () => {
    let failing = true
    const writes: (readonly string[])[] = []
    const commit = createGroupCommit<string>(async (items) => {
      await turns(1)
      if (failing) throw new Error('no space')
      writes.push(items)
    })
    const results = await Promise.allSettled([commit.add('a'), commit.add('b')])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    failing = false
    await commit.add('c')
    expect(writes).toEqual([['c']])
    await commit.idle()
    expect(commit.busy()).toBe(false)
  })
})
