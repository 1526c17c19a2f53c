import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { buildProgram } from '../cli/support.ts'
import { adminToken, directoryTenant, scimTenant, send } from '../support/gateway.ts'
import type { Program } from '../support/program.ts'
import { rawConnection } from '../support/raw.ts'
import { foreignUpstream } from '../support/upstream.ts'
import { runClient, type Sent } from './load.ts'
import { adminOf, announceSeed, programFolder, seeded } from './support.ts'

const program = buildProgram()

/** Ends a program that a test started, whatever became of the test. */
function endedLater(running: Program): Program {
  onTestFinished(async () => {
    running.kill('SIGKILL')
    await running.exited
  })
  return running
}

const journalOf = (folder: string): string[] => {
  const journal = join(folder, 'data', 'journal')
  return existsSync(journal) ? readdirSync(journal) : []
}

describe('SIGTERM under load', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('loses no request that was accepted: %s', async (signal) => {
    const random = seeded(announceSeed(`drain ${signal}`))
    const upstream = await foreignUpstream(() => random() * 60)
    onTestFinished(upstream.close)
    const place = programFolder({ alpha: scimTenant('alpha', upstream.url), dora: directoryTenant('dora') })
    const running = endedLater(place.launch(program))
    const url = await running.listening
    const sent: Sent[] = []
    let ripe = (): void => undefined
    const ripened = new Promise<void>((resolve) => {
      ripe = resolve
    })
    const clients = await Promise.all(
      ['alpha', 'dora'].flatMap((tenant) =>
        Array.from({ length: 10 }, async (_, at) => {
          const { token } = await adminOf(url).mint(tenant)
          const note = (one: Sent) => {
            if (sent.push(one) >= 200) ripe()
          }
          const load = { url, tenant, token, prefix: `${tenant}-${at}`, random, note, made: () => undefined }
          return { run: () => runClient({ ...load, stopped: () => false }) }
        }),
      ),
    )
    const ended = clients.map(({ run }) => run())
    // Neither of these is a request yet: they must not hold the gateway up.
    const [silent, half] = [rawConnection(url), rawConnection(url)]
    half.write('GET /scim/v2/Users HTTP/1.1\r\nHost: a\r\n')
    await ripened
    const before = upstream.received.length
    running.kill(signal)
    expect(await running.exited).toEqual({ code: 0, signal: null })
    await Promise.all([...ended, silent.closed, half.closed])
    expect(journalOf(place.folder)).toEqual([])
    expect(running.stderr()).toBe('')

    const again = endedLater(place.launch(program))
    const admin = adminOf(await again.listening)
    for (const tenant of ['alpha', 'dora']) {
      const calls = await admin.calls(tenant)
      const answered = sent.filter((one) => one.tenant === tenant && one.status !== undefined)
      // What is in the ledger was answered, and what was answered is in the ledger: so what was not answered was not accepted.
      expect(new Map(calls.map(({ id, status, state }) => [id, `${state} ${status}`]))).toEqual(
        new Map(answered.map(({ call = '', status }) => [call, `closed ${status}`])),
      )
    }
    const unanswered = sent.filter(({ status }) => status === undefined).length
    console.info(`drain: ${sent.length - unanswered} answered, ${unanswered} refused, ${before} upstream at the signal`)
    expect(sent.length - unanswered).toBeGreaterThanOrEqual(200 - clients.length)
    again.kill('SIGTERM')
    expect(await again.exited).toEqual({ code: 0, signal: null })
  })

  it('ends at once when it is told twice', async () => {
    const upstream = await foreignUpstream(() => 60_000)
    onTestFinished(upstream.close)
    const place = programFolder({ alpha: scimTenant('alpha', upstream.url) })
    const running = endedLater(place.launch(program))
    const url = await running.listening
    const { token } = await adminOf(url).mint('alpha')
    const asking = send(`${url}/scim/v2/Users`, { token }).catch(() => undefined)
    await expect.poll(() => upstream.received.length, { timeout: 10_000 }).toBe(1)
    running.kill('SIGTERM')
    await expect
      .poll(() =>
        send(`${url}/healthz`).then(
          () => 'open',
          () => 'closed',
        ),
      )
      .toBe('closed')
    running.kill('SIGTERM')
    expect(await running.exited).toEqual({ code: 1, signal: null })
    expect(await asking).toBeUndefined()
  })
})

describe('a start that cannot be', () => {
  const refusal = async (running: Program) => {
    const { code } = await endedLater(running).exited
    return { code, stdout: running.stdout(), stderr: running.stderr() }
  }

  it('on the data folder of a gateway that runs says so, and disturbs it not', async () => {
    const place = programFolder({ dora: directoryTenant('dora') })
    const first = endedLater(place.launch(program))
    const url = await first.listening
    const { code, stdout, stderr } = await refusal(place.launch(program))
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^error: another gateway is running on the data folder .*data: stop it first.*\n$/)
    const { token } = await adminOf(url).mint('dora')
    expect((await send(`${url}/scim/v2/Users`, { token })).status).toBe(200)
  })

  it('on a port that is taken says which and what to set', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    onTestFinished(() => void server.close())
    const address = server.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const { code, stderr } = await refusal(programFolder({}).launch(program, { PORT: port }))
    expect(code).toBe(1)
    expect(stderr).toMatch(new RegExp(`^error: .*127\\.0\\.0\\.1:${port}.*set PORT\\n$`))
  })

  it.each([
    ['below a file', 'tenants/dora.yaml/data'],
    ['a file', 'tenants/dora.yaml'],
  ])('with a data folder that cannot be written says which and why: %s', async (_name, data) => {
    const place = programFolder({ dora: directoryTenant('dora') })
    const { code, stdout, stderr } = await refusal(place.launch(program, { TOLLGATE_DATA: data }))
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^error: the data folder .* cannot be used: it is not a folder; or set TOLLGATE_DATA\n$/)
    expect(stderr).toContain(data)
  })

  it.each([
    ['PORT', 'http'],
    ['TOLLGATE_KEY', 'short'],
    ['TOLLGATE_NONSENSE', '1'],
    ['TOLLGATE_TRUSTED_PROXIES', 'everybody'],
    ['TOLLGATE_ALLOW_HOSTS', 'http://x/'],
  ])('with a setting that is not understood names it: %s', async (name, value) => {
    const { code, stderr } = await refusal(programFolder({}).launch(program, { [name]: value }))
    expect([code, stderr.startsWith('error: ')]).toEqual([code === 2 ? 2 : 1, true])
    expect(stderr).toContain(name === 'TOLLGATE_ALLOW_HOSTS' ? value : name)
  })
})

describe('a start', () => {
  it('reports a broken tenant file with its place, and serves the others', async () => {
    const place = programFolder({
      dora: directoryTenant('dora'),
      broken: 'id: broken\nname: Broken\nupstream: { kind: nothing }\n',
    })
    mkdirSync(join(place.folder, 'tenants', 'a-folder.yaml'))
    writeFileSync(join(place.folder, 'tenants', 'bytes.yaml'), Buffer.from([0xff, 0xfe, 0]))
    const running = endedLater(place.launch(program, { TOLLGATE_LOG: 'error' }))
    const url = await running.listening
    const log = running.stdout() + running.stderr()
    expect(log).toMatch(/"tenant":"broken".*"file":".*broken\.yaml","line":3,"column":\d+,"reason":"upstream/)
    expect(log).toMatch(/"tenant":"bytes"/)
    const admin = adminOf(url)
    expect((await admin.ask('/tenants/broken')).body['status']).toBe('broken')
    const { token } = await admin.mint('dora')
    expect((await send(`${url}/scim/v2/Users`, { token })).status).toBe(200)
    expect((await send(`${url}/metrics`, { token: adminToken })).text).toMatch(/^tollgate_tenants_broken 2$/m)
  })

  it('takes as long as it prints', async () => {
    const place = programFolder({ dora: directoryTenant('dora') })
    const times: number[] = []
    for (let start = 0; start < 3; start++) {
      const startedAt = performance.now()
      const running = endedLater(place.launch(program))
      await running.listening
      times.push(Math.round(performance.now() - startedAt))
      running.kill('SIGTERM')
      expect(await running.exited).toEqual({ code: 0, signal: null })
    }
    console.info(`from the start of the built program to listening: ${times.join(', ')} ms`)
  })
})
