import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** `tollgate serve` as a process of its own. */
export interface Program {
  readonly pid: number
  /** Resolves with its URL. Rejects with what it wrote when it ends before it listens. */
  readonly listening: Promise<string>
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  /** What it has written so far. */
  stdout(): string
  stderr(): string
  kill(signal: NodeJS.Signals): void
}

export interface ProgramOptions {
  /** The bundled `cli.js`. */
  readonly program: string
  /** The working folder, with `tenants` and `data` in it. */
  readonly folder: string
  readonly environment?: Readonly<Record<string, string>>
}

const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

/** Launches it. What a test leaves running is killed when the tests end. */
export function launch({ program, folder, environment }: ProgramOptions): Program {
  const child = spawn(process.execPath, [program, 'serve'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, PORT: '0', TOLLGATE_LOG: 'silent', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  alive.add(child)
  let stdout = ''
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += String(text)
  })
  const exited = once(child, 'close').then(() => {
    alive.delete(child)
    return { code: child.exitCode, signal: child.signalCode }
  })
  const listening = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += String(text)
      const [, found] = /Tollgate listens on (\S+)/.exec(stdout) ?? []
      if (found !== undefined) resolve(found)
    })
    exited.then(({ code, signal }) => reject(new Error(`serve ended with ${code ?? signal}: ${stderr || stdout}`)))
  })
  // Whoever kills it on purpose does not wait for it to listen.
  listening.catch(() => undefined)
  return {
    pid: child.pid ?? 0,
    listening,
    exited,
    stdout: () => stdout,
    stderr: () => stderr,
    kill: (signal) => void child.kill(signal),
  }
}
