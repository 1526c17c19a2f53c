import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { buildProgram } from '../cli/support.ts'
import { adminToken, directoryTenant, scimTenant, send } from '../support/gateway.ts'
import { foreignUpstream } from '../support/upstream.ts'
import { adminOf, programFolder } from './support.ts'

const program = buildProgram()
const upstreamSecret = 'upstream-secret-5f1c2e'
const password = 'Passw0rd-of-ada-93f1'
const personal = 'ada-lovelace-7781@contoso.test'

/** Everything below a folder, as it stands on the disk. */
const contentOf = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')

it('keeps secrets out of the log, and tokens, passwords and foreign bodies out of the data folder', async () => {
  const upstream = await foreignUpstream()
  onTestFinished(upstream.close)
  const place = programFolder({
    own: directoryTenant('own'),
    foreign: scimTenant('foreign', upstream.url, '{ kind: bearer, token: { env: UPSTREAM_SECRET } }'),
    dead: scimTenant('dead', 'http://127.0.0.1:1/scim', '{ kind: bearer, token: { env: UPSTREAM_SECRET } }'),
  })
  const running = place.launch(program, { UPSTREAM_SECRET: upstreamSecret, TOLLGATE_LOG: 'trace' })
  const url = await running.listening
  const { mint } = adminOf(url)
  const minted = [await mint('own'), await mint('foreign'), await mint('dead')]
  const tokens = minted.map(({ token }) => token)
  const [own = ''] = tokens

  const statuses: number[] = []
  for (const token of tokens) {
    const body = { userName: personal, password, name: { familyName: 'Lovelace-7781' } }
    statuses.push((await send(`${url}/scim/v2/Users`, { token, body })).status)
    const filter = encodeURIComponent(`userName eq "${personal}"`)
    statuses.push((await send(`${url}/scim/v2/Users?filter=${filter}`, { token })).status)
    statuses.push((await send(`${url}/scim/v2/Users`, { token, body: `{"password":"${password}",` })).status)
  }
  statuses.push((await send(`${url}/scim/v2/Users`, { token: `${own.slice(0, -1)}x` })).status)
  expect(statuses).toEqual([201, 200, 400, 201, 200, 400, 503, 503, 400, 401])
  expect(upstream.received[0]?.authorization).toBe(`Bearer ${upstreamSecret}`)

  running.kill('SIGTERM')
  expect((await running.exited).code).toBe(0)
  const log = running.stdout() + running.stderr()
  expect(log).toContain('"msg":"listening"')
  for (const secret of [...tokens, upstreamSecret, password, personal, 'Lovelace-7781', adminToken]) {
    expect(log).not.toContain(secret)
  }
  const data = contentOf(join(place.folder, 'data'))
  for (const secret of [...tokens, upstreamSecret, password, adminToken]) expect(data).not.toContain(secret)
  // The directory keeps its own users; of the others' nothing stays.
  expect(contentOf(join(place.folder, 'data', 'tenants')).split('Lovelace-7781').length).toBeGreaterThan(1)
  for (const tenant of ['foreign', 'dead']) {
    expect(readFileSync(join(place.folder, 'data', 'tenants', `${tenant}.db`), 'latin1')).not.toContain('7781')
  }
})
