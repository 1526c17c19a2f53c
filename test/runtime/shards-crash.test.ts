import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { openTenantStorage } from '../../src/store/sqlite.ts'
import { buildProgram, execute, workFolder } from '../cli/support.ts'
import { callRow } from '../support/calls.ts'
import { announceSeed, seeded } from './support.ts'

const program = buildProgram()
const rounds = 8
const count = 4000

/** A work folder with the records of contoso, which nobody serves. */
function withRecords(): string {
  const folder = workFolder()
  const storage = openTenantStorage({ dataFolder: join(folder, 'data'), maxOpen: 4, idleMs: 60_000 })
  const rows = Array.from({ length: count }, (_, at) => callRow({ id: `call-${at}` }))
  storage.of('contoso').use(({ calls }) => calls.apply(rows))
  storage.close()
  return folder
}

/** Runs a command and kills it when `afterMs` have passed, if it still runs then. */
async function killed(folder: string, words: readonly string[], afterMs: number): Promise<boolean> {
  const child = spawn(process.execPath, [program, ...words], { cwd: folder, stdio: 'ignore', env: { HOME: folder } })
  const exited = once(child, 'close')
  await Promise.race([exited, setTimeout(afterMs)])
  child.kill('SIGKILL')
  await exited
  return child.signalCode === 'SIGKILL'
}

const runner = (folder: string) => async (words: string) => {
  const { exitCode, stdout, stderr } = await execute(program, folder, words.split(' '))
  return `${exitCode} ${stdout}${stderr}`
}

/** How long a command takes that is let run. */
async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; tookMs: number }> {
  const startedAt = performance.now()
  return { result: await work(), tookMs: performance.now() - startedAt }
}

it(`leaves a whole file or none through ${rounds} kills of an export`, { timeout: 120_000 }, async () => {
  const random = seeded(announceSeed('export'))
  const folder = withRecords()
  const run = runner(folder)
  const { result, tookMs } = await timed(() => run('tenant export contoso whole'))
  expect(result).toMatch(/^0 wrote/)
  let kills = 0
  for (let round = 0; round < rounds; round++) {
    const name = `file-${round}`
    kills += Number(await killed(folder, ['tenant', 'export', 'contoso', name], tookMs * (0.3 + random() * 0.7)))
    const there = existsSync(join(folder, name))
    const to = workFolder()
    const imported = await runner(to)(`tenant import contoso ${join(folder, name)}`)
    expect(imported).toMatch(there ? /^0 imported contoso: 4000 calls/ : /^1 error: there is no file/)
    // One that was killed after the file had its name leaves it under its working name, too, until the next.
    const again = there ? /^1 error: .* exists already/ : /^0 wrote .*: 4000 calls/
    expect(await run(`tenant export contoso ${name}`)).toMatch(again)
    expect(readdirSync(folder).filter((each) => each.includes(name))).toEqual([name])
  }
  expect(kills).toBeGreaterThan(0)
})

it(`has imported all or nothing through ${rounds} kills, and can begin again`, { timeout: 120_000 }, async () => {
  const random = seeded(announceSeed('import'))
  const from = withRecords()
  expect(await runner(from)('tenant export contoso whole')).toMatch(/^0/)
  const file = join(from, 'whole')
  const { tookMs } = await timed(() => runner(workFolder())(`tenant import contoso ${file}`))
  let kills = 0
  for (let round = 0; round < rounds; round++) {
    const to = workFolder()
    const run = runner(to)
    kills += Number(await killed(to, ['tenant', 'import', 'contoso', file], tookMs * (0.3 + random() * 0.7)))
    const there = existsSync(join(to, 'data', 'tenants', 'contoso.db'))
    expect(await run(`tenant import contoso ${file}`)).toMatch(there ? /^1 error: there are records/ : /^0 imported/)
    expect(await run('usage --tenant contoso --by month --json')).toContain('"calls":4000')
    expect(await run('usage --by month --json')).toContain('"calls":4000')
    expect(await run('tenant erase contoso --yes')).toMatch(/^0 erased contoso: 4000 calls/)
    expect(readdirSync(join(to, 'data', 'tenants'))).toEqual([])
  }
  expect(kills).toBeGreaterThan(0)
})

it(`has erased all or nothing through ${rounds} kills, and ends what was begun`, { timeout: 120_000 }, async () => {
  const random = seeded(announceSeed('erase'))
  const { tookMs } = await timed(() => runner(withRecords())('tenant erase contoso --yes'))
  let kills = 0
  for (let round = 0; round < rounds; round++) {
    const folder = withRecords()
    const run = runner(folder)
    kills += Number(await killed(folder, ['tenant', 'erase', 'contoso', '--yes'], tookMs * (0.3 + random() * 0.7)))
    const there = existsSync(join(folder, 'data', 'tenants', 'contoso.db'))
    const expected = there ? /^0 erased contoso: 4000 calls/ : /^1 error: there is no tenant contoso/
    expect(await run('tenant erase contoso --yes')).toMatch(expected)
    expect(await run('usage --by month --json')).not.toContain('contoso')
    expect(readdirSync(join(folder, 'data', 'tenants'))).toEqual([])
  }
  expect(kills).toBeGreaterThan(0)
})
