import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forecastOf } from '../../src/plan/forecast.ts'
import { defaultChoices } from '../../src/plan/plan.ts'
import { entra } from '../../src/plan/presets/entra.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import type { ScimRequest } from '../../src/scim/request.ts'
import { anySingle, beginning, type Deed } from './deeds.ts'
import { addressed, begun, side, stateOf } from './lockstep.ts'
import { runs, timeoutMs } from './runs.ts'
import { type Answer, entraServer, plainServer } from './sides.ts'
import { groupUrn, patchUrn } from './words.ts'

const begin = async (start: Parameters<typeof begun>[0]) => {
  const other = side(entraServer('aaaaaaaa'))
  await begun(start, { plain: side(plainServer('ffffffff')), other })
  return other
}

describe('what a request is billed', () => {
  it(
    'lies within what was said before anything was sent, and no write is made for nothing',
    async () => {
      await fc.assert(
        fc.asyncProperty(beginning, anySingle, async (start, { asked }) => {
          const on = await begin(start)
          const before = JSON.stringify(await stateOf(on))
          const [billed, attempts] = [on.server.standIn.billed(), on.server.attempts.length]
          const answer = await on.server.send(addressed(asked, on))
          const cost = on.server.standIn.billed() - billed
          const made = on.server.attempts.slice(attempts)
          const writes = made.filter(({ method }) => method !== 'GET')
          const calls = made.map(({ method, path, status }) => `${method} ${path} ${status}`)
          expect(on.server.billedAttempts()).toBe(on.server.standIn.billed())
          if (answer.status >= 400) return
          const request = singleOf(on.server.last.request)
          const { least, most = Number.POSITIVE_INFINITY } = forecastOf(request, {
            capabilities: entra,
            choices: defaultChoices,
          }).calls
          expect({ asked, calls, isWithin: least <= made.length && made.length <= most }).toMatchObject({
            isWithin: true,
          })
          expect({ asked, calls, cost }).toMatchObject({ cost: made.filter(({ status }) => status !== 400).length })
          const isSame = JSON.stringify(await stateOf(on)) === before
          if (asked.method === 'PUT' && isSame)
            expect({ asked, calls, writes: writes.length }).toMatchObject({ writes: 0 })
        }),
        runs(200),
      )
    },
    timeoutMs,
  )

  const some = fc.uniqueArray(fc.nat({ max: 44 }), { maxLength: 45 })
  const named = (all: readonly number[]) => all.map((one) => ({ value: `%u${one}%` }))
  const ways: readonly (readonly [
    string,
    (wanted: readonly number[], held: readonly number[]) => Deed['asked'],
    (come: number, go: number, name: number) => number,
  ])[] = [
    // The group and its members are read side by side.
    [
      'PUT of a group',
      (wanted) => ({
        method: 'PUT',
        path: '/Groups/%g0%',
        body: { schemas: [groupUrn], displayName: 'all', members: named(wanted) },
      }),
      (come, go, name) => 2 + name + Math.ceil(come / 20) + go,
    ],
    [
      'replace members',
      (wanted) => patch({ op: 'replace', path: 'members', value: named(wanted) }),
      (come, go) => 1 + Math.ceil(come / 20) + go,
    ],
    [
      'add members',
      (wanted) => patch({ op: 'add', path: 'members', value: named(wanted) }),
      (come) => Math.ceil(come / 20),
    ],
    [
      'create a group',
      (wanted) => ({
        method: 'POST',
        path: '/Groups',
        body: { schemas: [groupUrn], displayName: 'all', members: named(wanted) },
      }),
      (come) => 1 + Math.ceil(come / 20),
    ],
  ]

  it.each(ways)(
    'is what the formula says: %s',
    async (kind, asked, formula) => {
      await fc.assert(
        fc.asyncProperty(some, some, async (held, wanted) => {
          fc.pre(wanted.length > 0)
          const on = await begin({ users: 45, groups: [held] })
          const billed = on.server.standIn.billed()
          const answer: Answer = await on.server.send(addressed(asked(wanted, held), on))
          expect(answer.status).toBeLessThan(300)
          const isDifference = kind === 'PUT of a group' || kind === 'replace members'
          const come = isDifference ? wanted.filter((one) => !held.includes(one)).length : wanted.length
          const go = held.filter((one) => !wanted.includes(one)).length
          // Where nobody is in the group, no member says that there is one.
          const look = kind === 'replace members' && held.length === 0 && come === 0 ? 1 : 0
          expect(on.server.standIn.billed() - billed).toBe(formula(come, go, 1) + look)
        }),
        runs(12),
      )
    },
    timeoutMs,
  )
})

const patch = (operation: JsonObject): Deed['asked'] => ({
  method: 'PATCH',
  path: '/Groups/%g0%',
  body: { schemas: [patchUrn], Operations: [operation] },
})

function singleOf(request: ScimRequest | undefined) {
  if (
    request === undefined ||
    request.operation === 'list' ||
    request.operation === 'bulk' ||
    request.operation === 'discovery'
  )
    throw new Error('no request for one resource was read')
  return request
}
