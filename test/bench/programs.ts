import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'

const canPin = spawnSync('taskset', ['-c', '0', 'true']).status === 0

export interface Program {
  readonly url: string
  readonly process: ChildProcess
}

const running: ChildProcess[] = []

/** Starts a program that prints its URL, on one processor where the system lets us choose. */
export async function start(
  processor: number,
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const [file = '', ...rest] = canPin ? ['taskset', '-c', String(processor), ...command] : command
  const child = spawn(file, rest, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] })
  running.push(child)
  for await (const line of createInterface({ input: child.stdout })) {
    const [url] = /http:\/\/[\d.]+:\d+/.exec(line) ?? []
    if (url !== undefined) {
      child.stdout.resume()
      return { url, process: child }
    }
  }
  throw new Error(`${command.join(' ')} ended before it listened`)
}

/** Ends one program and waits for it. */
export async function stop({ process: child }: Program): Promise<void> {
  if (child.exitCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Memory in use by a process, in MiB, where the system tells. */
export function residentMiB({ process: child }: Program): number {
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' })
  return Math.round(Number(stdout.trim()) / 1024)
}
