import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { directoryTenant, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { type Ended, execute, listen, workFolder } from './support.ts'

export { directoryTenant }

/** A request to the gateway's admin API, as a proxy before it saw it. */
export interface Passing {
  readonly method: string
  /** With the query, without `/admin/v1`. */
  readonly path: string
}

export const isSent = ({ method, path }: Passing): boolean => method !== 'GET' && !path.includes('dryRun=true')

export interface Workplace {
  readonly gateway: TestGateway
  /** The proxy's own URL. */
  readonly url: string
  /** Where the folder `tenants` is. */
  readonly folder: string
  /** What came by so far. */
  readonly passed: Passing[]
  write(files: Readonly<Record<string, string>>): void
  run(...words: string[]): Promise<Ended>
  /** Starts the program, for whoever means to end it. */
  start(program: string, ...words: string[]): { kill(): void; readonly ended: Promise<unknown> }
}

/**
 * A folder of tenant files, and a gateway without tenants behind a proxy. `before` is told of each request before it is
 * passed on; where it gives false, the connection is cut instead.
 */
export async function workplace(
  program: string,
  before: (passing: Passing, gateway: TestGateway) => Promise<boolean> | boolean = () => true,
  tenantsOfGateway: Readonly<Record<string, string>> = {},
): Promise<Workplace> {
  const gateway = await startTestGateway(tenantsOfGateway)
  onTestFinished(() => gateway.stop())
  const passed: Passing[] = []
  const url = await listen(async (request, response) => {
    const { method = '', url: path = '', headers } = request
    const passing = { method, path: path.replace('/admin/v1', '') }
    passed.push(passing)
    const body = await text(request)
    if (!(await before(passing, gateway))) {
      request.socket.destroy()
      return
    }
    const answer = await fetch(gateway.url + path, {
      method,
      headers: {
        authorization: headers.authorization ?? '',
        ...(body === '' ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === '' ? {} : { body }),
    })
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
    response.end(await answer.text())
  })
  const folder = workFolder()
  mkdirSync(join(folder, 'tenants', 'templates'), { recursive: true })
  const environment = { TOLLGATE_URL: url, TOLLGATE_ADMIN_TOKEN: gateway.settings.adminToken ?? '' }
  return {
    gateway,
    url,
    folder,
    passed,
    write: (files) => {
      for (const [name, content] of Object.entries(files))
        writeFileSync(join(folder, 'tenants', `${name}.yaml`), content)
    },
    run: (...words) => execute(program, folder, words, environment),
    start: (started, ...words) => {
      const child = spawn(process.execPath, [started, ...words], {
        cwd: folder,
        env: { PATH: process.env['PATH'], HOME: folder, ...environment },
        stdio: 'ignore',
      })
      return { kill: () => void child.kill('SIGKILL'), ended: once(child, 'close') }
    },
  }
}
