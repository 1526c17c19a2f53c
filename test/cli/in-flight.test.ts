import fc from 'fast-check'
import { expect, it } from 'vitest'
import { inFlight } from '../../src/cli/in-flight.ts'

const turn = () => new Promise<void>((settle) => setImmediate(settle))

it('gives every result in order, with never more than so many under way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5 })), fc.integer({ min: 1, max: 6 }), async (items, width) => {
      let underWay = 0
      let most = 0
      const results = await inFlight(items, width, async (turns) => {
        underWay += 1
        most = Math.max(most, underWay)
        for (let taken = 0; taken < turns; taken += 1) await turn()
        underWay -= 1
        return turns * 2
      })
      expect(results).toEqual(items.map((item) => item * 2))
      expect(most).toBe(Math.min(width, items.length))
    }),
  )
})

it('begins nothing more once one failed', async () => {
  const begun: number[] = []
  const work = async (item: number) => {
    begun.push(item)
    await turn()
    if (item === 1) throw new Error('no')
    await turn()
  }
  await expect(inFlight([0, 1, 2, 3, 4, 5], 2, work)).rejects.toThrow('no')
  for (let waited = 0; waited < 10; waited += 1) await turn()
  expect(begun).toEqual([0, 1])
})
