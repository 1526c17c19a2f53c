import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { departedReason } from '../../src/store/departures.ts'
import { directoryTenant, scimTenant, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { buildProgram, execute, listen, workFolder } from './support.ts'

const program = buildProgram()

/** A gateway that is alive, and the command line beside it on the same folders. */
async function alive(tenants: Readonly<Record<string, string>> = { contoso: directoryTenant('contoso') }) {
  const gateway = await startTestGateway(tenants)
  let current = gateway
  onTestFinished(() => current.stop())
  const restart = async () => {
    current = await current.restart()
    return current
  }
  const run = async (words: string, environment: Readonly<Record<string, string>> = {}) => {
    const { exitCode, stdout, stderr } = await execute(program, gateway.folder, words.split(' '), environment)
    return `${exitCode} ${stdout}${stderr}`
  }
  const token = await gateway.mint('contoso')
  const create = (userName: string) => gateway.ask('/scim/v2/Users', { token, body: { userName } })
  return { gateway, restart, run, token, create, file: join(gateway.folder, 'contoso.tenant') }
}

const removeFile = (gateway: TestGateway) => rmSync(join(gateway.folder, 'tenants', 'contoso.yaml'))

/** A request whose head the gateway has read and whose body is still to come. */
async function slowCreate({ url }: TestGateway, token: string) {
  const agent = new Agent()
  onTestFinished(() => agent.destroy())
  const body = JSON.stringify({ userName: 'late' })
  const sending = request(`${url}/t/contoso/scim/v2/Users`, {
    agent,
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/scim+json',
      'content-length': String(body.length),
      expect: '100-continue',
    },
  })
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    sending.on('response', resolve).on('error', reject),
  )
  const begun = new Promise((resolve) => sending.on('continue', resolve))
  sending.write(body.slice(0, 5))
  await begun
  return {
    finish: async () => {
      sending.end(body.slice(5))
      const answer = await answered
      answer.resume()
      return answer.statusCode
    },
  }
}

describe('over TOLLGATE_URL', () => {
  it.each(['export', 'import'])('`tenant %s` is refused, since it is about files of one machine', async (word) => {
    const words = ['tenant', word, 'contoso', 'file']
    const { exitCode, stderr } = await execute(program, workFolder(), words, { TOLLGATE_URL: 'http://127.0.0.1:1' })
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(/does not work over TOLLGATE_URL.*without TOLLGATE_URL/),
    ])
  })
})

describe('beside a gateway that is alive', () => {
  it('an export waits until nothing is under way, and from then on no call begins', async () => {
    const { gateway, run, token, create, file } = await alive()
    await create('first')
    const slow = await slowCreate(gateway, token)
    // Answered after the slow one's head was: that one has been recognised.
    await create('second')
    removeFile(gateway)
    expect(await run(`tenant export contoso ${file}`)).toMatch(/^0 wrote .*: 2 calls, 1 credentials, 2 resources/)
    expect(await slow.finish()).toBe(503)
    expect((await gateway.admin('/usage?tenant=contoso')).body['rows']).toMatchObject([{ calls: 2 }])
  })

  it('an export is refused while a call is upstream, and changes nothing by that', async () => {
    const held: (() => void)[] = []
    const upstream = await listen((_, answer) => {
      held.push(() => answer.writeHead(404, { 'content-type': 'application/scim+json' }).end('{"schemas":[]}'))
    })
    const slow = scimTenant('contoso', upstream).replace('timeout: 5s', 'timeout: 60s')
    const { gateway, run, token, file } = await alive({ contoso: slow })
    const asked = gateway.ask('/scim/v2/Users/1', { token })
    await expect.poll(() => held.length).toBe(1)
    await run('tenant suspend contoso --reason unpaid')
    expect(await run(`tenant export contoso ${file}`)).toMatch(/^1 error: .*calls of it are still under way: try again/)
    expect(existsSync(file)).toBe(false)
    expect(await run('tenant show contoso')).toContain('unpaid')
    for (const release of held) release()
    expect((await asked).status).toBe(404)
    expect(await run(`tenant export contoso ${file}`)).toMatch(/^0 wrote .*: 1 calls/)
  })

  it('a suspended tenant is exported as well, answers 503, and can be taken back', async () => {
    const { gateway, run, token, create, file } = await alive()
    await create('first')
    expect(await run(`tenant export contoso ${file}`)).toMatch(/^1 error: contoso is active here: remove its file, or/)
    await run('tenant suspend contoso')
    expect((await gateway.ask('/scim/v2/Users', { token })).status).toBe(403)
    expect(await run(`tenant export contoso ${file} --json`)).toBe(
      `0 ${JSON.stringify({ id: 'contoso', file, calls: 2, credentials: 1, resources: 1 })}\n`,
    )
    const refused = await gateway.ask('/scim/v2/Users', { token })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await run('tenant show contoso')).toContain(departedReason)
    expect((await gateway.admin('/usage?tenant=contoso')).body['rows']).toMatchObject([{ calls: 2 }])
    await run('tenant resume contoso')
    expect((await gateway.ask('/scim/v2/Users', { token })).status).toBe(200)
  })

  it('a departure outlives a restart', async () => {
    const { restart, run, token, create, file } = await alive()
    await create('first')
    await run('tenant suspend contoso')
    await run(`tenant export contoso ${file}`)
    const again = await restart()
    expect((await again.ask('/scim/v2/Users', { token })).status).toBe(503)
  })

  it('no token is minted or revoked where it would not count any more', async () => {
    const { run, gateway, create, file } = await alive()
    await create('first')
    await run('tenant suspend contoso')
    await run(`tenant export contoso ${file}`)
    expect(await run('token mint contoso')).toMatch(/^1 error: .*exported/)
    const { body } = await gateway.admin('/tenants/contoso/tokens')
    const { id } = Object(body['tokens'])[0]
    expect((await gateway.admin(`/tenants/contoso/tokens/${id}`, { method: 'DELETE' })).status).toBe(409)
  })

  it('an erasure is done by that gateway, is logged, and comes back neither by itself nor by a restart', async () => {
    const { gateway, restart, run, create, file } = await alive({
      contoso: directoryTenant('contoso'),
      fabrikam: directoryTenant('fabrikam'),
    })
    await create('first')
    await create('second')
    expect(await run('tenant erase contoso --yes')).toMatch(/^1 error: contoso is active here: remove/)
    expect((await gateway.admin('/tenants/contoso/records', { method: 'DELETE' })).status).toBe(409)
    await run('tenant suspend contoso')
    expect(await run('tenant erase contoso --yes')).toMatch(/^1 error: contoso is suspended here: remove/)
    removeFile(gateway)
    await run(`tenant export contoso ${file}`)
    expect(await run('tenant erase contoso')).toMatch(/^2 error: .*--yes/)
    expect(await run('tenant erase contoso --yes')).toBe('0 erased contoso: 2 calls, its tokens and its directory\n')
    expect(existsSync(join(gateway.folder, 'data', 'tenants', 'contoso.db'))).toBe(false)
    expect(await run('tenant erase contoso --yes')).toMatch(/^1 error: there is no tenant contoso/)
    const { body } = await gateway.admin('/log?tenant=contoso')
    expect(body['entries']).toMatchObject([
      { action: 'tenant.erased', details: { calls: '2' } },
      { action: 'tenant.erase' },
      { action: 'tenant.export' },
      { action: 'tenant.suspend' },
      { action: 'token.mint' },
    ])
    const again = await restart()
    expect((await again.admin('/tenants')).text).not.toContain('contoso')
    expect((await again.admin('/usage?by=month')).text).not.toContain('contoso')
  })

  it('a tenant that was erased can come back, with all its calls and the next ones', async () => {
    const { gateway, restart, run, token, create, file } = await alive()
    await create('first')
    removeFile(gateway)
    await run(`tenant export contoso ${file}`)
    await run('tenant erase contoso --yes')
    expect(await run(`tenant import contoso ${file}`)).toMatch(
      /^0 imported contoso: 1 calls, 1 credentials, 1 resources/,
    )
    gateway.writeTenant('contoso', directoryTenant('contoso'))
    const status = async () => (await gateway.ask('/scim/v2/Users', { token })).status
    await expect.poll(status, { timeout: 10_000 }).toBe(200)
    expect((await create('second')).status).toBe(201)
    const again = await restart()
    const { body } = await again.admin('/tenants/contoso/calls')
    const operations = Object(body['calls']).map((call: { operation: string }) => call.operation)
    expect(operations).toEqual(['User.create', 'User.list', 'User.create'])
  })

  it('an erasure shuts out a client that was recognised before', async () => {
    const { gateway, token, create } = await alive()
    await create('first')
    const slow = await slowCreate(gateway, token)
    await create('second')
    removeFile(gateway)
    const erase = async () => (await gateway.admin('/tenants/contoso/records', { method: 'DELETE' })).status
    await expect.poll(erase, { timeout: 10_000 }).toBe(204)
    expect(await slow.finish()).toBe(503)
    expect(existsSync(join(gateway.folder, 'data', 'tenants', 'contoso.db'))).toBe(false)
  })
})

it('says what is wrong with an id or a file', async () => {
  const folder = workFolder({ x: 'no database' })
  const run = async (...words: string[]) => {
    const { exitCode, stderr } = await execute(program, folder, ['tenant', ...words])
    return `${exitCode} ${stderr}`
  }
  writeFileSync(join(folder, 'empty'), '')
  expect(await run('import', '../x', 'x')).toMatch(/^2 error: ID: must be/)
  expect(await run('import', 'contoso', 'nowhere')).toMatch(/^1 error: there is no file nowhere\n/)
  expect(await run('import', 'contoso', 'x')).toMatch(/^1 error: x is no tenant's database/)
  expect(await run('export', 'contoso', 'y')).toMatch(/^1 error: there is no tenant contoso\n/)
})
