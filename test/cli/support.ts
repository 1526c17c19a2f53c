import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { afterAll, onTestFinished } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { createAdminApi } from '../../src/admin/api.ts'
import { adminTokenOperators } from '../../src/admin/operator.ts'
import { localTenants } from '../../src/cli/local-tenants.ts'
import { openControl } from '../../src/node/control.ts'
import { localRecords } from '../../src/node/records.ts'
import { rollUpNow } from '../../src/node/roller.ts'
import { createSecretReader } from '../../src/node/text-file.ts'
import { openTenantStorage } from '../../src/store/sqlite.ts'

const root = resolve(import.meta.dirname, '../..')

/** Builds the program as `npm run build` does, into a folder of this test file's own below the repository. */
export function buildProgram(): string {
  const folder = mkdtempSync(join(root, 'node_modules', '.tollgate-test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  // The checkout's own dist stays as it is: somebody may be running it.
  const line = manifest.scripts.build.replace('rm -rf dist', 'true').replace('--outdir=dist', `--outdir=${folder}`)
  const path = [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter)
  execFileSync('sh', ['-c', line], { cwd: root, env: { ...process.env, PATH: path } })
  return join(folder, 'cli.js')
}

export interface Ended {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs `node program ...words` in `folder` with nothing of Tollgate in the environment but what is given. */
export function execute(
  program: string,
  folder: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  node = process.execPath,
): Promise<Ended> {
  const env = { PATH: process.env['PATH'], HOME: folder, COLUMNS: '120', ...environment }
  return new Promise((settle) => {
    execFile(node, [program, ...words], { cwd: folder, env }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      settle({ exitCode, stdout, stderr })
    })
  })
}

/** A folder of its own, with the tenant files given as id and text. */
export function workFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

export const adminToken = 'an-admin-token-of-forty-characters-or-so'

/** Serves the admin API over a work folder, as a gateway on it would, and gives what reaches it from elsewhere. */
export async function serveAdmin(folder: string): Promise<Record<'TOLLGATE_URL' | 'TOLLGATE_ADMIN_TOKEN', string>> {
  const dataFolder = join(folder, 'data')
  const storage = openTenantStorage({ dataFolder, maxOpen: 8, idleMs: 60_000 })
  const { control, close } = openControl(dataFolder, Date.now)
  const ignore = (): void => {}
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore }
  const api = createAdminApi({
    operators: adminTokenOperators(adminToken),
    log,
    admin: {
      now: Date.now,
      newId: () => crypto.randomUUID(),
      randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
      wait: async () => {},
      probe: async () => undefined,
      ...localTenants({
        folder: join(folder, 'tenants'),
        documents: control.documents,
        secrets: createSecretReader({}, dataFolder),
      }),
      records: localRecords(storage, async () => {}),
      usage: {
        settle: () => rollUpNow({ storage, usage: control.usage, log, now: Date.now }, storage.tenants()),
        overview: control.usage.overview,
      },
      control,
    },
  })
  const url = await listen(getRequestListener(new Hono().route('/admin/v1', api).fetch))
  onTestFinished(() => {
    storage.close()
    close()
  })
  return { TOLLGATE_URL: url, TOLLGATE_ADMIN_TOKEN: adminToken }
}

/** A server on a free port; gives its origin. */
export function listen(listener: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(listener)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return new Promise((settle, reject) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('no port'))
      else settle(`http://127.0.0.1:${address.port}`)
    })
  })
}
