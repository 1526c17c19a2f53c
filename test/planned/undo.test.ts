import { expect, it } from 'vitest'
import { entraUser } from '../support/entra.ts'
import { advance, deadlineMs, entraServer } from './sides.ts'

it('a new group whose members are not added in time is deleted again within the time', async () => {
  let isSilent = false
  const server = entraServer('aaaaaaaa', {
    wire: (fetch, clock) => async (request) => {
      if (!isSilent || request.method !== 'PATCH') return fetch(request)
      for (let passed = 0; passed < deadlineMs && !request.signal.aborted; passed += 1_000) {
        advance(clock, 1_000)
        await new Promise((resolve) => setImmediate(resolve))
      }
      throw request.signal.reason
    },
  })
  const user = await server.send({ method: 'POST', path: '/Users', body: entraUser('ann') })
  isSilent = true
  const body = { displayName: 'crew', members: [{ value: String(user.body['id']) }] }
  const made = await server.send({ method: 'POST', path: '/Groups', body })
  expect(made).toMatchObject({ status: 504 })
  expect(made.body['detail']).toContain('The group was deleted again: nothing is left of it.')
  expect((await server.send({ method: 'GET', path: '/Groups' })).body).toMatchObject({ totalResults: 0 })
})
