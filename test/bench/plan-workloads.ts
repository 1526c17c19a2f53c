import type { JsonObject } from '../../src/scim/json.ts'
import { groupUrn, userUrn } from '../../src/scim/schemas.ts'
import { naive, patchOf } from './plan-naive.ts'
import type { World } from './plan-world.ts'

/** What a client does in one go, through the plan and past it. */
export interface Workload {
  readonly name: string
  /** The client's requests. */
  readonly asked: number
  fill(world: World): Promise<void>
  plan(world: World): Promise<void>
  naive(world: World): Promise<void>
}

const user = (number: number, displayName = `User ${number}`): JsonObject => ({
  schemas: [userUrn],
  externalId: `e${number}`,
  userName: `user${number}@contoso.com`,
  displayName,
  active: true,
  title: 'Clerk',
  name: { givenName: 'User', familyName: `Number ${number}` },
  emails: [{ type: 'work', primary: true, value: `user${number}@contoso.com` }],
})
const created = (number: number): JsonObject => ({ ...user(number), password: 'Correct-horse-1' })
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, number) => number)

/** Who was made, in order: a filled folder is used by one workload at a time. */
let ids: string[] = []
let group = ''
const idOf = (number: number): string => ids[number] ?? ''
const membersOf = (numbers: readonly number[]) => numbers.map((number) => ({ value: idOf(number) }))

const filledWith =
  (users: number, members: number) =>
  async (world: World): Promise<void> => {
    ids = []
    for (const number of upTo(users)) ids.push(String((await world.send('POST', '/users', created(number)))['id']))
    group = String((await world.send('POST', '/groups', { schemas: [groupUrn], displayName: 'Staff' }))['id'])
    for (let at = 0; at < members; at += 20) {
      const value = membersOf(upTo(Math.min(20, members - at)).map((number) => at + number))
      await world.send('PATCH', `/groups/${group}`, patchOf([{ op: 'add', path: 'members', value }]))
    }
  }

const one = async (count: number, work: (number: number) => Promise<unknown>): Promise<void> => {
  for (const number of upTo(count)) await work(number)
}

/** Every so many-th one is called otherwise. */
const resynced = (number: number, every: number) => user(number, number % every === 0 ? `Renamed ${number}` : undefined)

const staff = (numbers: readonly number[]): JsonObject => ({
  schemas: [groupUrn],
  displayName: 'Staff',
  members: membersOf(numbers),
})

export const workloads: readonly Workload[] = [
  {
    name: 're-sync of 10,000 users by PUT, 1% changed',
    asked: 10_000,
    fill: filledWith(10_000, 0),
    plan: (world) => one(10_000, (number) => world.ask('PUT', `/Users/${idOf(number)}`, resynced(number, 100))),
    naive: (world) => one(10_000, (number) => naive.put(world, `/users/${idOf(number)}`, resynced(number, 100))),
  },
  {
    name: 'PUT of a group of 5,000, 25 new and 25 gone',
    asked: 1,
    fill: filledWith(5_025, 5_000),
    plan: async (world) => {
      await world.ask('PUT', `/Groups/${group}`, staff(upTo(5_025).slice(25)))
    },
    naive: (world) => naive.put(world, `/groups/${group}`, staff(upTo(5_025).slice(25))),
  },
  {
    name: 'Okta full push: GET and PUT of 1,000 users, 10% changed, PUT of a new group of them',
    asked: 2_001,
    fill: filledWith(1_000, 0),
    plan: async (world) => {
      await one(1_000, async (number) => {
        await world.ask('GET', `/Users/${idOf(number)}`)
        await world.ask('PUT', `/Users/${idOf(number)}`, resynced(number, 10))
      })
      await world.ask('PUT', `/Groups/${group}`, staff(upTo(1_000)))
    },
    naive: async (world) => {
      await one(1_000, async (number) => {
        await world.send('GET', `/users/${idOf(number)}`)
        await naive.put(world, `/users/${idOf(number)}`, resynced(number, 10))
      })
      await naive.put(world, `/groups/${group}`, staff(upTo(1_000)))
    },
  },
  {
    name: 'Entra incremental cycle: 100 look-ups, 50 PATCHes, 20 creates, 20 member adds in one PATCH',
    asked: 171,
    fill: filledWith(200, 0),
    plan: async (world) => {
      await one(100, (number) => world.ask('GET', `/Users?filter=${lookUp(number)}&startIndex=1&count=100`))
      await one(50, (number) => world.ask('PATCH', `/Users/${idOf(number)}`, change(number)))
      await one(20, (number) => world.ask('POST', '/Users', created(200 + number)))
      const adds = upTo(20).map((number) => ({ op: 'Add', path: 'members', value: membersOf([number]) }))
      await world.ask('PATCH', `/Groups/${group}`, patchOf(adds))
    },
    naive: async (world) => {
      await one(100, (number) => world.send('GET', `/users?filter=${lookUp(number)}`))
      await one(50, (number) => world.send('PATCH', `/users/${idOf(number)}`, change(number)))
      await one(20, (number) => world.send('POST', '/users', created(200 + number)))
      await naive.addMembers(world, `/groups/${group}`, ids.slice(0, 20))
    },
  },
  {
    name: 'Bulk of 1,000 creates',
    asked: 1,
    fill: filledWith(0, 0),
    plan: async (world) => {
      await world.bulk(
        upTo(1_000).map((number) => ({ method: 'POST', path: '/Users', bulkId: `u${number}`, data: created(number) })),
      )
    },
    naive: (world) => one(1_000, (number) => world.send('POST', '/users', created(number))),
  },
]

const lookUp = (number: number): string => encodeURIComponent(`userName eq "user${number}@contoso.com"`)
const change = (number: number): JsonObject =>
  patchOf([
    { op: 'replace', path: 'title', value: `Clerk ${number}` },
    { op: 'replace', path: 'name.givenName', value: 'Renamed' },
  ])
