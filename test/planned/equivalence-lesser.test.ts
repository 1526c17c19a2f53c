import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beginning, sequence } from './deeds.ts'
import { anyCapabilities, lesser } from './lesser.ts'
import { begun, side, stateOf, stepBoth } from './lockstep.ts'
import { runs, timeoutMs } from './runs.ts'
import { plainServer, plannedOver } from './sides.ts'

const bare = { areMembersBare: true, holdsAll: true }

describe('any upstream that lacks something', () => {
  it(
    'looks to a client behind the plan as it looks to one of a plain directory, and is asked for nothing that it lacks',
    async () => {
      await fc.assert(
        fc.asyncProperty(anyCapabilities, beginning, sequence(8), async (capabilities, start, deeds) => {
          const other = plainServer('bbbbbbbb', (directory, ports) =>
            plannedOver(lesser(directory, capabilities), ports, capabilities, {
              membersOnRead: 'always',
              pageBudget: 200,
            }),
          )
          const sides = { plain: side(plainServer('aaaaaaaa'), bare), other: side(other, bare) }
          await begun(start, sides)
          for (const deed of deeds) await stepBoth({ ...deed, asked: deed.plainly ?? deed.asked }, sides)
          expect(await stateOf(sides.other)).toEqual(await stateOf(sides.plain))
        }),
        runs(200),
      )
    },
    timeoutMs,
  )
})
