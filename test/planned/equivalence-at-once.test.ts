import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fetch } from '../../src/ports.ts'
import { anySingle, type Deed } from './deeds.ts'
import { addressed, begun, type Side, side, stateOf } from './lockstep.ts'
import { runs, timeoutMs } from './runs.ts'
import { entraServer, plainServer } from './sides.ts'

const start = { users: 8, groups: [[0, 1, 2, 3]] }

/** Two changes of one user, or of one group. */
const changes = (endpoint: '/Users/' | '/Groups/') =>
  anySingle.filter(
    ({ asked }) =>
      /^(PUT|PATCH|DELETE)$/.test(asked.method) && asked.path.startsWith(endpoint) && asked.ifMatch === undefined,
  )

/** The same change, of the first resource. */
const ofFirst = ({ kind, asked, plainly }: Deed): Deed => {
  const at = (path: string) => path.replace(/%([ug])\d+%/, '%$10%')
  return {
    kind,
    asked: { ...asked, path: at(asked.path) },
    plainly: { ...(plainly ?? asked), path: at((plainly ?? asked).path) },
  }
}

const pair = fc.oneof(
  fc.tuple(changes('/Groups/'), changes('/Groups/')),
  fc.tuple(changes('/Users/'), changes('/Users/')),
)

describe('two clients that change one resource at once', () => {
  it(
    'leave what one after the other would, whichever came first',
    async () => {
      await fc.assert(
        fc.asyncProperty(pair, fc.scheduler(), async (both, scheduler) => {
          const deeds = both.map(ofFirst)
          const slowly =
            (fetch: Fetch): Fetch =>
            (request) => {
              if (!isMixed) return fetch(request)
              return scheduler.schedule(Promise.resolve(), request.method).then(() => fetch(request))
            }
          let isMixed = false
          const mixed = side(entraServer('aaaaaaaa', { wire: slowly }))
          await begunAlone(mixed)
          isMixed = true
          const works = deeds.map(({ asked }) => mixed.server.send(addressed(asked, mixed)))
          const all = Promise.all(works)
          await scheduler.waitFor(all)
          isMixed = false
          const answers = await all
          // What only a part was done of is another property's matter.
          fc.pre(!answers.some(({ body }) => /Done: /.test(String(body['detail']))))
          const found = await stateOf(mixed)
          const orders = [deeds, [...deeds].reverse()]
          const serial: unknown[] = []
          for (const order of orders) {
            const alone = side(entraServer('aaaaaaaa'))
            await begunAlone(alone)
            for (const { asked } of order) await alone.server.send(addressed(asked, alone))
            serial.push(await stateOf(alone))
          }
          expect({
            deeds,
            answers: answers.map(({ status, body }) => [status, body['detail']]),
            isSerial: serial.map((one) => JSON.stringify(one)).includes(JSON.stringify(found)),
            ...(serial.map((one) => JSON.stringify(one)).includes(JSON.stringify(found)) ? {} : { found, serial }),
          }).toMatchObject({ isSerial: true })
        }),
        runs(150),
      )
    },
    timeoutMs,
  )
})

async function begunAlone(on: Side<ReturnType<typeof entraServer>>): Promise<void> {
  await begun(start, { plain: side(plainServer('ffffffff')), other: on })
}
