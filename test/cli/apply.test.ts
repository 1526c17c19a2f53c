import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { historyBody, tenantListBody } from '../../src/admin/shapes.ts'
import { applyCommands } from '../../src/cli/commands-apply.ts'
import { Exit } from '../../src/cli/exit.ts'
import { openClient } from '../../src/cli/open-client.ts'
import type { TestGateway } from '../support/gateway.ts'
import { directoryTenant, isSent, workplace } from './apply-support.ts'
import { buildProgram, execute } from './support.ts'

const program = buildProgram()

const named = (id: string, name: string): string => `id: ${id}\nname: ${name}\nupstream: { kind: directory }\n`
const ofTemplate = (id: string): string => `id: ${id}\nname: ${id}\nextends: base\n`
const template = (status: string): string => `status: ${status}\nupstream: { kind: directory }\n`

async function versionsOf(gateway: TestGateway): Promise<Record<string, string | null>> {
  const { tenants } = tenantListBody.parse((await gateway.admin('/tenants')).body)
  return Object.fromEntries(tenants.map(({ id, version }) => [id, version]))
}

const historyOf = async (gateway: TestGateway, id: string) =>
  historyBody.parse((await gateway.admin(`/tenants/${id}/history`)).body).versions

const putElsewhere = (gateway: TestGateway, id: string, file: string) =>
  gateway.admin(`/tenants/${id}`, { method: 'PUT', body: { file } })

const result = z.strictObject({
  dryRun: z.boolean(),
  changed: z.int(),
  applied: z.array(
    z.strictObject({
      id: z.string(),
      change: z.enum(['new', 'changed']),
      version: z.string(),
      previousVersion: z.string().nullable(),
      diff: z.string(),
      warnings: z.array(z.string()),
    }),
  ),
  unchanged: z.int(),
  failed: z.array(z.strictObject({ id: z.string(), detail: z.string() })),
  elsewhere: z.array(z.string()),
})
const resultOf = (stdout: string) => result.parse(JSON.parse(stdout))

describe('apply', () => {
  it('shows new, changed and unchanged tenants, and puts them in force', async () => {
    const { gateway, write, run, passed } = await workplace(program)
    write({ contoso: named('contoso', 'Contoso'), heir: ofTemplate('heir'), 'templates/base': template('active') })
    expect((await run('apply', '--yes')).exitCode).toBe(0)
    await putElsewhere(gateway, 'stranger', directoryTenant('stranger'))
    write({ contoso: named('contoso', 'Contoso AG'), fresh: named('fresh', 'Fresh') })
    passed.length = 0
    const { exitCode, stdout, stderr } = await run('apply', '--yes')
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(stdout).toContain('contoso (changed)\n--- tenants/contoso.yaml\n+++ tenants/contoso.yaml\n@@ -1,3 +1,3 @@\n')
    expect(stdout).toContain('\n-name: Contoso\n+name: Contoso AG\n')
    expect(stdout).toContain('fresh (new)\n--- /dev/null\n+++ tenants/fresh.yaml\n')
    const summary = '1 new, 1 changed, 1 unchanged; 1 tenant of the gateway is not in this folder and stays as it is\n'
    expect(stdout).toContain(summary)
    expect(stdout).toMatch(/\napplied contoso\napplied fresh\n$|\napplied fresh\napplied contoso\n$/)
    expect(passed.some(({ path }) => path.includes('heir'))).toBe(false)
    expect((await gateway.admin('/tenants/contoso')).body).toMatchObject({ name: 'Contoso AG' })
    expect(Object.keys(await versionsOf(gateway)).sort()).toEqual(['contoso', 'fresh', 'heir', 'stranger'])
  })

  it('is done twice as once: the second run asks for the list alone', async () => {
    const { gateway, write, run, passed } = await workplace(program)
    write({ a: named('a', 'A'), heir: ofTemplate('heir'), 'templates/base': template('active') })
    await run('apply', '--yes')
    passed.length = 0
    const { exitCode, stdout } = await run('apply', '--yes')
    expect([exitCode, stdout]).toEqual([0, '0 new, 0 changed, 2 unchanged\n'])
    expect(passed).toEqual([{ method: 'GET', path: '/tenants' }])
    expect(await historyOf(gateway, 'heir')).toMatchObject([{ number: 1, action: 'apply', current: true }])
  })

  it('sends only the tenants that it names', async () => {
    const { gateway, write, run } = await workplace(program)
    write({ a: named('a', 'A'), b: named('b', 'B'), c: 'broken' })
    const { exitCode, stdout } = await run('apply', 'b', 'b', '--yes')
    expect([exitCode, stdout.includes('1 new, 0 changed, 0 unchanged\n')]).toEqual([0, true])
    expect(Object.keys(await versionsOf(gateway))).toEqual(['b'])
  })

  it('shows a change of a template once, and sends it with each of its heirs', async () => {
    const { gateway, write, run } = await workplace(program)
    write({ a: ofTemplate('a'), b: ofTemplate('b'), 'templates/base': template('active') })
    await run('apply', '--yes')
    write({ 'templates/base': template('suspended') })
    const { stdout } = await run('apply', '--yes')
    expect(stdout.match(/^\+status: suspended$/gm)).toHaveLength(1)
    expect(stdout).toContain('\n(as for a above)\n')
    expect((await gateway.admin('/tenants/a')).body).toMatchObject({ status: 'suspended' })
    expect((await gateway.admin('/tenants/b')).body).toMatchObject({ status: 'suspended' })
  })

  it('takes the URL from --to', async () => {
    const { gateway, folder, write } = await workplace(program)
    write({ a: named('a', 'A') })
    const environment = { TOLLGATE_ADMIN_TOKEN: gateway.settings.adminToken ?? '' }
    const { exitCode } = await execute(program, folder, ['apply', '--to', gateway.url, '--yes'], environment)
    expect([exitCode, Object.keys(await versionsOf(gateway))]).toEqual([0, ['a']])
  })
})

describe('apply --dry-run', () => {
  it('shows what would change and changes nothing', async () => {
    const { gateway, write, run, passed } = await workplace(program)
    write({ a: named('a', 'A') })
    await run('apply', '--yes')
    write({ a: named('a', 'Other'), b: named('b', 'B') })
    passed.length = 0
    const { exitCode, stdout } = await run('apply', '--dry-run')
    expect([exitCode, stdout.endsWith('1 new, 1 changed, 0 unchanged\n')]).toEqual([0, true])
    expect(stdout).toContain('+name: Other\n')
    expect(passed.filter(isSent)).toEqual([])
    expect(await historyOf(gateway, 'a')).toHaveLength(1)
    expect(Object.keys(await versionsOf(gateway))).toEqual(['a'])
  })

  it('prints JSON that counts what differs', async () => {
    const { gateway, write, run } = await workplace(program)
    await putElsewhere(gateway, 'stranger', directoryTenant('stranger'))
    write({ a: named('a', 'A'), b: named('b', 'B') })
    await run('apply', 'a', '--yes')
    const { exitCode, stdout, stderr } = await run('apply', '--dry-run', '--json')
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(resultOf(stdout)).toMatchObject({
      dryRun: true,
      changed: 1,
      applied: [{ id: 'b', change: 'new', previousVersion: null }],
      unchanged: 1,
      failed: [],
      elsewhere: ['stranger'],
    })
  })

  it('ends with 1 when the gateway would refuse a tenant', async () => {
    const own = { demo: directoryTenant('demo') }
    const { write, run } = await workplace(program, () => true, own)
    write({ demo: named('demo', 'Mine') })
    const { exitCode, stdout, stderr } = await run('apply', '--dry-run')
    expect([exitCode, stderr]).toEqual([1, 'error: the gateway would refuse 1 tenant\n'])
    expect(stdout).toMatch(/^refused demo: .+\n0 new, 0 changed, 0 unchanged, 1 refused\n$/)
  })
})

describe('a secret', () => {
  const bearer = 'upstream: { kind: scim, url: https://a.example, auth: { kind: bearer, token: { env: NOWHERE } } }\n'

  it('is looked for at the gateway, whose warning is shown', async () => {
    const { write, run } = await workplace(program)
    write({ a: `id: a\nname: A\n${bearer}` })
    const { exitCode, stderr } = await run('apply', '--yes')
    expect(exitCode).toBe(0)
    expect(stderr).toMatch(/^a\.yaml:3:\d+: upstream\.auth\.token: warning from the gateway: .*NOWHERE.*\n$/)
  })
})

describe('a broken file', () => {
  const broken = { a: named('a', 'A'), b: 'id: b\nname: B\nupstream: { kind: nonsense }\n' }

  it('keeps everything from being sent', async () => {
    const { write, run, passed } = await workplace(program)
    write(broken)
    const { exitCode, stdout, stderr } = await run('apply', '--yes')
    expect([exitCode, stderr]).toEqual([1, 'error: 1 tenant wrong: nothing was sent\n'])
    expect(stdout).toMatch(/^tenants\/b\.yaml:3:19: upstream\.kind: .+\n$/)
    expect(passed).toEqual([])
  })

  it('is told as JSON', async () => {
    const { write, run } = await workplace(program)
    write(broken)
    const { exitCode, stdout } = await run('apply', '--yes', '--json')
    const { failed, applied } = resultOf(stdout)
    expect([exitCode, applied, failed.map(({ id }) => id)]).toEqual([1, [], ['b']])
    expect(failed[0]?.detail).toMatch(/^tenants\/b\.yaml:3:19: /)
  })
})

describe('what a gateway refuses', () => {
  it('is a tenant that somebody else changed after its diff was made, and stops no other', async () => {
    const { gateway, write, run } = await workplace(program, async (passing, { admin }) => {
      if (isSent(passing) && passing.path.startsWith('/tenants/a?')) {
        await admin('/tenants/a', { method: 'PUT', body: { file: named('a', 'Theirs') } })
      }
      return true
    })
    write({ a: named('a', 'A'), b: named('b', 'B') })
    const { exitCode, stdout, stderr } = await run('apply', '--yes')
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^failed a: .+$/m)
    expect(stdout).toMatch(/^applied b$/m)
    expect(stderr).toMatch(/^error: 1 tenant not applied; .*`apply` again: it carries on where this stopped\n$/)
    expect((await gateway.admin('/tenants/a')).body).toMatchObject({ name: 'Theirs' })
    expect((await gateway.admin('/tenants/b')).body).toMatchObject({ name: 'B' })
  })

  it('is a tenant that is a file of its own folder', async () => {
    const { gateway, write, run } = await workplace(program, () => true, { demo: directoryTenant('demo') })
    write({ demo: named('demo', 'Mine'), b: named('b', 'B') })
    const { exitCode, stdout } = await run('apply', '--yes', '--json')
    const { applied, failed } = resultOf(stdout)
    expect([exitCode, applied.map(({ id }) => id), failed.map(({ id }) => id)]).toEqual([1, ['b'], ['demo']])
    expect((await gateway.admin('/tenants/demo')).body).toMatchObject({ name: 'demo' })
  })

  it('is a host of another tenant there, named at its place in the file', async () => {
    const { gateway, write, run } = await workplace(program)
    const hosted = (id: string) => `${directoryTenant(id)}frontDoor: { hosts: [x.example.com] }\n`
    await putElsewhere(gateway, 'other', hosted('other'))
    write({ a: hosted('a') })
    const { exitCode, stdout } = await run('apply', '--yes')
    expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/^refused a: a\.yaml:4:\d+: .*x\.example\.com/)])
  })
})

describe('an apply that is interrupted', () => {
  const ids = Array.from({ length: 50 }, (_, index) => `t${String(index).padStart(2, '0')}`)
  const files = (name: string) => Object.fromEntries(ids.map((id) => [id, named(id, name)]))

  it('by kill -9 leaves each tenant old or new, and is carried on by the next', async () => {
    let sent = 0
    let kill = () => {}
    const place = await workplace(program, (passing) => {
      if (isSent(passing)) sent += 1
      if (sent === 20) kill()
      return true
    })
    const { gateway, write, run } = place
    write(files('Old'))
    sent = -1000
    expect((await run('apply', '--yes')).exitCode).toBe(0)
    const old = await versionsOf(gateway)
    write(files('New'))
    sent = 0
    const started = place.start(program, 'apply', '--yes')
    kill = started.kill
    await started.ended
    expect(sent).toBeGreaterThanOrEqual(20)
    expect(sent).toBeLessThan(30)
    const between = await versionsOf(gateway)
    const changed = ids.filter((id) => between[id] !== old[id])
    expect(changed.length).toBeGreaterThan(0)
    expect(changed.length).toBeLessThan(30)
    kill = () => {}
    expect((await run('apply', '--yes')).exitCode).toBe(0)
    const after = await versionsOf(gateway)
    const { tenants } = tenantListBody.parse((await gateway.admin('/tenants')).body)
    expect(tenants.map(({ name, status }) => `${name} ${status}`)).toEqual(ids.map(() => 'New active'))
    for (const id of ids) {
      const history = await historyOf(gateway, id)
      expect(history.map(({ number, version }) => [number, version])).toEqual([
        [2, after[id]],
        [1, old[id]],
      ])
    }
  })

  it('by a gateway that went away does not wait for it once a tenant', async () => {
    const place = await workplace(program, (passing) => !isSent(passing) || place.passed.filter(isSent).length <= 10)
    place.write(files('New'))
    const { exitCode, stdout } = await place.run('apply', '--yes', '--json')
    const { applied, failed, changed } = resultOf(stdout)
    expect([exitCode, changed, applied.length, failed.length]).toEqual([1, 50, 10, 40])
    // Four under way: three late answers may each begin the count anew.
    expect(place.passed.filter(isSent).length).toBeLessThan(30)
    expect(failed.at(-1)?.detail).toContain('not sent')
  })
})

describe('the question', () => {
  it.each([
    [false, 'nothing was applied', []],
    [true, undefined, ['a']],
  ])('answered with %s', async (answer, said, served) => {
    const { gateway, folder, url, write, passed } = await workplace(program)
    write({ a: named('a', 'A') })
    const printed: string[] = []
    const asked: string[] = []
    const environment = {
      TOLLGATE_URL: url,
      TOLLGATE_ADMIN_TOKEN: gateway.settings.adminToken,
      TOLLGATE_TENANTS: join(folder, 'tenants'),
    }
    const confirm = async (question: string) => {
      asked.push(`${printed.at(-1)}\n${question}`)
      return answer
    }
    const ended = applyCommands[0]?.run({
      words: [],
      environment,
      text: () => undefined,
      flag: () => false,
      print: (text) => void printed.push(text),
      note: (text) => void printed.push(text),
      terminal: { colour: false, confirm },
      client: () => openClient(environment),
    })
    const message: unknown = await ended?.then(() => undefined).catch((error: unknown) => error)
    expect(message instanceof Exit ? message.message : message).toBe(said)
    expect(asked).toEqual(['1 new, 0 changed, 0 unchanged\nApply?'])
    expect([passed.some(isSent), Object.keys(await versionsOf(gateway))]).toEqual([answer, served])
  })
})

describe('apply refuses', () => {
  it.each([
    ['no URL', ['--yes'], { TOLLGATE_URL: '' }, 2, /--to URL.*TOLLGATE_URL/],
    ['to go without --yes where nobody can be asked', [], {}, 2, /no terminal.*--yes/],
    ['to ask beside --json', ['--json'], {}, 2, /--json.*--yes/],
    ['--dry-run with --yes', ['--dry-run', '--yes'], {}, 2, /--dry-run/],
    ['a tenant without a file', ['nobody', '--yes'], {}, 1, /tenants\/nobody\.yaml/],
    [
      'http to another machine',
      ['--to', 'http://scim.msp.example', '--yes'],
      {},
      2,
      /--to: http .*in the clear.*https/,
    ],
    [
      'http likewise in TOLLGATE_URL',
      ['--yes'],
      { TOLLGATE_URL: 'http://10.0.0.1:8080' },
      2,
      /^error: TOLLGATE_URL: http/,
    ],
    ['a wrong token', ['--yes'], { TOLLGATE_ADMIN_TOKEN: 'x'.repeat(40) }, 3, /TOLLGATE_ADMIN_TOKEN/],
    ['a gateway that is not there', ['--to', 'http://127.0.0.1:1', '--yes'], {}, 3, /cannot be reached/],
    ['a folder that is not there', ['--yes'], { TOLLGATE_TENANTS: 'nowhere' }, 1, /nowhere.*does not exist/],
    ['a folder without tenants', ['--yes'], { TOLLGATE_TENANTS: 'tenants/templates' }, 1, /nothing to apply/],
  ])('%s', async (_what, words, environment, exitCode, said) => {
    const { gateway, folder, url, write, passed } = await workplace(program)
    write({ a: named('a', 'A') })
    const whole = { TOLLGATE_URL: url, TOLLGATE_ADMIN_TOKEN: gateway.settings.adminToken ?? '', ...environment }
    const ended = await execute(program, folder, ['apply', ...words], whole)
    expect([ended.exitCode, ended.stdout]).toEqual([exitCode, ''])
    expect(ended.stderr).toMatch(/^error: [^\n]+\n$/)
    expect(ended.stderr).toMatch(said)
    expect(passed.filter(isSent)).toEqual([])
  })
})

describe('tenant history, rollback and remove', () => {
  it('show what was in force, put it in force again, and end a service', async () => {
    const { gateway, write, run } = await workplace(program)
    write({ a: named('a', 'One') })
    await run('apply', '--yes')
    write({ a: named('a', 'Two') })
    await run('apply', '--yes')
    const [second, first] = await historyOf(gateway, 'a')

    const back = await run('tenant', 'rollback', 'a')
    const was = `a: version ${second?.version} was in force; now version ${first?.version} is, as number 3\n`
    expect(back).toEqual({ exitCode: 0, stdout: was, stderr: '' })
    expect((await gateway.admin('/tenants/a')).body).toMatchObject({ name: 'One' })

    const removed = await run('tenant', 'remove', 'a', '--yes')
    expect(removed).toMatchObject({ exitCode: 0, stdout: 'removed a: it is not served any more\n' })
    expect(removed.stderr).toContain('npx tollgate tenant rollback a')
    expect(removed.stderr).toContain('npx tollgate tenant erase a')

    const history = (await run('tenant', 'history', 'a')).stdout.split('\n')
    expect(history[0]).toMatch(/^NUMBER {2}AT +ACTION +OPERATOR +VERSION$/)
    expect(
      history.slice(1, 5).map((line) => line.trim().split(/ +/).toSpliced(1, 1).toSpliced(2, 1).join(' ')),
    ).toEqual(['4 remove -', `3 rollback ${first?.version}`, `2 apply ${second?.version}`, `1 apply ${first?.version}`])

    const again = await run('tenant', 'rollback', 'a', '2', '--json')
    expect(JSON.parse(again.stdout)).toMatchObject({
      id: 'a',
      version: second?.version,
      previousVersion: null,
      number: 5,
    })
    expect((await gateway.admin('/tenants/a')).body).toMatchObject({ name: 'Two' })
  })

  it('say that a file of the gateway has no history', async () => {
    const { run } = await workplace(program, () => true, { demo: directoryTenant('demo') })
    const ended = await run('tenant', 'history', 'demo')
    expect(ended).toMatchObject({ exitCode: 0, stdout: '', stderr: expect.stringContaining("gateway's own folder") })
  })

  it.each([
    [['tenant', 'remove', 'a'], 2, /--yes/],
    [['tenant', 'remove', 'nobody', '--yes'], 1, /nobody/],
    [['tenant', 'rollback', 'a', 'x'], 2, /NUMBER/],
    [['tenant', 'rollback', 'a', '7'], 1, /7/],
    [['tenant', 'rollback', 'nobody'], 1, /nobody/],
    [['tenant', 'history', 'nobody'], 1, /nobody/],
  ])('refuse %j', async (words, exitCode, said) => {
    const { gateway, write, run } = await workplace(program)
    write({ a: named('a', 'One') })
    await run('apply', '--yes')
    const ended = await run(...words)
    expect([ended.exitCode, ended.stdout]).toEqual([exitCode, ''])
    expect(ended.stderr).toMatch(said)
    expect(await historyOf(gateway, 'a')).toHaveLength(1)
  })
})
