import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import { anySingle, beginning, type Deed } from './deeds.ts'
import { type Fault, faultyWire, troubles } from './faults.ts'
import { addressed, begun, common, noteMade, type Side, seen, side } from './lockstep.ts'
import { runs, timeoutMs } from './runs.ts'
import { type Answer, advance, type EntraServer, entraServer } from './sides.ts'

const fault: fc.Arbitrary<Fault> = fc.record({
  trouble: fc.constantFrom(...troubles),
  at: fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 3 }) }, { weight: 1, arbitrary: fc.nat({ max: 30 }) }),
  length: fc.constantFrom(1, 1, 2, 1000),
})

describe('a fault at any step of any request', () => {
  it(
    'is told truly, loses nothing, and the same request again comes to the end',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          beginning,
          fc.array(anySingle, { maxLength: 3 }),
          anySingle,
          fault,
          async (start, before, deed, trouble) => {
            const wire = faultyWire()
            const [calm, rough] = [side(entraServer('aaaaaaaa')), side(entraServer('aaaaaaaa', { wire: wire.around }))]
            for (const on of [calm, rough]) {
              await begunAlone(start, on)
              for (const one of before) noteMade(one, await on.server.send(addressed(one.asked, on)), on)
            }
            // Whoever looks whether a create came through tells what is new by its time.
            for (const on of [calm, rough]) advance(on.server.clock, 60_000)
            const unchanged = await contentOf(rough)
            expect(unchanged).toEqual(await contentOf(calm))
            const [askedCalm, askedRough] = [addressed(deed.asked, calm), addressed(deed.asked, rough)]
            const wanted = await calm.server.send(askedCalm)
            const members = await memberIdsOf(askedRough.path.split('?')[0]?.split('/')[2] ?? '', rough)
            wire.set(trouble)
            const made = await rough.server.send(askedRough)
            wire.set(undefined)
            // Breakers close again, tokens and walks are forgotten.
            advance(rough.server.clock, 3_600_000)
            const label = { deed, trouble, made: made.body }
            const [after, target] = [await contentOf(rough), await contentOf(calm)]
            noteMade(deed, wanted, calm)
            if (made.status < 400) {
              noteMade(deed, made, rough)
              // What is to be gone is gone: whether by a try that nobody heard of, who knows.
              const isGone = deed.asked.method === 'DELETE' && wanted.status === 404
              if (isGone) return void expect({ ...label, after }).toEqual({ ...label, after: target })
              expect({ ...label, seen: seen(made, rough), after }).toEqual({
                ...label,
                seen: seen(wanted, calm),
                after: target,
              })
              return
            }
            if (wanted.status >= 400 && made.status === wanted.status) return
            expect({ ...label, isTrue: isTrue(made, { unchanged, after }) }).toEqual({ ...label, isTrue: true })
            expect({ ...label, lies: await lies(made, askedRough.path, members, rough) }).toEqual({
              ...label,
              lies: [],
            })
            const again = await rough.server.send(askedRough)
            const ended = await contentOf(rough)
            if (wanted.status >= 400)
              return void expect({ ...label, again: again.status }).toEqual({ ...label, again: wanted.status })
            expect({ ...label, again: again.body, ended }).toEqual({
              ...label,
              again: again.body,
              ended: endOf(target, { made, deed, ended }),
            })
            expect({ ...label, status: isFine(again, wanted, deed) }).toEqual({ ...label, status: true })
          },
        ),
        runs(250),
      )
    },
    timeoutMs,
  )
})

async function begunAlone(start: Parameters<typeof begun>[0], on: Side<EntraServer>): Promise<void> {
  const quiet = { mark: () => {}, undo: () => {}, keep: () => {} }
  const nobody = {
    server: {
      ...on.server,
      ...quiet,
      upstream: on.server.upstream,
      send: async (): Promise<Answer> => ({ status: 201, headers: {}, body: { id: 'x' } }),
    },
    ids: { u: [], g: [] },
  }
  await begun(start, { plain: nobody, other: on })
}

interface Content {
  readonly users: Readonly<Record<string, Json>>
  readonly groups: readonly { readonly displayName: Json; readonly members: readonly string[] }[]
}

/** All that there is, told by names: ids do not matter. */
async function contentOf({ server }: Side): Promise<Content> {
  const resources = async (path: string) => {
    const { status, body } = await server.send({ method: 'GET', path })
    expect(status).toBe(200)
    return Array.isArray(body['Resources']) ? body['Resources'].filter(isObject) : []
  }
  const users = await resources('/Users?count=1000')
  const groups = await resources('/Groups?count=1000&attributes=displayName,members')
  const names = new Map(users.map(({ id, userName }) => [String(id), String(userName)]))
  const named = (text: string) => [...names].reduce((all, [id, name]) => all.replaceAll(id, name), text)
  const shown = (one: JsonObject): Json => {
    const { meta: _, ...rest } = common(one)
    return JSON.parse(named(JSON.stringify(rest)))
  }
  return {
    users: Object.fromEntries(users.map((one) => [String(one['userName']), shown(one)])),
    groups: groups
      .map(({ displayName = null, members }) => ({
        displayName,
        members: (Array.isArray(members) ? members : [])
          .map((one) => (isObject(one) ? named(String(one['value'])) : ''))
          .sort(),
      }))
      .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
  }
}

interface Now {
  readonly unchanged: Content
  readonly after: Content
}

const isDoubtful = ({ body }: Answer): boolean => /not known|In doubt:/.test(String(body['detail']))

/** Whether an error says what was done: nothing, unless it says so, or that it does not know. */
function isTrue(made: Answer, { unchanged, after }: Now): boolean {
  if (JSON.stringify(unchanged) === JSON.stringify(after)) return true
  const detail = String(made.body['detail'])
  return isDoubtful(made) || /Done: (?!nothing)/.test(detail) || /The group was made/.test(detail)
}

/** What an error says of members that came and went, held against those that there are, and those that there were. */
async function lies(made: Answer, path: string, before: readonly string[], on: Side): Promise<readonly string[]> {
  // What was done was taken back again.
  if (String(made.body['detail']).includes('The group was deleted again')) return []
  const [, , id = ''] = path.split('?')[0]?.split('/') ?? []
  const now = await memberIdsOf(id, on)
  const [, done = '', undone = ''] =
    /Done: (.*?)\.(?: In doubt: .*?\.)?(?: Not done: (.*)\.)?$/.exec(String(made.body['detail'])) ?? []
  const named = (text: string, what: string) =>
    [...(new RegExp(`${what} \\d+ members? \\((.*?)\\)`).exec(text)?.[1] ?? '').matchAll(/"([^"]+)"/g)].map(
      ([, one = '']) => one,
    )
  return [
    ...named(done, 'adding').filter((one) => !now.includes(one)),
    ...named(done, 'removing').filter((one) => now.includes(one)),
    ...named(undone, 'adding').filter((one) => now.includes(one) && !before.includes(one)),
    ...named(undone, 'removing').filter((one) => !now.includes(one) && before.includes(one)),
  ]
}

async function memberIdsOf(id: string, { server }: Side): Promise<readonly string[]> {
  const { body } = await server.send({ method: 'GET', path: `/Groups/${id}` })
  return (Array.isArray(body['members']) ? body['members'] : []).map((one) =>
    isObject(one) ? String(one['value']) : '',
  )
}

/** A new group of which nobody knows is made a second time: Entra lets two have one name. */
function endOf(target: Content, { made, deed, ended }: { made: Answer; deed: Deed; ended: Content }): Content {
  const isNewGroup = deed.asked.method === 'POST' && deed.asked.path.startsWith('/Groups')
  if (!isNewGroup || !(isDoubtful(made) || /The group was made/.test(String(made.body['detail'])))) return target
  return ended.groups.length === target.groups.length + 1 ? ended : target
}

/** The second time, what the first time did is done already. */
function isFine(again: Answer, wanted: Answer, { asked }: Deed): boolean {
  if (asked.method === 'DELETE') return again.status === 204 || again.status === 404
  if (asked.method === 'POST') return again.status === 201 || again.status === 409
  return again.status === wanted.status
}
