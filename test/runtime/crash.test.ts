import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catchUp } from '../../src/node/catch-up.ts'
import { openJournal } from '../../src/node/journal.ts'
import { lock } from '../../src/node/lock.ts'
import { openTenantStorage } from '../../src/store/sqlite.ts'
import { keptLog } from '../support/log.ts'
import { temporaryFolder } from '../support/storage.ts'

const root = join(import.meta.dirname, '../..')
/** Below the package's root, where the bundle finds better-sqlite3 and the migrations. */
const child = join(root, 'node_modules/.crash-test', `${process.pid}.mjs`)
const kills = 24

/** Starts a gateway's ledger under load and kills it, perhaps before it has read what the last one left. */
async function runAndKill(dataFolder: string, afterMs: number): Promise<void> {
  const running = spawn(process.execPath, [child, dataFolder], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(running.stdout, 'data')
  await setTimeout(afterMs)
  running.kill('SIGKILL')
  await once(running, 'close')
}

/** The whole lines of a file, as pairs. */
function notes(dataFolder: string, name: string): [tenant: string, id: string][] {
  const file = join(dataFolder, name)
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? ''])
}

/** Every row of every tenant, read behind the gateway's back: state by call, and the attempts' request ids. */
function rows(dataFolder: string) {
  const states = new Map<string, string>()
  const attempts = new Set<string>()
  let count = 0
  for (const name of readdirSync(join(dataFolder, 'tenants')).filter((file) => file.endsWith('.db'))) {
    const tenant = name.slice(0, -3)
    const database = new Database(join(dataFolder, 'tenants', name))
    for (const row of database.prepare<[], { id: string; state: string }>('select id, state from calls').all()) {
      states.set(`${tenant} ${row.id}`, row.state)
      count += 1
    }
    for (const row of database.prepare<[], { call: string; seq: number }>('select call, seq from attempts').all()) {
      attempts.add(`${tenant} ${row.call}.${row.seq}`)
    }
    database.close()
  }
  return { states, attempts, count }
}

function check(dataFolder: string): { acknowledged: number; inDoubt: number } {
  const { states, attempts, count } = rows(dataFolder)
  const acknowledged = notes(dataFolder, 'acknowledged').map((pair) => pair.join(' '))
  const received = notes(dataFolder, 'received').map((pair) => pair.join(' '))
  expect(acknowledged.filter((call) => states.get(call) !== 'closed')).toEqual([])
  expect(received.filter((request) => !attempts.has(request))).toEqual([])
  // Each call is one row, in one tenant; and nothing stays open when its gateway is gone.
  expect(new Set([...states.keys()].map((key) => key.split(' ')[1])).size).toBe(count)
  expect([...states.values()].filter((state) => state === 'open')).toEqual([])
  const known = new Set(acknowledged)
  const unacknowledged = [...states].filter(([call]) => !known.has(call))
  // At most one call of each caller was under way at each kill.
  expect(unacknowledged.length).toBeLessThanOrEqual(12 * kills)
  return {
    acknowledged: acknowledged.length,
    inDoubt: unacknowledged.filter(([, state]) => state === 'in-doubt').length,
  }
}

// Bundled, since the modules one by one take a second to import.
beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, 'crash-child.ts')],
    outfile: child,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['better-sqlite3'],
    logLevel: 'warning',
  })
})
afterAll(() => rmSync(child))

describe('kill -9 at any moment', () => {
  it(`keeps every acknowledged call once and every request that the upstream received, ${kills} times`, async () => {
    const dataFolder = temporaryFolder()
    for (let kill = 0; kill < kills; kill += 1) {
      // Every third dies at once, in the middle of reading what the last one left.
      await runAndKill(dataFolder, kill % 3 === 2 ? Math.random() * 10 : 20 + Math.random() * 300)
      if (kill % 4 !== 3) continue
      const storage = openTenantStorage({ dataFolder, maxOpen: 10, idleMs: 1000 })
      await catchUp({ dataFolder, storage, log: keptLog() }, 'all')
      storage.close()
      check(dataFolder)
    }
    const held = await lock(dataFolder, keptLog())
    const storage = openTenantStorage({ dataFolder, maxOpen: 10, idleMs: 1000 })
    const log = keptLog()
    const journal = await openJournal({ dataFolder, storage, log })
    await journal.drain(60_000)
    storage.close()
    held.release()
    const { acknowledged, inDoubt } = check(dataFolder)
    expect(readdirSync(join(dataFolder, 'journal'))).toEqual([])
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
    expect(acknowledged).toBeGreaterThan(kills)
    expect(inDoubt).toBeGreaterThan(0)
  }, 180_000)
})
