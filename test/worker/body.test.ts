import { expect, it } from 'vitest'
import { maxBodyBytes } from '../../src/front-door.ts'
import { directoryTenant } from '../support/gateway.ts'
import { startTestWorker, temporaryState } from './support.ts'

const headers = { 'x-test-unannounced': 'yes' }

it('a body that no header announces, as HTTP/2 allows (RFC 9113 §8.1), is read all the same, up to the limit', async () => {
  const worker = await startTestWorker(temporaryState())
  await worker.apply('acme', directoryTenant('acme'))
  const token = await worker.mint('acme')
  const post = (body: string) => worker.ask('/scim/v2/Users', { token, headers, body })
  const made = await post('{"userName":"anna"}')
  expect([made.status, made.body['userName']]).toEqual([201, 'anna'])
  const text = '{"userName":"exactly"}'
  expect((await post(text + ' '.repeat(maxBodyBytes - text.length))).status).toBe(201)
  expect((await post(`"${'a'.repeat(maxBodyBytes)}"`)).status).toBe(413)
  expect((await post('')).status).toBe(400)
  expect((await worker.ask('/scim/v2/Users', { token, headers })).body['totalResults']).toBe(2)
  const path = `/scim/v2/Users/${made.body['id']}`
  expect((await worker.ask(path, { token, headers, method: 'DELETE' })).status).toBe(204)
})
