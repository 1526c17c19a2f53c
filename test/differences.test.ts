import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { differs } from './support/home.ts'
import { playedServer } from './support/played.ts'
import { temporaryFolder } from './support/storage.ts'

/* Lines of docs/workers.md, "What differs", that no other test of both homes comes across. */

it('a secret in a file is read on Node alone: on Workers applying warns, and nothing is sent', async () => {
  const gateway = await startTestGateway({})
  onTestFinished(gateway.stop)
  const received: unknown[] = []
  const upstream = await playedServer(({ headers }, outgoing) => {
    received.push(headers.authorization)
    outgoing.writeHead(200, { 'content-type': 'application/scim+json' }).end('{"schemas":[],"id":"1","userName":"a"}')
  })
  onTestFinished(upstream.close)
  const secret = join(temporaryFolder(), 'secret')
  writeFileSync(secret, 'from-a-file\n')
  const auth = `{ kind: bearer, token: { file: '${secret}' } }`
  const file = `id: acme\nname: acme\nupstream: { kind: scim, url: '${upstream.url}', auth: ${auth} }\n`
  const { status, body } = await gateway.admin('/tenants/acme', { method: 'PUT', body: { file } })
  expect(status).toBe(200)
  const message = expect.stringContaining('a Worker has no files: use { env: NAME }')
  expect(body['warnings']).toEqual(differs({ node: [], workers: [expect.objectContaining({ message })] }))
  const answer = await gateway.ask('/scim/v2/Users/1', { token: await gateway.mint('acme') })
  expect(answer.status).toBe(differs({ node: 200, workers: 502 }))
  expect(received).toEqual(differs({ node: ['Bearer from-a-file'], workers: [] }))
})
