import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'

/** What a whole run of the project makes once, for every gateway that its tests start. */
export interface WorkerBuild {
  /** Folders with what `wrangler deploy --dry-run` bundled: the Worker, and the same with more for tests. */
  readonly bundles: { readonly worker: string; readonly test: string }
  /** A state folder whose control store is migrated. */
  readonly state: string
  /** A JSON file with what wrangler.toml says. */
  readonly options: string
  /** Where Node keeps what it compiled of the program that starts workerd: a fifth of its time. */
  readonly compiled: string
  /** What `wrangler deploy --dry-run` printed. */
  readonly deployed: string
}

declare module 'vitest' {
  interface ProvidedContext {
    workerBuild: WorkerBuild
  }
}

const root = join(import.meta.dirname, '../..')

/** Nothing is asked of the network: neither who we are nor what runs at the edge. */
export const offline = { CI: 'true', WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' }

async function wrangler(...words: readonly string[]): Promise<string> {
  const program = join(root, 'node_modules/wrangler/bin/wrangler.js')
  const env = { ...process.env, ...offline }
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...words], { cwd: root, env })
  return stdout
}

export default async function setup({ provide }: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-workers-'))
  const bundles = { worker: join(folder, 'worker'), test: join(folder, 'test') }
  const state = join(folder, 'state')
  const [options, compiled] = [join(folder, 'options.json'), join(folder, 'compiled')]
  const dryRun = ['deploy', '--dry-run', '--outdir']
  const [deployed] = await Promise.all([
    wrangler(...dryRun, bundles.worker),
    wrangler(...dryRun, bundles.test, 'test/worker/entry.ts'),
    wrangler('d1', 'migrations', 'apply', 'CONTROL', '--local', '--persist-to', state),
  ])
  writeFileSync(options, JSON.stringify(unstable_getMiniflareWorkerOptions(join(root, 'wrangler.toml')).workerOptions))
  provide('workerBuild', { bundles, state, options, compiled, deployed })
  return () => rmSync(folder, { recursive: true, force: true })
}
