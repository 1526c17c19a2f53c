import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { tenantOfToken } from '../../src/auth/token.ts'
import { commands } from '../../src/cli/program.ts'
import { createLedger } from '../../src/ledger/create.ts'
import { openControl } from '../../src/node/control.ts'
import { openJournal } from '../../src/node/journal.ts'
import { tryLock } from '../../src/node/lock.ts'
import { parseSettings } from '../../src/settings.ts'
import { openTenantStorage } from '../../src/store/sqlite.ts'
import { newTenantText } from '../../src/tenant/document-new.ts'
import { callRow, opening } from '../support/calls.ts'
import { adminToken, buildProgram, execute, listen, serveAdmin, workFolder } from './support.ts'

const program = buildProgram()
const at = Date.UTC(2026, 10, 21, 10)

/** A folder with the tenants contoso and fabrikam, and a call of each in their ledgers. */
function started() {
  const folder = workFolder()
  const run = (words: string, environment: Readonly<Record<string, string>> = {}) =>
    execute(program, folder, words.split(' '), environment)
  mkdirSync(join(folder, 'tenants'))
  for (const id of ['contoso', 'fabrikam']) writeFileSync(join(folder, `tenants/${id}.yaml`), newTenantText(id))
  const storage = openTenantStorage({ dataFolder: join(folder, 'data'), maxOpen: 8, idleMs: 60_000 })
  const attempt = {
    seq: 1,
    purpose: 'forward',
    method: 'GET',
    path: '/Users/{id}',
    status: 200,
    durationMs: 3,
    billed: false,
  } as const
  const notes = [
    { kind: 'ignored', names: ['nickName'] },
    { kind: 'unsupported', names: ['roles', 'photos'], more: true },
  ] as const
  storage.of('contoso').use(({ calls }) => {
    calls.apply([
      { ...callRow({ id: 'call-1' }), attempts: [attempt] },
      callRow({ id: 'call-2', at: at + 1000, status: 409, scimType: 'uniqueness', notes }),
    ])
  })
  storage.of('fabrikam').use(({ calls }) => calls.apply([callRow({ id: 'call-3', at: at + 500 })]))
  storage.close()
  return { folder, run }
}

describe('help', () => {
  it.each(commands.map(({ name, examples }) => [name, examples] as const))('of `%s`', async (name, examples) => {
    const { exitCode, stdout, stderr } = await execute(program, workFolder(), [...name.split(' '), '--help'])
    expect([exitCode, stderr]).toEqual([0, ''])
    for (const { line } of examples) expect(stdout).toContain(`npx tollgate ${line}`)
    expect(stdout).toContain('Exit codes:')
  })

  it('of the whole, and its version', async () => {
    const help = await execute(program, workFolder(), ['--help'])
    expect(help).toMatchObject({ exitCode: 0, stderr: '' })
    for (const word of ['serve', 'tenant', 'token', 'usage', 'calls', 'call', 'TOLLGATE_URL', 'Exit codes:']) {
      expect(help.stdout).toContain(word)
    }
    expect(await execute(program, workFolder(), ['--version'])).toMatchObject({ exitCode: 0, stdout: '0.1.0\n' })
  })
})

describe('usage errors', () => {
  it.each([
    [['calls', '--statsu', '409'], 'status'],
    [['tenant', 'show'], 'ID'],
    [['nonsense'], 'nonsense'],
    [['usage', '--csv', '--json'], '--json'],
    [['usage', '--by', 'week'], '--by'],
    [['usage', '--from', 'yesterday'], '--from'],
    [['calls', '--cursor', 'x'], '--tenant'],
    [['tenant', 'new', 'No_Good'], 'a-z'],
  ])('of %j are one line on stderr, and 2', async (words, named) => {
    const { folder } = started()
    const { exitCode, stdout, stderr } = await execute(program, folder, words)
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^error: [^\n]+\n$/)
    expect(stderr).toContain(named)
  })

  it('name every setting that is wrong', async () => {
    const { run } = started()
    const { exitCode, stderr } = await run('tenant list', { PORT: 'http', TOLLGATE_DTAA: 'x' })
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^error: .*PORT.*TOLLGATE_DTAA.*\n$/)
  })
})

describe('tenant new', () => {
  it('writes a file that is good as it stands, says what to do next, and writes over nothing', async () => {
    const folder = workFolder()
    const first = await execute(program, folder, ['tenant', 'new', 'contoso'])
    expect(first).toMatchObject({ exitCode: 0, stdout: 'wrote tenants/contoso.yaml\n' })
    expect(first.stderr).toContain('npx tollgate token mint contoso')
    expect(first.stderr).toContain('curl ')
    const file = join(folder, 'tenants/contoso.yaml')
    writeFileSync(file, `${readFileSync(file, 'utf8')}# mine\n`)
    const second = await execute(program, folder, ['tenant', 'new', 'contoso'])
    expect(second).toMatchObject({ exitCode: 1, stdout: '' })
    expect(readFileSync(file, 'utf8')).toMatch(/# mine\n$/)
    expect(await execute(program, folder, ['tenant', 'check'])).toMatchObject({ exitCode: 0 })
    expect(existsSync(join(folder, 'data'))).toBe(false)
  })

  it('prints JSON', async () => {
    const folder = workFolder()
    const { stdout, stderr } = await execute(program, folder, ['tenant', 'new', 'contoso', '--json'])
    expect([JSON.parse(stdout), stderr]).toEqual([{ id: 'contoso', file: 'tenants/contoso.yaml' }, ''])
  })
})

describe('tenant check', () => {
  it('prints each mistake at its place and ends with 1', async () => {
    const { folder, run } = started()
    writeFileSync(join(folder, 'tenants/broken.yaml'), 'id: broken\nname: B\nupstream:\n  kind: nonsense\n')
    const all = await run('tenant check')
    expect(all.exitCode).toBe(1)
    expect(all.stdout).toMatch(/^tenants\/broken\.yaml:4:9: upstream\.kind: .+\n$/)
    expect(all.stderr).toBe('error: 1 of 3 files wrong: no gateway would take that in\n')
    expect(await run('tenant check contoso')).toMatchObject({ exitCode: 0, stdout: '' })
    expect(await run('tenant check nobody')).toMatchObject({ exitCode: 1, stdout: '' })
    const json = await run('tenant check --json')
    expect(json.exitCode).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({
      files: [
        {
          id: 'broken',
          ok: false,
          problems: [{ file: 'tenants/broken.yaml', line: 4, column: 9, path: 'upstream.kind' }],
        },
        { id: 'contoso', ok: true, problems: [], warnings: [] },
        { id: 'fabrikam', ok: true },
      ],
    })
  })

  it('says where it looked when there is no folder', async () => {
    const { exitCode, stderr } = await execute(program, workFolder(), ['tenant', 'check'])
    expect([exitCode, stderr]).toEqual([
      1,
      'error: the tenants folder ./tenants cannot be read: it does not exist; or set TOLLGATE_TENANTS\n',
    ])
  })
})

describe('tokens', () => {
  const minted = z.strictObject({
    id: z.string(),
    tenant: z.literal('contoso'),
    token: z.string(),
    label: z.string().nullable(),
    expiresAt: z.iso.datetime().nullable(),
  })

  it('are minted, listed without secret, and revoked', async () => {
    const { folder, run } = started()
    const mint = await run('token mint contoso --label HR --expires 30d --scope read:User,Group --json')
    expect([mint.exitCode, mint.stderr]).toEqual([0, ''])
    const token = minted.parse(JSON.parse(mint.stdout))
    expect(Object.keys(token)).toEqual(['id', 'tenant', 'token', 'label', 'expiresAt'])
    expect(tenantOfToken(token.token)).toBe('contoso')

    const plain = await run('token mint contoso')
    expect(tenantOfToken(plain.stdout.trim())).toBe('contoso')
    expect(plain.stderr).not.toContain(plain.stdout.trim())

    const list = await run('token list contoso --json')
    expect(JSON.parse(list.stdout)).toMatchObject({
      tokens: [
        { id: token.id, label: 'HR', scope: 'read:User,Group', revokedAt: null },
        { label: null, scope: 'write' },
      ],
    })
    expect(list.stdout).not.toContain(token.token.slice(11))

    expect(await run(`token revoke contoso ${token.id}`)).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await run('token revoke contoso nonsense')).toMatchObject({ exitCode: 1, stdout: '' })
    expect(JSON.parse((await run('token list contoso --json')).stdout)).toMatchObject({
      tokens: [{ id: token.id, revokedAt: expect.any(String) }, { revokedAt: null }],
    })

    const { control, close } = openControl(join(folder, 'data'), Date.now)
    const entries = await control.entries({ tenants: 'all', limit: 10 })
    const changes = await control.changesSince(0)
    close()
    expect(entries.map(({ action }) => action)).toEqual(['token.revoke', 'token.mint', 'token.mint'])
    expect(entries.every(({ operator }) => operator.startsWith('local:'))).toBe(true)
    expect(JSON.stringify(entries)).not.toContain(token.token.slice(11))
    expect(changes.tenants).toEqual(['contoso'])
  })

  it('are minted while a gateway holds the folder', async () => {
    const { folder, run } = started()
    const held = tryLock(join(folder, 'data'))
    expect(await run('token mint contoso')).toMatchObject({ exitCode: 0 })
    held?.release()
  })

  it.each([
    ['token mint nobody', 1],
    ['token mint contoso --expires 2020-01-01T00:00:00Z', 2],
    ['token mint contoso --scope admin', 2],
  ])('`%s` ends with %d and one line', async (words, expected) => {
    const { run } = started()
    const { exitCode, stdout, stderr } = await run(words)
    expect([exitCode, stdout]).toEqual([expected, ''])
    expect(stderr).toMatch(/^error: [^\n]+\n$/)
  })
})

describe('both transports', () => {
  it.each([
    'tenant list --json',
    'tenant list',
    'tenant show contoso --json',
    'tenant show contoso',
    'tenant show nobody',
    'token list contoso',
    'usage --json',
    'usage --csv',
    'usage --tenant contoso --by hour --json',
    'usage',
    'usage --by week',
    'calls --json',
    'calls --tenant contoso --json',
    'calls --tenant contoso --limit 1',
    'calls --status 409',
    'calls --tenant contoso --cursor nonsense',
    'call call-1 --json',
    'call call-1 --tenant contoso',
    'call call-2',
    'call call-1 --tenant fabrikam',
    'call nonsense',
    'tenant suspend contoso --reason test --json',
  ])('answer `%s` alike', async (words) => {
    const { folder, run } = started()
    const environment = await serveAdmin(folder)
    const [local, remote] = await Promise.all([run(words), run(words, environment)])
    expect(remote).toEqual(local)
    expect(local.stdout + local.stderr).not.toBe('')
  })

  it('gives the contract’s members', async () => {
    const { run } = started()
    const read = async (words: string): Promise<unknown> => JSON.parse((await run(words)).stdout)
    const call = {
      id: 'call-1',
      at: '2026-11-21T10:00:00.000Z',
      credential: null,
      method: 'GET',
      operation: 'User.read',
      resourceType: 'User',
      resourceId: '1',
      status: 200,
      scimType: null,
      durationMs: 5,
      upstreamCalls: 1,
      billedCalls: 0,
      savedCalls: 0,
      costMicros: 0,
      state: 'closed',
    }
    expect(await read('calls --tenant contoso --status 200 --json')).toEqual({ calls: [call] })
    expect(await read('calls --json')).toMatchObject({
      calls: [
        { tenant: 'contoso', id: 'call-2' },
        { tenant: 'fabrikam', id: 'call-3' },
        { tenant: 'contoso', id: 'call-1' },
      ],
    })
    expect(await read('call call-1 --json')).toEqual({
      ...call,
      attempts: [
        { seq: 1, purpose: 'forward', method: 'GET', path: '/Users/{id}', status: 200, durationMs: 3, billed: false },
      ],
    })
    expect(await read('usage --tenant contoso --json')).toEqual({
      rows: [
        {
          tenant: 'contoso',
          period: '2026-11-21T00:00:00.000Z',
          calls: 2,
          errors: 1,
          inDoubt: 0,
          upstreamCalls: 2,
          billedCalls: 0,
          savedCalls: 0,
          costMicros: 0,
          currency: null,
          bytesIn: 0,
          bytesOut: 20,
        },
      ],
    })
  })
})

describe('the trace of a call', () => {
  it('says what was left out of it, and why', async () => {
    const { run } = started()
    const { stdout } = await run('call call-2')
    expect(stdout).toContain("\nignored: nickName (belongs to the tenant's rules)\n")
    expect(stdout).toContain('\nleft out: roles, photos and more (the upstream cannot hold them)\n')
    expect((await run('call call-1')).stdout).not.toMatch(/ignored|left out/)
  })
})

describe('the ledger of a gateway that was killed', () => {
  it.each([
    ['in doubt when none is alive', false, 'in-doubt'],
    ['open while one is', true, 'open'],
  ])('shows its open calls as %s', async (_name, alive, state) => {
    const { folder, run } = started()
    const dataFolder = join(folder, 'data')
    const storage = openTenantStorage({ dataFolder, maxOpen: 8, idleMs: 60_000 })
    const ignore = (): void => {}
    const log = { debug: ignore, info: ignore, warn: ignore, error: ignore }
    const journal = await openJournal({ dataFolder, storage, log })
    const ledger = createLedger({ tenant: 'contoso', journal, now: () => at + 5000, newId: () => 'call-9' })
    await ledger.open(opening).begin({ purpose: 'forward', method: 'POST', path: '/Users' })
    const held = alive ? tryLock(dataFolder) : undefined
    const { stdout } = await run('calls --tenant contoso --limit 1 --json')
    const usage = await run('usage --json')
    held?.release()
    expect(JSON.parse(stdout)).toMatchObject({ calls: [{ id: 'call-9', state }] })
    const counted = alive ? { calls: 2, inDoubt: 0 } : { calls: 3, inDoubt: 1 }
    expect(JSON.parse(usage.stdout)).toMatchObject({
      rows: [{ tenant: 'contoso', ...counted }, { tenant: 'fabrikam' }],
    })
    await journal.drain()
    storage.close()
  })
})

describe('a gateway that cannot be used', () => {
  const oneLine = /^error: [^\n]+\n$/

  it.each([
    [
      'that is not there',
      { TOLLGATE_URL: 'http://127.0.0.1:65533', TOLLGATE_ADMIN_TOKEN: adminToken },
      3,
      'ECONNREFUSED',
    ],
    ['whose URL is none', { TOLLGATE_URL: 'localhost:8080', TOLLGATE_ADMIN_TOKEN: adminToken }, 2, 'TOLLGATE_URL'],
    ['without admin token', { TOLLGATE_URL: 'http://127.0.0.1:1' }, 3, 'TOLLGATE_ADMIN_TOKEN'],
  ])('%s', async (_name, environment, expected, named) => {
    const { exitCode, stdout, stderr } = await execute(program, workFolder(), ['tenant', 'list'], environment)
    expect([exitCode, stdout]).toEqual([expected, ''])
    expect(stderr).toMatch(oneLine)
    expect(stderr).toContain(named)
  })

  it('because it refuses the token', async () => {
    const { folder, run } = started()
    const { exitCode, stderr } = await run('tenant list', {
      ...(await serveAdmin(folder)),
      TOLLGATE_ADMIN_TOKEN: `${adminToken}x`,
    })
    expect(exitCode).toBe(3)
    expect(stderr).toMatch(oneLine)
    expect(stderr).not.toContain(adminToken)
  })

  it.each([
    ['HTML', 200, { 'content-type': 'text/html' }],
    ['a redirect', 302, { location: 'http://127.0.0.1:1/' }],
    ['not found', 404, { 'content-type': 'text/html' }],
  ])('because something else answers there: %s', async (_name, status, headers) => {
    const url = await listen((_request, response) => {
      response.writeHead(status, headers).end('<html>')
    })
    const { exitCode, stderr } = await execute(program, workFolder(), ['tenant', 'list'], {
      TOLLGATE_URL: url,
      TOLLGATE_ADMIN_TOKEN: adminToken,
    })
    expect(exitCode).toBe(3)
    expect(stderr).toMatch(oneLine)
    expect(stderr).toContain('TOLLGATE_URL')
  })
})

describe('a data folder that cannot be used', () => {
  it.each([
    ['is a file', (folder: string) => writeFileSync(join(folder, 'data'), '')],
    [
      'holds something else',
      (folder: string) => {
        mkdirSync(join(folder, 'data'))
        writeFileSync(join(folder, 'data/control.db'), 'not a database, but long enough to be taken for one')
      },
    ],
  ])('because it %s is one line and 1', async (_name, spoil) => {
    const folder = workFolder()
    await execute(program, folder, ['tenant', 'new', 'contoso'])
    spoil(folder)
    const { exitCode, stdout, stderr } = await execute(program, folder, ['token', 'mint', 'contoso'])
    expect([exitCode, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error: the data folder \.\/data cannot be used: [^\n]+\n$/)
  })

  it('is not made where there is nothing at all', async () => {
    const folder = workFolder()
    const { exitCode, stderr } = await execute(program, folder, ['usage'])
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^error: there is neither [^\n]+\n$/)
    expect(existsSync(join(folder, 'data'))).toBe(false)
  })
})

describe('unexpected errors', () => {
  it('have a stack only at TOLLGATE_LOG=debug', async () => {
    const { run } = started()
    const stack = /\n\s+at /
    expect((await run('tenant show nobody')).stderr).not.toMatch(stack)
    expect((await run('tenant show nobody', { TOLLGATE_LOG: 'debug' })).stderr).toMatch(stack)
  })
})

describe('a Node that is too old', () => {
  it.each([
    ['20.20.2', '9'],
    ['22.18.0', '10'],
    ['24.0.0', '9'],
  ])('gets one line: %s with Node-API %s', async (node, napi) => {
    const folder = workFolder({
      'old.cjs': `Object.defineProperty(process, 'versions', { value: { node: '${node}', napi: '${napi}' } })`,
    })
    const environment = { NODE_OPTIONS: `--require ${join(folder, 'old.cjs')}` }
    const { exitCode, stderr } = await execute(program, folder, ['--version'], environment)
    const line = `Tollgate needs Node 22.19 or newer; this is ${node}. \`npm install\` brings Node 24: run \`npx tollgate\` or \`npm start\`.\n`
    expect([exitCode, stderr]).toEqual([1, line])
  })

  it('is told from a good one before anything is imported', () => {
    const text = readFileSync(program, 'utf8')
    expect(text.match(/^import .*$/gm)).toEqual([expect.stringContaining("from 'node:module'")])
  })
})

describe('keys new', () => {
  it('prints a key that the settings take, another each time', async () => {
    const printed = await Promise.all([1, 2].map(() => execute(program, workFolder(), ['keys', 'new'])))
    const keys = printed.map(({ stdout }) => stdout.trim())
    expect(new Set(keys).size).toBe(2)
    for (const key of keys) expect(parseSettings({ TOLLGATE_KEY: key }).key).toHaveLength(32)
  })

  it('prints JSON for scripts', async () => {
    const { stdout } = await execute(program, workFolder(), ['keys', 'new', '--json'])
    expect(JSON.parse(stdout)).toEqual({ key: expect.stringMatching(/^[\w-]{43}$/) })
  })
})
