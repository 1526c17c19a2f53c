import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { adminToken, send } from '../support/ask.ts'
import { startWorker } from '../support/worker.ts'
import { temporaryState, variables } from './support.ts'

const root = join(import.meta.dirname, '../..')

describe('a Worker that is not given what it needs does not start, and says what', () => {
  const missing = 'is not set: locally a line in .dev.vars, deployed `npx wrangler secret put` with this name'
  it.each<[what: string, without: string[], more: Record<string, string>, said: string]>([
    [
      'the control store',
      ['CONTROL'],
      {},
      'CONTROL: is missing: wrangler.toml needs a [[d1_databases]] of this binding',
    ],
    ['the objects', ['TENANT'], {}, 'TENANT: is missing: wrangler.toml needs a [[durable_objects.bindings]]'],
    ['the admin token', ['TOLLGATE_ADMIN_TOKEN'], {}, `TOLLGATE_ADMIN_TOKEN: ${missing}`],
    ['the key', ['TOLLGATE_KEY'], {}, `TOLLGATE_KEY: ${missing}`],
    ['a token of any length', [], { TOLLGATE_ADMIN_TOKEN: 'short' }, 'TOLLGATE_ADMIN_TOKEN: must have at least 32 '],
    ['a key that is one', [], { TOLLGATE_KEY: 'no key' }, 'TOLLGATE_KEY: must be 32 bytes in base64url'],
    ['settings that there are', [], { TOLLGATE_TENANTS: './tenants' }, 'TOLLGATE_TENANTS: unknown setting'],
    ['addresses', [], { TOLLGATE_TRUSTED_PROXIES: 'everybody' }, 'TOLLGATE_TRUSTED_PROXIES: must be IP addresses'],
  ])('%s', async (_what, without, more, said) => {
    const starting = startWorker({ state: temporaryState(), variables: { ...variables, ...more }, without })
    starting.then(
      ({ kill }) => kill(),
      () => undefined,
    )
    await expect(starting).rejects.toThrow(said)
  })

  it('names all of it at once', async () => {
    const without = ['CONTROL', 'TENANT', 'TOLLGATE_ADMIN_TOKEN', 'TOLLGATE_KEY']
    const starting = startWorker({ state: temporaryState(), variables, without })
    for (const name of without) await expect(starting).rejects.toThrow(`${name}: is `)
  })
})

it('a control store without its tables is not ready, and readiness says which command makes them', async () => {
  const worker = await startWorker({ state: temporaryState(false), variables })
  onTestFinished(worker.kill)
  expect((await send(`${worker.url}/healthz`)).status).toBe(200)
  const { status, body } = await send(`${worker.url}/readyz`)
  expect([status, body['reason']]).toEqual([503, expect.stringContaining('wrangler d1 migrations apply CONTROL')])
})

describe('npm run dev:worker', () => {
  /** The files of a checkout, and nothing that is not committed. */
  function checkout(): string {
    const folder = temporaryState(false)
    for (const name of ['src', 'migrations', 'package.json', 'wrangler.toml', 'tsconfig.json'])
      cpSync(join(root, name), join(folder, name), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    return folder
  }

  function run(folder: string, ...words: readonly string[]): ChildProcess {
    const { PATH, HOME } = process.env
    const child = spawn('npm', ['run', 'dev:worker', '--', ...words], {
      cwd: folder,
      env: { PATH, HOME, CI: 'true', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    onTestFinished(async () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
      await exited
    })
    const exited = once(child, 'close')
    return child
  }

  /** Resolves with its URL. Rejects with what it wrote when it ends before. */
  const readyAt = (child: ChildProcess): Promise<string> =>
    new Promise((resolve, reject) => {
      let written = ''
      for (const stream of [child.stdout, child.stderr])
        stream?.setEncoding('utf8').on('data', (text) => {
          written += String(text)
          const [, url] = /Ready on (http:\S+)/.exec(written) ?? []
          if (url !== undefined) resolve(url)
        })
      child.once('close', () => reject(new Error(written)))
    })

  it('serves a fresh checkout that has its secrets, its state where it is told', async () => {
    const [folder, state] = [checkout(), temporaryState(false)]
    writeFileSync(
      join(folder, '.dev.vars'),
      `TOLLGATE_ADMIN_TOKEN=${adminToken}\nTOLLGATE_KEY=${variables.TOLLGATE_KEY}\n`,
    )
    const url = await readyAt(run(folder, '--port', '0', '--persist-to', state))
    expect((await send(`${url}/readyz`)).body).toEqual({ status: 'ready' })
    const { status, body } = await send(`${url}/admin/v1/tenants`, { token: adminToken })
    expect([status, body['tenants']]).toEqual([200, []])
  })
})
