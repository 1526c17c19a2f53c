import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileRules } from '../../src/rules/compile.ts'
import { entraUserExtensionUrn } from '../../src/scim/schemas-entra.ts'
import { createView } from '../../src/view/view.ts'
import { beginning, sequence } from './deeds.ts'
import { begun, side, stateOf, stepBoth } from './lockstep.ts'
import { runs, timeoutMs } from './runs.ts'
import { entraServer, plainServer } from './sides.ts'

/** A rename, an affix, a value table and a work e-mail that stands elsewhere upstream. */
const rules = compileRules({
  User: [
    { client: 'title', upstream: `${entraUserExtensionUrn}:officeLocation` },
    { client: { userName: '{local}.com' }, upstream: { userName: '{local}.onmicrosoft.com' } },
    { client: 'userType', upstream: 'userType', values: { a: 'ONE', 'x-1': 'TWO' } },
  ],
})

const loose = { areSchemasLoose: true }

describe('any sequence of requests behind rules', () => {
  it(
    'looks to a client as it looks to one of a plain directory without any',
    async () => {
      await fc.assert(
        fc.asyncProperty(beginning, sequence(8), async (start, deeds) => {
          const other = entraServer('bbbbbbbb', {
            choices: { membersOnRead: 'always' },
            around: (upstream, ports) =>
              createView({
                tenant: 'contoso',
                upstream,
                dialect: 'auto',
                ports,
                rules,
                rulesVersion: 'r1',
                onDelete: 'delete',
              }),
          })
          const sides = { plain: side(plainServer('aaaaaaaa'), loose), other: side(other, loose) }
          await begun(start, sides)
          for (const deed of deeds) await stepBoth(deed, sides)
          expect(await stateOf(sides.other)).toEqual(await stateOf(sides.plain))
          expect(other.billedAttempts()).toBe(other.standIn.billed())
        }),
        runs(80),
      )
    },
    timeoutMs,
  )
})
