import { expect, it } from 'vitest'
import type { IncomingResponse } from '../../src/ports.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { entraUser } from '../support/entra.ts'
import { entraServer } from './sides.ts'

const answered = (body: JsonObject): IncomingResponse => ({
  status: 200,
  headers: { 'content-type': 'application/scim+json' },
  body: JSON.stringify(body),
})

/** Ann in front of an Entra whose reads of one resource somebody on the way answers. */
async function answeredFor(answer: (own: JsonObject) => JsonObject) {
  let isMixedUp = false
  const server = entraServer('aaaaaaaa', {
    wire: (fetch) => async (request) => {
      const own = await fetch(request)
      return isMixedUp && request.method === 'GET' ? answered(answer(JSON.parse(own.body))) : own
    },
  })
  const { body } = await server.send({ method: 'POST', path: '/Users', body: entraUser('ann') })
  isMixedUp = true
  const path = `/Users/${body['id']}`
  const before = server.attempts.length
  return { ...server, path, calls: () => server.attempts.slice(before).map(({ method }) => method) }
}

it('somebody else in the answer is not what a PUT is compared with', async () => {
  const title = 'Boss'
  const { send, path, calls } = await answeredFor((own) => ({ ...own, id: 'somebody', title }))
  // Compared with this one, there would be nothing to do.
  const answer = await send({ method: 'PUT', path, body: entraUser('ann', { title }) })
  expect(answer).toMatchObject({
    status: 502,
    body: { detail: 'the upstream directory answered with another resource' },
  })
  expect(calls()).toEqual(['GET'])
})

it('an id in another case is the same', async () => {
  const { send, path, calls } = await answeredFor((own) => ({ ...own, id: String(own['id']).toUpperCase() }))
  expect(await send({ method: 'PUT', path, body: entraUser('ann', { title: 'Boss' }) })).toMatchObject({ status: 200 })
  expect(calls()).toEqual(['GET', 'PATCH'])
})
