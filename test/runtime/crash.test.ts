import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catchUp } from '../../src/node/catch-up.ts'
import { openControl } from '../../src/node/control.ts'
import { openJournal } from '../../src/node/journal.ts'
import { lock } from '../../src/node/lock.ts'
import { createRoller, rollUpNow } from '../../src/node/roller.ts'
import { openTenantStorage } from '../../src/store/sqlite.ts'
import { keptLog } from '../support/log.ts'
import { temporaryFolder } from '../support/storage.ts'

const root = join(import.meta.dirname, '../..')
/** Below the package's root, where the bundle finds better-sqlite3 and the migrations. */
const child = join(root, 'node_modules/.crash-test', `${process.pid}.mjs`)
const kills = 24

interface Run {
  readonly dataFolder: string
  readonly segmentBytes: number
  readonly how: 'constantly' | 'in turn'
}

/** Starts a gateway's ledger under load and kills it, perhaps before it has read what the last one left. */
async function runAndKill({ dataFolder, segmentBytes, how }: Run, when: () => Promise<void>): Promise<void> {
  const words = [child, dataFolder, String(segmentBytes), how]
  const running = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(running.stdout, 'data')
  await when()
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

const everything = { from: null, to: null } as const

/**
 * What everybody used, as the control store has it and as the tenants' own calls say. Only those are rolled up of whom the
 * journal has rows still: all else must have been, before a file of it went.
 */
async function usageOf(dataFolder: string) {
  const storage = openTenantStorage({ dataFolder, maxOpen: 50, idleMs: 1000 })
  const { control, close } = openControl(dataFolder, Date.now)
  const applied = new Set<string>()
  await catchUp({ dataFolder, storage, log: keptLog(), applied: (tenant) => applied.add(tenant) }, 'all')
  await rollUpNow({ storage, usage: control.usage, log: keptLog(), now: Date.now }, applied)
  const kinds = ['hour', 'day', 'month'] as const
  const own = kinds.flatMap((by) =>
    storage
      .tenants()
      .flatMap((tenant) =>
        storage.of(tenant).use(({ calls }) => calls.usage({ ...everything, by }).map((row) => ({ tenant, ...row }))),
      ),
  )
  const rolledUp = await Promise.all(kinds.map((by) => control.usage.overview({ ...everything, by })))
  storage.close()
  close()
  return { rolledUp: rolledUp.flat(), own }
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
      const afterMs = kill % 3 === 2 ? Math.random() * 10 : 20 + Math.random() * 300
      await runAndKill({ dataFolder, segmentBytes: 30_000, how: 'constantly' }, () => setTimeout(afterMs))
      if (kill % 4 !== 3) continue
      const { rolledUp, own } = await usageOf(dataFolder)
      expect(rolledUp).toEqual(own)
      check(dataFolder)
    }
    const held = await lock(dataFolder, keptLog())
    const storage = openTenantStorage({ dataFolder, maxOpen: 10, idleMs: 1000 })
    const log = keptLog()
    const { control, close } = openControl(dataFolder, Date.now)
    const roller = await createRoller({ storage, usage: control.usage, log, now: Date.now })
    const journal = await openJournal({ dataFolder, storage, log, roller })
    await journal.drain(60_000)
    roller.stop()
    storage.close()
    close()
    const { rolledUp, own } = await usageOf(dataFolder)
    expect(rolledUp).toEqual(own)
    held.release()
    const { acknowledged, inDoubt } = check(dataFolder)
    expect(readdirSync(join(dataFolder, 'journal'))).toEqual([])
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
    expect(acknowledged).toBeGreaterThan(kills)
    expect(inDoubt).toBeGreaterThan(0)
  }, 180_000)

  it('keeps the usage of tenants that are not called again, though the journal’s files are gone', async () => {
    const dataFolder = temporaryFolder()
    const oldest = (): string => readdirSync(join(dataFolder, 'journal')).sort()[0] ?? ''
    let files = 0
    for (let kill = 0; kill < 3; kill += 1) {
      await runAndKill({ dataFolder, segmentBytes: 4000, how: 'in turn' }, async () => {
        for (const goesOn = performance.now() + 4000; performance.now() < goesOn; ) {
          const before = oldest()
          await setTimeout(20)
          if (oldest() !== before) files += 1
        }
      })
      const { rolledUp, own } = await usageOf(dataFolder)
      expect(rolledUp).toEqual(own)
    }
    expect(files).toBeGreaterThan(0)
  }, 180_000)
})
