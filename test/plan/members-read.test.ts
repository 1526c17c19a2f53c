import { expect, test } from 'vitest'
import type { Capabilities } from '../../src/capabilities.ts'
import { planMembers } from '../../src/plan/members-read.ts'
import { defaultChoices } from '../../src/plan/plan.ts'
import { userDefinition } from '../../src/scim/schemas.ts'
import { entraLike, play } from './upstream.ts'

const usersOf = (count: number) =>
  Array.from({ length: count }, (_, number) => ({ id: `u ${number}`, displayName: `User ${number}`, title: 'x' }))
const upstream = (count: number, capabilities: Capabilities = entraLike) =>
  play({
    capabilities,
    resources: new Map([[userDefinition, usersOf(count)]]),
    groupsOf: (user) => (user['id'] === 'u 0' ? ['other'] : ['g1']),
  })
const planning = { capabilities: entraLike, choices: { ...defaultChoices, pageBudget: 3 } }

test('members are the users that the lookup finds, by their names, in pages of the largest size', async () => {
  const { run, asked, purposes } = upstream(1500)
  const members = await run(planMembers('g1', planning))
  expect(members).toHaveLength(1499)
  expect(members[0]).toEqual({ value: 'u 1', $ref: '/Users/u%201', display: 'User 1', type: 'User' })
  expect(asked).toEqual([
    '/Users?filter=groups.value eq "g1"&attributes=displayName&count=999',
    '/Users?filter=groups.value eq "g1"&attributes=displayName&count=999&cursor=c999',
  ])
  expect(purposes).toEqual(['members', 'members'])
})

test('a group of nobody is one call', async () => {
  const { run, asked } = upstream(1)
  expect(await run(planMembers('g1', planning))).toEqual([])
  expect(asked).toHaveLength(1)
})

test('more members than the budget reads are refused, with the way out', async () => {
  const { run, asked } = upstream(3000)
  await expect(run(planMembers('g1', planning))).rejects.toMatchObject({
    status: 400,
    scimType: 'tooMany',
    message: expect.stringMatching(/3 pages.*excludedAttributes=members.*pageBudget/),
  })
  expect(asked).toHaveLength(3)
})

test('nothing is asked for but where the upstream projects', async () => {
  const capabilities = { ...entraLike, projection: false }
  const { run, asked } = upstream(150, capabilities)
  expect(await run(planMembers('g1', { ...planning, capabilities }))).toHaveLength(149)
  expect(asked[0]).toBe('/Users?filter=groups.value eq "g1"&count=100')
})
