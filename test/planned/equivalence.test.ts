import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beginning, sequence } from './deeds.ts'
import { begun, side, stateOf, stepBoth } from './lockstep.ts'
import { runs, timeoutMs } from './runs.ts'
import { entraServer, plainServer } from './sides.ts'

describe('any sequence of requests', () => {
  it(
    'looks to a client of Entra behind the plan as it looks to one of a plain directory',
    async () => {
      await fc.assert(
        fc.asyncProperty(beginning, sequence(), async (start, deeds) => {
          const sides = {
            plain: side(plainServer('aaaaaaaa')),
            other: side(entraServer('bbbbbbbb', { choices: { membersOnRead: 'always' } })),
          }
          await begun(start, sides)
          for (const deed of deeds) await stepBoth(deed, sides)
          expect(await stateOf(sides.other)).toEqual(await stateOf(sides.plain))
          expect(sides.other.server.billedAttempts()).toBe(sides.other.server.standIn.billed())
        }),
        runs(150),
      )
    },
    timeoutMs,
  )
})
