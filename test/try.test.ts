import { expect, it, onTestFinished } from 'vitest'
import { triedBody } from '../src/admin/shapes-try.ts'
import type { JsonObject } from '../src/scim/json.ts'
import { scimTenant, startTestGateway } from './support/gateway.ts'
import { foreignUpstream } from './support/upstream.ts'

const rules = `rules:
  User:
    - { client: title, upstream: nickName }
    - { client: { userName: "{x}@a.example" }, upstream: { userName: "{x}@b.example" } }
    - { upstream: preferredLanguage, constant: de }
    - { upstream: userType, template: "{title | lower}" }
`

/** A gateway in front of a SCIM server that remembers what reached it. */
async function started() {
  const upstream = await foreignUpstream()
  onTestFinished(upstream.close)
  const gateway = await startTestGateway({ acme: scimTenant('acme', upstream.url) + rules })
  onTestFinished(gateway.stop)
  const token = await gateway.mint('acme')
  const serve = (method: string, path: string, body?: JsonObject) =>
    gateway.ask(`/t/acme/scim/v2${path}`, { token, method, ...(body === undefined ? {} : { body }) })
  const attempt = async (body: JsonObject) => {
    const answer = await gateway.admin('/tenants/acme/try', { method: 'POST', body })
    expect([answer.status, answer.status === 200 ? '' : answer.text]).toEqual([200, ''])
    return triedBody.parse(answer.body)
  }
  return { upstream, serve, attempt }
}

const user = { userName: 'ann@a.example', title: 'DR' }
/** `schemas` of an answer are the upstream's own matter, and so are its id and `meta`. */
const known = ({ schemas: _, id: __, meta: ___, ...rest }: JsonObject) => rest

it('shows what is then served, and calls nothing', async () => {
  const { upstream, serve, attempt } = await started()
  const tried = await attempt({ body: user })
  expect(upstream.received).toEqual([])

  const created = await serve('POST', '/Users', user)
  expect(created.status).toBe(tried.status)
  const [received] = upstream.received
  expect(tried.upstream).toMatchObject([{ method: received?.method, path: received?.path, body: received?.body }])
  expect(received?.body).toMatchObject({ userName: 'ann@b.example', userType: 'dr', preferredLanguage: 'de' })
  expect(tried.client).toMatchObject(known(created.body))
})

it('of a PATCH and of what it refuses', async () => {
  const { upstream, serve, attempt } = await started()
  const id = String((await serve('POST', '/Users', user)).body['id'])
  const patches = [
    { op: 'replace', path: 'title', value: 'Prof' },
    { op: 'replace', path: 'name.givenName', value: 'Ann' },
    { op: 'jump', path: 'title' },
    { op: 'replace', path: 'userName', value: 'x@b.example' },
  ]
  for (const operation of patches) {
    const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [operation] }
    const tried = await attempt({ id, body })
    upstream.received.splice(0)
    const served = await serve('PATCH', `/Users/${id}`, body)
    expect([operation, tried.status]).toEqual([operation, served.status])
    // An answer without a change is no call, and a read before it is only known to be one.
    const calls = upstream.received.map(({ method, path }) => ({ method, path }))
    expect(tried.upstream.slice(0, calls.length)).toMatchObject(calls)
  }
})

it('of a filter', async () => {
  const { attempt } = await started()
  const { upstream, notes } = await attempt({ filter: 'title eq "Dr"' })
  expect(upstream).toMatchObject([{ method: 'GET', path: '/Users?filter=nickName%20eq%20%22Dr%22' }])
  expect(notes).toEqual(['the upstream decides it alone'])
})
