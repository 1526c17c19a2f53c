import { afterEach, beforeEach, expect, it } from 'vitest'
import { ownRootsOf } from '../../src/door/own-roots.ts'
import { scimTenant, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { type ForeignUpstream, foreignUpstream } from '../support/upstream.ts'

let gateway: TestGateway
let upstream: ForeignUpstream
beforeEach(async () => {
  upstream = await foreignUpstream()
  const hosts = 'frontDoor: { hosts: [scim.alpha.example] }\n'
  gateway = await startTestGateway(
    { alpha: scimTenant('alpha', upstream.url) + hosts },
    { TOLLGATE_PUBLIC_URL: 'https://msp.example/gate/' },
  )
})
afterEach(async () => {
  await gateway.stop()
  upstream.close()
})

it('sends no URL of the gateway upstream, by whichever of its names a client calls it', async () => {
  const token = await gateway.mint('alpha')
  const names = [
    'http://127.0.0.1/scim/v2',
    `${gateway.url}/t/alpha/scim/v2`,
    'https://scim.alpha.example/scim/v2',
    'https://msp.example/gate/scim/v2',
    'https://msp.example/gate/t/alpha/scim/v2',
    'https://msp.example/t/alpha/scim/v2',
    '/scim/v2',
  ]
  const members = names.map((name, index) => ({ value: String(index), $ref: `${name}/Users/${index}` }))
  const foreign = { value: 'x', $ref: 'https://msp.example/t/beta/scim/v2/Users/x' }
  const body = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'Staff',
    members: [...members, foreign],
  }
  expect((await gateway.ask('/scim/v2/Groups', { token, body })).status).toBe(201)
  expect(upstream.received.map((one) => one.body['members'])).toEqual([
    [...names.map((_, index) => ({ value: String(index), $ref: `${upstream.url}/Users/${index}` })), foreign],
  ])
})

it('without a public URL goes by the hosts', () => {
  expect(ownRootsOf({ id: 'a', hosts: ['a.example'] }, { host: 'gate.example', publicUrl: undefined })).toEqual({
    hosts: ['gate.example', 'a.example'],
    paths: ['/scim/v2', '/t/a/scim/v2'],
  })
})
