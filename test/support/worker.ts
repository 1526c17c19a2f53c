import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'

/** What to start. */
export interface WorkerStart {
  /** What wrangler.toml says, as JSON in a file. */
  readonly options: string
  /** The folder with the bundle. */
  readonly bundle: string
  /** Where the objects' databases and the control store are kept. */
  readonly state: string
  /** Variables and secrets, beside those of wrangler.toml. */
  readonly variables: Readonly<Record<string, string>>
  /** Bindings that are left out. */
  readonly without: readonly string[]
}

/** The Worker under workerd, in processes of its own. */
export interface RunningWorker {
  readonly url: string
  /** What it wrote on its standard error so far. */
  stderr(): string
  /** Ends it, and resolves when no process of it is left. */
  stop(): Promise<void>
  /** SIGKILL to all its processes at once. */
  kill(): Promise<void>
}

const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of alive) killGroup(child)
})

/** Copies the state that every gateway begins with: a migrated control store with nothing in it. */
export function freshState(folder: string): void {
  cpSync(inject('workerBuild').state, folder, { recursive: true })
}

export interface StartOptions extends Pick<WorkerStart, 'state' | 'variables'> {
  readonly without?: readonly string[]
  /** Which bundle: the Worker itself, unless told. */
  readonly bundle?: 'worker' | 'test'
}

/** Starts it on a free port. @throws Error with what it wrote, when it ends instead. */
export async function startWorker({ bundle = 'worker', without = [], ...given }: StartOptions): Promise<RunningWorker> {
  const { bundles, options, compiled } = inject('workerBuild')
  const start: WorkerStart = { ...given, options, bundle: bundles[bundle], without }
  const program = join(import.meta.dirname, 'worker-program.ts')
  // A group of its own: whoever kills it kills workerd with it.
  const child = spawn(process.execPath, [program, JSON.stringify(start)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1', NODE_COMPILE_CACHE: compiled },
  })
  alive.add(child)
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += String(text)
  })
  const ended = once(child, 'close').then(() => alive.delete(child))
  let stdout = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += String(text)
      const [line] = /^http:\/\/\S+(?=\n)/m.exec(stdout) ?? []
      if (line !== undefined) resolve(line)
    })
    ended.then(() => reject(new Error(`the Worker did not start: ${stderr}${stdout}`)))
  })
  return {
    url,
    stderr: () => stderr,
    async stop() {
      child.stdin.end()
      await ended
    },
    async kill() {
      if (alive.has(child)) killGroup(child)
      await ended
    },
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL')
}
